#include "firmware-agent/detection/usb_faults.hpp"

#include "firmware-agent/detection/watchman.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace inspect;
using namespace inspect::agent;
using namespace std::chrono_literals;

namespace {

/// A board on the machine and two behind a hub.
struct Played {
  Played() {
    site.name = "site";
    site.title = {"现场", "Site"};
    site.profiles.resize(1);
    site.profiles[0].points.resize(1);
    site.profiles[0].points[0].name = "relay.1.command";
    const std::vector<std::string> ports{"1-1", "1-2.1", "1-2.2"};
    for (std::uint32_t i = 0; i < ports.size(); ++i) {
      const auto name = "usb-" + std::to_string(i + 1);
      site.buses.push_back({name, {"口", name}, UsbPort{ports[i]}});
      Device device;
      device.name = "board-" + std::to_string(i + 1);
      device.bus = BusIndex(i);
      device.first_point = PointIndex(i);
      device.point_count = 1;
      site.devices.push_back(device);
      site.points.push_back({DeviceIndex(i), 0});
    }
    catalogue = std::move(*catalogue::load("protocol/catalogue"));
    watchman = std::make_unique<Watchman>(site, catalogue);
    watchman->restore({}, {});
  }

  [[nodiscard]] Moment now() const { return {BootTime(time), WallTime(std::chrono::milliseconds(1)), ClockTrust::ntp}; }
  void pass(std::chrono::seconds passed) {
    for (; passed.count() > 0; passed -= 1s) {
      time += 1s;
      Verdict verdict;
      watchman->tick(now(), verdict);
    }
  }
  void hub(bool gone) {
    Verdict verdict;
    watchman->notice({UsbFault::hub, gone, {}, "1-2", {"没了", "gone"}}, now(), verdict);
  }
  void cable(bool storms) {
    Verdict verdict;
    watchman->notice({UsbFault::cable, storms, BusIndex(0), "", {"来去", "comes and goes"}}, now(), verdict);
  }
  void available(std::uint32_t bus, bool is) {
    Verdict verdict;
    watchman->bus_available(BusIndex(bus), is, "unplugged", now(), verdict);
    pass(30s);
  }
  [[nodiscard]] std::vector<std::string> open() const {
    std::vector<std::string> names;
    for (const auto& finding : watchman->open()) {
      if (finding.active) names.push_back(finding.id.device + "/" + finding.id.kind);
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  Site site;
  catalogue::Catalogue catalogue;
  std::unique_ptr<Watchman> watchman;
  BootClock::duration time = 1h;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a hub that vanished is one finding, whatever is behind it") {
  Played played;
  played.hub(true);
  played.available(1, false);
  played.available(2, false);
  CHECK(played.open() == Names{"usb-hub-1-2/usb.hub"});
  const auto finding = played.watchman->open().front();
  CHECK(finding.analysis.part == "USB hub");
  CHECK(finding.analysis.where.en == "Site, the hub at USB port 1-2");
}

TEST_CASE("a hub that is seen to be gone after its ports is one finding all the same") {
  Played played;
  Verdict verdict;
  played.watchman->bus_available(BusIndex(1), false, "unplugged", played.now(), verdict);
  played.pass(2s);
  played.hub(true);
  played.pass(30s);
  CHECK(played.open() == Names{"usb-hub-1-2/usb.hub"});
}

TEST_CASE("a port that is not behind the hub is told beside it") {
  Played played;
  played.hub(true);
  played.available(0, false);
  CHECK(played.open() == Names{"usb-1/bus.unavailable", "usb-hub-1-2/usb.hub"});
}

TEST_CASE("a USB port that is not available sends nobody for an RS-485 adapter") {
  Played played;
  played.available(0, false);
  const auto analysis = played.watchman->open().front().analysis;
  CHECK(analysis.part == "shielded USB cable with ferrite 1 m");
  CHECK(analysis.checks.front().en.find("USB") == 0);
}

TEST_CASE("what comes back with the hub is well, and what does not is told soon after") {
  Played played;
  played.hub(true);
  played.available(1, false);
  played.available(2, false);
  played.hub(false);
  played.pass(3s);
  CHECK(played.open().empty());
  played.available(1, true);
  played.pass(10s);
  CHECK(played.open() == Names{"usb-3/bus.unavailable"});
  played.available(2, true);
  CHECK(played.open().empty());
}

TEST_CASE("a device that comes and goes is one finding that names cable or power, with the part") {
  Played played;
  played.cable(true);
  played.available(0, false);
  CHECK(played.open() == Names{"usb-1/usb.cable"});
  CHECK(played.watchman->open().front().analysis.part == "shielded USB cable with ferrite 1 m");
  played.cable(true);
  CHECK(played.open().size() == 1);
  played.available(0, true);
  played.cable(false);
  CHECK(played.open().empty());
}

TEST_CASE("a notice of what the site does not have is nothing") {
  Played played;
  Verdict verdict;
  played.watchman->notice({UsbFault::hub, true, {}, "9-9", {}}, played.now(), verdict);
  CHECK(verdict.changes.empty());
  CHECK(hub_name("1-2.4") == "usb-hub-1-2-4");
}
