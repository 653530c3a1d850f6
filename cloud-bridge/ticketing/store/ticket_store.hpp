#pragma once

#include "cloud-bridge/ticketing/store/rows.hpp"
#include "protocol/core/error.hpp"
#include "protocol/model/holdings.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::ticketing {

/// Bounds of what is kept; each says what goes first.
struct StoreLimits {
  std::chrono::hours readings_age{48};             ///< oldest first
  std::int64_t readings_rows = 2'000'000;          ///< about 200 MB; oldest first
  std::chrono::hours readings_inbox_age{24 * 15};  ///< one day longer than a gateway keeps what was receipted
  /// By these numbers a repeat is told from something new. A gateway keeps a finding for 14 days after its receipt; one
  /// that comes back from a shelf within a year still finds them. Later a repeat changes no ticket, for it is older
  /// than what the ticket knows, but stands in its ledger twice. What was put aside goes at the same age.
  std::chrono::hours findings_inbox_age{24 * 400};
  std::uint64_t quarantine_keyed = 1000;  ///< a gateway; full: not stored, not receipted, stays with the sender
  std::uint64_t quarantine_loose = 200;   ///< a gateway; full: counted only
};

/// The centre's database: one file, one connection, one thread. Whoever holds this object is the only writer; a lock
/// beside the file keeps other processes out.
class TicketStore {
 public:
  struct Impl;  ///< known to the files of this folder

  /// Opens or makes `directory`/tickets.db, brings an older schema forward and checks the file. Errc::storage, with the
  /// cure; also when the database is gone or empty although tickets were kept here. With `begin_anew` (the time now) a
  /// database that is lost or damaged is set aside and a new one begun; a sound one is opened as ever.
  static Result<std::unique_ptr<TicketStore>> open(const std::string& directory, StoreLimits limits = {},
                                                   std::optional<WallTime> begin_anew = std::nullopt);
  ~TicketStore();
  TicketStore(const TicketStore&) = delete;
  TicketStore& operator=(const TicketStore&) = delete;

  /// What the old database is called now, when this one was begun anew; else empty.
  [[nodiscard]] const std::string& set_aside() const;

  /// All of it in one transaction that has reached the disk when this returns.
  Result<void> commit(const WriteSet& set);
  /// Writes `now` and `room` bytes for nothing but the proof that a commit of that size can be made.
  Result<void> sign_of_life(WallTime now, std::size_t room);

  Result<std::optional<Digest>> find_inbox(const InboxKey& key);
  /// How many lives of this database are known: 1, and one more for each time an old copy of it was put back.
  Result<std::size_t> lives(const std::string& gateway, const std::string& epoch);
  /// Which numbers of findings this gateway need not send again. The databases heard last, all lives of one folded into
  /// one, bounded as the message is.
  Result<std::vector<Holding>> holdings(const std::string& gateway);
  Result<std::optional<TicketId>> ticket_of(const SourceRow& source);
  /// The newest open ticket that any occurrence of this fault reports to; `same_epoch`: from this database only.
  Result<std::optional<TicketId>> open_ticket_of(const SourceRow& source, bool same_epoch);
  Result<std::optional<TicketRow>> find_number(std::string_view number);
  Result<std::optional<TicketRow>> find_ticket(TicketId id);
  Result<TicketId> last_ticket_id();
  /// The highest count used in the numbers of this year.
  Result<std::uint64_t> last_count(int year);
  /// Open ones, and those closed after `closed_after`, by id.
  Result<std::vector<TicketRow>> tickets(WallTime closed_after);
  Result<std::vector<EventRow>> events(TicketId ticket);
  /// No ledger entry, no message and no sign of life is younger than this.
  Result<WallTime> last_moment();

  Result<std::vector<GatewayRow>> gateways();
  /// Newest first. `payload` is cut to 4 KiB.
  Result<std::vector<QuarantineRow>> quarantine(std::size_t most);
  Result<std::uint64_t> quarantined(std::string_view gateway, bool keyed);
  /// The newest `most` readings of one point at a site, oldest first. Those that name no site may be of any.
  Result<std::vector<ReadingRow>> readings(std::string_view gateway, const FindingId& of, std::size_t most);
  /// Removes at most a few thousand rows over the bounds; call it every now and then.
  Result<void> prune(WallTime now);

 private:
  explicit TicketStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace inspect::ticketing
