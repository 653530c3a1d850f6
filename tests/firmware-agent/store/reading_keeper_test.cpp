#include "firmware-agent/store/reading_keeper.hpp"

#include "tests/firmware-agent/store/keeper.hpp"

#include <doctest/doctest.h>

#include <fstream>

using namespace inspect;
using namespace inspect::agent::storage;
using namespace inspect::tests;
using namespace std::chrono_literals;

TEST_CASE("history is the same before a compaction, after it, and after a restart") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  auto options = test_options(clock);
  options.compact_every = 100s;
  std::vector<agent::HistoryEntry> expected;
  const auto compare = [&](ReadingKeeper& keeper) {
    const auto history = keeper.history(volts, WallTime{}, clock.now().wall, 100'000);
    REQUIRE(good(history));
    REQUIRE(history->size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CHECK((*history)[i].at == expected[i].at);
      CHECK((*history)[i].value == expected[i].value);
    }
  };
  for (int life = 0; life < 4; ++life) {
    Keeper keeper(site, clock, options);
    REQUIRE(keeper.opened);
    compare(keeper.keeper);
    for (int i = 0; i < 130; ++i) {
      clock.advance(1s);
      const double value = 11 + 0.01 * static_cast<double>(expected.size() % 90);
      expected.push_back({clock.now().wall, value, Quality::good, Reason::none});
      REQUIRE(keeper.take(value));
    }
    compare(keeper.keeper);
    // Ends here without a flush, as a kill would.
  }
}

TEST_CASE("a reading that is bad says why, and its value is no value") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  Keeper keeper(site, clock);
  keeper.take(12);
  clock.advance(1s);
  auto bad = a_reading(8, 12, clock.now());
  bad.quality = Quality::bad;
  bad.reason = Reason::no_answer;
  REQUIRE(keeper.keeper.take({bad}, clock.now().boot));
  const auto history = keeper.keeper.history(volts, WallTime{}, clock.now().wall, 10);
  REQUIRE(history->size() == 2);
  CHECK(history->back().quality == Quality::bad);
  CHECK(history->back().reason == Reason::no_answer);
  CHECK(history->back().value == 0);
}

TEST_CASE("a long silence between equal values stays a hole") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  Keeper keeper(site, clock);
  for (int i = 0; i < 10; ++i) {
    clock.advance(1s);
    keeper.take(12);
  }
  CHECK(entries(keeper.keeper, clock) == 2);
  clock.advance(10min);
  keeper.take(12);
  CHECK(entries(keeper.keeper, clock) == 3);
}

TEST_CASE("asking for few values gives few, from one end to the other") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  Keeper keeper(site, clock);
  for (int i = 0; i < 500; ++i) {
    clock.advance(1s);
    keeper.take(11 + 0.01 * (i % 50));
  }
  const auto history = keeper.keeper.history(volts, WallTime{}, clock.now().wall, 20);
  REQUIRE(history->size() == 20);
  CHECK(history->back().at - history->front().at > 400s);
  CHECK(keeper.keeper.history(static_cast<PointIndex>(999), WallTime{}, WallTime{}, 1).error().code ==
        Errc::invalid_argument);
}

TEST_CASE("a batch keeps number and content through a restart, before and after compaction") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  auto options = test_options(clock);
  options.compact_every = 150s;
  std::vector<std::string> sent;
  for (int life = 0; life < 5; ++life) {
    Keeper keeper(site, clock, options);
    const auto now_waiting = keeper.claim();
    REQUIRE(now_waiting.size() >= sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i) CHECK(now_waiting[i] == sent[i]);
    for (int i = 0; i < 100; ++i) {
      clock.advance(1s);
      keeper.take(11 + i % 3);
    }
    sent = keeper.claim();
  }
  CHECK(sent.size() >= 5);
}

TEST_CASE("receipted batches are gone, also after a compaction and a restart") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  auto options = test_options(clock);
  options.compact_every = 150s;
  {
    Keeper keeper(site, clock, options);
    for (int i = 0; i < 400; ++i) {
      clock.advance(1s);
      keeper.take(11 + i % 3);
    }
    control::OutboxState state;
    REQUIRE(good(keeper.keeper.state(state)));
    const auto waiting = keeper.claim();
    CHECK(state.readings_waiting == waiting.size());
    std::vector<std::uint64_t> seqs;
    for (const auto& row : keeper.keeper.claim({}, 1000, 1 << 20).value()) seqs.push_back(row.seq);
    CHECK(keeper.keeper.receipt("0123456789abcdef", seqs) == 0);
    CHECK(keeper.keeper.receipt(state.readings_epoch, seqs) == seqs.size());
    CHECK(keeper.keeper.receipt(state.readings_epoch, seqs) == 0);
    CHECK(keeper.claim().empty());
    for (int i = 0; i < 160; ++i) {
      clock.advance(1s);
      keeper.take(15);
    }
  }
  Keeper keeper(site, clock, options);
  for (const auto& payload : keeper.claim()) CHECK(payload.find("=15 ") != std::string::npos);
}

TEST_CASE("batches beyond the bound go, oldest first, and the later ones say how many") {
  const TempDir dir;
  auto site = small_site(dir.path());
  site.store.readings_outbox_bytes = 1500;
  TestClock clock;
  auto options = test_options(clock);
  options.compact_every = 150s;
  Keeper keeper(site, clock, options);
  for (int i = 0; i < 3000; ++i) {
    clock.advance(1s);
    keeper.take(11 + 0.37 * (i * 7919 % 101));
  }
  control::OutboxState state;
  REQUIRE(good(keeper.keeper.state(state)));
  CHECK(state.readings_dropped > 10);
  const auto rows = keeper.keeper.claim({}, 1000, 1 << 20).value();
  REQUIRE_FALSE(rows.empty());
  CHECK(rows.front().seq > state.readings_dropped);
  CHECK(rows.back().payload.find("dropped 0") == std::string::npos);
}

TEST_CASE("history stays below its bound, and the oldest goes first") {
  const TempDir dir;
  auto site = small_site(dir.path());
  site.store.history_bytes = 300'000;
  TestClock clock;
  auto options = test_options(clock);
  options.compact_every = 600s;
  Keeper keeper(site, clock, options);
  const auto start = clock.now().wall;
  std::uint64_t noise = 1;
  for (int i = 0; i < 60'000; ++i) {
    clock.advance(1s);
    std::vector<Reading> readings;
    for (std::uint32_t p = 0; p < 20; ++p) {
      noise = noise * 6364136223846793005ULL + 1442695040888963407ULL;
      readings.push_back(a_reading(p, static_cast<double>(noise >> 40), clock.now()));
    }
    if (i % 5 == 0) REQUIRE(keeper.keeper.take(readings, clock.now().boot));
  }
  CHECK(keeper.keeper.figures().bytes <= site.store.history_bytes);
  const auto history = keeper.keeper.history(volts, start, clock.now().wall, 1'000'000).value();
  REQUIRE_FALSE(history.empty());
  CHECK(history.front().at > start + 1h);
  CHECK(history.back().at > clock.now().wall - 10s);
}

TEST_CASE("a changed scale and a moved point keep their history under their name") {
  const TempDir dir;
  auto site = small_site(dir.path());
  TestClock clock;
  {
    Keeper keeper(site, clock);
    for (int i = 0; i < 10; ++i) {
      clock.advance(1s);
      keeper.take(11.5 + 0.01 * i);
    }
  }
  std::swap(site.profiles[0].points[8], site.profiles[0].points[9]);
  site.profiles[0].points[9].map.scale = 0.1;
  Keeper keeper(site, clock);
  REQUIRE(keeper.opened);
  clock.advance(1s);
  REQUIRE(keeper.keeper.take({a_reading(9, 12.5, clock.now())}, clock.now().boot));
  const auto history = keeper.keeper.history(static_cast<PointIndex>(9), WallTime{}, clock.now().wall, 100).value();
  REQUIRE(history.size() == 11);
  CHECK(history.front().value == 11.5);
  CHECK(history.back().value == 12.5);
  CHECK(keeper.keeper.history(volts, WallTime{}, clock.now().wall, 100).value().empty());
}

TEST_CASE("a journal of another history is given up, and that is said") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  {
    Keeper keeper(site, clock);
    for (int i = 0; i < 70; ++i) {
      clock.advance(1s);
      keeper.take(12);
    }
  }
  std::filesystem::remove(dir / "history.db");
  std::filesystem::remove(dir / "history.db-wal");
  Keeper keeper(site, clock);
  REQUIRE(keeper.opened);
  REQUIRE(keeper.warnings.size() == 1);
  CHECK(keeper.warnings[0].find("readings.journal") != std::string::npos);
  CHECK(keeper.claim().empty());
  CHECK(entries(keeper.keeper, clock) == 0);
}

TEST_CASE("a journal whose beginning is damaged costs readings, never a batch number that was used") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  std::uint64_t sent = 0;
  {
    Keeper keeper(site, clock);
    for (int i = 0; i < 200; ++i) {
      clock.advance(1s);
      keeper.take(11 + i % 3);
    }
    sent = keeper.keeper.claim({}, 1000, 1 << 20)->back().seq;
  }
  {
    std::fstream file(dir / "readings.journal", std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(20);
    file << "damage";
  }
  for (int life = 0; life < 2; ++life) {
    Keeper keeper(site, clock);
    REQUIRE(keeper.opened);
    for (int i = 0; i < 70; ++i) {
      clock.advance(1s);
      keeper.take(11 + i % 3);
    }
    const auto rows = keeper.keeper.claim({}, 1000, 1 << 20).value();
    REQUIRE_FALSE(rows.empty());
    CHECK(rows.front().seq > sent + 1000);
  }
}

TEST_CASE("a site that reads very much waits no minute for the disk: little of it is in memory only") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  std::uint64_t noise = 1;
  constexpr std::size_t taken = 2000;
  {
    Keeper keeper(site, clock);
    for (std::size_t i = 0; i < taken; ++i) {
      clock.advance(10ms);
      std::vector<Reading> readings;
      for (std::uint32_t p = 0; p < 20; ++p) {
        noise = noise * 6364136223846793005ULL + 1442695040888963407ULL;
        readings.push_back(a_reading(p, static_cast<double>(noise >> 40), clock.now()));
      }
      REQUIRE(keeper.keeper.take(readings, clock.now().boot));
    }
  }
  // A power cut: what lies in memory is gone.
  for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
    if (entry.path().extension() == ".tail") std::filesystem::remove(entry.path());
  }
  Keeper keeper(site, clock);
  REQUIRE(keeper.opened);
  CHECK(entries(keeper.keeper, clock) > taken / 4);
}

TEST_CASE("a second that changes more than a batch holds travels whole, in several batches") {
  const TempDir dir;
  constexpr std::uint32_t points = 500;
  const auto site = small_site(dir.path(), points / 10);
  TestClock clock;
  Keeper keeper(site, clock);
  std::vector<Reading> readings;
  for (std::uint32_t p = 0; p < points; ++p) readings.push_back(a_reading(p, 1, clock.now()));
  REQUIRE(keeper.keeper.take(readings, clock.now().boot));
  clock.advance(60s);
  REQUIRE(keeper.keeper.take({a_reading(0, 1, clock.now())}, clock.now().boot));
  std::size_t travelled = 0;
  for (const auto& payload : keeper.claim()) {
    const auto entries = static_cast<std::size_t>(std::count(payload.begin(), payload.end(), '='));
    CHECK(entries <= messages::largest_batch);
    travelled += entries;
  }
  CHECK(travelled == points);
}
