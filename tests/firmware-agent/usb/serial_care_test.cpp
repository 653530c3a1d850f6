#include "drivers/profiles/load.hpp"
#include "firmware-agent/usb/usb_care.hpp"
#include "tests/drivers/relay_board/permits.hpp"
#include "tests/drivers/serial/terminal.hpp"
#include "tests/drivers/usb/fake_ports.hpp"
#include "tests/drivers/usb/run.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <filesystem>

using namespace inspect;
using namespace inspect::agent;
using inspect::tests::FakePorts;
using inspect::tests::run;
using State = drivers::Identification::State;

namespace {

constexpr DeviceIndex the_board{0};

/// An LCUS board behind a CH340 at USB port 1-2: a pseudo-terminal, and the kernel's tree that leads to it.
struct Adapter {
  Adapter() {
    namespace fs = std::filesystem;
    fs::create_directories(folder + "/class");
    site.profiles.push_back(drivers::load_profile("drivers/profiles/lcus-serial.toml").value());
    SerialLine line;
    line.port = terminal.path();
    site.buses.push_back({"serial-1", {"口", "port"}, line});
    Device device;
    device.name = "board";
    device.point_count = 8;
    site.devices.push_back(device);
    plug(3);
    appliance = std::make_unique<Appliance>(site, site.devices[0], nullptr, loop.get_executor());
    start();
  }
  ~Adapter() {
    appliance->close();
    std::filesystem::remove_all(folder);
  }
  Adapter(const Adapter&) = delete;
  Adapter& operator=(const Adapter&) = delete;

  void start() {
    care.reset();
    care = std::make_unique<UsbCare>(site, ports, folder + "/identity.json", folder + "/class");
    care->add(the_board, *appliance);
  }
  /// The kernel makes the serial port, and gives the adapter an address.
  void plug(std::uint8_t address) {
    namespace fs = std::filesystem;
    const auto tty = fs::canonical(terminal.path()).filename();
    const auto device = fs::path(folder) / "usb1/1-2/1-2:1.0/ttyUSB0/tty" / tty;
    fs::create_directories(device);
    fs::create_directory_symlink(device, fs::path(folder) / "class" / tty);
    ports.plug({"1-2", 1, address, 0x1A86, 0x7523, 0, "", "USB Serial", "", {}});
  }
  void unplug() {
    appliance->close();
    const auto tty = std::filesystem::canonical(terminal.path()).filename();
    std::filesystem::remove(std::filesystem::path(folder) / "class" / tty);
    terminal.unplug();
    ports.unplug("1-2");
  }
  /// What the board does: "A0 n s sum" moves relay n, FF is answered with all states.
  std::string hear(const std::string& bytes) {
    std::string states;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      if (bytes[at] == '\xA0' && at + 3 < bytes.size()) {
        outputs.at(static_cast<std::size_t>(bytes[at + 1]) - 1U) = bytes[at + 2] == 1;
        at += 3;
      } else if (bytes[at] == '\xFF') {
        for (std::size_t i = 0; i < outputs.size(); ++i) {
          states += "CH" + std::to_string(i + 1) + (outputs[i] ? ":ON\r\n" : ":OFF\r\n");
        }
      }
    }
    return states;
  }
  State look() {
    notices = run(loop, care->look());
    return care->identity(the_board).state;
  }
  Result<drivers::UsbRecord> adopt() { return run(loop, care->adopt(the_board, "li", {})); }
  Result<drivers::UsbRecord> prove(bool wired = true) {
    ProofMeans means;
    means.settle = []() -> boost::asio::awaitable<void> { co_return; };
    // The board writes its outputs in a thread of its own, before it answers the question that follows an order.
    means.witness = [this, wired]() -> boost::asio::awaitable<Result<bool>> { co_return wired&& outputs[2]; };
    means.permit = [](const std::string& action) -> Result<drivers::WritePermit> {
      return tests::permit("board", action, drivers::boot_now());
    };
    return run(loop, care->prove(the_board, 3, std::move(means), "li", {}));
  }

  std::string folder = std::filesystem::temp_directory_path().string() + "/serial-care-" + std::to_string(getpid());
  std::array<std::atomic<bool>, 8> outputs{};
  tests::Terminal terminal{made(folder) + "/port", [this](const std::string& heard) { return hear(heard); }};
  boost::asio::io_context loop;
  Site site;
  FakePorts ports;
  std::unique_ptr<Appliance> appliance;
  std::unique_ptr<UsbCare> care;
  std::vector<UsbNotice> notices;

 private:
  static std::string made(const std::string& folder) {
    std::filesystem::create_directories(folder);
    return folder;
  }
};

}  // namespace

TEST_CASE("a board on a serial port is listed at its adapter's USB port, and written down with it") {
  Adapter adapter;
  CHECK(adapter.look() == State::unproven);
  const auto places = run(adapter.loop, adapter.care->list());
  REQUIRE(places.size() == 1);
  CHECK(places[0].device == "board");
  CHECK(places[0].facts.port == "1-2");
  CHECK(places[0].facts.vendor == 0x1A86);
  const auto record = adapter.adopt();
  REQUIRE(record.has_value());
  CHECK(record->port == "1-2");
  CHECK(record->product == 0x7523);
}

TEST_CASE("moving a relay that an input follows proves it, until the adapter is pulled") {
  Adapter adapter;
  REQUIRE(adapter.adopt().has_value());
  const auto refused = adapter.prove(false);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.find("did not follow") != std::string::npos);
  CHECK_FALSE(adapter.outputs[2]);
  const auto proven = adapter.prove();
  REQUIRE(proven.has_value());
  CHECK(proven->proof == drivers::Proof::moved);
  CHECK(adapter.look() == State::proven);
  adapter.start();
  CHECK(adapter.look() == State::proven);

  adapter.unplug();
  CHECK(adapter.look() == State::unproven);
  adapter.terminal.plug();
  adapter.plug(4);
  CHECK(adapter.look() == State::unproven);
  CHECK(adapter.care->identity(the_board).why.en.find("prove it again") != std::string::npos);
}

TEST_CASE("an adapter of another kind in its place is doubtful and a notice") {
  Adapter adapter;
  REQUIRE(adapter.adopt().has_value());
  adapter.ports.put({"1-2", 1, 9, 0x0403, 0x6001, 0, "FTDI", "FT232R", "A1", {}});
  CHECK(adapter.look() == State::doubtful);
  CHECK(std::any_of(adapter.notices.begin(), adapter.notices.end(),
                    [](const UsbNotice& each) { return each.fault == UsbFault::identity && each.opens; }));
}

TEST_CASE("how often an adapter was pulled is counted") {
  Adapter adapter;
  for (std::uint8_t i = 0; i < 3; ++i) {
    adapter.ports.unplug("1-2");
    adapter.ports.plug({"1-2", 1, static_cast<std::uint8_t>(10 + i), 0x1A86, 0x7523, 0, "", "USB Serial", "", {}});
  }
  const auto places = run(adapter.loop, adapter.care->list());
  CHECK(places.at(0).counters.arrivals == 4);
  CHECK(places.at(0).counters.departures == 3);
}

TEST_CASE("a serial port that is on no USB cannot be written down there, and is told nowhere") {
  Adapter adapter;
  adapter.unplug();
  adapter.start();
  CHECK_FALSE(adapter.adopt().has_value());
  CHECK(adapter.look() == State::unproven);
  CHECK(adapter.notices.empty());
}
