#include "firmware-agent/store/sqlite_store.hpp"

#include "firmware-agent/store/finding_ledger.hpp"
#include "firmware-agent/store/reading_keeper.hpp"
#include "firmware-agent/store/store_thread.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <filesystem>

namespace inspect::agent {

namespace asio = boost::asio;
using storage::FindingLedger;
using storage::ReadingKeeper;

namespace {

/// Some four minutes of the reference site (250 points at 1 s) while the disk stands still; oldest first beyond it.
constexpr std::size_t most_gathered = 1 << 16;
/// As many go at once, so that a full buffer is not moved for every reading.
constexpr std::size_t drop_step = 1 << 10;
/// So many (some 110 KiB) are handed over before their second is whole: a fast site takes no more memory than a slow
/// one.
constexpr std::size_t most_held_back = 1 << 11;
constexpr std::size_t most_claimed_bytes = 1 << 20;
constexpr std::chrono::minutes housekeeping_every{60};
/// Less than this free: the disk is full. Some two hundred findings fit.
constexpr std::uint64_t room_for_findings = 1 << 20;

// Jobs with captures that own something are named before `co_await`: GCC 12 destroys such a temporary twice.
class SqliteStore final : public Store {
 public:
  SqliteStore(const Site& site, asio::any_io_executor loop, StoreOptions options, storage::File lock)
      : site_(site),
        options_(std::move(options)),
        lock_(std::move(lock)),
        loop_(std::move(loop)),
        warn_([loop = loop_, warn = options_.warn](const std::string& text) {
          if (warn) asio::post(loop, [warn, text] { warn(text); });
        }),
        reserve_(site.store.directory, options_.reserve_bytes),
        ledger_(site, options_, reserve_, warn_),
        keeper_(site, options_, reserve_, warn_),
        thread_([this] { return options_.now().boot; }),
        timer_(loop_) {}

  /// `used_before`: the directory is not new.
  Result<void> start(bool used_before) {
    reserve_.hold();
    if (auto opened = open_parts(used_before); !opened) return opened;
    note(keeper_.figures());
    thread_.start();
    if (options_.own_timer) asio::co_spawn(loop_, tick(alive_), asio::detached);
    return {};
  }

  asio::awaitable<Result<std::vector<Finding>>> open_findings() override {
    co_return co_await thread_.run([this] { return ledger_.open_findings(); });
  }
  asio::awaitable<Result<std::vector<Finding>>> findings(bool with_ended, std::size_t most) override {
    co_return co_await thread_.run([this, with_ended, most] { return ledger_.findings(with_ended, most); });
  }
  asio::awaitable<Result<std::vector<FindingId>>> last_occurrences() override {
    co_return co_await thread_.run([this] { return ledger_.last_occurrences(); });
  }

  asio::awaitable<Result<void>> commit(FindingCommit commit) override {
    auto job = [this, what = std::move(commit)] { return ledger_.commit(what); };
    auto result = co_await thread_.run(std::move(job));
    ++(result ? counters_.commits : counters_.commit_failures);
    findings_failed_ = !result && result.error().code == Errc::storage;
    if (result && callback_) callback_();
    co_return result;
  }

  void gather(std::span<const Reading> readings) override;

  asio::awaitable<Result<std::vector<HistoryEntry>>> history(PointIndex point, WallTime from, WallTime to,
                                                             std::size_t most) override {
    co_return co_await thread_.run([=, this] { return keeper_.history(point, from, to, most); });
  }

  asio::awaitable<Result<std::vector<control::OutboxRow>>> claim(storage::Skip skip, std::size_t most) override;
  asio::awaitable<Result<std::size_t>> receipt(std::string epoch, std::vector<std::uint64_t> seqs) override;
  asio::awaitable<Result<control::OutboxState>> outbox_state() override;
  asio::awaitable<Result<std::size_t>> mark_unsent(std::vector<Holding> held) override;
  asio::awaitable<Result<std::string>> note(std::string name) override {
    auto job = [this, name = std::move(name)] { return ledger_.note(name); };
    co_return co_await thread_.run(std::move(job));
  }
  asio::awaitable<Result<void>> keep_note(std::string name, std::string text) override {
    auto job = [this, name = std::move(name), text = std::move(text)] { return ledger_.keep_note(name, text); };
    co_return co_await thread_.run(std::move(job));
  }
  asio::awaitable<Result<void>> keep(JudgementNews news) override {
    auto job = [this, news = std::move(news)] { return ledger_.keep(news); };
    co_return co_await thread_.run(std::move(job));
  }
  asio::awaitable<Result<std::vector<judgement::KeptPiece>>> judgement() override {
    co_return co_await thread_.run([this] { return ledger_.judgement(); });
  }
  asio::awaitable<Result<std::vector<control::ForecastRow>>> forecasts(std::size_t most) override {
    co_return co_await thread_.run([this, most] { return ledger_.forecasts(most); });
  }
  asio::awaitable<Result<std::vector<control::PartRow>>> parts(std::string device, std::size_t most) override {
    auto job = [this, most, device = std::move(device)] { return ledger_.parts(device, most); };
    co_return co_await thread_.run(std::move(job));
  }
  void on_outbox(std::function<void()> callback) override { callback_ = std::move(callback); }

  [[nodiscard]] StoreCounters counters() const override {
    auto counters = counters_;
    counters.readings_dropped += overflowed_;
    counters.degraded = findings_failed_ || readings_failed_;
    return counters;
  }
  [[nodiscard]] BootTime heartbeat() const override { return thread_.heartbeat(); }

  asio::awaitable<void> close() override;

 private:
  /// A coroutine of ours may outlive the store; it holds this to know.
  using Alive = std::weak_ptr<const bool>;
  struct Taken {
    bool good = false;
    ReadingKeeper::Figures figures;
  };

  Result<void> open_parts(bool used_before);
  [[nodiscard]] bool no_room() const { return storage::free_bytes(site_.store.directory) < room_for_findings; }
  asio::awaitable<void> tick(Alive alive);
  asio::awaitable<void> hand_over(Alive alive);
  /// A whole second of readings, or as many as may be held back.
  [[nodiscard]] bool worth_handing_over() const;
  void bound_gathered();
  void give_back();
  Result<Taken> take(BootTime now);
  void note(const ReadingKeeper::Figures& figures);

  const Site& site_;
  StoreOptions options_;
  storage::File lock_;
  asio::any_io_executor loop_;
  std::function<void(const std::string&)> warn_;

  // The store's thread only, once it runs.
  storage::Reserve reserve_;
  FindingLedger ledger_;
  ReadingKeeper keeper_;
  BootTime housekeeping_{};

  /// The loop's, except between the start and the end of the one take() under way.
  std::vector<Reading> handed_over_;

  // The loop only.
  std::vector<Reading> gathered_;
  bool handing_over_ = false;
  bool closed_ = false;
  bool findings_failed_ = false;
  bool readings_failed_ = false;
  std::uint64_t overflowed_ = 0;
  std::uint64_t claimable_ = 0;
  StoreCounters counters_;
  std::function<void()> callback_;

  storage::StoreThread thread_;
  asio::steady_timer timer_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

// On a disk that something else filled the watch must begin all the same, and have room for what it finds: first the
// reserve goes, then the raw values, which count less than a finding that cannot be written.
Result<void> SqliteStore::open_parts(bool used_before) {
  const auto attempt = [&]() -> Result<void> {
    auto opened = ledger_.open(used_before);
    return opened ? keeper_.open() : opened;
  };
  auto opened = attempt();
  if (!opened && no_room() && reserve_.release()) {
    warn_("the disk is full (" + opened.error().message + "); the reserve was given up so that the store opens");
    opened = attempt();
  }
  if (!no_room() || reserve_.held()) return opened;
  const auto given_up = keeper_.give_up_files();
  if (given_up == 0) return opened;
  warn_("the disk is full and the reserve is used up: the history of readings (" + std::to_string(given_up >> 10) +
        " KiB) was given up so that findings can be written; free some space on this disk");
  return attempt();
}

void SqliteStore::gather(std::span<const Reading> readings) {
  counters_.readings_gathered += readings.size();
  if (closed_) overflowed_ += readings.size();
  if (readings.empty() || closed_) return;
  gathered_.insert(gathered_.end(), readings.begin(), readings.end());
  bound_gathered();
  if (!handing_over_ && worth_handing_over()) {
    handing_over_ = true;
    asio::co_spawn(loop_, hand_over(alive_), asio::detached);
  }
}

void SqliteStore::bound_gathered() {
  if (gathered_.size() <= most_gathered) return;
  const auto surplus = (gathered_.size() - most_gathered + drop_step - 1) / drop_step * drop_step;
  gathered_.erase(gathered_.begin(), gathered_.begin() + static_cast<std::ptrdiff_t>(surplus));
  overflowed_ += surplus;
}

bool SqliteStore::worth_handing_over() const {
  const auto second = [](const Reading& r) {
    return std::chrono::floor<std::chrono::seconds>(r.measured_at.boot.time_since_epoch());
  };
  return gathered_.size() >= most_held_back ||
         (!gathered_.empty() && second(gathered_.front()) != second(gathered_.back()));
}

// One hand-over is under way at a time: while the disk stands still readings wait in `gathered_`, which is bounded.
asio::awaitable<void> SqliteStore::hand_over(Alive alive) {
  do {
    const auto now = gathered_.empty() ? options_.now().boot : gathered_.back().measured_at.boot;
    handed_over_.swap(gathered_);  // two buffers in turn, neither grown anew each second
    auto taken = co_await thread_.run([this, now] { return take(now); });
    if (alive.expired()) co_return;
    readings_failed_ = !taken || !taken->good;
    if (!taken) {
      // Refused: the thread has too much to do. They wait for the next gather() or second.
      give_back();
      break;
    }
    note(taken->figures);
  } while (worth_handing_over() && !closed_);
  handing_over_ = false;
}

void SqliteStore::give_back() {
  auto newer = std::exchange(gathered_, std::exchange(handed_over_, {}));
  gathered_.insert(gathered_.end(), newer.begin(), newer.end());
  bound_gathered();
}

Result<SqliteStore::Taken> SqliteStore::take(BootTime now) {
  // Whatever happens from here on, they are not taken twice.
  auto readings = std::exchange(handed_over_, {});
  reserve_.hold();
  const bool good = keeper_.take(readings, now);
  readings.clear();
  if (readings.capacity() <= 2 * most_held_back) handed_over_ = std::move(readings);
  ledger_.keep_list();
  if (now - housekeeping_ >= housekeeping_every) {
    const auto pruned = ledger_.prune();
    // What cannot be pruned now is pruned in an hour; more than one helping, with the next second.
    if (!pruned || *pruned < FindingLedger::most_pruned) housekeeping_ = now;
  }
  return Taken{good, keeper_.figures()};
}

void SqliteStore::note(const ReadingKeeper::Figures& figures) {
  counters_.readings_stored = figures.stored;
  counters_.readings_dropped = figures.dropped;
  counters_.history_bytes = figures.bytes;
  counters_.history_blocks_damaged = figures.damaged;
  if (std::exchange(claimable_, figures.claimable) < figures.claimable && callback_) callback_();
}

asio::awaitable<void> SqliteStore::tick(Alive alive) {
  boost::system::error_code stopped;
  for (;;) {
    timer_.expires_after(std::chrono::seconds{1});
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, stopped));
    if (stopped || alive.expired() || closed_) co_return;
    if (handing_over_) continue;
    handing_over_ = true;
    co_await hand_over(alive);
    if (alive.expired()) co_return;
  }
}

asio::awaitable<Result<std::vector<control::OutboxRow>>> SqliteStore::claim(storage::Skip skip, std::size_t most) {
  using Rows = Result<std::vector<control::OutboxRow>>;
  auto job = [this, most, skip = std::move(skip)]() -> Rows {
    auto rows = ledger_.claim(skip, most, most_claimed_bytes);
    if (!rows || rows->size() >= most) return rows;
    std::size_t bytes = 0;
    for (const auto& row : *rows) bytes += row.payload.size();
    if (bytes >= most_claimed_bytes) return rows;
    auto readings = keeper_.claim(skip, most - rows->size(), most_claimed_bytes - bytes);
    // Findings travel also when the history cannot be read.
    if (readings) std::move(readings->begin(), readings->end(), std::back_inserter(*rows));
    return rows;
  };
  co_return co_await thread_.run(std::move(job));
}

asio::awaitable<Result<std::size_t>> SqliteStore::receipt(std::string epoch, std::vector<std::uint64_t> seqs) {
  auto job = [this, epoch = std::move(epoch), seqs = std::move(seqs)]() -> Result<std::size_t> {
    auto findings = ledger_.receipt(epoch, seqs);
    if (!findings) return findings;
    return *findings + keeper_.receipt(epoch, seqs);
  };
  co_return co_await thread_.run(std::move(job));
}

asio::awaitable<Result<control::OutboxState>> SqliteStore::outbox_state() {
  co_return co_await thread_.run([this]() -> Result<control::OutboxState> {
    auto state = ledger_.state();
    if (!state) return state;
    if (auto readings = keeper_.state(*state); !readings) return readings.error();
    return state;
  });
}

asio::awaitable<Result<std::size_t>> SqliteStore::mark_unsent(std::vector<Holding> held) {
  auto job = [this, held = std::move(held)] { return ledger_.mark_unsent(held); };
  auto changed = co_await thread_.run(std::move(job));
  if (changed && *changed > 0 && callback_) callback_();
  co_return changed;
}

asio::awaitable<void> SqliteStore::close() {
  if (std::exchange(closed_, true)) co_return;
  timer_.cancel();
  auto job = [this, readings = std::exchange(gathered_, {})]() -> Result<void> {
    if (!readings.empty()) keeper_.take(readings, readings.back().measured_at.boot);
    ledger_.keep_list(true);
    return keeper_.flush();
  };
  auto last = co_await thread_.run(std::move(job));
  if (!last) warn_(last.error().message);
  thread_.stop();
}

}  // namespace

namespace {

/// These are made only after findings.db was durable, so without it beside them it was lost; without them its first
/// opening may just have been cut short.
bool was_used(const std::string& directory) {
  std::error_code ignored;
  return std::filesystem::exists(directory + "/history.db", ignored) ||
         std::filesystem::exists(directory + "/readings.journal", ignored) ||
         std::filesystem::exists(directory + "/findings.open", ignored);
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(const Site& site, asio::any_io_executor loop, StoreOptions options) {
  const auto& directory = site.store.directory;
  if (auto made = storage::make_directory(directory); !made) return made.error();
  auto lock = storage::File::open(directory + "/lock");
  if (!lock) return lock.error();
  if (!lock->lock()) {
    return fail(Errc::storage,
                directory + ": another process uses this store; stop it first (systemctl stop inspectd)");
  }
  auto store = std::make_unique<SqliteStore>(site, std::move(loop), std::move(options), std::move(*lock));
  if (auto started = store->start(was_used(directory)); !started) return started.error();
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace inspect::agent
