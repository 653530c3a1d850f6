#include "drivers/usb/host.hpp"
#include "tests/drivers/usb/run.hpp"
#include "tests/drivers/usb/staged.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::drivers;
using namespace std::chrono_literals;
using inspect::tests::run;
using inspect::tests::Staged;
using inspect::tests::until;

namespace {

const usb::ControlRequest get_state{0xA1, 0x01, 0x0300, 0, 8};
const usb::ControlRequest set_state{0x21, 0x09, 0x0300, 0, 8};

std::chrono::milliseconds since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
}

}  // namespace

TEST_CASE("a board is seen, opened, read, ordered and read back") {
  Staged staged;
  staged.plug("1-1", "relay4 HURTM");
  const auto all = run(staged.loop, staged.host->list());
  REQUIRE(all.size() == 1);
  CHECK(all[0].name == "USBRelay4");
  CHECK(all[0].maker == "www.dcttech.com");
  auto pipe = staged.open("1-1");
  REQUIRE(pipe.has_value());
  CHECK(*run(staged.loop, (*pipe)->control_in(get_state, 500ms)) == Bytes{'H', 'U', 'R', 'T', 'M', 0, 0, 0});
  REQUIRE(run(staged.loop, (*pipe)->control_out(set_state, {0xFF, 3, 0, 0, 0, 0, 0, 0}, 500ms)).has_value());
  CHECK(run(staged.loop, (*pipe)->control_in(get_state, 500ms))->back() == 4);
}

TEST_CASE("a STALL is a refusal, and the next transfer is fine") {
  Staged staged;
  staged.plug("1-1", "relay2 AAAAA");
  auto pipe = staged.open("1-1");
  REQUIRE(pipe.has_value());
  staged.stage.act("1-1", {"exception", "4"});
  CHECK(run(staged.loop, (*pipe)->control_in(get_state, 500ms)).error().code == Errc::device_refused);
  staged.stage.act("1-1", {"heal"});
  CHECK(run(staged.loop, (*pipe)->control_in(get_state, 500ms)).has_value());
}

TEST_CASE("a device that hangs costs its limit, is cancelled and given back, and is fine afterwards") {
  Staged staged;
  staged.plug("1-1", "relay2 AAAAA");
  auto pipe = staged.open("1-1");
  REQUIRE(pipe.has_value());
  staged.stage.act("1-1", {"silent"});
  const auto start = std::chrono::steady_clock::now();
  CHECK(run(staged.loop, (*pipe)->control_in(get_state, 200ms)).error().code == Errc::timeout);
  CHECK(since(start) >= 200ms);
  CHECK(since(start) < 1500ms);
  CHECK(until(staged.loop, [&] { return staged.host->in_flight() == 0; }));
  CHECK(staged.stage.in_flight() == 0);
  staged.stage.act("1-1", {"heal"});
  CHECK(run(staged.loop, (*pipe)->control_in(get_state, 500ms)).has_value());
}

TEST_CASE("babble and damage on the wire are frames that are not believed") {
  Staged staged;
  staged.plug("1-1", "relay2 AAAAA");
  auto pipe = staged.open("1-1");
  REQUIRE(pipe.has_value());
  staged.stage.act("1-1", {"babble"});
  CHECK(run(staged.loop, (*pipe)->control_in(get_state, 500ms)).error().code == Errc::corrupt_frame);
  staged.stage.act("1-1", {"heal"});
  REQUIRE(staged.stage.act("1-1", {"damaged"}));
  CHECK(run(staged.loop, (*pipe)->control_in(get_state, 500ms)).error().code == Errc::corrupt_frame);
}

TEST_CASE("an unplug ends a transfer on its way at once") {
  Staged staged;
  staged.plug("1-1", "relay2 AAAAA");
  auto pipe = staged.open("1-1");
  REQUIRE(pipe.has_value());
  staged.stage.act("1-1", {"silent"});
  std::optional<Error> ended;
  const auto start = std::chrono::steady_clock::now();
  boost::asio::co_spawn(staged.loop, (*pipe)->control_in(get_state, 5s),
                        [&](const std::exception_ptr&, Result<Bytes> result) { ended = result.error(); });
  REQUIRE(until(staged.loop, [&] { return staged.stage.in_flight() == 1; }));
  staged.stage.unplug("1-1");
  REQUIRE(until(staged.loop, [&] { return ended.has_value(); }));
  CHECK(ended->code == Errc::bus_unavailable);
  CHECK(since(start) < 2s);
}

TEST_CASE("a pipe that ends takes its transfers with it, and the handle is closed") {
  Staged staged;
  staged.plug("1-1", "relay2 AAAAA");
  auto pipe = staged.open("1-1");
  REQUIRE(pipe.has_value());
  staged.stage.act("1-1", {"silent"});
  std::optional<Error> ended;
  boost::asio::co_spawn(staged.loop, (*pipe)->control_in(get_state, 5s),
                        [&](const std::exception_ptr&, Result<Bytes> result) { ended = result.error(); });
  REQUIRE(until(staged.loop, [&] { return staged.stage.in_flight() == 1; }));
  pipe = fail(Errc::timeout, "let go");
  REQUIRE(until(staged.loop, [&] { return ended.has_value(); }));
  CHECK(ended->code == Errc::timeout);
  CHECK(until(staged.loop, [&] { return staged.stage.open_handles() == 0; }));
  CHECK(staged.host->in_flight() == 0);
}

TEST_CASE("the host ends at once although a transfer hangs") {
  Staged staged;
  staged.plug("1-1", "relay2 AAAAA");
  {
    auto pipe = staged.open("1-1");
    REQUIRE(pipe.has_value());
    staged.stage.act("1-1", {"silent"});
    boost::asio::co_spawn(staged.loop, (*pipe)->control_in(get_state, 60s),
                          [](const std::exception_ptr&, const Result<Bytes>&) {});
    REQUIRE(until(staged.loop, [&] { return staged.stage.in_flight() == 1; }));
  }
  const auto start = std::chrono::steady_clock::now();
  staged.host.reset();
  CHECK(since(start) < 1s);
}

TEST_CASE("who comes to a port after it was looked at is not opened in its place") {
  Staged staged;
  staged.plug("1-1", "relay2 AAAAA");
  const auto before = run(staged.loop, staged.host->look("1-1"));
  REQUIRE(before.has_value());
  staged.stage.unplug("1-1");
  staged.plug("1-1", "relay2 BBBBB");
  const auto opened = run(staged.loop, staged.host->open(*before, 0));
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().code == Errc::bus_unavailable);
}

TEST_CASE("a board behind a hub is known by its whole path") {
  Staged staged;
  staged.plug("1-1", "hub");
  staged.plug("1-1.2", "relay2 AAAAA");
  CHECK(staged.open("1-1.2").has_value());
}

TEST_CASE("the event thread's heartbeat goes on while nothing happens") {
  Staged staged;
  const auto first = staged.host->heartbeat();
  CHECK(until(staged.loop, [&] { return staged.host->heartbeat() > first; }));
}
