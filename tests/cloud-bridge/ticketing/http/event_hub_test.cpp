#include "cloud-bridge/ticketing/http/event_hub.hpp"

#include <doctest/doctest.h>

using namespace inspect::ticketing;

TEST_CASE("everybody who watches is woken and gets each event once") {
  EventHub hub;
  int woken = 0;
  const auto one = hub.join([&] { ++woken; });
  const auto two = hub.join([&] { ++woken; });
  hub.publish("ticket", "{\"number\":1}");
  CHECK(woken == 2);
  CHECK(hub.drain(*one) == "event: ticket\ndata: {\"number\":1}\n\n");
  CHECK(hub.drain(*one) == "");
  hub.publish("ticket", "{}");
  CHECK(hub.drain(*two) == "event: ticket\ndata: {\"number\":1}\n\nevent: ticket\ndata: {}\n\n");
}

TEST_CASE("one that does not read is dropped and told so, the others are not") {
  EventHub hub;
  const auto slow = hub.join([] {});
  const auto quick = hub.join([] {});
  for (std::size_t i = 0; i <= EventHub::most_waiting; ++i) {
    hub.publish("ticket", "{}");
    REQUIRE(hub.drain(*quick).has_value());
  }
  CHECK_FALSE(hub.drain(*slow).has_value());
  CHECK(hub.watchers() == 1);
  CHECK(hub.dropped() == 1);
}

TEST_CASE("the house is full at 64 and has room when somebody left") {
  EventHub hub;
  std::optional<EventHub::WatcherId> last;
  for (std::size_t i = 0; i < EventHub::most_watchers; ++i) last = hub.join([] {});
  CHECK(last.has_value());
  CHECK_FALSE(hub.join([] {}).has_value());
  hub.leave(*last);
  CHECK(hub.join([] {}).has_value());
}

TEST_CASE("whoever is woken may leave at once") {
  EventHub hub;
  std::optional<EventHub::WatcherId> id;
  id = hub.join([&] { hub.leave(*id); });
  hub.publish("ticket", "{}");
  CHECK(hub.watchers() == 0);
}

TEST_CASE("when the service ends everybody is woken, and may leave meanwhile") {
  EventHub hub;
  int woken = 0;
  EventHub::WatcherId first = 0;
  first = *hub.join([&] {
    ++woken;
    hub.leave(first);
  });
  hub.join([&] { ++woken; });
  hub.wake_all();
  CHECK(woken == 2);
  CHECK(hub.watchers() == 1);
}
