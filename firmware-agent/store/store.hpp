#pragma once

#include "firmware-agent/config/site.hpp"
#include "firmware-agent/store/judgement_news.hpp"
#include "protocol/control/outbox.hpp"
#include "protocol/core/error.hpp"
#include "protocol/model/finding.hpp"
#include "protocol/model/holdings.hpp"
#include "protocol/model/reading.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace inspect::agent {

/// What must be written before anybody is told: in one transaction, FULL, at once.
struct FindingCommit {
  std::vector<FindingChange> changes;  ///< each becomes a ledger row and an outbox row
  std::vector<Reading> explaining;     ///< the readings that led to them
  Moment at;
};

struct StoreCounters {
  std::uint64_t commits = 0;
  std::uint64_t commit_failures = 0;
  std::uint64_t readings_gathered = 0;
  std::uint64_t readings_stored = 0;
  /// Oldest first: the gather buffer (65536) or the journal was full because the disk stood still; or after close().
  /// What was gathered was stored or dropped, or still waits.
  std::uint64_t readings_dropped = 0;
  std::uint64_t history_bytes = 0;
  std::uint64_t history_blocks_damaged = 0;  ///< left out of answers, each time one was met
  bool degraded = false;                     ///< the last write failed; the watch goes on and tries again
};

struct HistoryEntry {
  WallTime at{};
  double value = 0;
  Quality quality = Quality::good;
  Reason reason = Reason::none;
};

/// The agent's memory. One thread writes; members are called on the loop and never block it.
///
/// What is kept, and for how long:
/// - An open finding and an outbox row without a receipt: for ever, whatever it takes. When the disk has no room left,
///   commit() fails and says so; nothing is thrown away to make room for it but history.
/// - A receipted row: 14 days, and 64 MiB of them.
/// - An ended finding with its events and the readings that explain them: 400 days, and 64 MiB of them. It goes as a
///   whole, takes receipted rows along, and stays as long as one of its rows has no receipt.
/// - Events of one open finding: the newest 500, and older ones while they are in the outbox.
/// - Readings and batches: `site.store`. Occurrence numbers and boots (60 bytes each): for good.
/// Beyond a bound the oldest goes first. Ages count only while the wall clock can be believed, sizes always; both are
/// looked at once an hour.
class Store {
 public:
  /// Opens or creates the two databases below `site.store.directory`, migrates forward, and takes the lock that keeps
  /// a second process out. `site` must outlive the store. Errc::storage with the cure in the message.
  static Result<std::unique_ptr<Store>> open(const Site& site, boost::asio::any_io_executor loop);

  virtual ~Store() = default;

  /// Findings that are open (not normal), as last committed; asked once at start.
  virtual boost::asio::awaitable<Result<std::vector<Finding>>> open_findings() = 0;
  /// Newest first; `with_ended` adds those that returned to normal.
  virtual boost::asio::awaitable<Result<std::vector<Finding>>> findings(bool with_ended, std::size_t most) = 0;
  /// Highest occurrence number ever given to each (device, point, kind); asked once at start.
  virtual boost::asio::awaitable<Result<std::vector<FindingId>>> last_occurrences() = 0;

  virtual boost::asio::awaitable<Result<void>> commit(FindingCommit commit) = 0;

  /// Takes readings for the history and for the batches to the centre. Bounded; a kill loses at most a second of
  /// them, a power cut at most a minute.
  virtual void gather(std::span<const Reading> readings) = 0;

  /// Stored values of one point in [from, to], oldest first, at most `most` (evenly thinned if there are more).
  virtual boost::asio::awaitable<Result<std::vector<HistoryEntry>>> history(PointIndex point, WallTime from,
                                                                            WallTime to, std::size_t most) = 0;

  /// Rows that have no receipt, findings before readings, oldest first, at most `most` and together at most 1 MiB.
  /// `skip` names rows already on their way. Claiming changes nothing on disk.
  virtual boost::asio::awaitable<Result<std::vector<control::OutboxRow>>> claim(
      std::vector<std::pair<std::string, std::uint64_t>> skip, std::size_t most) = 0;
  /// The centre has committed these. Unknown ones are ignored. Returns how many were waiting.
  virtual boost::asio::awaitable<Result<std::size_t>> receipt(std::string epoch, std::vector<std::uint64_t> seqs) = 0;
  virtual boost::asio::awaitable<Result<control::OutboxState>> outbox_state() = 0;
  /// The centre says what it holds. Receipted findings that it does not hold, because its store came back from a
  /// backup, wait again as far as they are still kept (14 days). Returns how many. Errc::not_permitted, with nothing
  /// changed: some waited again less than an hour ago.
  virtual boost::asio::awaitable<Result<std::size_t>> mark_unsent(std::vector<Holding> /*held*/) {
    co_return fail(Errc::invalid_argument, "this store sends nothing again");
  }
  /// A word that must survive a power cut, by its name; empty: none. It is durable when `keep_note` returns.
  virtual boost::asio::awaitable<Result<std::string>> note(std::string /*name*/) { co_return std::string(); }
  virtual boost::asio::awaitable<Result<void>> keep_note(std::string /*name*/, std::string /*text*/) {
    co_return fail(Errc::storage, "this store keeps no notes");
  }
  /// Writes down what judgement learned, all or nothing; durable when it returns.
  virtual boost::asio::awaitable<Result<void>> keep(JudgementNews /*news*/) {
    co_return fail(Errc::storage, "this store keeps no judgement");
  }
  /// What judgement knew when it was last written down; asked once at start.
  virtual boost::asio::awaitable<Result<std::vector<judgement::KeptPiece>>> judgement() {
    co_return std::vector<judgement::KeptPiece>{};
  }
  /// Newest first.
  virtual boost::asio::awaitable<Result<std::vector<control::ForecastRow>>> forecasts(std::size_t /*most*/) {
    co_return std::vector<control::ForecastRow>{};
  }
  virtual boost::asio::awaitable<Result<std::vector<control::PartRow>>> parts(std::string /*device*/,
                                                                              std::size_t /*most*/) {
    co_return std::vector<control::PartRow>{};
  }
  /// Called on the loop after rows were added, so that a waiting bridge can be told.
  virtual void on_outbox(std::function<void()> callback) = 0;

  [[nodiscard]] virtual StoreCounters counters() const = 0;
  /// Last sign of life of the store's thread, for the watchdog.
  [[nodiscard]] virtual BootTime heartbeat() const = 0;
  /// Writes everything that is gathered and closes. Idempotent.
  virtual boost::asio::awaitable<void> close() = 0;
};

}  // namespace inspect::agent
