#include "drivers/serial/serial_talk.hpp"
#include "drivers/bus/clock.hpp"
#include "drivers/profiles/load.hpp"
#include "drivers/relay_board/serial_wire.hpp"
#include "drivers/tester/text_wire.hpp"
#include "tests/drivers/serial/terminal.hpp"
#include "tests/drivers/usb/run.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace inspect;
using namespace inspect::drivers;
using namespace std::chrono_literals;
using inspect::tests::run;
using inspect::tests::Terminal;
using inspect::tests::until;

namespace {

std::string link_path() {
  static int number = 0;
  return std::filesystem::temp_directory_path().string() + "/talk-" + std::to_string(getpid()) + "-" +
         std::to_string(++number);
}

struct Bench {
  explicit Bench(Terminal::Script script) : terminal(link_path(), std::move(script)) {}

  boost::asio::io_context loop;
  Terminal terminal;
  SerialTalk talk{loop.get_executor(), {terminal.path(), 9600, 'N', 1, false}};
};

std::string echo(const std::string& heard) { return heard; }
std::string silence(const std::string&) { return {}; }

usb::RelayLayout lcus(std::uint8_t channels) {
  auto layout = *load_profile("drivers/profiles/lcus-serial.toml").value().relay;
  layout.channels = channels;
  layout.state = usb::RelayState::lcus;
  return layout;
}

}  // namespace

TEST_CASE("bytes go out and come back") {
  Bench bench(echo);
  REQUIRE(run(bench.loop, bench.talk.send({1, 2, 3}, boot_now() + 1s)).has_value());
  CHECK(run(bench.loop, bench.talk.hear(boot_now() + 1s)).value() == usb::Bytes{1, 2, 3});
}

TEST_CASE("silence ends at its deadline") {
  Bench bench(silence);
  REQUIRE(run(bench.loop, bench.talk.send({1}, boot_now() + 1s)).has_value());
  const auto start = boot_now();
  CHECK(run(bench.loop, bench.talk.hear(start + 100ms)).error().code == Errc::timeout);
  CHECK(boot_now() - start < 2s);
}

TEST_CASE("a port that is not there is told so, and found when it comes back as another terminal") {
  Bench bench(echo);
  REQUIRE(run(bench.loop, bench.talk.send({1}, boot_now() + 1s)).has_value());
  bench.terminal.unplug();
  CHECK(until(bench.loop, [&] {
    const auto sent = run(bench.loop, bench.talk.send({1}, boot_now() + 1s));
    return !sent && sent.error().code == Errc::bus_unavailable;
  }));
  const int keeps_the_number = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  bench.terminal.plug();
  CHECK(until(bench.loop, [&] { return run(bench.loop, bench.talk.send({1}, boot_now() + 1s)).has_value(); }));
  close(keeps_the_number);
}

TEST_CASE("an LCUS board is ordered by the frame of its profile") {
  std::string heard;
  Bench bench([&](const std::string& bytes) {
    heard += bytes;
    return bytes;
  });
  const auto wire = make_serial_wire(bench.talk, lcus(2));
  auto order = usb::encode_order(lcus(2), {2, true});
  REQUIRE(order.has_value());
  REQUIRE(run(bench.loop, wire->send(*order)).has_value());
  REQUIRE(run(bench.loop, bench.talk.hear(boot_now() + 1s)).has_value());
  CHECK(heard == "\xA0\x02\x01\xA3");  // devices: A0 02 01 A3
}

TEST_CASE("an LCUS board that tells its states is read, one that does not is silent") {
  Bench bench([](const std::string& bytes) { return bytes == "\xFF" ? "CH1:ON\r\nCH2:OFF\r\n" : ""; });
  const auto states = run(bench.loop, make_serial_wire(bench.talk, lcus(2))->states());
  REQUIRE(states.has_value());
  CHECK(states->on == std::vector<bool>{true, false});
  Bench mute(silence);
  CHECK(run(mute.loop, make_serial_wire(mute.talk, lcus(2))->states()).error().code == Errc::timeout);
}

TEST_CASE("an instrument's line is heard whole, and what was left of an earlier answer is not taken for the next") {
  int asked = 0;
  Bench bench([&](const std::string&) { return ++asked == 1 ? "LEFT-OVER\r\nAND MORE\r\n" : "ANSWER 2\r\n"; });
  const auto wire = make_text_wire(bench.talk, "\n");
  CHECK(run(bench.loop, wire->ask("Q1?", boot_now() + 1s)).value() == "LEFT-OVER");
  CHECK(run(bench.loop, wire->ask("Q2?", boot_now() + 1s)).value() == "ANSWER 2");
}
