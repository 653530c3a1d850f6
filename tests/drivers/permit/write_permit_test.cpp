#include "drivers/permit/write_permit.hpp"

#include "firmware-agent/guard/guard.hpp"

#include <doctest/doctest.h>

#include <type_traits>

using namespace inspect;
using drivers::WriteOrder;
using drivers::WritePermit;

// What does not compile cannot be tested at run time: nobody but the guard makes a permit, and one stays one.
static_assert(!std::is_default_constructible_v<WritePermit>);
static_assert(!std::is_constructible_v<WritePermit, WriteOrder, BootTime>);
static_assert(!std::is_aggregate_v<WritePermit>);
static_assert(!std::is_copy_constructible_v<WritePermit>);
static_assert(!std::is_copy_assignable_v<WritePermit>);

namespace {

const WriteOrder order{"relay-1", "relay.3.on"};
const Moment now{BootTime{std::chrono::hours{1}}, WallTime{}, ClockTrust::ntp};

WritePermit permit() {
  guard::Guard guard({{order}, {}});
  return guard.permit(order, guard::Identity::proven, now).value();
}

}  // namespace

TEST_CASE("a permit is good once, for its order, for two seconds") {
  auto mine = permit();
  CHECK(std::move(mine).spend("relay-1", "relay.3.on", now.boot).has_value());
  const auto again = std::move(mine).spend("relay-1", "relay.3.on", now.boot);
  REQUIRE(!again);
  CHECK(again.error().code == Errc::not_permitted);
}

TEST_CASE("a permit for another device, another action or another time is none, and is spent all the same") {
  const auto until = now.boot + std::chrono::seconds{2};
  const auto refused = [](WritePermit mine, std::string_view device, std::string_view action, BootTime when) {
    const auto first = std::move(mine).spend(device, action, when);
    CHECK(!first);
    CHECK(!std::move(mine).spend("relay-1", "relay.3.on", now.boot));
  };
  refused(permit(), "relay-2", "relay.3.on", now.boot);
  refused(permit(), "relay-1", "relay.3.off", now.boot);
  refused(permit(), "relay-1", "relay.3.on", until);
  CHECK(permit().until() == until);
  CHECK(permit().spend("relay-1", "relay.3.on", until - std::chrono::nanoseconds{1}).has_value());
}

TEST_CASE("a permit that was moved is in one place only") {
  auto first = permit();
  auto second = std::move(first);
  CHECK(!std::move(first).spend("relay-1", "relay.3.on", now.boot));
  auto third = permit();
  third = std::move(second);
  CHECK(!std::move(second).spend("relay-1", "relay.3.on", now.boot));
  CHECK(std::move(third).spend("relay-1", "relay.3.on", now.boot).has_value());
}
