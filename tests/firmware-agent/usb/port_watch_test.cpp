#include "firmware-agent/usb/port_watch.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace inspect;
using namespace inspect::agent;
using namespace std::chrono_literals;

namespace {

struct Played {
  PortWatch watch;
  BootTime now{1h};
  std::vector<PortSight> ports{{BusIndex(0), "1-1"}, {BusIndex(1), "1-2.1"}, {BusIndex(2), "1-2.4.3"}};

  /// What is told to be wrong: "hub 1-2", "cable 0".
  std::vector<std::string> look(const std::set<std::string>& plugged, BootClock::duration later = 1s) {
    now += later;
    std::vector<std::string> wrong;
    for (const auto& notice : watch.look(ports, plugged, now)) {
      if (!notice.opens) continue;
      const auto bus = std::to_string(at(notice.bus));
      wrong.push_back(notice.fault == UsbFault::hub     ? "hub " + notice.hub
                      : notice.fault == UsbFault::cable ? "cable " + bus
                                                        : "identity " + bus);
    }
    return wrong;
  }
};

using Wrong = std::vector<std::string>;
const std::set<std::string> everything{"1-1", "1-2", "1-2.1", "1-2.4", "1-2.4.3"};

}  // namespace

TEST_CASE("hubs are those that the site's ports hang on, outermost first") {
  CHECK(PortWatch::hubs_of({"1-1", "1-2.4.3", "1-2.1"}) == Wrong{"1-2", "1-2.4"});
}

TEST_CASE("nothing is wrong while everything is plugged in, or while one device is missing") {
  Played played;
  CHECK(played.look(everything).empty());
  CHECK(played.look({"1-2", "1-2.1", "1-2.4", "1-2.4.3"}, 1h).empty());
  CHECK(played.look({"1-1", "1-2", "1-2.4"}, 1h).empty());
}

TEST_CASE("a hub that is away with everything behind it is the cause after two seconds, the outermost alone") {
  Played played;
  CHECK(played.look(everything).empty());
  CHECK(played.look({"1-1"}).empty());
  CHECK(played.look({"1-1"}).empty());
  CHECK(played.look({"1-1"}) == Wrong{"hub 1-2"});
  CHECK(played.look({"1-1"}, 1h) == Wrong{"hub 1-2"});
  CHECK(played.look(everything).empty());
}

TEST_CASE("an inner hub that is away leaves the outer one in peace") {
  Played played;
  const std::set<std::string> without_inner{"1-1", "1-2", "1-2.1"};
  CHECK(played.look(without_inner).empty());
  CHECK(played.look(without_inner, 2s) == Wrong{"hub 1-2.4"});
}

TEST_CASE("a hub that blinks is not told") {
  Played played;
  for (int i = 0; i < 100; ++i) {
    CHECK(played.look({"1-1"}).empty());
    CHECK(played.look(everything).empty());
  }
}

TEST_CASE("a port whose device comes and goes, and one with another device, are told by their bus") {
  Played played;
  played.ports[1].storming = true;
  played.ports[2].doubt = Text{"另一台", "another one"};
  CHECK(played.look(everything) == Wrong{"cable 1", "identity 2"});
}
