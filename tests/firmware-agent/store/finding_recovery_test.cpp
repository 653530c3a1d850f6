// findings.db damaged, emptied or gone: what happens to the findings that were open.
#include "firmware-agent/store/finding_json.hpp"
#include "firmware-agent/store/open_list.hpp"
#include "tests/firmware-agent/store/bench_site.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

using namespace inspect;
using namespace inspect::tests;
using namespace std::chrono_literals;
namespace storage = inspect::agent::storage;

namespace {

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void overwrite(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

void remove_database(const TempDir& dir) {
  for (const auto* name : {"findings.db", "findings.db-wal"}) std::filesystem::remove(dir / name);
}

/// Everything the store said while it was opened.
std::string said(OpenStore& store) {
  store.loop.restart();
  store.loop.poll();
  std::string all;
  for (const auto& warning : store.warnings) all += warning + "\n";
  return all;
}

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

/// A store that was used: number 6 ended, number 7 is open and acknowledged. Answers its epoch.
std::string use(const agent::Site& site, TestClock& clock) {
  OpenStore store(site, clock);
  REQUIRE(good(store.store));
  CHECK(store.warnings.empty());
  auto ended = opened(site, 6, clock.now());
  ended.finding.state = AlarmState::normal;
  ended.finding.active = false;
  REQUIRE(good(store.wait(store->commit({{ended, opened(site, 7, clock.now())}, {}, clock.now()}))));
  auto acknowledged = opened(site, 7, clock.advance(1min));
  acknowledged.event = FindingEvent::acknowledged;
  acknowledged.finding.state = AlarmState::acknowledged;
  acknowledged.finding.by = "Li";
  REQUIRE(good(store.wait(store->commit({{acknowledged}, {}, clock.now()}))));
  auto epoch = store.wait(store->outbox_state())->findings_epoch;
  run(store.loop, store->close());
  return epoch;
}

void check_came_back(OpenStore& store, const std::string& old_epoch) {
  REQUIRE(good(store.store));
  const auto open = store.wait(store->open_findings()).value();
  REQUIRE(open.size() == 1);
  CHECK(open.front().id.occurrence == 7);
  CHECK(open.front().state == AlarmState::acknowledged);
  CHECK(open.front().by == "Li");
  CHECK(open.front().analysis.evidence.size() == 1);
  CHECK(store.wait(store->last_occurrences())->front().occurrence == 7);
  const auto rows = store.wait(store->claim({}, 10)).value();
  REQUIRE(rows.size() == 1);
  CHECK(rows.front().epoch != old_epoch);
  CHECK(contains(rows.front().payload, " 1 updated hall-3/board-1/relay.3.state/relay.welded/7"));
}

}  // namespace

TEST_CASE("a findings database that was lost comes back from the list beside it, aloud and under a new epoch") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  const auto epoch = use(site, clock);
  const char* said_of_it = "it was lost; a new one";
  SUBCASE("empty after a power cut") {
    remove_database(dir);
    overwrite(dir / "findings.db", "");
  }
  SUBCASE("missing") { remove_database(dir); }
  SUBCASE("empty, with a log that SQLite would delete") {
    overwrite(dir / "findings.db", "");
    overwrite(dir / "findings.db-wal", std::string(5000, 'w'));
    said_of_it = "findings.db was corrupt";
  }
  SUBCASE("garbage") {
    remove_database(dir);
    overwrite(dir / "findings.db", std::string(20'000, 'x'));
    said_of_it = "findings.db was corrupt";
  }
  SUBCASE("replaced by a new one whose list was not taken over before the crash") {
    remove_database(dir);
    const auto list = content(dir / "findings.open");
    { OpenStore store(site, clock); }
    remove_database(dir);
    std::filesystem::remove(dir / "findings.open");
    { OpenStore store(site, clock); }
    overwrite(dir / "findings.open", list);
    said_of_it = "taken over";
  }
  {
    OpenStore store(site, clock);
    const auto words = said(store);
    CHECK(contains(words, said_of_it));
    CHECK(contains(words, "taken over from what is left: 1 open findings and 1 occurrence numbers"));
    CHECK_FALSE(contains(words, "is not known"));
    check_came_back(store, epoch);
  }
  // Once: opening again tells nothing and sends nothing twice.
  OpenStore again(site, clock);
  CHECK(said(again).empty());
  check_came_back(again, epoch);
}

TEST_CASE("a finding taken over before a crash and ended since is not opened again by the old list") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  use(site, clock);
  const auto list = content(dir / "findings.open");
  remove_database(dir);
  {
    OpenStore store(site, clock);
    auto ended = opened(site, 7, clock.advance(1s));
    ended.event = FindingEvent::returned;
    ended.finding.state = AlarmState::normal;
    REQUIRE(good(store.wait(store->commit({{ended}, {}, clock.now()}))));
  }
  overwrite(dir / "findings.open", list);
  OpenStore store(site, clock);
  CHECK(store.wait(store->open_findings())->empty());
  CHECK(store.wait(store->last_occurrences())->front().occurrence == 7);
}

TEST_CASE("with the list lost too, that is said with what to look at, and the watch goes on") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  use(site, clock);
  remove_database(dir);
  const char* said_of_list = "beside it is damaged too";
  SUBCASE("empty database, list cut short") {
    overwrite(dir / "findings.db", "");
    overwrite(dir / "findings.open", content(dir / "findings.open").substr(0, 200));
  }
  SUBCASE("garbage, one bit of the list wrong") {
    overwrite(dir / "findings.db", std::string(20'000, 'x'));
    auto list = content(dir / "findings.open");
    list[list.size() / 2] = static_cast<char>(list[list.size() / 2] ^ 1);
    overwrite(dir / "findings.open", list);
  }
  SUBCASE("both missing") {
    std::filesystem::remove(dir / "findings.open");
    said_of_list = "beside it is missing too";
  }
  OpenStore store(site, clock);
  REQUIRE(good(store.store));
  const auto words = said(store);
  CHECK(contains(words, said_of_list));
  CHECK(contains(words, "look there for faults of this site that are shown as measured"));
  CHECK(store.wait(store->open_findings())->empty());
  REQUIRE(good(store.wait(store->commit({{opened(site, 1, clock.now())}, {}, clock.now()}))));
}

TEST_CASE("a damaged list beside a sound database is written anew") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  use(site, clock);
  const auto list = content(dir / "findings.open");
  overwrite(dir / "findings.open", "garbage");
  OpenStore store(site, clock);
  CHECK(contains(said(store), "was damaged and is written anew"));
  CHECK(content(dir / "findings.open") == list);
  CHECK(store.wait(store->claim({}, 10))->size() == 3);
}

TEST_CASE("a first start that a power cut ended before anything was kept is not taken for a loss") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  const TestClock clock;
  for (const auto* name : {"lock", "findings.db"}) overwrite(dir / name, "");
  overwrite(dir / "findings.db-wal", std::string(5000, 'w'));
  OpenStore store(site, clock);
  REQUIRE(good(store.store));
  CHECK(said(store).empty());
}

TEST_CASE("a new store says nothing, and a store of an older version gets its list") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  use(site, clock);
  const auto list = content(dir / "findings.open");
  std::filesystem::remove(dir / "findings.open");
  OpenStore store(site, clock);
  CHECK(said(store).empty());
  CHECK(content(dir / "findings.open") == list);
}

TEST_CASE("the list follows what opens, ends and is acknowledged; many in a row every ten seconds; nothing else") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  OpenStore store(site, clock);
  const auto listed = [&] { return storage::open_list_from(content(dir / "findings.open"))->open.size(); };
  const auto commit = [&](FindingEvent event, std::uint32_t number) {
    auto change = opened(site, number, clock.now());
    change.event = event;
    REQUIRE(good(store.wait(store->commit({{change}, {}, clock.now()}))));
    return listed();
  };
  // The first of the sixteen was the list of the new store.
  for (std::uint32_t i = 1; i <= 15; ++i) CHECK(commit(FindingEvent::opened, i) == i);
  CHECK(commit(FindingEvent::opened, 16) == 15);
  CHECK(commit(FindingEvent::opened, 17) == 15);
  SUBCASE("what is held back goes along with the next commit, and what only moved writes nothing") {
    clock.advance(10s);
    CHECK(commit(FindingEvent::updated, 2) == 17);
    const auto written = std::filesystem::last_write_time(dir / "findings.open");
    for (int i = 0; i < 50; ++i) {
      clock.advance(11s);
      commit(FindingEvent::updated, 1);
      commit(FindingEvent::returned, 2);
      commit(FindingEvent::reopened, 2);
    }
    CHECK(std::filesystem::last_write_time(dir / "findings.open") == written);
  }
  SUBCASE("what is held back goes along with the readings, without another finding") {
    for (int i = 0; i < 2; ++i) {
      const std::vector<Reading> readings{a_reading(8, 12, clock.advance(10s))};
      store->gather(readings);
    }
    store.settle();
    CHECK(listed() == 17);
  }
  SUBCASE("what is held back is written at the end") {
    run(store.loop, store->close());
    CHECK(listed() == 17);
  }
  CHECK_FALSE(std::filesystem::exists(dir / "findings.open.new"));
}

TEST_CASE("any damage to the list's text is noticed") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  const TestClock clock;
  const auto finding = a_finding(site, 3, clock.now());
  const auto text = storage::open_list_text("0123456789abcdef", {finding.id}, {storage::finding_document(finding)});
  const auto list = storage::open_list_from(text);
  REQUIRE(list.has_value());
  CHECK(list->epoch == "0123456789abcdef");
  CHECK(list->numbers == std::vector{finding.id});
  REQUIRE(list->open.size() == 1);
  CHECK(list->open.front() == finding);
  const auto epoch_at = text.find("0123456789abcdef");
  for (std::size_t i = 0; i < text.size(); ++i) {
    CHECK_FALSE(storage::open_list_from(text.substr(0, i)).has_value());
    // A wrong epoch means "not of this database": it is taken over, which is harmless.
    if (i >= epoch_at && i < epoch_at + 16) continue;
    auto wrong = text;
    wrong[i] = static_cast<char>(wrong[i] ^ 4);
    CHECK_FALSE(storage::open_list_from(wrong).has_value());
  }
  CHECK_FALSE(storage::open_list_from("").has_value());
}
