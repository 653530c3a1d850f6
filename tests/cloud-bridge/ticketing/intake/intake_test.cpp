#include "cloud-bridge/ticketing/intake/intake.hpp"

#include "tests/cloud-bridge/ticketing/sample.hpp"

#include <algorithm>
#include <random>
#include <set>

using namespace inspect;
using namespace inspect::ticketing;
using namespace inspect::ticketing::test;

namespace {

Taken take(Desk& desk, std::vector<Incoming> batch, WallTime now = noon) {
  auto taken = desk.take(batch, now);
  REQUIRE_MESSAGE(taken.has_value(), (taken ? "" : taken.error().message));
  return std::move(*taken);
}

std::set<std::uint64_t> receipted(const Taken& taken) {
  std::set<std::uint64_t> seqs;
  for (const auto& receipt : taken.receipts) seqs.insert(receipt.seqs.begin(), receipt.seqs.end());
  return seqs;
}

std::vector<QuarantineRow> quarantine(Desk& desk) {
  auto rows = desk.quarantine();
  REQUIRE(rows.has_value());
  return std::move(*rows);
}

std::size_t tickets(const Desk& desk) { return desk.list({}).size(); }

}  // namespace

TEST_CASE("a finding becomes one numbered ticket and is receipted") {
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  const auto taken = take(*desk, {Sample{}.incoming()});
  CHECK(taken.fresh == 1);
  REQUIRE(taken.receipts.size() == 1);
  CHECK(taken.receipts[0].gateway == "gw-1");
  CHECK(taken.receipts[0].epoch == epoch_a);
  CHECK(taken.receipts[0].seqs == std::vector<std::uint64_t>{1});
  REQUIRE(tickets(*desk) == 1);
  CHECK(desk->list({})[0]->row.number == "T-2026-000001");
  CHECK(desk->list({})[0]->ticket.opened_at == noon);
}

TEST_CASE("the same message is receipted again and doubles nothing, in the same batch, later, and after a restart") {
  const TemporaryDirectory home;
  const auto message = Sample{}.incoming();
  {
    const auto desk = desk_in(home.path());
    const auto taken = take(*desk, {message, message, message});
    CHECK(taken.fresh == 1);
    CHECK(taken.repeats == 2);
    CHECK(receipted(take(*desk, {message}, noon + 1h)) == std::set<std::uint64_t>{1});
  }
  const auto desk = desk_in(home.path(), noon + 2h);
  CHECK(receipted(take(*desk, {message}, noon + 2h)) == std::set<std::uint64_t>{1});
  CHECK(tickets(*desk) == 1);
  CHECK(desk->ledger(1)->size() == 2);
  CHECK(quarantine(*desk).empty());
}

TEST_CASE("a thousand messages tenfold and shuffled, with a restart in the middle: one ticket per fault, none lost") {
  const TemporaryDirectory home;
  std::mt19937 random(7);
  std::vector<Incoming> all;
  for (std::uint64_t fault = 0; fault < 25; ++fault) {
    for (std::uint64_t step = 0; step < 4; ++step) {
      Sample sample;
      sample.gateway = fault % 2 == 0 ? "gw-1" : "gw-2";
      sample.seq = fault * 4 + step + 1;
      sample.device = "seat-" + std::to_string(fault);
      sample.active = step % 2 == 0;
      sample.event = step == 0 ? FindingEvent::opened : sample.active ? FindingEvent::reopened : FindingEvent::returned;
      for (int copy = 0; copy < 10; ++copy) all.push_back(sample.incoming());
    }
  }
  std::shuffle(all.begin(), all.end(), random);
  auto desk = desk_in(home.path());
  std::set<std::uint64_t> seqs;
  for (std::size_t from = 0; from < all.size(); from += 37) {
    const auto to = std::min(all.size(), from + 37);
    const auto taken = take(*desk, {all.begin() + static_cast<long>(from), all.begin() + static_cast<long>(to)});
    seqs.merge(receipted(taken));
    if (from < 500 && to >= 500) {
      desk.reset();
      desk = desk_in(home.path());
    }
  }
  CHECK(seqs.size() == 100);
  REQUIRE(tickets(*desk) == 25);
  for (const auto* entry : desk->list({})) {
    CAPTURE(entry->row.finding);
    CHECK(entry->ticket.state() == TicketState::recovered);
    const auto ledger = desk->ledger(entry->row.id);
    REQUIRE(ledger.has_value());
    CHECK(std::count_if(ledger->begin(), ledger->end(),
                        [](const EventRow& row) { return row.event.kind == EventKind::reported; }) == 4);
  }
}

TEST_CASE("a known number with other content is put aside as a conflict, receipted, and becomes a ticket of its own") {
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  take(*desk, {Sample{}.incoming()});
  const auto taken = take(*desk, {Sample{.device = "seat-99"}.incoming()});
  CHECK(taken.conflicts == 1);
  CHECK(taken.fresh == 1);
  CHECK(receipted(taken) == std::set<std::uint64_t>{1});
  CHECK(tickets(*desk) == 2);
  const auto rows = quarantine(*desk);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].conflict);
  CHECK(rows[0].gateway == "gw-1");
}

TEST_CASE(
    "a gateway whose old backup was put back reuses its numbers: each is a conflict, receipted, seen with its "
    "fault, and has its ticket") {
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  std::vector<Incoming> before, after;
  for (std::uint64_t seq = 1; seq <= 10; ++seq) {
    before.push_back(Sample{.seq = seq, .device = "seat-" + std::to_string(seq)}.incoming());
    // The backup is from number 6: 1 to 6 repeat as they were, from 7 on something else happened.
    const auto device = (seq <= 6 ? "seat-" : "other-") + std::to_string(seq);
    after.push_back(Sample{.seq = seq, .device = device, .title = "泄漏电流超限"}.incoming());
    if (seq <= 6) after.back() = before.back();
  }
  after.push_back(Sample{.seq = 11, .device = "other-11"}.incoming());
  take(*desk, before);
  const auto taken = take(*desk, after, noon + 1h);
  CHECK(taken.repeats == 6);
  CHECK(taken.conflicts == 4);
  CHECK(taken.fresh == 5);
  // All of it leaves the gateway's queue, or it would block behind the first.
  CHECK(receipted(taken).size() == 11);
  CHECK(tickets(*desk) == 15);
  const auto rows = quarantine(*desk);
  REQUIRE(rows.size() == 4);
  for (const auto& row : rows) {
    CHECK(row.conflict);
    CHECK(row.key->seq >= 7);
    const auto finding = messages::decode_finding(row.payload);
    REQUIRE(finding.has_value());
    CHECK(finding->change.finding.analysis.title.zh == "泄漏电流超限");
  }
  // Said again it is known, whichever life it is from.
  CHECK(take(*desk, after, noon + 2h).repeats == 11);
  CHECK(take(*desk, before, noon + 2h).repeats == 10);
  CHECK(quarantine(*desk).size() == 4);
  // The tickets of those numbers are what they were.
  for (const auto* entry : desk->list({})) {
    if (entry->row.finding.find("seat-") != std::string::npos) {
      CHECK(entry->ticket.latest.change.finding.analysis.title.zh == "继电器触点粘连");
    }
  }
}

TEST_CASE("a full quarantine takes again when what is in it has grown old, without a restart") {
  const TemporaryDirectory home;
  StoreLimits limits;
  limits.quarantine_keyed = 1;
  const auto desk = desk_in(home.path(), noon, limits);
  const auto poison = [](std::uint64_t seq) {
    auto incoming = Sample{.seq = seq}.incoming();
    incoming.payload += "x";
    return incoming;
  };
  take(*desk, {poison(1)});
  CHECK(take(*desk, {poison(2)}).refused == 1);
  const auto later = noon + limits.findings_inbox_age + 1h;
  REQUIRE(desk->tick(later).has_value());
  CHECK(quarantine(*desk).empty());
  CHECK(receipted(take(*desk, {poison(2)}, later)) == std::set<std::uint64_t>{2});
}

TEST_CASE("poison is put aside with its reason, receipted when its number can be read, and holds up nobody") {
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  auto cut = Sample{.seq = 5}.incoming();
  cut.payload.resize(cut.payload.size() / 2);
  const Incoming garbage{"site/gw-1/up/finding", "\xff\xfe\x00 nonsense"};
  const Incoming lost{"somewhere/else", "{}"};
  const Incoming forged{"site/gw-2/up/finding", Sample{.seq = 6}.bytes()};
  const Incoming large{"site/gw-1/up/finding", std::string(70'000, 'x')};
  const Incoming wrong_way{"site/gw-1/down/receipt", "{}"};
  const auto taken = take(*desk, {cut, garbage, lost, forged, large, wrong_way, Sample{}.incoming()});
  CHECK(taken.poisoned == 6);
  CHECK(taken.fresh == 1);
  CHECK(receipted(taken) == std::set<std::uint64_t>{1, 5, 6});
  CHECK(tickets(*desk) == 1);
  const auto rows = quarantine(*desk);
  REQUIRE(rows.size() == 6);
  for (const auto& row : rows) CHECK_FALSE(row.reason.empty());
  // The receipt of the forged one goes to whom the topic names.
  CHECK(std::any_of(taken.receipts.begin(), taken.receipts.end(), [](const messages::Receipt& receipt) {
    return receipt.gateway == "gw-2" && receipt.seqs == std::vector<std::uint64_t>{6};
  }));
  CHECK(take(*desk, {cut}).repeats == 1);
  CHECK(quarantine(*desk).size() == 6);
}

TEST_CASE("ten thousand damaged messages: none crashes, each is put aside or counted, and a good one passes") {
  const TemporaryDirectory home;
  StoreLimits limits;
  limits.quarantine_keyed = 50;
  limits.quarantine_loose = 20;
  const auto desk = desk_in(home.path(), noon, limits);
  std::mt19937 random(11);
  const auto good = Sample{}.bytes();
  std::size_t seen = 0;
  std::vector<Incoming> batch;
  for (int i = 0; i < 10'000; ++i) {
    auto bytes = good;
    // Two kinds of damage that no luck repairs: a cut, and a byte that cannot stand in JSON.
    if (i % 2 == 0)
      bytes.resize(1 + random() % (bytes.size() - 1));
    else
      bytes[random() % bytes.size()] = static_cast<char>(1 + random() % 8);
    batch.push_back({"site/gw-9/up/finding", bytes});
    if (batch.size() < 250) continue;
    const auto taken = take(*desk, std::exchange(batch, {}));
    CHECK(taken.fresh == 0);
    seen += taken.poisoned + taken.conflicts + taken.refused + taken.repeats;
  }
  CHECK(seen == 10'000);
  CHECK(quarantine(*desk).size() <= 70);
  CHECK(take(*desk, {Sample{}.incoming()}).fresh == 1);
}

TEST_CASE("a full quarantine receipts nothing more, so the message stays with its sender") {
  const TemporaryDirectory home;
  StoreLimits limits;
  limits.quarantine_keyed = 1;
  const auto desk = desk_in(home.path(), noon, limits);
  auto first = Sample{.seq = 1}.incoming();
  auto second = Sample{.seq = 2}.incoming();
  first.payload += "x";
  second.payload += "x";
  CHECK(receipted(take(*desk, {first})) == std::set<std::uint64_t>{1});
  const auto taken = take(*desk, {second});
  CHECK(taken.refused == 1);
  CHECK(taken.receipts.empty());
}

TEST_CASE("a new database of a gateway joins the open ticket, and opens a new one after the close") {
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  take(*desk, {Sample{}.incoming()});
  take(*desk, {Sample{.epoch = epoch_b}.incoming()}, noon + 1h);
  REQUIRE(tickets(*desk) == 1);
  take(*desk, {Sample{.epoch = epoch_b, .seq = 2, .event = FindingEvent::returned, .active = false}.incoming()});
  Action done;
  done.kind = EventKind::resolved;
  done.by = "李娜";
  done.outcome = Outcome::repaired;
  REQUIRE(desk->act(1, done, noon + 2h).has_value());
  take(*desk, {Sample{.epoch = "00112233445566cc"}.incoming()}, noon + 3h);
  CHECK(tickets(*desk) == 2);
  // What the old database still sends belongs to the old ticket.
  take(*desk, {Sample{.seq = 2, .event = FindingEvent::updated}.incoming()}, noon + 4h);
  CHECK(tickets(*desk) == 2);
}

TEST_CASE("readings are kept for the ticket, receipted, and taken once") {
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  take(*desk, {Sample{}.incoming()});
  messages::ReadingsMessage batch;
  batch.envelope = {"gw-1", epoch_b, 1, noon};
  batch.dropped = 3;
  for (int i = 0; i < 10; ++i) {
    batch.entries.push_back({"seat-07", "output.voltage", "V", 12.0 + i, Quality::good, Reason::none, noon + i * 1s});
  }
  const Incoming incoming{"site/gw-1/up/readings", messages::encode(batch)};
  CHECK(receipted(take(*desk, {incoming})) == std::set<std::uint64_t>{1});
  CHECK(take(*desk, {incoming}).repeats == 1);
  const auto series = desk->series(*desk->list({})[0]);
  REQUIRE(series.has_value());
  REQUIRE(series->size() == 1);
  CHECK((*series)[0].readings.size() == 10);
  CHECK((*series)[0].readings.back().value == 21.0);
  CHECK(desk->gateways()->at(0).dropped == 3);
}

TEST_CASE("a gateway's birth and will are shown, and a hole in its numbers too") {
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  const auto state = [](bool online) {
    return Incoming{"site/gw-1/up/state", messages::encode(messages::GatewayState{"gw-1", online, noon, "0.1.0"})};
  };
  CHECK(take(*desk, {state(true)}).receipts.empty());
  CHECK(desk->gateways()->at(0).online == true);
  take(*desk, {state(false), Sample{.seq = 4}.incoming()}, noon + 1h);
  const auto row = desk->gateways()->at(0);
  CHECK(row.online == false);
  CHECK(row.version == "0.1.0");
  CHECK(row.heard_at == noon + 1h);
  CHECK(row.missing == 3);
}

TEST_CASE("when the agent fell silent is dated by our clock, whatever the gateway's says, and is kept") {
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  const WallTime long_ago{1h};  // a gateway without a clock: 1970
  const auto state = [&](bool watching) {
    messages::GatewayState says{"gw-1", true, long_ago, "0.1.0", watching, long_ago - 40s};
    return Incoming{"site/gw-1/up/state", messages::encode(says)};
  };
  take(*desk, {state(true)});
  CHECK(desk->gateways()->at(0).watching == true);
  take(*desk, {state(false)}, noon + 1h);
  CHECK(desk->gateways()->at(0).watching == false);
  CHECK(desk->gateways()->at(0).agent_at == noon + 1h - 40s);
  take(*desk, {Sample{.seq = 1}.incoming()}, noon + 2h);
  CHECK(desk->gateways()->at(0).watching == false);
  CHECK(desk->gateways()->at(0).agent_at == noon + 1h - 40s);
}

TEST_CASE("text that would be SQL is text") {
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  const std::vector<std::string> attacks{"'; DROP TABLE ticket; --",
                                         "\" OR 1=1 --",
                                         "x') ; DELETE FROM inbox; --",
                                         "%27%20OR",
                                         "robert'); --",
                                         "\\'; --",
                                         "?1",
                                         ":name",
                                         "NULL"};
  std::uint64_t seq = 0;
  for (const auto& attack : attacks) {
    Sample sample{.seq = ++seq, .device = attack, .title = attack};
    CHECK(take(*desk, {sample.incoming()}).fresh == 1);
    CHECK(desk->find(attack).value() == nullptr);
    CHECK(desk->list({.gateway = attack}).empty());
  }
  REQUIRE(tickets(*desk) == attacks.size());
  for (const auto* entry : desk->list({})) {
    const auto& finding = entry->ticket.latest.change.finding;
    CHECK(finding.analysis.title.zh == finding.id.device);
  }
}

TEST_CASE("receipts hold at most 256 numbers each") {
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  std::vector<Incoming> batch;
  for (std::uint64_t seq = 1; seq <= 600; ++seq) batch.push_back(Sample{.seq = seq}.incoming());
  const auto taken = take(*desk, batch);
  CHECK(taken.receipts.size() == 3);
  for (const auto& receipt : taken.receipts) CHECK(receipt.seqs.size() <= 256);
  CHECK(receipted(taken).size() == 600);
}
