#include "tests/cloud-bridge/ticketing/store/broken_disk.hpp"

#include <algorithm>
#include <cstdio>
#include <set>

using namespace inspect;
using namespace inspect::ticketing;
using namespace inspect::ticketing::test;

namespace {

constexpr std::uint64_t most = 5000;

Sample sample_of(std::uint64_t seq) { return {.seq = seq, .device = "seat-" + std::to_string(seq)}; }

/// Ten new faults in one batch.
std::vector<Incoming> batch_from(std::uint64_t seq) {
  std::vector<Incoming> batch;
  for (auto i = seq; i < seq + 10; ++i) batch.push_back(sample_of(i).incoming());
  return batch;
}

void add_receipts(const Taken& taken, std::set<std::uint64_t>& receipted) {
  for (const auto& receipt : taken.receipts) receipted.insert(receipt.seqs.begin(), receipt.seqs.end());
}

/// What a process that starts after this one would find.
std::set<std::uint64_t> stored_in(Desk& desk) {
  std::set<std::uint64_t> seqs;
  for (const auto* entry : desk.list({.most = 2 * most})) {
    const auto ledger = desk.ledger(entry->row.id);
    REQUIRE(ledger.has_value());
    for (const auto& row : *ledger) {
      if (row.event.report) seqs.insert(row.event.report->envelope.seq);
    }
  }
  return seqs;
}

}  // namespace

TEST_CASE(
    "a disk that fills up: nothing is receipted that is not stored, it is told, and it goes on without a restart") {
  SmallDisk disk("24m");
  if (!disk.mounted()) {
    std::puts("SKIPPED: a disk that fills up (needs the right to mount a tmpfs; run as root)");
    MESSAGE("skipped: needs the right to mount a tmpfs");
    return;
  }
  disk.fill(std::uint64_t{6} << 20U);
  auto desk = desk_in(disk.store());
  std::set<std::uint64_t> receipted;
  std::uint64_t seq = 1;
  auto now = noon;
  // Fills up by our own work; the batch that no longer fits is not receipted.
  for (; seq < most; seq += 10, now += 1s) {
    const auto taken = desk->take(batch_from(seq), now);
    if (!taken) break;
    add_receipts(*taken, receipted);
  }
  REQUIRE(seq < most);
  REQUIRE(receipted.size() == seq - 1);
  REQUIRE(desk->trouble().has_value());
  CHECK(desk->trouble()->since == now);
  CHECK_FALSE(desk->trouble()->why.empty());
  CHECK(desk->list({.most = 2 * most}).size() == receipted.size());
  MESSAGE("full after " << receipted.size() << " findings");

  // An hour of it: every second the clock ticks, the gateway repeats, and people click.
  Action note;
  note.kind = EventKind::noted;
  note.by = "李娜";
  note.note = std::string(1500, 'n');
  std::size_t notes = 0;
  for (int i = 0; i < 3600; ++i, now += 1s) {
    CHECK_FALSE(desk->tick(now).has_value());
    if (i % 60 != 0) continue;
    CHECK_FALSE(desk->take(batch_from(seq), now).has_value());
    // A few small things still fit; each is either there for good or refused.
    if (desk->act(1, note, now)) ++notes;
  }
  CHECK(notes < 30);
  CHECK(desk->trouble()->since == noon + 1s * ((seq - 1) / 10));
  // What is there can still be read.
  CHECK(stored_in(*desk) == receipted);

  disk.clear();
  const auto marks = desk->tick(now);
  REQUIRE(marks.has_value());
  CHECK_FALSE(marks->empty());  // the warnings and expiries that were due meanwhile
  CHECK_FALSE(desk->trouble().has_value());
  const auto taken = desk->take(batch_from(seq), now);
  REQUIRE(taken.has_value());
  add_receipts(*taken, receipted);
  CHECK(receipted.size() == seq + 9);
  CHECK(desk->act(1, note, now).has_value());

  desk.reset();
  desk = desk_in(disk.store(), now);
  const auto ledger = desk->ledger(1);
  REQUIRE(ledger.has_value());
  CHECK(static_cast<std::size_t>(std::count_if(ledger->begin(), ledger->end(), [](const EventRow& row) {
          return row.event.kind == EventKind::noted;
        })) == notes + 1);
  CHECK(stored_in(*desk) == receipted);
}

TEST_CASE(
    "files that cannot be written: each kind of change is refused and remembered, and all of it works afterwards") {
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  REQUIRE(desk->take(batch_from(1), noon).has_value());
  REQUIRE(desk->tick(noon).has_value());
  CHECK_FALSE(desk->trouble().has_value());
  Action note;
  note.kind = EventKind::noted;
  note.by = "李娜";
  note.note = "called the site";
  {
    const FrozenFiles frozen;
    SUBCASE("found by a message") {
      const auto taken = desk->take(batch_from(11), noon + 1s);
      REQUIRE_FALSE(taken.has_value());
      CHECK(taken.error().code == Errc::storage);
    }
    SUBCASE("found by a person") {
      const auto acted = desk->act(1, note, noon + 1s);
      REQUIRE_FALSE(acted.has_value());
      CHECK(acted.error().code == Errc::storage);
    }
    SUBCASE("found by the clock, within a minute, though nothing happens at all") {
      CHECK(desk->tick(noon + 1s).has_value());
      CHECK_FALSE(desk->tick(noon + 1min).has_value());
    }
    REQUIRE(desk->trouble().has_value());
    CHECK_FALSE(desk->tick(noon + 2min).has_value());
    CHECK(desk->list({}).size() == 10);
    CHECK(desk->ledger(1)->size() == 2);
  }
  REQUIRE(desk->tick(noon + 3min).has_value());
  CHECK_FALSE(desk->trouble().has_value());
  CHECK(desk->take(batch_from(11), noon + 3min)->fresh == 10);
  CHECK(desk->act(1, note, noon + 3min).has_value());
}

TEST_CASE("a refusal of a person's mistake is no trouble of the store") {
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  REQUIRE(desk->take(batch_from(1), noon).has_value());
  Action wrong;
  wrong.kind = EventKind::acknowledged;
  CHECK_FALSE(desk->act(1, wrong, noon).has_value());
  CHECK_FALSE(desk->trouble().has_value());
}

TEST_CASE("the sign of life costs the store no room for ever") {
  const TemporaryDirectory home;
  auto store = TicketStore::open(home.path());
  REQUIRE(store.has_value());
  for (int i = 0; i < 300; ++i) REQUIRE((*store)->sign_of_life(noon + i * 1min, std::size_t{256} << 10U).has_value());
  REQUIRE((*store)->sign_of_life(noon + 301min, 0).has_value());
  CHECK((*store)->last_moment().value() == noon + 301min);
  store->reset();
  CHECK(std::filesystem::file_size(home.path() + "/tickets.db") < std::uintmax_t{2} << 20U);
}
