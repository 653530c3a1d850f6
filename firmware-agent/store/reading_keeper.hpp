#pragma once

#include "firmware-agent/store/exception_filter.hpp"
#include "firmware-agent/store/finding_ledger.hpp"
#include "firmware-agent/store/history_database.hpp"
#include "firmware-agent/store/journal.hpp"

#include <deque>
#include <set>

namespace inspect::agent::storage {

// First byte of a journal record.
constexpr std::uint8_t second_record = 1;
constexpr std::uint8_t batch_record = 2;

constexpr std::uint64_t journal_bytes = 1 << 20;
/// A batch holds no more, and is closed early at so many entries; both stay well below messages::largest_message.
constexpr std::size_t most_entries = messages::largest_batch;
constexpr std::size_t most_entry_bytes = 48 << 10;
/// A value that moves without end travels this often and no oftener: one that is read each second, at each reading.
constexpr std::int64_t shortest_age_ms = 900;

/// Everything about readings on the store's thread: journal by the second, durable by the minute, compact history by
/// the hour, batches for the centre by exception.
///
/// A batch may be claimed only once it is durable: a number the centre has seen is never given to other content.
class ReadingKeeper {
 public:
  ReadingKeeper(const Site& site, const StoreOptions& options, Reserve& reserve,
                std::function<void(const std::string&)> warn);

  Result<void> open();
  /// The disk is full before or after open(): removes history.db, its damaged predecessors and the journal, with the
  /// batches in them that the centre does not have. Answers how many bytes that gave back; 0: too few to be worth it,
  /// and nothing was removed. Needs open() again.
  std::uint64_t give_up_files();
  /// Journals these (in order of their boot times), then does what is due at `now`. False: something failed; what was
  /// taken is kept in memory and tried again.
  bool take(const std::vector<Reading>& readings, BootTime now);
  /// Everything durable.
  Result<void> flush();

  Result<std::vector<HistoryEntry>> history(PointIndex point, WallTime from, WallTime to, std::size_t most);

  /// Rows of Stream::readings after those of `skip`, oldest first.
  Result<std::vector<control::OutboxRow>> claim(const Skip& skip, std::size_t most, std::size_t most_bytes);
  std::size_t receipt(const std::string& epoch, const std::vector<std::uint64_t>& seqs);
  Result<void> state(control::OutboxState& state);

  struct Figures {
    std::uint64_t stored = 0;     ///< readings taken into the journal
    std::uint64_t dropped = 0;    ///< readings given up because neither journal nor database could be written
    std::uint64_t bytes = 0;      ///< of the history database
    std::uint64_t damaged = 0;    ///< blocks left out of answers
    std::uint64_t claimable = 0;  ///< batches below this number may be claimed; grows when there is news
  };
  [[nodiscard]] Figures figures() const;

 private:
  /// Everything that hangs on the numbers of one history.db.
  struct Numbering {
    std::vector<HistoryDatabase::KnownPoint> known;
    std::vector<StoredPoint> stored;
    std::vector<ExceptionFilter::Limits> limits;
    std::vector<StoredId> ids;
    std::vector<std::optional<PointIndex>> point_of;
    std::vector<std::vector<StoredId>> namesakes;
  };
  Result<Numbering> number_points();
  void adopt(Numbering numbering);
  void make_journal();
  void tell_put_aside(const HistoryDatabase::State& state);
  /// False while the history database can neither be used nor begun anew.
  bool database_ready();
  bool start_over();
  /// A record of the journal, again; `current`: history.db does not have it yet.
  bool replay(std::string_view record, bool current);
  void go_on_from(const Journal::Content& content);
  SecondRecord record_of(std::span<const Reading> readings) const;
  bool journal_second(std::span<const Reading> readings);
  bool append(const std::string& record);
  void observe(const SecondRecord& record);
  void observe_value(const ValueChange& change);
  void close_batches();
  void close_batch();
  [[nodiscard]] std::size_t entries_of_one_batch() const;
  bool do_what_is_due(BootTime now);
  bool make_durable(BootTime now);
  bool compact(BootTime now);
  bool begin_anew(std::uint64_t generation);
  void give_up_block();
  void bound_batches();
  [[nodiscard]] bool history_may_grow();
  [[nodiscard]] bool journal_fits();

  const Site& site_;
  const StoreOptions& options_;
  Reserve& reserve_;
  std::function<void(const std::string&)> warn_;

  HistoryDatabase database_;
  std::optional<Journal> journal_;
  std::string tail_path_;
  OpenBlock block_;
  ExceptionFilter filter_;
  std::size_t taken_bytes_ = 0;  ///< what the journal holds, or would if it could be written
  std::string epoch_;
  std::uint64_t generation_ = 0;
  std::vector<StoredId> ids_;                        ///< by PointIndex
  std::vector<std::optional<PointIndex>> point_of_;  ///< by StoredId; nothing: no longer configured
  std::vector<std::vector<StoredId>> namesakes_;     ///< by PointIndex: the same name under any scaling
  std::vector<HistoryDatabase::KnownPoint> known_;   ///< by StoredId

  std::vector<ValueChange> pending_;   ///< of the batch that is open
  std::deque<Batch> recent_;           ///< closed, not yet in the database
  std::set<std::uint64_t> receipted_;  ///< in the database still
  std::uint64_t next_batch_ = 1;
  std::uint64_t claimable_ = 1;
  std::uint64_t dropped_batches_ = 0;

  std::optional<BootTime> last_sync_;
  std::optional<BootTime> last_compaction_;
  std::optional<BootTime> last_batch_;
  Figures figures_;
};

}  // namespace inspect::agent::storage
