#include "cloud-bridge/ticketing/intake/lives.hpp"

#include "tests/cloud-bridge/ticketing/sample.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>

using namespace inspect;
using namespace inspect::ticketing;
using namespace inspect::ticketing::test;

namespace {

Taken take(Desk& desk, const std::vector<Incoming>& batch, WallTime now = noon) {
  auto taken = desk.take(batch, now);
  REQUIRE_MESSAGE(taken.has_value(), (taken ? "" : taken.error().message));
  return std::move(*taken);
}

/// One life of a gateway's database: what it said, in its order.
class Life {
 public:
  Life(std::mt19937& random, std::string name) : random_(random), name_(std::move(name)) {}

  /// The old copy knows the beginning, and goes on by itself.
  Life(const Life& other, std::size_t known, std::string name)
      : random_(other.random_),
        name_(std::move(name)),
        said_(other.said_.begin(), other.said_.begin() + static_cast<long>(known)) {}

  void live(std::size_t messages) {
    for (std::size_t i = 0; i < messages; ++i) {
      Sample sample;
      sample.seq = said_.size() + 1;
      sample.device = "seat-" + std::to_string(random_() % 9) + (random_() % 3 == 0 ? "-" + name_ : "");
      sample.active = random_() % 2 == 0;
      sample.event = sample.active ? FindingEvent::updated : FindingEvent::returned;
      sample.title = name_;
      said_.push_back(sample);
    }
  }
  [[nodiscard]] const std::vector<Sample>& said() const { return said_; }

 private:
  std::mt19937& random_;
  std::string name_;
  std::vector<Sample> said_;
};

/// A centre that is restarted now and then, and a line on which anything said comes again.
struct Centre {
  explicit Centre(std::mt19937& source) : random(source) {}

  std::mt19937& random;
  TemporaryDirectory home;
  std::unique_ptr<Desk> desk = desk_in(home.path());
  std::vector<Sample> line;  ///< everything that ever came

  void hear(const Sample& sample) {
    std::vector<Incoming> batch;
    if (!line.empty()) batch.push_back(line[random() % line.size()].incoming());
    batch.push_back(sample.incoming());
    if (random() % 3 == 0) batch.push_back(sample.incoming());
    line.push_back(sample);
    const auto taken = take(*desk, batch);
    CHECK(taken.refused == 0);
    bool mine = false;
    for (const auto& receipt : taken.receipts) {
      CHECK(receipt.epoch == epoch_a);
      mine = mine || std::find(receipt.seqs.begin(), receipt.seqs.end(), sample.seq) != receipt.seqs.end();
    }
    CHECK(mine);
    if (random() % 10 != 0) return;
    desk.reset();
    desk = desk_in(home.path());
  }
};

std::string fault_of(const Sample& sample) { return to_string(sample.message().change.finding.id); }

void check_books(Desk& desk, const std::vector<Sample>& told) {
  std::map<std::string, Sample> last;
  std::map<std::string, std::multiset<std::string>> reports;
  for (const auto& sample : told) {
    last[fault_of(sample)] = sample;
    reports[fault_of(sample)].insert(sample.bytes());
  }
  CHECK(desk.list({}).size() == last.size());
  for (const auto* entry : desk.list({})) {
    CAPTURE(entry->row.finding);
    REQUIRE(last.contains(entry->row.finding));
    const auto& end = last.at(entry->row.finding);
    CHECK(entry->ticket.measured() == end.active);
    CHECK(entry->ticket.latest.change.finding.analysis.title.zh == end.title);
    const auto ledger = desk.ledger(entry->row.id);
    REQUIRE(ledger.has_value());
    std::multiset<std::string> kept;
    for (const auto& row : *ledger) {
      if (row.event.report) kept.insert(row.payload);
    }
    CHECK(kept == reports.at(entry->row.finding));
  }
}

Incoming readings(const std::string& epoch, std::uint64_t seq, double value, const std::string& site = {}) {
  messages::ReadingsMessage batch;
  batch.envelope = {"gw-1", epoch, seq, noon};
  const auto at = noon + 1s * static_cast<int>(value);
  batch.entries.push_back({"seat-07", "output.voltage", "V", value, Quality::good, Reason::none, at});
  batch.site = site;
  return {"site/gw-1/up/readings", messages::encode(batch)};
}

bool twins(Desk& desk) { return desk.gateways()->at(0).twins; }

}  // namespace

TEST_CASE(
    "an old copy that goes on under used numbers: every report of every life is in one ledger once, and the last life "
    "has the last word, across restarts") {
  std::mt19937 random(20261124);
  for (int round = 0; round < 12; ++round) {
    CAPTURE(round);
    Centre centre(random);
    Life first(random, "first");
    first.live(20 + random() % 30);
    Life second(first, random() % first.said().size(), "second");
    const auto known = second.said().size();
    second.live(5 + random() % 40);
    Life third(second, second.said().size() - 1 - random() % 5, "third");
    const auto known_again = third.said().size();
    third.live(10);
    std::vector<Sample> told;
    const auto tell = [&](const Life& life, std::size_t from) {
      for (std::size_t i = from; i < life.said().size(); ++i) {
        centre.hear(life.said()[i]);
        told.push_back(life.said()[i]);
      }
    };
    tell(first, 0);
    tell(second, known);
    tell(third, known_again);
    check_books(*centre.desk, told);
    // Said once more from the beginning, all of it is known.
    std::vector<Incoming> all;
    all.reserve(told.size());
    for (const auto& sample : told) all.push_back(sample.incoming());
    const auto again = take(*centre.desk, all);
    CHECK(again.repeats == all.size());
    CHECK(again.conflicts + again.fresh + again.poisoned == 0);
    check_books(*centre.desk, told);
    CHECK(centre.desk->gateways()->at(0).missing == 0);
    CHECK(centre.desk->gateways()->at(0).findings == told.size());
  }
}

TEST_CASE("a fault of the later life that had been closed in the first gets a ticket of its own") {
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  take(*desk, {Sample{}.incoming(), Sample{.seq = 2, .event = FindingEvent::returned, .active = false}.incoming()});
  Action done;
  done.kind = EventKind::resolved;
  done.by = "李娜";
  done.outcome = Outcome::repaired;
  REQUIRE(desk->act(1, done, noon + 1h).has_value());
  take(*desk, {Sample{.seq = 2, .event = FindingEvent::updated, .title = "later"}.incoming()}, noon + 2h);
  REQUIRE(desk->list({.open = true}).size() == 1);
  CHECK(desk->list({.open = true})[0]->ticket.latest.envelope.epoch == epoch_a + "~2");
}

TEST_CASE("after nine lives nothing more is receipted, and the alarm stays; what is known is receipted still") {
  const TemporaryDirectory home;
  auto desk = desk_in(home.path());
  for (std::size_t life = 1; life <= most_lives; ++life) {
    const auto taken = take(*desk, {Sample{.device = "seat-" + std::to_string(life)}.incoming()});
    CHECK(taken.fresh == 1);
    CHECK(taken.conflicts == (life > 1 ? 1 : 0));
  }
  CHECK(desk->list({}).size() == most_lives);
  desk.reset();
  desk = desk_in(home.path());
  const auto beyond = take(*desk, {Sample{.device = "one too many"}.incoming()});
  CHECK(beyond.refused == 1);
  CHECK(beyond.conflicts == 1);
  CHECK(beyond.receipts.empty());
  CHECK(desk->list({}).size() == most_lives);
  REQUIRE(desk->quarantine()->size() == most_lives);
  CHECK(desk->quarantine()->at(0).reason.find("Not taken") != std::string::npos);
  CHECK(take(*desk, {Sample{.device = "seat-4"}.incoming()}).receipts.size() == 1);
  CHECK(take(*desk, {Sample{.seq = 2}.incoming()}).fresh == 1);
}

TEST_CASE("a quarantine that is full of conflicts stops neither tickets nor poison") {
  const TemporaryDirectory home;
  StoreLimits limits;
  limits.quarantine_keyed = 4;
  const auto desk = desk_in(home.path(), noon, limits);
  std::vector<Incoming> first, second;
  for (std::uint64_t seq = 1; seq <= 20; ++seq) {
    first.push_back(Sample{.seq = seq, .device = "seat-" + std::to_string(seq)}.incoming());
    second.push_back(Sample{.seq = seq, .device = "other-" + std::to_string(seq)}.incoming());
  }
  take(*desk, first);
  const auto taken = take(*desk, second);
  CHECK(taken.fresh == 20);
  CHECK(taken.refused == 0);
  CHECK(desk->list({}).size() == 40);
  CHECK(desk->quarantine()->size() == 2);
  auto poison = Sample{.seq = 21}.incoming();
  poison.payload += "x";
  CHECK(take(*desk, {poison}).poisoned == 1);
}

TEST_CASE("what cannot be read begins no life") {
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  take(*desk, {Sample{}.incoming()});
  auto broken = Sample{}.incoming();
  broken.payload += "x";
  CHECK(take(*desk, {broken}).conflicts == 1);
  take(*desk, {Sample{.seq = 2, .device = "seat-08"}.incoming()});
  for (const auto* entry : desk->list({})) CHECK(entry->ticket.latest.envelope.epoch == epoch_a);
}

TEST_CASE("readings under a used number are kept by their instant, with the alarm, and receipted") {
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  take(*desk, {Sample{}.incoming(), readings(epoch_b, 1, 12)});
  const auto taken = take(*desk, {readings(epoch_b, 1, 13), readings(epoch_b, 1, 13)});
  CHECK(taken.conflicts == 2);
  REQUIRE(taken.receipts.size() == 1);
  CHECK(taken.receipts[0].epoch == epoch_b);
  CHECK(desk->series(*desk->list({})[0])->at(0).readings.size() == 2);
  CHECK(desk->quarantine()->size() == 1);
}

TEST_CASE("two databases that take turns under one name are twins, one that follows the other is none") {
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  take(*desk, {readings(epoch_a, 1, 12), Sample{.epoch = "00112233445566cc"}.incoming()});
  take(*desk, {readings(epoch_b, 1, 12), Sample{.epoch = "00112233445566dd"}.incoming()}, noon + 1min);
  take(*desk, {readings(epoch_b, 2, 12), readings(epoch_a, 1, 12)}, noon + 2min);
  // New databases, and a repeat of the old one that was still under way.
  CHECK_FALSE(twins(*desk));
  take(*desk, {readings(epoch_a, 2, 12)}, noon + 3min);
  CHECK(twins(*desk));
  // An hour with one voice, and it is over.
  take(*desk, {readings(epoch_a, 3, 12)}, noon + 64min);
  CHECK_FALSE(twins(*desk));
}

TEST_CASE("an old database that comes back after more than an hour is a card put back, no twin") {
  TwinWatch watch;
  watch.heard("gw-1", InboxKind::finding, "a", noon);
  watch.heard("gw-1", InboxKind::finding, "b", noon + 1min);
  watch.heard("gw-1", InboxKind::finding, "a", noon + 2h);
  CHECK_FALSE(watch.twins("gw-1", noon + 2h));
  watch.heard("gw-1", InboxKind::finding, "b", noon + 2h);
  CHECK_FALSE(watch.twins("gw-1", noon + 2h));
  watch.heard("gw-1", InboxKind::finding, "a", noon + 2h);
  CHECK(watch.twins("gw-1", noon + 2h));
  CHECK_FALSE(watch.twins("gw-2", noon + 2h));
}

TEST_CASE("two sites behind one gateway's name: same devices, same numbers, and nothing of either is lost or mixed") {
  const TemporaryDirectory home;
  auto desk = desk_in(home.path());
  const std::string here = "changsha-1";
  const std::string there = "xiangtan-1";
  for (std::uint64_t seq = 1; seq <= 20; ++seq) {
    const auto now = noon + 1min * static_cast<int>(seq);
    const bool active = seq % 2 == 1;
    const auto event = active ? FindingEvent::reopened : FindingEvent::returned;
    const auto taken =
        take(*desk,
             {Sample{.seq = seq, .event = event, .active = active, .site = here}.incoming(),
              Sample{.epoch = epoch_b, .seq = seq, .event = FindingEvent::updated, .site = there}.incoming(),
              readings("00112233445566cc", seq, static_cast<double>(seq), here),
              readings("00112233445566dd", seq, 1000 + static_cast<double>(seq), there)},
             now);
    CHECK(taken.fresh == 4);
    CHECK(taken.conflicts + taken.refused + taken.poisoned == 0);
    CHECK(taken.receipts.size() == 4);
    if (seq == 10) {
      desk.reset();
      desk = desk_in(home.path(), now);
    }
  }
  const auto tickets = desk->list({});
  REQUIRE(tickets.size() == 2);
  for (const auto* entry : tickets) {
    const auto& finding = entry->ticket.latest.change.finding;
    const bool mine = finding.id.site == here;
    CAPTURE(finding.id.site);
    // The one ended with its return, the other never went.
    CHECK(entry->ticket.measured() == !mine);
    std::size_t reports = 0;
    for (const auto& row : desk->ledger(entry->row.id).value()) {
      if (!row.event.report) continue;
      CHECK(row.event.report->change.finding.id.site == finding.id.site);
      ++reports;
    }
    CHECK(reports == 20);
    const auto series = desk->series(*entry).value();
    REQUIRE(series.size() == 1);
    REQUIRE(series[0].readings.size() == 20);
    for (const auto& reading : series[0].readings) CHECK((reading.value > 1000) == !mine);
  }
  CHECK(twins(*desk));
}

TEST_CASE("two gateways with the same configuration are apart as soon as they are known for twins") {
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  const auto hear = [&](std::uint64_t seq, const std::string& epoch, const std::string& device) {
    take(*desk, {Sample{.epoch = epoch, .seq = seq, .device = device}.incoming()}, noon + 1min * static_cast<int>(seq));
  };
  hear(1, epoch_a, "seat-01");
  hear(1, epoch_b, "seat-01");  // could be the same gateway with a new card
  CHECK(desk->list({}).size() == 1);
  hear(2, epoch_a, "seat-02");  // is none
  REQUIRE(twins(*desk));
  hear(3, epoch_a, "seat-03");
  hear(3, epoch_b, "seat-03");
  CHECK(desk->list({}).size() == 4);
  hear(4, epoch_b, "seat-03");
  hear(4, epoch_a, "seat-03");
  CHECK(desk->list({}).size() == 4);
}
