#pragma once

#include "cloud-bridge/ticketing/ledger/decide.hpp"
#include "cloud-bridge/ticketing/store/ticket_store.hpp"

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace inspect::ticketing {

/// A ticket with its name and where its ledger goes on.
struct Case {
  TicketRow row;
  Ticket ticket;
  std::uint32_t events = 0;  ///< length of its ledger in the store
};

/// The tickets people look at, replayed from the store: all open ones and those closed of late. Everything in it can be
/// thrown away and told again from the ledger.
class Book {
 public:
  /// Closed tickets stay in the list for this long; older ones are found by number.
  static constexpr auto closed_shown = std::chrono::hours(24 * 30);

  static Result<Book> load(TicketStore& store, WallTime now);

  [[nodiscard]] const std::map<TicketId, Case>& cases() const { return cases_; }
  /// From memory, else replayed from the store and kept. Nothing when there is no such ticket.
  Result<const Case*> fetch(TicketStore& store, TicketId id);
  /// Drops what has been closed for too long to be listed.
  void forget(WallTime now);

 private:
  friend class Stage;
  std::map<TicketId, Case> cases_;
  TicketId last_id_ = 0;
  std::map<int, std::uint64_t> counts_;  ///< year → last count in a number
};

/// Changes to tickets that are to become true together: made on copies, written in one transaction, and only then
/// shown.
class Stage {
 public:
  Stage(Book& book, TicketStore& store, const DispatchTable& dispatch, WallTime now);

  /// Puts a finding's report on its ticket, which is opened when there is none. `apart`: two gateways use this name, so
  /// what another database said of a fault with the same name is another fault.
  Result<void> report(const messages::FindingMessage& message, const std::string& payload, bool apart = false);
  Result<void> append(TicketId id, std::span<const Event> events);
  /// Room for what else belongs into the same transaction.
  WriteSet& writes() { return set_; }
  /// The tickets that changed. On an error nothing happened.
  Result<std::vector<TicketId>> commit();

 private:
  Result<TicketId> ticket_for(const messages::FindingMessage& message, bool apart);
  /// The newest open ticket of this fault, whatever occurrence it began with; `apart`: from this database only.
  Result<std::optional<TicketId>> open_ticket_of(const SourceRow& source, bool apart);
  Result<TicketId> open_ticket(const SourceRow& source);
  Result<Case*> copy_of(TicketId id);
  Result<void> add(Case& entry, std::span<const Event> events, const std::string& payload);

  Book& book_;
  TicketStore& store_;
  const DispatchTable& dispatch_;
  WriteSet set_;
  std::map<TicketId, Case> copies_;
  std::map<std::pair<std::string, std::string>, TicketId>
      sources_;  ///< (gateway and finding, epoch), met in this batch
  TicketId last_id_;
  std::map<int, std::uint64_t> counts_;
};

}  // namespace inspect::ticketing
