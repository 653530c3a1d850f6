// What is over is kept within bounds; what is open, or has no receipt, is kept whatever it takes.
#include "firmware-agent/store/finding_ledger.hpp"
#include "tests/firmware-agent/store/bench_site.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <set>

using namespace inspect;
using namespace inspect::agent::storage;
using namespace inspect::tests;
using namespace std::chrono_literals;

namespace {

constexpr auto day = 24h;

struct Book {
  explicit Book(agent::LedgerBounds bounds = {}) {
    options.bounds = bounds;
    start();
  }

  void start() {
    ledger.emplace(site, options, reserve, [](const std::string&) {});
    REQUIRE(good(ledger->open()));
  }
  void write(std::uint32_t occurrence, FindingEvent event, AlarmState state) {
    auto change = opened(site, occurrence, clock.advance(1s));
    change.event = event;
    change.finding.state = state;
    REQUIRE(
        good(ledger->commit({{change}, {a_reading(8, 11, clock.now()), a_reading(9, 1, clock.now())}, clock.now()})));
    ++rows;
  }
  void open(std::uint32_t occurrence) { write(occurrence, FindingEvent::opened, AlarmState::unacknowledged); }
  void end(std::uint32_t occurrence) { write(occurrence, FindingEvent::returned, AlarmState::normal); }
  /// Rows from..to, inclusive.
  void receipt(std::uint64_t from, std::uint64_t to) {
    std::vector<std::uint64_t> seqs;
    for (auto seq = from; seq <= to; ++seq) seqs.push_back(seq);
    REQUIRE(ledger->receipt(ledger->epoch(), seqs).value() == seqs.size());
  }
  std::size_t prune() {
    const auto pruned = ledger->prune();
    REQUIRE(good(pruned));
    return *pruned;
  }
  void prune_all() {
    while (prune() > 0) {
    }
  }
  std::set<std::uint32_t> known() {
    std::set<std::uint32_t> found;
    for (const auto& finding : ledger->findings(true, 100'000).value()) found.insert(finding.id.occurrence);
    return found;
  }
  std::size_t waiting() { return ledger->claim({}, 100'000, 1 << 30)->size(); }
  /// Asks the file itself, as another start would find it.
  int ask(const char* query) {
    ledger.reset();
    int answer = 0;
    {
      SQLite::Database db(dir / "findings.db", SQLite::OPEN_READWRITE);
      CHECK(db.execAndGet("SELECT count(*) FROM pragma_foreign_key_check").getInt() == 0);
      answer = db.execAndGet(query).getInt();
    }
    start();
    return answer;
  }

  TempDir dir;
  agent::Site site = small_site(dir.path());
  TestClock clock;
  agent::StoreOptions options = test_options(clock);
  Reserve reserve{dir.path(), 0};
  std::optional<FindingLedger> ledger;
  std::uint64_t rows = 0;
};

}  // namespace

TEST_CASE("an ended finding goes after 400 days with all that belongs to it; open and unreceipted ones stay") {
  Book book;
  for (std::uint32_t i = 1; i <= 3; ++i) book.open(i);
  book.end(1);
  book.end(3);
  book.receipt(1, 4);  // the end of 3 has none
  book.clock.advance(day * 399);
  book.prune_all();
  CHECK(book.known() == std::set<std::uint32_t>{1, 2, 3});
  CHECK(book.ask("SELECT count(*) FROM events") == 5);

  book.clock.advance(day * 2);
  book.clock.trust(ClockTrust::floor);
  CHECK(book.prune() == 0);
  book.clock.trust(ClockTrust::rtc);
  book.prune_all();
  CHECK(book.known() == std::set<std::uint32_t>{2, 3});
  CHECK(book.waiting() == 1);
  CHECK(book.ask("SELECT count(*) FROM events") == 3);
  CHECK(book.ask("SELECT count(*) FROM explaining") == 6);
  CHECK(book.ledger->last_occurrences()->front().occurrence == 3);

  book.receipt(5, 5);
  book.prune_all();
  CHECK(book.known() == std::set<std::uint32_t>{2});
}

TEST_CASE("ended findings stay below their bytes, and the oldest go first") {
  agent::LedgerBounds bounds;
  bounds.ended_bytes = 30'000;
  Book book(bounds);
  book.open(1);  // and stays
  for (std::uint32_t i = 2; i <= 60; ++i) {
    book.open(i);
    book.end(i);
  }
  book.receipt(1, book.rows - 1);  // the last one waits
  book.prune_all();
  const auto known = book.known();
  CHECK(known.contains(1));
  CHECK(known.contains(60));
  CHECK_FALSE(known.contains(2));
  REQUIRE(known.size() > 5);
  CHECK(known.size() < 40);
  // Those kept are the newest.
  CHECK(*std::next(known.begin()) == 60 - known.size() + 2);
  CHECK(book.ask("SELECT sum(ended_bytes) FROM findings") <= 30'000);
  CHECK(book.ask("SELECT sum(ended_bytes) FROM findings") > 25'000);
  CHECK(book.waiting() == 1);

  SUBCASE("while no row has a receipt nothing goes, whatever it takes") {
    Book away(bounds);
    for (std::uint32_t i = 1; i <= 60; ++i) {
      away.open(i);
      away.end(i);
    }
    away.clock.advance(day * 1000);
    away.prune_all();
    CHECK(away.known().size() == 60);
    CHECK(away.waiting() == 120);
  }
}

TEST_CASE(
    "receipted rows stay below their bytes, oldest receipt first; a row without one is not counted and not touched") {
  agent::LedgerBounds bounds;
  bounds.receipted_bytes = 2000;
  Book book(bounds);
  for (std::uint32_t i = 1; i <= 100; ++i) book.open(i);
  book.receipt(51, 90);
  book.clock.advance(1h);
  book.receipt(1, 40);
  book.prune_all();
  CHECK(book.waiting() == 20);
  CHECK(book.ask("SELECT sum(bytes) FROM outbox WHERE receipted_ms IS NOT NULL") <= 2000);
  CHECK(book.ask("SELECT count(*) FROM outbox WHERE receipted_ms IS NOT NULL") > 10);
  CHECK(book.ask("SELECT count(*) FROM outbox WHERE receipted_ms IS NOT NULL AND seq > 50") == 0);
  CHECK(book.ask("SELECT count(*) FROM outbox WHERE bytes <> length(payload)") == 0);
  CHECK(book.known().size() == 100);
}

TEST_CASE("an open finding that flaps for years keeps its newest events, and goes on") {
  agent::LedgerBounds bounds;
  bounds.events_of_open = 10;
  Book book(bounds);
  book.open(1);
  for (int i = 0; i < 49; ++i) book.write(1, FindingEvent::updated, AlarmState::unacknowledged);
  book.prune_all();
  CHECK(book.ask("SELECT count(*) FROM events") == 50);  // none has a receipt
  book.receipt(1, 45);
  book.clock.advance(day * 15);
  book.prune_all();
  CHECK(book.ask("SELECT count(*) FROM events") == 10);
  CHECK(book.ask("SELECT count(*) FROM explaining") == 20);
  CHECK(book.ask("SELECT min(ordinal) FROM events") == 41);
  CHECK(book.waiting() == 5);
  book.write(1, FindingEvent::acknowledged, AlarmState::acknowledged);
  CHECK(book.ask("SELECT max(ordinal) FROM events") == 51);
  CHECK(book.known() == std::set<std::uint32_t>{1});
}

TEST_CASE("much that is over goes in helpings, so that no finding waits long") {
  agent::LedgerBounds bounds;
  bounds.receipted_age = 1h;
  Book book(bounds);
  for (std::uint32_t i = 1; i <= 450; ++i) book.open(i);
  book.receipt(1, 450);
  book.clock.advance(2h);
  CHECK(book.prune() == FindingLedger::most_pruned);
  CHECK(book.prune() == FindingLedger::most_pruned);
  CHECK(book.prune() == 50);
  CHECK(book.prune() == 0);
}

TEST_CASE("the age of a receipt that came while the clock was wrong counts from when it is right") {
  Book book;
  book.open(1);
  book.clock.trust(ClockTrust::floor);
  book.receipt(1, 1);
  book.clock.advance(day * 500);
  book.clock.trust(ClockTrust::ntp);
  CHECK(book.prune() == 0);
  book.clock.advance(day * 13);
  CHECK(book.prune() == 0);
  CHECK(book.ledger->mark_unsent({}).value() == 1);
  book.receipt(1, 1);
  book.clock.advance(day * 15);
  CHECK(book.prune() == 1);
}

TEST_CASE("what a restored centre lost waits again, byte for byte, and only that") {
  Book book;
  for (std::uint32_t i = 1; i <= 8; ++i) book.open(i);
  const auto before = book.ledger->claim({}, 100, 1 << 20).value();
  book.receipt(1, 7);
  const auto epoch = book.ledger->epoch();
  CHECK(book.ledger->mark_unsent({{"0123456789abcdef", {}}, {epoch, {{1, 2}, {4, 5}, {7, 7}}}}).value() == 2);
  const auto waiting = book.ledger->claim({}, 100, 1 << 20).value();
  REQUIRE(waiting.size() == 3);
  CHECK(waiting[0] == before[2]);
  CHECK(waiting[1] == before[5]);
  CHECK(waiting[2] == before[7]);
}

TEST_CASE("a centre that claims numbers which never were makes nothing of them count as receipted") {
  Book book;
  book.open(1);
  book.open(2);
  book.receipt(1, 1);
  CHECK(book.ledger->mark_unsent({{book.ledger->epoch(), {{1, largest_row}}}}).value() == 0);
  CHECK(book.waiting() == 1);
  CHECK(book.ledger->mark_unsent({{book.ledger->epoch(), {{1, 1}, {1000, largest_row}}}}).value() == 0);
  book.open(3);
  CHECK(book.waiting() == 2);
}

TEST_CASE("a centre that says in a loop that it holds nothing gets everything once an hour, and writes no more") {
  Book book;
  for (std::uint32_t i = 1; i <= 5; ++i) book.open(i);
  book.receipt(1, 5);
  CHECK(book.ledger->mark_unsent({}).value() == 5);
  // They wait; saying it again changes nothing.
  CHECK(book.ledger->mark_unsent({}).value() == 0);
  book.receipt(1, 5);
  for (int i = 0; i < 59; ++i) {
    const auto refused = book.ledger->mark_unsent({});
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == Errc::not_permitted);
    CHECK(book.waiting() == 0);
    book.clock.advance(1min);
  }
  book.clock.advance(1min);
  CHECK(book.ledger->mark_unsent({}).value() == 5);
}

TEST_CASE("a comparison that finds nothing lost writes nothing") {
  Book book;
  for (std::uint32_t i = 1; i <= 5; ++i) book.open(i);
  book.receipt(1, 5);
  const auto log = book.dir / "findings.db-wal";
  const auto time = std::filesystem::last_write_time(log);
  for (int i = 0; i < 100; ++i) CHECK(book.ledger->mark_unsent({{book.ledger->epoch(), {{1, 5}}}}).value() == 0);
  CHECK(std::filesystem::last_write_time(log) == time);
}

TEST_CASE(
    "a gateway that gets another name tells under it what waits, and never again what it told under the old one") {
  Book book;
  book.options.encode_finding = [](const messages::FindingMessage& message) { return messages::encode(message); };
  const auto old_name = book.site.gateway;
  for (std::uint32_t i = 1; i <= 4; ++i) book.open(i);
  book.receipt(1, 2);
  const auto epoch = book.ledger->epoch();
  book.ledger.reset();
  book.site.gateway = "gw-renamed";
  for (int start = 0; start < 2; ++start) {
    book.start();
    const auto rows = book.ledger->claim({}, 100, 1 << 20).value();
    REQUIRE(rows.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
      CHECK(rows[i].epoch == epoch);
      CHECK(rows[i].seq == i + 3);
      const auto read = messages::decode_finding(rows[i].payload);
      REQUIRE_MESSAGE(read.has_value(), read.error().message);
      CHECK(read->envelope.gateway == "gw-renamed");
      CHECK(read->envelope.seq == i + 3);
      CHECK(read->change.finding.id.occurrence == i + 3);
    }
    // The centre knows nothing yet under the new name.
    CHECK(book.ledger->mark_unsent({}).value() == 0);
  }
  book.open(5);
  CHECK(book.ledger->claim({}, 100, 1 << 20)->back().seq == 5);
}

TEST_CASE("an hour in which nothing is over writes nothing") {
  Book book;
  book.open(1);
  book.receipt(1, 1);
  book.prune_all();
  const auto log = book.dir / "findings.db-wal";
  const auto size = std::filesystem::file_size(log);
  const auto time = std::filesystem::last_write_time(log);
  for (int i = 0; i < 10; ++i) CHECK(book.prune() == 0);
  CHECK(std::filesystem::file_size(log) == size);
  CHECK(std::filesystem::last_write_time(log) == time);
}

TEST_CASE("a finding whose document cannot be read hides no other") {
  Book book;
  book.open(1);
  book.open(2);
  {
    book.ledger.reset();
    SQLite::Database db(book.dir / "findings.db", SQLite::OPEN_READWRITE);
    db.exec("UPDATE findings SET doc='{\"id\":' WHERE id LIKE '%/1'");
  }
  book.start();
  CHECK(book.known() == std::set<std::uint32_t>{2});
}
