#include "firmware-agent/daemon/judgement_keeper.hpp"

#include "firmware-agent/daemon/wear_rows.hpp"
#include "tests/firmware-agent/detection/judged_site.hpp"

#include <doctest/doctest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <map>

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::agent::world;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

/// Keeps what it is given, as the real one does.
struct PieceStore final : Store {
  std::map<std::string, std::string> pieces;
  std::vector<control::ForecastRow> forecast_rows;
  std::vector<control::PartRow> part_rows;
  std::size_t pieces_written = 0;
  int failures = 0;

  asio::awaitable<Result<void>> keep(JudgementNews news) override {
    if (failures > 0) {
      --failures;
      co_return fail(Errc::storage, "disk full");
    }
    pieces_written += news.pieces.size();
    for (auto& piece : news.pieces) pieces[piece.name] = std::move(piece.bytes);
    forecast_rows.insert(forecast_rows.end(), news.forecasts.begin(), news.forecasts.end());
    part_rows.insert(part_rows.end(), news.parts.begin(), news.parts.end());
    co_return Result<void>{};
  }
  [[nodiscard]] std::vector<judgement::KeptPiece> all() const {
    std::vector<judgement::KeptPiece> list;
    for (const auto& [name, bytes] : pieces) list.push_back({name, bytes});
    return list;
  }

  asio::awaitable<Result<std::vector<Finding>>> open_findings() override { co_return std::vector<Finding>{}; }
  asio::awaitable<Result<std::vector<Finding>>> findings(bool, std::size_t) override {
    co_return std::vector<Finding>{};
  }
  asio::awaitable<Result<std::vector<FindingId>>> last_occurrences() override { co_return std::vector<FindingId>{}; }
  asio::awaitable<Result<void>> commit(FindingCommit) override { co_return Result<void>{}; }
  void gather(std::span<const Reading>) override {}
  asio::awaitable<Result<std::vector<HistoryEntry>>> history(PointIndex, WallTime, WallTime, std::size_t) override {
    co_return std::vector<HistoryEntry>{};
  }
  asio::awaitable<Result<std::vector<control::OutboxRow>>> claim(std::vector<std::pair<std::string, std::uint64_t>>,
                                                                 std::size_t) override {
    co_return std::vector<control::OutboxRow>{};
  }
  asio::awaitable<Result<std::size_t>> receipt(std::string, std::vector<std::uint64_t>) override {
    co_return std::size_t{0};
  }
  asio::awaitable<Result<control::OutboxState>> outbox_state() override { co_return control::OutboxState{}; }
  void on_outbox(std::function<void()>) override {}
  [[nodiscard]] StoreCounters counters() const override { return {}; }
  [[nodiscard]] BootTime heartbeat() const override { return {}; }
  asio::awaitable<void> close() override { co_return; }
};

template <class T>
T run(asio::io_context& loop, asio::awaitable<T> work) {
  std::optional<T> result;
  asio::co_spawn(loop, std::move(work), [&](const std::exception_ptr& error, T value) {
    CHECK_FALSE(error);
    result = std::move(value);
  });
  loop.restart();
  loop.run();
  REQUIRE(result.has_value());
  return std::move(*result);
}

void fall(JudgedSite& world) {
  world.reads = [&world](std::size_t device, std::size_t what, double sound) {
    const bool meant = device == 0 && what == JudgedSite::volts;
    return meant ? sound - 0.015 * std::max(0.0, world.days() - 20) : sound;
  };
}

struct Kept {
  asio::io_context loop;
  JudgedSite world;
  PieceStore store;
  std::unique_ptr<JudgementKeeper> keeper;

  Kept() {
    fall(world);
    open();
  }
  void open() {
    keeper = std::make_unique<JudgementKeeper>(world.site, world.man->foresight(), store, loop.get_executor());
  }
  /// As the daemon does: written down when something changed.
  void live(double days) {
    for (const double end = world.days() + days; world.days() < end;) {
      world.minute();
      if (keeper->due()) (void)run(loop, keeper->write());
    }
  }
};

}  // namespace

TEST_CASE("what judgement learned goes to the store by the hour, and only the pieces that changed") {
  Kept kept;
  kept.live(1);
  const auto after_a_day = kept.store.pieces_written;
  CHECK(kept.store.pieces.count("trend/psu-1/output.voltage") == 0);  // nothing is learned of it yet
  CHECK(kept.store.pieces.count("part/psu-1") == 1);
  kept.live(1);
  // Three supplies, two feeds and the site, an hour each; no trend of a point whose day did not end.
  CHECK(kept.store.pieces_written - after_a_day <= 24 * 6 + 10);
  CHECK(kept.store.pieces_written - after_a_day >= 24 * 3);
  kept.live(10);
  CHECK(kept.store.pieces.count("trend/psu-1/output.voltage") == 1);
}

TEST_CASE("killed at any minute, the agent goes on from what was written and tells the same, once") {
  Kept whole;
  whole.live(65);
  Kept killed;
  std::vector<FindingChange> told;
  for (const double at : {7.31, 17.77, 33.02, 41.5, 47.99, 60.25}) {
    killed.live(at - killed.world.days());
    auto open = killed.world.man->open();
    killed.world.start();
    killed.world.man->restore(std::move(open), killed.world.given);
    CHECK(killed.world.man->restore(killed.store.all()).empty());
    killed.open();
    CHECK_FALSE(killed.keeper->due());
  }
  killed.live(65 - killed.world.days());
  CHECK(killed.world.story() == whole.world.story());
  // Every forecast was written once when it was made, and graded when the limit was crossed.
  std::map<WallTime, int> made;
  bool crossed = false;
  for (const auto& row : killed.store.forecast_rows) {
    if (row.outcome == "open") ++made[row.made];
    crossed = crossed || row.outcome == "crossed";
  }
  CHECK(made.size() > 3);
  for (const auto& [when, times] : made) CHECK(times == 1);
  CHECK(crossed);
}

TEST_CASE("a disk that fails delays what was learned and loses nothing; the answer to a person says so") {
  Kept kept;
  kept.live(2);
  kept.store.failures = 1;
  const control::PartRow part{moment(kept.world.clock).wall, "psu-1", "", "LM2596S", "zhang", "replaced"};
  CHECK_FALSE(run(kept.loop, kept.keeper->note(part)).has_value());
  CHECK(kept.keeper->due());
  CHECK(run(kept.loop, kept.keeper->write()).has_value());
  CHECK(kept.store.part_rows == std::vector{part});
  JudgedSite fresh;
  CHECK(fresh.man->restore(kept.store.all()).empty());
}

TEST_CASE("a set-point that somebody changed is recorded as such") {
  Kept kept;
  kept.world.reads = [&](std::size_t device, std::size_t what, double sound) {
    return device == 1 && what == JudgedSite::set && kept.world.days() > 0.5 ? 5.0 : sound;
  };
  kept.live(1);
  REQUIRE(kept.store.part_rows.size() == 1);
  CHECK(kept.store.part_rows[0].device == "psu-2");
  CHECK(kept.store.part_rows[0].why == "set-point 12 V → 5 V");
  CHECK(kept.store.part_rows[0].by.empty());
}

TEST_CASE("a trend is told with its days, limits and forecast; a point of no such quantity is not") {
  Kept kept;
  kept.live(1);
  const auto point = kept.world.point(0, JudgedSite::volts);
  const auto& foresight = kept.world.man->foresight();
  auto row = trend_row(kept.world.site, foresight, point);
  REQUIRE(row.has_value());
  CHECK(row->learned < 1);
  CHECK_FALSE(row->usual.has_value());
  CHECK_FALSE(trend_row(kept.world.site, foresight, kept.world.point(0, JudgedSite::input)).has_value());
  kept.live(50);
  row = trend_row(kept.world.site, foresight, point);
  CHECK(row->learned == 1);
  CHECK(*row->usual == doctest::Approx(12.01).epsilon(0.002));
  CHECK(row->low == 11.4);
  CHECK(row->high == 12.6);
  CHECK(row->days.size() > 40);
  CHECK(row->days.back().level < 11.65);
  REQUIRE(row->forecast.has_value());
  CHECK(row->forecast->probability > 0.8);
  CHECK(row->forecast->earliest <= row->forecast->crossing);
  CHECK(row->forecast->crossing <= row->forecast->latest);
}

TEST_CASE("how good forecasts were is told by kind, with what is switched off") {
  Kept kept;
  auto& ledger = kept.world.man->foresight().judge().ledger();
  CHECK(skill_rows(kept.world.man->foresight()).empty());
  for (std::uint32_t i = 0; i < judgement::ForecastLedger::enough; ++i) {
    judgement::Foretold wrong;
    wrong.made = 100.0 * 86400 * i;
    wrong.point = 0;
    wrong.first = true;
    wrong.forecast.probability = 0.95;
    wrong.experts.fill(0.95F);
    ledger.write(wrong);
    ledger.age(wrong.made + 61 * 86400.0);
  }
  const auto rows = skill_rows(kept.world.man->foresight());
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].kind == "rail.drift");
  CHECK(rows[0].brier == doctest::Approx(0.9025));
  CHECK_FALSE(rows[0].trusted);
  CHECK(rows[0].experts_off.size() == judgement::expert_count);
}
