#pragma once

#include "cloud-bridge/ticketing/desk/book.hpp"
#include "cloud-bridge/ticketing/intake/intake.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::ticketing {

struct TicketFilter {
  std::optional<TicketState> state = std::nullopt;
  std::optional<bool> open = std::nullopt;
  std::string gateway = {};  ///< empty: all
  std::size_t most = 500;
};

/// The readings behind a ticket: the newest of one point of its evidence.
struct Series {
  std::string device;
  std::string point;
  std::vector<messages::BatchEntry> readings;
};

/// Everything the service knows and does, behind one door. All calls from one thread; the time is given.
class Desk {
 public:
  static Result<std::unique_ptr<Desk>> open(const std::string& directory, DispatchTable dispatch, WallTime now,
                                            StoreLimits limits = {});

  Result<Taken> take(std::span<const Incoming> batch, WallTime now) { return intake_.take(batch, now); }

  /// Open ones before closed ones, then the newest first.
  [[nodiscard]] std::vector<const Case*> list(const TicketFilter& filter) const;
  /// Nothing when there is no such ticket.
  Result<const Case*> find(std::string_view number);
  Result<const Case*> fetch(TicketId id) { return book_.fetch(*store_, id); }
  Result<std::vector<EventRow>> ledger(TicketId id) { return store_->events(id); }
  Result<std::vector<Series>> series(const Case& entry);
  Result<std::vector<GatewayRow>> gateways() { return store_->gateways(); }
  Result<std::vector<QuarantineRow>> quarantine() { return store_->quarantine(200); }

  /// The ticket as it stands after the action.
  Result<const Case*> act(TicketId id, const Action& action, WallTime now);
  /// Writes warnings and expiries that are due, and prunes; once a second. The tickets that changed.
  Result<std::vector<TicketId>> tick(WallTime now);

  [[nodiscard]] const DispatchTable& dispatch() const { return dispatch_; }
  Result<WallTime> last_moment() { return store_->last_moment(); }

 private:
  Desk(std::unique_ptr<TicketStore> store, Book book, DispatchTable dispatch, StoreLimits limits);

  std::unique_ptr<TicketStore> store_;
  Book book_;
  DispatchTable dispatch_;
  Intake intake_;
  WallTime pruned_{};
};

}  // namespace inspect::ticketing
