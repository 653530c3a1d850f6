#include "firmware-agent/polling/probe_budget.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace inspect;
using namespace inspect::agent;
using namespace std::chrono_literals;

TEST_CASE("what is saved up may be overdrawn by one probe, and then has to be earned") {
  ProbeBudget budget;
  const BootTime now{1h};
  CHECK(budget.allowed_from() <= now);
  budget.pay(now, 18ms, false);
  CHECK(budget.allowed_from() <= now);  // 2 ms are left
  budget.pay(now, 18ms, false);
  // 16 ms at 0.95 % of the time.
  CHECK(budget.allowed_from() > now + 1680ms);
  CHECK(budget.allowed_from() < now + 1690ms);
}

TEST_CASE("in any time all probes together cost no more than the share, the savings and one probe") {
  std::mt19937 random(7);
  for (int trial = 0; trial < 100; ++trial) {
    ProbeBudget budget;
    BootTime now{std::chrono::seconds(random() % 100'000)};
    budget.begin(now);
    const auto start = now;
    std::chrono::nanoseconds spent{};
    std::chrono::nanoseconds longest{};
    for (int i = 0; i < 500; ++i) {
      now = std::max(now + std::chrono::milliseconds(random() % 3000), budget.allowed_from());
      const auto patience = budget.patience(now);
      const auto cost = std::max<std::chrono::nanoseconds>(patience, std::chrono::milliseconds(1 + random() % 60));
      now += cost;
      budget.pay(now, cost, patience > 0ns);
      spent += cost;
      longest = std::max(longest, cost);
      const auto most = std::chrono::duration<double>(now - start) * probe_share +
                        std::chrono::duration<double>(std::chrono::nanoseconds{probe_savings} + longest);
      REQUIRE(std::chrono::duration<double>(spent) <= most + 60ms);
    }
  }
}

TEST_CASE("patience is saved up from the first dormant device on, and doubles each time up to two seconds") {
  ProbeBudget budget;
  BootTime now{10h};
  budget.begin(now);
  CHECK(budget.patience(now + 1s) == 0ns);
  std::chrono::nanoseconds expected = first_patience;
  for (int i = 0; i < 8; ++i) {
    // One part in 2000 of the time.
    CHECK(budget.patience(now + 1999 * expected) == 0ns);
    now += 2001 * expected;
    CHECK(budget.patience(now) == expected);
    budget.pay(now, expected, true);
    expected = std::min<std::chrono::nanoseconds>(2 * expected, longest_patience);
  }
  CHECK(expected == longest_patience);
  budget.begin(now);
  CHECK(budget.patience(now + 2001 * std::chrono::nanoseconds{first_patience}) == first_patience);
}
