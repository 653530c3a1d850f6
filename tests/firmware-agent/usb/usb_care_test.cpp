#include "firmware-agent/usb/usb_care.hpp"
#include "drivers/profiles/load.hpp"
#include "tests/drivers/usb/fake_ports.hpp"
#include "tests/drivers/usb/run.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <filesystem>

using namespace inspect;
using namespace inspect::agent;
using inspect::tests::FakePorts;
using inspect::tests::run;
using State = drivers::Identification::State;

namespace {

struct Played {
  Played() {
    std::filesystem::remove(file);
    site.profiles.push_back(drivers::load_profile("drivers/profiles/dcttech-4.toml").value());
    site.buses.push_back({"usb-1", {"口", "port"}, UsbPort{"1-1"}});
    Device device;
    device.name = "board";
    device.point_count = 4;
    site.devices.push_back(device);
    ports.put(FakePorts::relay("1-1"));
    ports.on_control = [this](const usb::ControlRequest&, const usb::Bytes&) -> Result<usb::Bytes> {
      return usb::Bytes{mark[0], mark[1], mark[2], mark[3], mark[4], 0, 0, 0};
    };
    appliance = std::make_unique<Appliance>(site, site.devices[0], &ports, loop.get_executor());
    polled = appliance->polled();
    start();
  }
  ~Played() { std::filesystem::remove(file); }
  Played(const Played&) = delete;
  Played& operator=(const Played&) = delete;

  void start() {
    care = std::make_unique<UsbCare>(site, ports, file);
    care->add(DeviceIndex(0), *appliance);
  }
  State look() {
    run(loop, polled->read(0));
    notices = run(loop, care->look());
    return care->identity(DeviceIndex(0)).state;
  }
  [[nodiscard]] bool told(UsbFault fault) const {
    for (const auto& notice : notices) {
      if (notice.fault == fault && notice.opens) return true;
    }
    return false;
  }

  boost::asio::io_context loop;
  std::string file = std::filesystem::temp_directory_path().string() + "/care-" + std::to_string(getpid()) + ".json";
  std::vector<std::uint8_t> mark{'A', 'A', 'A', 'A', 'A'};
  Site site;
  FakePorts ports;
  std::unique_ptr<Appliance> appliance;
  std::unique_ptr<PolledDevice> polled;
  std::unique_ptr<UsbCare> care;
  std::vector<UsbNotice> notices;
};

}  // namespace

TEST_CASE("a board is listed with its facts, first without and then with its record, also after a restart") {
  Played played;
  CHECK(played.look() == State::unproven);
  const auto places = run(played.loop, played.care->list());
  REQUIRE(places.size() == 1);
  CHECK(places[0].device == "board");
  CHECK(places[0].facts.name == "USBRelay4");
  const auto record = run(played.loop, played.care->adopt(DeviceIndex(0), "li", {}));
  REQUIRE(record.has_value());
  CHECK(record->mark == "AAAAA");
  CHECK(record->proof == drivers::Proof::none);
  played.start();
  CHECK(played.look() == State::unproven);
  CHECK(played.care->identity(DeviceIndex(0)).why.en.find("never proved") != std::string::npos);
}

TEST_CASE(
    "another board in its place is doubtful and a notice, until the right one is back or the new one is adopted") {
  Played played;
  played.look();
  REQUIRE(run(played.loop, played.care->adopt(DeviceIndex(0), "li", {})).has_value());
  played.mark = {'B', 'B', 'B', 'B', 'B'};
  CHECK(played.look() == State::doubtful);
  CHECK(played.told(UsbFault::identity));
  played.mark = {'A', 'A', 'A', 'A', 'A'};
  CHECK(played.look() == State::unproven);
  CHECK_FALSE(played.told(UsbFault::identity));
  played.mark = {'B', 'B', 'B', 'B', 'B'};
  played.look();
  REQUIRE(run(played.loop, played.care->adopt(DeviceIndex(0), "li", {})).has_value());
  CHECK(played.look() == State::unproven);
}

TEST_CASE("a missing device is listed as missing, and an unknown one as unknown") {
  Played played;
  played.ports.unplug("1-1");
  played.ports.put(FakePorts::relay("1-7"));
  const auto places = run(played.loop, played.care->list());
  REQUIRE(places.size() == 2);
  CHECK(places[0].device.empty());
  CHECK(places[1].device == "board");
  CHECK(places[1].facts.vendor == 0);
  CHECK_FALSE(run(played.loop, played.care->adopt(DeviceIndex(0), "li", {})).has_value());
}
