#include "tests/cloud-bridge/ticketing/sample.hpp"

#include <algorithm>
#include <chrono>

using namespace inspect;
using namespace inspect::ticketing;
using namespace inspect::ticketing::test;

namespace {

using Clock = std::chrono::steady_clock;

double seconds(Clock::duration spent) { return std::chrono::duration<double>(spent).count(); }

/// Forty gateways, each fault reported four times.
std::vector<Incoming> flood(std::uint64_t messages) {
  std::vector<Incoming> all;
  for (std::uint64_t i = 0; i < messages; ++i) {
    Sample sample;
    sample.gateway = "gw-" + std::to_string(100 + i % 40);
    sample.seq = i / 40 + 1;
    sample.device = "seat-" + std::to_string(i / 160);
    sample.event = sample.seq % 4 == 1 ? FindingEvent::opened : FindingEvent::updated;
    all.push_back(sample.incoming());
  }
  return all;
}

}  // namespace

TEST_CASE("the desk takes 500 findings a second and more, each safe on the disk before its receipt") {
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  constexpr std::uint64_t messages = 20'000;
  constexpr std::size_t batch = 256;
  const auto all = flood(messages);
  std::vector<double> commits;
  const auto begin = Clock::now();
  for (std::size_t from = 0; from < all.size(); from += batch) {
    const auto start = Clock::now();
    const auto taken = desk->take(std::span(all).subspan(from, std::min(batch, all.size() - from)), noon);
    REQUIRE(taken.has_value());
    commits.push_back(seconds(Clock::now() - start));
  }
  const auto rate = messages / seconds(Clock::now() - begin);
  std::sort(commits.begin(), commits.end());
  MESSAGE("fresh findings a second: " << rate << ", a batch of 256 took " << commits[commits.size() / 2] * 1000
                                      << " ms (median), " << commits.back() * 1000 << " ms (worst)");
  CHECK(rate > 500);

  const auto again = Clock::now();
  for (std::size_t from = 0; from < all.size(); from += batch) {
    REQUIRE(desk->take(std::span(all).subspan(from, std::min(batch, all.size() - from)), noon).has_value());
  }
  MESSAGE("repeats a second: " << messages / seconds(Clock::now() - again));

  const auto restart = Clock::now();
  const auto count = desk->list({.most = 100'000}).size();
  CHECK(count == messages / 4);
  const auto tick = Clock::now();
  REQUIRE(desk->tick(noon + 1min).has_value());
  MESSAGE("open tickets " << count << ", list " << seconds(tick - restart) * 1000 << " ms, a tick "
                          << seconds(Clock::now() - tick) * 1000 << " ms");
}

TEST_CASE("single findings, each with a commit of its own, are taken at the speed of the disk") {
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  const auto all = flood(400);
  const auto begin = Clock::now();
  for (const auto& one : all) REQUIRE(desk->take(std::span(&one, 1), noon).has_value());
  MESSAGE("alone: " << 400 / seconds(Clock::now() - begin) << " findings a second");
}
