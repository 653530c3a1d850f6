#include "drivers/tester/tmc_wire.hpp"
#include "tests/drivers/usb/staged.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::drivers;
using namespace std::chrono_literals;
using inspect::tests::run;
using inspect::tests::Staged;
using inspect::tests::until;

namespace {

// Before main: this program only makes sense under umockdev's preload.
const bool staged_program = inspect::tests::on_stage();

struct Plugged : Staged {
  Plugged() { plug("1-2", "meter SN42"); }
};

struct Bench : Plugged {
  Result<std::string> ask(const std::string& text, std::chrono::milliseconds limit = 1s) {
    return run(loop, wire->ask(text, boot_now() + limit));
  }

  UsbLine line{*host, "1-2", {{}, 0xFE, 0x03}};
  usb::TmcCounters counters;
  std::unique_ptr<TesterWire> wire = make_tmc_wire(line, counters, "\n");
};

}  // namespace

TEST_CASE("an instrument is cleared when it is opened, and then answers who it is") {
  REQUIRE(staged_program);
  Bench bench;
  CHECK(until(bench.loop, [&] { return bench.ask("*IDN?").has_value(); }));
  CHECK(*bench.ask("*IDN?") == "KIKUSUI,TOS3200,SN42,1.20");
  CHECK(bench.stage.state("1-2").find("clears 1") != std::string::npos);
}

TEST_CASE("an answer longer than a packet comes whole") {
  Bench bench;
  const std::string words(500, 'x');
  bench.stage.act("1-2", {"reply", "LONG?", words});
  CHECK(until(bench.loop, [&] { return bench.ask("LONG?").has_value(); }));
  CHECK(*bench.ask("LONG?") == words);
}

TEST_CASE("a question that is not answered is given up in time, and the next is answered rightly") {
  Bench bench;
  REQUIRE(until(bench.loop, [&] { return bench.ask("*IDN?").has_value(); }));
  bench.stage.act("1-2", {"forget"});
  const auto start = std::chrono::steady_clock::now();
  CHECK(bench.ask("READ?", 300ms).error().code == Errc::timeout);
  CHECK(std::chrono::steady_clock::now() - start < 3s);
  CHECK(bench.counters.timeouts >= 1);
  bench.stage.act("1-2", {"reply", "READ?", "1.25E-03"});
  CHECK(*bench.ask("READ?") == "1.25E-03");
  CHECK(*bench.ask("*IDN?") == "KIKUSUI,TOS3200,SN42,1.20");
}

TEST_CASE("a STALL is healed by a clear, and the next question is answered") {
  Bench bench;
  REQUIRE(until(bench.loop, [&] { return bench.ask("*IDN?").has_value(); }));
  REQUIRE(bench.stage.act("1-2", {"stall", "every", "2"}));
  (void)bench.ask("*IDN?");
  bench.stage.act("1-2", {"heal"});
  CHECK(until(bench.loop, [&] { return bench.ask("*IDN?").has_value(); }));
  CHECK(bench.counters.stalls >= 1);
}

TEST_CASE("an instrument that is pulled out in the middle of a question ends it at once and is found again") {
  Bench bench;
  REQUIRE(until(bench.loop, [&] { return bench.ask("*IDN?").has_value(); }));
  bench.stage.act("1-2", {"forget"});
  std::optional<Errc> ended;
  boost::asio::co_spawn(bench.loop, bench.wire->ask("READ?", boot_now() + 10s),
                        [&](const std::exception_ptr&, Result<std::string> answer) { ended = answer.error().code; });
  REQUIRE(until(bench.loop, [&] { return bench.stage.in_flight() == 1; }));
  bench.stage.unplug("1-2");
  REQUIRE(until(bench.loop, [&] { return ended.has_value(); }));
  CHECK(*ended == Errc::bus_unavailable);
  bench.stage.plug("1-2", inspect::tests::make_usb_model({"meter", "SN42"}));
  CHECK(until(bench.loop, [&] { return bench.ask("*IDN?").has_value(); }));
}
