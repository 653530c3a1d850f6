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
  std::size_t skip = 0;
};

/// Since when the store cannot write, and the last reason.
struct StoreTrouble {
  WallTime since{};
  std::string why;
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
                                            StoreLimits limits = {}, bool begin_anew = false);

  /// As Intake::take; a store that fails is remembered as trouble.
  Result<Taken> take(std::span<const Incoming> batch, WallTime now);

  /// Open ones before closed ones, then the newest first; `skip` of them left out, at most `most`.
  [[nodiscard]] std::vector<const Case*> list(const TicketFilter& filter) const;
  /// How many there are, whatever `skip` and `most` say.
  [[nodiscard]] std::size_t count(const TicketFilter& filter) const;
  /// Nothing when there is no such ticket.
  Result<const Case*> find(std::string_view number);
  Result<const Case*> fetch(TicketId id) { return book_.fetch(*store_, id); }
  Result<std::vector<EventRow>> ledger(TicketId id) { return store_->events(id); }
  Result<std::vector<Series>> series(const Case& entry);
  Result<std::vector<GatewayRow>> gateways();
  Result<std::vector<QuarantineRow>> quarantine() { return store_->quarantine(200); }

  /// The ticket as it stands after the action.
  Result<const Case*> act(TicketId id, const Action& action, WallTime now);
  /// Writes warnings and expiries that are due, and prunes; once a second. The tickets that changed. While the store is
  /// in trouble it only tries whether a commit of some size can be made again.
  Result<std::vector<TicketId>> tick(WallTime now);

  /// Nothing while the store takes what it is given. Found by any write that fails, at the latest by the sign of life
  /// of each minute; over when a sign of life with room for many tickets was written.
  [[nodiscard]] const std::optional<StoreTrouble>& trouble() const { return trouble_; }
  [[nodiscard]] const DispatchTable& dispatch() const { return dispatch_; }
  Result<WallTime> last_moment() { return store_->last_moment(); }
  /// As TicketStore::set_aside.
  [[nodiscard]] const std::string& set_aside() const { return store_->set_aside(); }

 private:
  /// Remembers a failure of the store, and passes it on.
  Error noted(Error error, WallTime now);
  Desk(std::unique_ptr<TicketStore> store, Book book, DispatchTable dispatch, StoreLimits limits);

  std::unique_ptr<TicketStore> store_;
  Book book_;
  DispatchTable dispatch_;
  Intake intake_;
  std::optional<StoreTrouble> trouble_;
  WallTime pruned_{};
};

}  // namespace inspect::ticketing
