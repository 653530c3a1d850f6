// A history that is damaged under a running agent: what can be read is read, nothing is made up, and it goes on.
#include "tests/firmware-agent/store/keeper.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <map>
#include <optional>
#include <random>

using namespace inspect;
using namespace inspect::agent::storage;
using namespace inspect::tests;
using namespace std::chrono_literals;

namespace {

using Values = std::map<WallTime, double>;

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void overwrite(const std::string& path, std::uint64_t offset, std::string_view bytes) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(offset));
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// Some hours of values that compress badly, one compaction each.
void hours(const agent::Site& site, TestClock& clock, const agent::StoreOptions& options, int count, Values& said) {
  Keeper keeper(site, clock, options);
  REQUIRE(keeper.opened);
  std::mt19937_64 random(1);
  for (int hour = 0; hour < count; ++hour) {
    for (int i = 0; i < 600; ++i) {
      const double value = 0.01 * static_cast<double>(random() % 60'000);
      said[clock.advance(1s).wall] = value;
      REQUIRE(keeper.take(value));
    }
    clock.advance(options.compact_every);
    REQUIRE(keeper.keeper.take({}, clock.now().boot));
  }
}

/// No entry that was not said; answers how many there are.
std::size_t true_ones(Keeper& keeper, const TestClock& clock, const Values& said) {
  const auto history = keeper.keeper.history(volts, WallTime{}, clock.now().wall, 1'000'000);
  REQUIRE(good(history));
  for (const auto& entry : *history) {
    const auto found = said.find(entry.at);
    REQUIRE(found != said.end());
    CHECK(found->second == entry.value);
  }
  return history->size();
}

/// The connection is dropped after a failed write, so that the next one reads the file and not its cache.
void forget_the_cache(Keeper& keeper, TestClock& clock) {
  signal(SIGXFSZ, SIG_IGN);
  const auto limit = [](rlim_t size) {
    const rlimit now{size, RLIM_INFINITY};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &now) == 0);
  };
  limit(0);
  clock.advance(keeper.options.compact_every);
  CHECK_FALSE(keeper.keeper.take({}, clock.now().boot));
  limit(RLIM_INFINITY);
}

agent::StoreOptions hourly(const TestClock& clock) {
  auto options = test_options(clock);
  options.reserve_bytes = 0;
  return options;
}

}  // namespace

TEST_CASE("a damaged block costs its own hour, is counted, and the rest is answered") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  const auto options = hourly(clock);
  Values said;
  hours(site, clock, options, 4, said);
  // One bit within a block, where SQLite notices nothing.
  const auto path = dir / "history.db";
  const auto piece = [&] {
    SQLite::Database db(path, SQLite::OPEN_READWRITE);
    return db.execAndGet("SELECT substr(data, 60, 40) FROM blocks ORDER BY id LIMIT 1").getString();
  }();
  const auto at = content(path).find(piece);
  REQUIRE(at != std::string::npos);
  overwrite(path, at, std::string(1, static_cast<char>(piece[0] ^ 4)));
  Keeper keeper(site, clock, options);
  REQUIRE(keeper.opened);
  CHECK(keeper.warnings.empty());
  CHECK(true_ones(keeper, clock, said) == 3 * 600);
  CHECK(keeper.keeper.figures().damaged == 1);
}

TEST_CASE("whatever page is damaged while the agent runs, no value is wrong, this hour stays, and history goes on") {
  const TempDir original;
  TestClock clock;
  Values past;
  hours(small_site(original.path()), clock, hourly(clock), 6, past);
  const auto pages = std::filesystem::file_size(original / "history.db") / 4096;
  REQUIRE(pages > 10);
  int anew = 0;
  int partly = 0;
  int around = 0;
  for (std::uint64_t page = 0; page < pages; ++page) {
    CAPTURE(page);
    const TempDir base;
    const auto directory = base / "store";
    std::filesystem::copy(original.path(), directory, std::filesystem::copy_options::recursive);
    const auto site = small_site(directory);
    auto now = TestClock{};
    now.advance(std::chrono::duration_cast<std::chrono::milliseconds>(clock.now().boot - now.now().boot));
    auto options = hourly(now);
    auto said = past;
    std::optional<Keeper> first(std::in_place, site, now, options);
    auto& keeper = *first;
    REQUIRE(keeper.opened);
    for (int i = 0; i < 30; ++i) {
      said[now.advance(1s).wall] = 1000 + i;
      REQUIRE(keeper.take(1000 + i));
    }
    forget_the_cache(keeper, now);
    overwrite(directory + "/history.db", page * 4096, std::string(4096, '\x5a'));

    const auto during = true_ones(keeper, now, said);
    CHECK(during >= 30);
    around += keeper.warnings.empty() && keeper.keeper.figures().damaged > 0 && during > 600 ? 1 : 0;
    now.advance(options.compact_every);
    (void)keeper.keeper.take({}, now.now().boot);
    for (int i = 0; i < 70; ++i) {
      said[now.advance(1s).wall] = 2000 + i;
      (void)keeper.take(2000 + i);
    }
    now.advance(options.compact_every);
    CHECK(keeper.keeper.take({}, now.now().boot));
    CHECK(true_ones(keeper, now, said) >= 100);
    CHECK(keeper.keeper.figures().dropped == 0);
    CHECK_FALSE(keeper.claim().empty());
    const bool told = !keeper.warnings.empty();
    ++(told ? anew : partly);
    if (told) CHECK(keeper.warnings.front().find("history.db was corrupt") != std::string::npos);
    // The numbers hold for another start as well. A file that was only read around is checked whole there and put aside
    // then.
    first.reset();
    Keeper next(site, now, options);
    REQUIRE(next.opened);
    CHECK(next.warnings.empty() == told);
    if (told) CHECK(true_ones(next, now, said) >= 100);
  }
  MESSAGE(pages << " pages: begun anew " << anew << ", went on with the old file " << partly
                << "; queries that read around a damaged page " << around);
  CHECK(anew > 0);
  CHECK(around > 0);
  CHECK(partly > 0);
}

TEST_CASE("after a new beginning batches have a new epoch and those that could not move are counted as dropped") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  const auto options = hourly(clock);
  Values said;
  hours(site, clock, options, 1, said);
  Keeper keeper(site, clock, options);
  REQUIRE(keeper.opened);
  for (int i = 0; i < 130; ++i) {
    clock.advance(1s);
    keeper.take(11 + i % 3);
  }
  control::OutboxState before;
  REQUIRE(good(keeper.keeper.state(before)));
  REQUIRE(before.readings_waiting > 0);
  forget_the_cache(keeper, clock);
  const auto size = std::filesystem::file_size(dir / "history.db");
  overwrite(dir / "history.db", 0, std::string(size, '\x5a'));
  clock.advance(options.compact_every);
  CHECK(keeper.keeper.take({}, clock.now().boot));
  control::OutboxState after;
  REQUIRE(good(keeper.keeper.state(after)));
  CHECK(after.readings_epoch != before.readings_epoch);
  CHECK(after.readings_dropped >= 2);
  REQUIRE(keeper.warnings.size() == 1);
  CHECK(entries(keeper.keeper, clock) == 130);
  const auto kept = std::filesystem::directory_iterator(dir.path());
  CHECK(std::count_if(begin(kept), end(kept), [](const auto& file) {
          return file.path().filename().string().rfind("history.db.corrupt-", 0) == 0;
        }) >= 1);
  for (int i = 0; i < 130; ++i) {
    clock.advance(1s);
    CHECK(keeper.take(11 + i % 3));
  }
  const auto rows = keeper.keeper.claim({}, 100, 1 << 20).value();
  REQUIRE_FALSE(rows.empty());
  CHECK(rows.front().seq == 1);
  CHECK(rows.front().epoch == after.readings_epoch);
}
