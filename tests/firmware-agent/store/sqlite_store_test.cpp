#include "firmware-agent/store/sqlite_store.hpp"

#include "tests/firmware-agent/store/bench_site.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::tests;
using namespace std::chrono_literals;

TEST_CASE("what was committed is there after the store was opened again") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  const TestClock clock;
  const auto change = opened(site, 1, clock.now());
  {
    OpenStore store(site, clock);
    REQUIRE(store.ok());
    REQUIRE(good(store.wait(store->commit({{change}, {a_reading(2, 1, clock.now())}, clock.now()}))));
    CHECK(store->counters().commits == 1);
    CHECK_FALSE(store->counters().degraded);
  }
  OpenStore again(site, clock);
  const auto open = again.wait(again->open_findings());
  REQUIRE(good(open));
  REQUIRE(open->size() == 1);
  CHECK(open->front() == change.finding);
  const auto numbers = again.wait(again->last_occurrences());
  REQUIRE(good(numbers));
  CHECK(*numbers == std::vector<FindingId>{change.finding.id});
}

TEST_CASE("a note is there after the store was opened again, as it was kept last") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  const TestClock clock;
  {
    OpenStore store(site, clock);
    REQUIRE(store.ok());
    CHECK(store.wait(store->note("exam")).value().empty());
    REQUIRE(good(store.wait(store->keep_note("exam", "till noon"))));
    REQUIRE(good(store.wait(store->keep_note("exam", "till two, 张工"))));
    REQUIRE(good(store.wait(store->keep_note("other", "x"))));
  }
  OpenStore again(site, clock);
  CHECK(again.wait(again->note("exam")).value() == "till two, 张工");
  REQUIRE(good(again.wait(again->keep_note("exam", ""))));
  CHECK(again.wait(again->note("exam")).value().empty());
  CHECK(again.wait(again->note("other")).value() == "x");
  CHECK(again.wait(again->note("epoch")).value().empty());
}

TEST_CASE("each change becomes one outbox row, numbered from 1 without gaps, until its receipt") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  OpenStore store(site, clock);
  int told = 0;
  store->on_outbox([&] { ++told; });
  for (std::uint32_t i = 1; i <= 5; ++i) {
    REQUIRE(good(store.wait(store->commit({{opened(site, i, clock.advance(1s))}, {}, clock.now()}))));
  }
  CHECK(told == 5);
  auto rows = store.wait(store->claim({}, 100));
  REQUIRE(good(rows));
  REQUIRE(rows->size() == 5);
  const auto epoch = rows->front().epoch;
  CHECK(epoch.size() == 16);
  for (std::uint64_t i = 0; i < 5; ++i) {
    CHECK((*rows)[i].seq == i + 1);
    CHECK((*rows)[i].payload == "finding " + epoch + " " + std::to_string(i + 1) + " opened " +
                                    "hall-3/board-1/relay.3.state/relay.welded/" + std::to_string(i + 1) + " Place 1");
  }
  SUBCASE("rows on their way are not claimed twice") {
    rows = store.wait(store->claim({{epoch, 1}, {epoch, 3}, {"0123456789abcdef", 2}}, 2));
    REQUIRE(good(rows));
    REQUIRE(rows->size() == 2);
    CHECK((*rows)[0].seq == 2);
    CHECK((*rows)[1].seq == 4);
  }
  SUBCASE("a receipt counts once, and only for this epoch") {
    CHECK(store.wait(store->receipt(epoch, {2, 4, 77})).value() == 2);
    CHECK(store.wait(store->receipt(epoch, {2, 4})).value() == 0);
    CHECK(store.wait(store->receipt("0123456789abcdef", {1})).value() == 0);
    const auto state = store.wait(store->outbox_state());
    REQUIRE(good(state));
    CHECK(state->findings_waiting == 3);
    CHECK(state->findings_receipted == 2);
    CHECK(store.wait(store->claim({}, 100))->size() == 3);
  }
  SUBCASE("a restored centre gets them again, byte for byte") {
    const auto before = *rows;
    CHECK(store.wait(store->receipt(epoch, {1, 2, 3, 4, 5})).value() == 5);
    CHECK(store.wait(store->mark_unsent({{epoch, {{1, 3}}}})).value() == 2);
    rows = store.wait(store->claim({}, 100));
    REQUIRE(rows->size() == 2);
    CHECK(rows->front().payload == before[3].payload);
  }
}

TEST_CASE("repeating a commit whose outcome is unknown adds nothing") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  OpenStore store(site, clock);
  auto updated = opened(site, 1, clock.now());
  updated.event = FindingEvent::updated;
  updated.finding.analysis.confidence = 0.95;
  const agent::FindingCommit commit{
      {opened(site, 1, clock.now()), updated}, {a_reading(2, 1, clock.now())}, clock.now()};
  REQUIRE(good(store.wait(store->commit(commit))));
  REQUIRE(good(store.wait(store->commit(commit))));
  CHECK(store.wait(store->claim({}, 100))->size() == 2);
  CHECK(store.wait(store->open_findings())->front().analysis.confidence == 0.95);

  // The same change a moment later is another event.
  updated.finding.changed = clock.advance(1s);
  REQUIRE(good(store.wait(store->commit({{updated}, {}, clock.now()}))));
  CHECK(store.wait(store->claim({}, 100))->size() == 3);
}

TEST_CASE("a second process is kept out, with the cure") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  const TestClock clock;
  const OpenStore first(site, clock);
  REQUIRE(first.ok());
  const OpenStore second(site, clock);
  REQUIRE_FALSE(second.ok());
  CHECK(second.store.error().code == Errc::storage);
  CHECK(second.store.error().message.find("another process") != std::string::npos);
}

TEST_CASE("gathered values come back as history, changes and stretches alike") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  const auto start = clock.now().wall;
  {
    OpenStore store(site, clock);
    for (int i = 0; i < 30; ++i) {
      const std::vector<Reading> readings{a_reading(0, 1, clock.now()),
                                          a_reading(8, 11.94 + 0.01 * (i / 10), clock.now())};
      store->gather(readings);
      store.settle();
      clock.advance(1s);
    }
    CHECK(store->counters().readings_gathered == 60);
    run(store.loop, store->close());
  }
  OpenStore store(site, clock);
  const auto history = store.wait(store->history(static_cast<PointIndex>(8), start, clock.now().wall, 100));
  REQUIRE(good(history));
  // Three stretches of ten seconds, each by its ends.
  REQUIRE(history->size() == 6);
  CHECK((*history)[0].value == 11.94);
  CHECK((*history)[0].at == start);
  CHECK((*history)[1].at == start + 9s);
  CHECK((*history)[2].value == 11.94 + 0.01);
  CHECK((*history)[5].at == start + 29s);
  const auto middle = store.wait(store->history(static_cast<PointIndex>(0), start + 5s, start + 6s, 100));
  REQUIRE(middle->size() == 2);
  CHECK((*middle)[0].value == 1);
}

TEST_CASE("a fast site's readings are handed over before their second is whole, those of a slow one wait for it") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  OpenStore store(site, clock);
  const auto gather = [&](std::size_t count) {
    std::vector<Reading> readings;
    for (std::size_t i = 0; i < count; ++i)
      readings.push_back(a_reading(static_cast<std::uint32_t>(i % 10), static_cast<double>(i), clock.now()));
    store->gather(readings);
    store.settle();
  };
  gather(2000);
  CHECK(store->counters().readings_stored == 0);
  gather(200);
  CHECK(store->counters().readings_stored == 2200);
  CHECK(store->counters().readings_dropped == 0);
}

TEST_CASE("readings travel by exception, behind findings, and only once they are durable") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  OpenStore store(site, clock);
  const auto second = [&](double volts) {
    const std::vector<Reading> readings{a_reading(8, volts, clock.now())};
    store->gather(readings);
    store.settle();
    clock.advance(1s);
  };
  second(12.00);
  second(12.04);  // within the deadband
  second(12.06);
  second(12.06);
  CHECK(store.wait(store->claim({}, 100))->empty());
  for (int i = 0; i < 60; ++i) second(12.06);
  REQUIRE(good(store.wait(store->commit({{opened(site, 1, clock.now())}, {}, clock.now()}))));
  const auto rows = store.wait(store->claim({}, 100));
  REQUIRE(rows->size() == 2);
  CHECK((*rows)[0].stream == control::Stream::findings);
  CHECK((*rows)[1].stream == control::Stream::readings);
  CHECK((*rows)[1].epoch != (*rows)[0].epoch);
  CHECK((*rows)[1].payload ==
        "readings 1 dropped 0\nboard-1/output.voltage=12 good\nboard-1/output.voltage=12.06 good");
  CHECK(store.wait(store->receipt((*rows)[1].epoch, {1})).value() == 1);
  CHECK(store.wait(store->claim({}, 100))->size() == 1);
}
