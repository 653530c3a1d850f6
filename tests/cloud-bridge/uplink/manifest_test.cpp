#include "cloud-bridge/uplink/manifest.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>

using namespace inspect;
using namespace inspect::bridge;
using control::OutboxRow;
using control::Stream;
using namespace std::chrono_literals;

namespace {

std::vector<OutboxRow> rows(Stream stream, std::uint64_t from, std::uint64_t to) {
  std::vector<OutboxRow> out;
  for (auto seq = from; seq <= to; ++seq) out.push_back({stream, stream == Stream::findings ? "f" : "r", seq, "x"});
  return out;
}

ManifestLimits small() {
  ManifestLimits limits;
  limits.most = 8;
  limits.readings_at_once = 2;
  limits.claim_at_once = 5;
  return limits;
}

}  // namespace

TEST_CASE("no more is claimed than has room") {
  Manifest manifest(small());
  CHECK(manifest.wanted() == 5);
  CHECK(manifest.load(rows(Stream::findings, 1, 5), BootTime{}).size() == 5);
  CHECK(manifest.wanted() == 3);
  CHECK(manifest.load(rows(Stream::findings, 6, 20), BootTime{}).size() == 3);
  CHECK(manifest.wanted() == 0);
  CHECK(manifest.unanswered() == 8);
  CHECK(manifest.receipted("f", {1, 2, 99}, BootTime{1s}) == 2);
  CHECK(manifest.wanted() == 2);
}

TEST_CASE("of readings only a few are under way, so that a finding never waits behind many") {
  Manifest manifest(small());
  auto mixed = rows(Stream::findings, 1, 1);
  for (auto& row : rows(Stream::readings, 1, 4)) mixed.push_back(row);
  CHECK(manifest.load(mixed, BootTime{}).size() == 3);
  CHECK(manifest.load(rows(Stream::readings, 3, 4), BootTime{}).empty());
  CHECK(manifest.wanted() == 0);
  manifest.broker_took({"r", 1});
  CHECK(manifest.wanted() == 1);
  CHECK(manifest.load(rows(Stream::readings, 3, 4), BootTime{}).size() == 1);
}

TEST_CASE("a row already under way is not loaded twice") {
  Manifest manifest(small());
  CHECK(manifest.load(rows(Stream::findings, 1, 2), BootTime{}).size() == 2);
  CHECK(manifest.load(rows(Stream::findings, 1, 3), BootTime{}).size() == 1);
  CHECK(manifest.size() == 3);
}

TEST_CASE("what the broker did not take is free at once, what it took waits for the receipt") {
  Manifest manifest(small());
  manifest.load(rows(Stream::findings, 1, 2), BootTime{});
  manifest.broker_did_not({"f", 1});
  manifest.broker_took({"f", 2});
  manifest.broker_took({"f", 2});
  CHECK(manifest.unanswered() == 0);
  CHECK(manifest.keys() == std::vector<RowKey>{{"f", 2}});
  CHECK(manifest.next_deadline() == BootTime{30s});
  CHECK(manifest.forget_overdue(BootTime{29s}) == 0);
  CHECK(manifest.forget_overdue(BootTime{30s}) == 1);
  CHECK(manifest.size() == 0);
}

TEST_CASE("a publish without the broker's answer is never overdue") {
  Manifest manifest(small());
  manifest.load(rows(Stream::findings, 1, 1), BootTime{});
  CHECK(manifest.next_deadline() == BootTime::max());
  CHECK(manifest.forget_overdue(BootTime{24h}) == 0);
}

TEST_CASE("a receipt that usually takes long is waited for three times as long") {
  Manifest manifest(small());
  manifest.load(rows(Stream::findings, 1, 2), BootTime{});
  manifest.broker_took({"f", 1});
  manifest.broker_took({"f", 2});
  manifest.receipted("f", {1}, BootTime{20s});
  CHECK(manifest.patience() == 60s);
  CHECK(manifest.forget_overdue(BootTime{59s}) == 0);
  CHECK(manifest.forget_overdue(BootTime{60s}) == 1);
}

TEST_CASE("to a silent centre one row goes at a time, ever more rarely, and a receipt opens the gate again") {
  Manifest manifest(small());
  BootTime now{};
  manifest.load(rows(Stream::findings, 1, 8), now);
  for (std::uint64_t seq = 1; seq <= 8; ++seq) manifest.broker_took({"f", seq});
  CHECK(manifest.forget_overdue(now += 30s) == 8);
  CHECK(manifest.centre_silent());
  std::size_t sent = 0;
  const auto end = now + 7 * 24h;
  while (now < end) {
    CHECK(manifest.wanted() <= 1);
    for (const auto& row : manifest.load(rows(Stream::findings, 1, 8), now)) {
      ++sent;
      manifest.broker_took({row.epoch, row.seq});
    }
    now = manifest.next_deadline();
    manifest.forget_overdue(now);
  }
  // A week of it leaves the broker some 2 000 repeats, not 150 000.
  CHECK(sent < 2100);
  CHECK(sent > 1900);
  manifest.load(rows(Stream::findings, 1, 8), now);
  manifest.receipted("f", {1}, now + 1s);
  CHECK_FALSE(manifest.centre_silent());
  CHECK(manifest.wanted() == 5);
  CHECK(manifest.patience() < 120s);
}

TEST_CASE("a single row without a receipt among many with one does not make the centre silent") {
  Manifest manifest(small());
  manifest.load(rows(Stream::findings, 1, 2), BootTime{});
  manifest.broker_took({"f", 1});
  manifest.broker_took({"f", 2});
  manifest.receipted("f", {2}, BootTime{1s});
  CHECK(manifest.forget_overdue(BootTime{31s}) == 1);
  CHECK_FALSE(manifest.centre_silent());
}

TEST_CASE("whatever happens, its counts stay true and every row is receipted in the end") {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    Manifest manifest(small());
    std::set<RowKey> waiting;
    for (std::uint64_t seq = 1; seq <= 30; ++seq) waiting.insert({seq % 3 == 0 ? "r" : "f", seq});
    std::vector<RowKey> at_broker;
    BootTime now{1s};
    for (int step = 0; step < 100'000 && !waiting.empty(); ++step) {
      now += 100ms * (random() % 50);
      manifest.forget_overdue(now);
      if (const auto most = manifest.wanted(); most > 0) {
        const auto under_way = manifest.keys();
        std::vector<OutboxRow> offer;
        for (const auto& key : waiting) {
          if (offer.size() < most && std::count(under_way.begin(), under_way.end(), key) == 0) {
            offer.push_back({key.first == "f" ? Stream::findings : Stream::readings, key.first, key.second, ""});
          }
        }
        for (const auto& row : manifest.load(offer, now)) at_broker.push_back({row.epoch, row.seq});
      }
      if (at_broker.empty()) continue;
      const auto at = random() % at_broker.size();
      const auto key = at_broker[at];
      at_broker.erase(at_broker.begin() + static_cast<std::ptrdiff_t>(at));
      const auto fate = random() % 4;
      if (fate == 0) {
        manifest.broker_did_not(key);
      } else {
        manifest.broker_took(key);
        if (fate == 2) {
          manifest.receipted(key.first, {key.second}, now);
          waiting.erase(key);
        }
      }
      CHECK(manifest.unanswered() <= manifest.size());
      CHECK(manifest.size() <= 8);
    }
    CHECK(waiting.empty());
  }
}

TEST_CASE("what was handed out is known for good, by epoch") {
  Manifest manifest(small());
  CHECK_FALSE(manifest.sent({"f", 1}));
  manifest.load(rows(Stream::findings, 3, 4), BootTime{});
  CHECK(manifest.sent({"f", 4}));
  CHECK(manifest.sent({"f", 1}));
  CHECK_FALSE(manifest.sent({"f", 5}));
  CHECK_FALSE(manifest.sent({"r", 1}));
  manifest.broker_took({"f", 4});
  manifest.receipted("f", {3, 4}, BootTime{1s});
  manifest.load(rows(Stream::findings, 2, 2), BootTime{});
  CHECK(manifest.sent({"f", 4}));
}
