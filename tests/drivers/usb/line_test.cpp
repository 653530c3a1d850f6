#include "drivers/usb/line.hpp"
#include "tests/drivers/usb/fake_ports.hpp"
#include "tests/drivers/usb/run.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::drivers;
using namespace std::chrono_literals;
using inspect::tests::FakePorts;
using inspect::tests::run;

namespace {

BootTime clock_now{1h};
BootTime now() { return clock_now; }

struct Played {
  boost::asio::io_context loop;
  FakePorts ports;
  UsbLine line{ports, "1-1", {{{0x16C0, 0x05DF, "www.dcttech.com", "USBRelay4"}}}, &now};

  Result<std::shared_ptr<UsbPipe>> pipe() { return run(loop, line.pipe()); }
  void exchanged(std::optional<Errc> failure) {
    run(loop, [&]() -> boost::asio::awaitable<bool> {
      co_await line.exchanged(failure);
      co_return true;
    }());
  }
};

}  // namespace

TEST_CASE("the device that belongs there is opened once and stays open") {
  Played played;
  played.ports.put(FakePorts::relay("1-1"));
  REQUIRE(played.pipe().has_value());
  REQUIRE(played.pipe().has_value());
  CHECK(played.ports.opened == 1);
  CHECK(played.line.interface().class_code == 3);
  CHECK(played.line.facts()->name == "USBRelay4");
}

TEST_CASE("another device at the port is named and never opened") {
  for (int what = 0; what < 3; ++what) {
    Played played;
    auto other = FakePorts::relay("1-1");
    if (what == 0) other.product = 0x0001;
    if (what == 1) other.name = "Mouse";
    if (what == 2) other.interfaces[0].class_code = 8;
    played.ports.put(other);
    const auto pipe = played.pipe();
    REQUIRE_FALSE(pipe.has_value());
    CHECK(pipe.error().code == Errc::bus_unavailable);
    CHECK(pipe.error().message.find("another device is at USB port 1-1") != std::string::npos);
    CHECK(played.ports.opened == 0);
  }
}

TEST_CASE("an empty port is told so, and a plug opens it within a second") {
  Played played;
  CHECK(played.pipe().error().code == Errc::bus_unavailable);
  played.ports.plug(FakePorts::relay("1-1"));
  clock_now += 1s;
  CHECK(played.pipe().has_value());
  played.ports.unplug("1-1");
  const auto gone = played.pipe();
  REQUIRE_FALSE(gone.has_value());
  CHECK(gone.error().message == "nothing is plugged in at USB port 1-1");
}

TEST_CASE("an unplug ends the pipe, also for who is using it") {
  Played played;
  played.ports.put(FakePorts::relay("1-1"));
  auto pipe = played.pipe();
  REQUIRE(pipe.has_value());
  const std::weak_ptr<UsbPipe> seen = *pipe;
  pipe = fail(Errc::timeout, "");
  played.ports.unplug("1-1");
  CHECK(seen.expired());
}

TEST_CASE("four failures in a row reset the device, and nothing is opened while it is held off") {
  Played played;
  played.ports.put(FakePorts::relay("1-1"));
  REQUIRE(played.pipe().has_value());
  for (int i = 0; i < 4; ++i) played.exchanged(Errc::timeout);
  CHECK(played.ports.resets == 1);
  CHECK(played.line.counters().resets == 1);
  const auto held = played.pipe();
  REQUIRE_FALSE(held.has_value());
  CHECK(held.error().code == Errc::timeout);
  clock_now += HoldOff::shortest_hold;
  CHECK(played.pipe().has_value());
  CHECK(played.ports.opened == 2);
}

TEST_CASE("a storm of plugs closes the port for ten minutes") {
  Played played;
  for (int i = 0; i < 5; ++i) {
    played.ports.unplug("1-1");
    played.ports.plug(FakePorts::relay("1-1"));
    clock_now += 1s;
  }
  const auto pipe = played.pipe();
  REQUIRE_FALSE(pipe.has_value());
  CHECK(pipe.error().message.find("cable") != std::string::npos);
  clock_now += 10min;
  CHECK(played.pipe().has_value());
}

TEST_CASE("a device that is plugged in anew while it is opened is not taken for open") {
  Played played;
  played.ports.put(FakePorts::relay("1-1"));
  played.ports.during_open = [&] { played.ports.plug(FakePorts::relay("1-1")); };
  CHECK_FALSE(played.pipe().has_value());
  played.ports.during_open = nullptr;
  clock_now += 1s;
  CHECK(played.pipe().has_value());
}
