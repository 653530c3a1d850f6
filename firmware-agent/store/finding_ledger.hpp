#pragma once

#include "firmware-agent/store/database.hpp"
#include "firmware-agent/store/judgement_news.hpp"
#include "firmware-agent/store/open_list.hpp"
#include "firmware-agent/store/reserve.hpp"
#include "firmware-agent/store/sqlite_store.hpp"

#include <set>
#include <utility>

namespace inspect::agent::storage {

/// Rows already on their way to the centre.
using Skip = std::vector<std::pair<std::string, std::uint64_t>>;

/// findings.db: findings, their ledger, what explains them and the outbox. Used by the store's thread alone.
///
/// After any failed write the connection is closed; the next call opens, verifies and makes durable what is there
/// before it goes on: a handle whose fsync failed is never asked again (reliability F09).
class FindingLedger {
 public:
  FindingLedger(const Site& site, const StoreOptions& options, Reserve& reserve,
                std::function<void(const std::string&)> warn);

  /// `used_before`: this directory was in use already, so a findings.db that is not there was lost.
  Result<void> open(bool used_before = false);
  /// All or nothing. Repeating a commit whose outcome is unknown is safe: what is there already is not added again.
  Result<void> commit(const FindingCommit& commit);

  Result<std::vector<Finding>> open_findings();
  Result<std::vector<Finding>> findings(bool with_ended, std::size_t most);
  Result<std::vector<FindingId>> last_occurrences();

  /// Oldest first, at most `most` rows and `most_bytes` of payload.
  Result<std::vector<control::OutboxRow>> claim(const Skip& skip, std::size_t most, std::size_t most_bytes);
  Result<std::size_t> receipt(const std::string& epoch, const std::vector<std::uint64_t>& seqs);
  /// As Store::mark_unsent.
  Result<std::size_t> mark_unsent(const std::vector<Holding>& held);
  Result<control::OutboxState> state();
  /// As Store::note and Store::keep_note.
  Result<std::string> note(const std::string& name);
  Result<void> keep_note(const std::string& name, const std::string& text);
  /// As the members of Store with the same names.
  Result<void> keep(const JudgementNews& news);
  Result<std::vector<judgement::KeptPiece>> judgement();
  Result<std::vector<control::ForecastRow>> forecasts(std::size_t most);
  Result<std::vector<control::PartRow>> parts(const std::string& device, std::size_t most);
  /// Removes what is beyond `options.bounds`, oldest first, in one transaction; by age only while the clock can be
  /// believed. Answers how many things went; most_pruned or more: there may be others, ask again.
  Result<std::size_t> prune();
  static constexpr std::size_t most_pruned = 200;

  /// Renews the list of open findings beside the database when it is due: at once, many in a row every 10 s.
  /// After the commit, never before: a crash between leaves it one change behind, which measuring puts right.
  void keep_list(bool at_once = false);

  [[nodiscard]] const std::string& epoch() const { return opened_.epoch; }

 private:
  template <class Work>
  auto guarded(const char* doing, Work work) -> decltype(work());
  Result<void> ensure_open();
  [[nodiscard]] std::string list_path() const;
  /// Brings back what was open when this file's predecessor was lost, and says so. Errc::storage: must be tried again.
  Result<void> recover(bool lost);
  Result<void> take_over(const OpenList& remains);
  /// A gateway that got another name tells under it what waits.
  void follow_name();
  void note_for_list(const FindingCommit& commit);
  void write(const FindingCommit& commit);
  std::int64_t write_event(const FindingChange& change, const std::string& document);
  void write_finding(const FindingChange& change, std::int64_t event, const std::string& document);
  void write_outbox(const FindingChange& change, std::int64_t event, WallTime at);
  void write_explaining(const std::vector<Reading>& readings, std::int64_t event);
  void note_end(const FindingChange& change);
  std::size_t date_receipts(const Moment& now);
  std::size_t prune_receipted(const Moment& now);
  std::size_t prune_ended(const Moment& now, std::size_t most);
  std::size_t prune_events_of_open(std::size_t most);
  [[nodiscard]] messages::FindingMessage message_of(const FindingChange& change, std::uint64_t seq) const;
  Result<std::vector<Finding>> read_findings(const std::string& where, std::size_t most);

  const Site& site_;
  const StoreOptions& options_;
  Reserve& reserve_;
  std::function<void(const std::string&)> warn_;
  OpenedDatabase opened_;
  std::int64_t boot_ = 0;
  bool used_ = false;
  std::string corrupt_;                ///< put aside, and not yet taken over
  std::string list_text_;              ///< as it lies on the disk
  std::optional<BootTime> unsent_at_;  ///< when rows last waited again
  bool list_due_ = false;
  bool list_failed_ = false;
  int list_credit_ = 0;
  BootTime list_counted_{};
};

template <class Work>
auto FindingLedger::guarded(const char* doing, Work work) -> decltype(work()) {
  if (auto ready = ensure_open(); !ready) return ready.error();
  try {
    return work();
  } catch (const SQLite::Exception& error) {
    abandon(opened_);
    return storage_error(error, std::string("findings.db: cannot ") + doing);
  } catch (const std::exception& error) {
    // Not the disk: what was handed in cannot be written down, and trying again would not help.
    return fail(Errc::invalid_argument, std::string("findings.db: cannot ") + doing + ": " + error.what());
  }
}

/// Receipted while the wall clock could not be believed: its age counts from when it can.
constexpr std::int64_t undated = -1;

/// Boot times of an earlier boot, as this boot's clock would have shown them (zero or negative). By the wall clock when
/// both ends can be believed; otherwise the last change counts as the start of this boot: never more recent than it
/// was.
Finding carried_over(Finding finding, const Moment& now);

}  // namespace inspect::agent::storage
