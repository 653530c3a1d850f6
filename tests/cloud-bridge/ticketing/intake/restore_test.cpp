// The centre's store comes back from a backup, and what it lost comes back from the gateways.
#include "cloud-bridge/ticketing/intake/intake.hpp"
#include "tests/cloud-bridge/ticketing/sample.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>
#include <set>

using namespace inspect;
using namespace inspect::ticketing;
using namespace inspect::ticketing::test;

namespace {

Taken take(Desk& desk, const std::vector<Incoming>& batch, WallTime now = noon) {
  auto taken = desk.take(batch, now);
  REQUIRE_MESSAGE(taken.has_value(), (taken ? "" : taken.error().message));
  return std::move(*taken);
}

Incoming state(bool online, const std::string& gateway = "gw-1") {
  return {"site/" + gateway + "/up/state",
          messages::encode(messages::GatewayState{gateway, online, noon, "1", {}, {}})};
}

/// The outbox of a gateway: what it said, and what of it has a receipt.
struct Outbox {
  std::vector<Sample> said;
  std::set<std::uint64_t> receipted;

  void say(std::mt19937& random) {
    Sample sample;
    sample.seq = said.size() + 1;
    sample.device = "seat-" + std::to_string(random() % 7);
    sample.active = random() % 2 == 0;
    sample.event = sample.active ? FindingEvent::updated : FindingEvent::returned;
    said.push_back(sample);
  }
  /// What waits, oldest first, as far as the line lets it through now.
  std::vector<Incoming> ship(std::mt19937& random) {
    std::vector<Incoming> batch;
    for (const auto& sample : said) {
      if (!receipted.contains(sample.seq) && random() % 4 != 0) batch.push_back(sample.incoming());
    }
    return batch;
  }
  void heed(const Taken& taken) {
    for (const auto& receipt : taken.receipts) receipted.insert(receipt.seqs.begin(), receipt.seqs.end());
    for (const auto& told : taken.holdings) {
      const auto read = messages::decode_holdings(messages::encode(told));
      REQUIRE_MESSAGE(read.has_value(), read.error().message);
      std::vector<SeqRange> held;
      for (const auto& one : read->epochs) held = one.epoch == epoch_a ? one.held : held;
      for (const auto& gap : gaps(held)) {
        std::erase_if(receipted, [&](std::uint64_t seq) { return gap.first <= seq && seq <= gap.last; });
      }
    }
  }
};

void check_books(Desk& desk, const Outbox& outbox) {
  std::map<std::string, std::multiset<std::string>> reports;
  std::map<std::string, Sample> last;
  for (const auto& sample : outbox.said) {
    const auto fault = to_string(sample.message().change.finding.id);
    reports[fault].insert(sample.bytes());
    last[fault] = sample;
  }
  CHECK(desk.list({}).size() == reports.size());
  for (const auto* entry : desk.list({})) {
    std::multiset<std::string> kept;
    for (const auto& row : desk.ledger(entry->row.id).value()) {
      if (row.event.report) kept.insert(row.payload);
    }
    CHECK(kept == reports[entry->row.finding]);
    CHECK(entry->ticket.measured() == last[entry->row.finding].active);
  }
}

}  // namespace

TEST_CASE("whatever was taken in since the backup comes back from the gateway: every report once, in its ticket") {
  std::mt19937 random(37);
  for (int round = 0; round < 25; ++round) {
    CAPTURE(round);
    const TemporaryDirectory home;
    const TemporaryDirectory backup;
    Outbox outbox;
    auto desk = desk_in(home.path());
    const auto work = [&](std::size_t steps) {
      for (std::size_t step = 0; step < steps; ++step) {
        for (auto n = random() % 4; n > 0; --n) outbox.say(random);
        outbox.heed(take(*desk, outbox.ship(random)));
      }
    };
    const auto copy = [&](const std::string& from, const std::string& to) {
      desk.reset();
      std::filesystem::remove_all(to);
      std::filesystem::copy(from, to);
      desk = desk_in(home.path());
    };
    work(random() % 20);
    copy(home.path(), backup.path());
    work(1 + random() % 20);
    copy(backup.path(), home.path());
    // New things are said before the comparison, and while it is on its way.
    work(random() % 3);
    outbox.heed(take(*desk, {state(true)}));
    work(2);
    while (outbox.receipted.size() < outbox.said.size()) outbox.heed(take(*desk, outbox.ship(random)));
    check_books(*desk, outbox);
    // Nothing is asked for a second time.
    outbox.heed(take(*desk, {state(true)}, noon + 1h));
    CHECK(outbox.receipted.size() == outbox.said.size());
  }
}

TEST_CASE("a centre that began anew with no tickets gets all that the gateway still keeps") {
  std::mt19937 random(3);
  Outbox outbox;
  for (int i = 0; i < 40; ++i) outbox.say(random);
  for (std::uint64_t seq = 1; seq <= 40; ++seq) outbox.receipted.insert(seq);
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  outbox.heed(take(*desk, {state(true)}));
  CHECK(outbox.receipted.empty());
  while (outbox.receipted.size() < outbox.said.size()) outbox.heed(take(*desk, outbox.ship(random)));
  check_books(*desk, outbox);
}

TEST_CASE("a gateway is told when it is first heard online, then every quarter of an hour, and never while it is off") {
  const TemporaryDirectory home;
  auto desk = desk_in(home.path());
  CHECK(take(*desk, {Sample{}.incoming(), state(false)}).holdings.empty());
  const auto first = take(*desk, {state(true), state(true), Sample{.seq = 2}.incoming()});
  REQUIRE(first.holdings.size() == 1);
  CHECK(first.holdings[0].gateway == "gw-1");
  // What came in the same batch is held as well.
  CHECK(first.holdings[0].epochs == std::vector<Holding>{{epoch_a, {{1, 2}}}});
  CHECK(take(*desk, {state(true)}, noon + 14min).holdings.empty());
  CHECK(take(*desk, {state(true, "gw-2")}, noon + 14min).holdings.size() == 1);
  CHECK(take(*desk, {state(true)}, noon + 15min).holdings.size() == 1);
  CHECK(take(*desk, {state(true)}, noon + 16min).holdings.empty());
  desk.reset();
  desk = desk_in(home.path());
  CHECK(take(*desk, {state(true)}, noon + 16min).holdings.size() == 1);
}
