#include "cloud-bridge/uplink/agent_watch.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::bridge;
using namespace std::chrono_literals;

namespace {

constexpr BootTime start{1h};
constexpr WallTime noon{1764000000000ms};

control::Status alive(std::chrono::milliseconds age = 1s) {
  control::Status status;
  status.threads = {{"store", 1s}, {"commit", 2s}, {"bus rs485-1", age}};
  return status;
}

}  // namespace

TEST_CASE("whether anybody watches is not known until the agent answered or had its time to") {
  const AgentWatch watch({}, start);
  CHECK_FALSE(watch.watching(start).has_value());
  CHECK_FALSE(watch.watching(start + 29s).has_value());
  CHECK(watch.watching(start + 30s) == false);
  CHECK_FALSE(watch.heard_at().has_value());
}

TEST_CASE("thirty seconds without an answer are silence, and the next answer ends it") {
  AgentWatch watch({}, start);
  watch.answered(alive(), start + 1s, noon);
  CHECK(watch.watching(start + 1s) == true);
  CHECK(watch.watching(start + 30s) == true);
  CHECK(watch.watching(start + 31s) == false);
  CHECK(watch.heard_at() == noon);
  watch.answered(alive(), start + 90s, noon + 89s);
  CHECK(watch.watching(start + 90s) == true);
  CHECK(watch.heard_at() == noon + 89s);
}

TEST_CASE("an agent that answers while one of its threads stands still watches nothing") {
  AgentWatch watch({}, start);
  watch.answered(alive(), start, noon);
  for (int second = 10; second <= 60; second += 10) watch.answered(alive(31s), start + second * 1s, noon + second * 1s);
  CHECK(watch.watching(start + 29s) == true);
  CHECK(watch.watching(start + 60s) == false);
  CHECK(watch.heard_at() == noon);
}

TEST_CASE("the centre is told at once, after every change, and each minute without one") {
  AgentWatch watch({}, start);
  CHECK(watch.next_tell(start) == start);
  watch.told(std::nullopt, start);
  CHECK(watch.next_tell(start) == start + 30s);  // then silence would be known
  watch.answered(alive(), start + 1s, noon);
  CHECK(watch.next_tell(start + 1s) == start + 1s);
  watch.told(true, start + 1s);
  for (int second = 11; second <= 51; second += 10) watch.answered(alive(), start + second * 1s, noon);
  CHECK(watch.next_tell(start + 51s) == start + 61s);
  watch.told(true, start + 61s);
  CHECK(watch.next_tell(start + 61s) == start + 81s);  // 30 s after the last answer
  CHECK(watch.next_tell(start + 81s) == start + 81s);
  watch.told(false, start + 81s);
  CHECK(watch.next_tell(start + 82s) == start + 141s);
  watch.answered(alive(), start + 100s, noon);
  CHECK(watch.next_tell(start + 100s) == start + 100s);
}
