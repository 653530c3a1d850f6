#include "tests/protocol/usb/tmc_bench.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::usb;
using tests::TmcBench;
using What = TmcTask::What;
using std::chrono::seconds;
using Log = std::vector<std::string>;

TEST_CASE("no answer: the transfer is aborted, and what is owed is cleared away") {
  TmcBench bench;
  bench.instrument.answers["MEAS?"] = "0.24E-3";
  bench.instrument.mute = true;
  const auto begun = bench.now;
  CHECK(bench.query("MEAS?").error().code == Errc::timeout);
  CHECK(bench.now - begun >= seconds{5});
  CHECK(bench.now - begun < seconds{6});
  // abort IN, drain, check; then clear, check, unhalt
  CHECK(bench.instrument.log ==
        Log{"out 1", "out 2", "in", "control 3", "in", "control 4", "control 5", "control 6", "unhalt 1"});
  CHECK(bench.counters.aborts == 1);
  CHECK(bench.counters.clears == 1);

  bench.instrument.mute = false;
  bench.instrument.answers["NEW?"] = "7";
  CHECK(bench.query("NEW?").value() == "7");  // and not the answer that came too late
}

TEST_CASE("an instrument that takes nothing: the transfer out is aborted and its endpoint unhalted") {
  TmcBench bench;
  bench.instrument.deaf = true;
  CHECK(bench.query("MEAS?").error().code == Errc::timeout);
  CHECK(bench.instrument.log == Log{"out 1", "control 1", "control 2", "unhalt 1"});
  CHECK(bench.counters.aborts == 1);
  CHECK_FALSE(bench.machine->needs_reset());
}

TEST_CASE("a check that is pending is repeated, and what is held is read away first") {
  TmcBench bench;
  bench.instrument.mute = true;
  bench.instrument.answers["Q"] = "1";
  bench.instrument.pending = 3;
  bench.instrument.held = 2;
  CHECK(bench.query("Q").error().code == Errc::corrupt_frame);  // what is held comes in the answer's place
  CHECK_FALSE(bench.machine->needs_reset());
  CHECK(bench.counters.clears == 1);
  CHECK(bench.seen("control 6") >= 4);
  CHECK(bench.instrument.held == 0);
}

TEST_CASE("a clear empties both directions: the first thing after opening") {
  TmcBench bench;
  bench.instrument.held = 4;
  CHECK(bench.run(What::clear).has_value());
  CHECK(bench.instrument.held == 0);
  CHECK(bench.instrument.log == Log{"control 5", "control 6", "in", "in", "in", "in", "control 6", "unhalt 1"});
}

TEST_CASE("a STALL on the way out is healed by a clear, the error says refused, and the next question is answered") {
  TmcBench bench;
  bench.instrument.out_halted = true;
  bench.instrument.answers["Q"] = "1";
  CHECK(bench.query("Q").error().code == Errc::device_refused);
  CHECK(bench.instrument.log == Log{"out 1", "control 5", "control 6", "unhalt 1"});
  CHECK(bench.counters.stalls == 1);
  CHECK(bench.query("Q").value() == "1");
}

TEST_CASE("a STALL on the way in is unhalted too") {
  TmcBench bench;
  bench.instrument.in_halted = true;
  bench.instrument.answers["Q"] = "1";
  CHECK(bench.query("Q").error().code == Errc::device_refused);
  CHECK(bench.instrument.log.back() == "unhalt 129");
  CHECK(bench.query("Q").value() == "1");
}

TEST_CASE("an abort that fails becomes a clear") {
  for (const bool deaf : {true, false}) {
    TmcBench bench;
    bench.instrument.answers["Q"] = "1";
    bench.instrument.deaf = deaf;
    bench.instrument.mute = true;
    bench.instrument.abort_fails = true;
    CHECK(bench.query("Q").error().code == Errc::timeout);
    CHECK(bench.seen("control 5") == 1);
    CHECK(bench.counters.aborts == 0);
    CHECK(bench.counters.clears == 1);
  }
}

TEST_CASE("an abort of what is not under way is done at once") {
  TmcBench bench;
  bench.instrument.deaf = true;
  bench.instrument.nothing_to_abort = true;
  CHECK(bench.query("Q").error().code == Errc::timeout);
  CHECK(bench.instrument.log == Log{"out 1", "control 1"});
  CHECK(bench.counters.aborts == 1);
  CHECK(bench.counters.clears == 0);
}

TEST_CASE("a clear that fails asks for a reset, and nothing goes out before it") {
  TmcBench bench;
  bench.instrument.answers["Q"] = "1";
  bench.instrument.mute = true;
  bench.instrument.clear_fails = true;
  CHECK(bench.query("Q").error().code == Errc::timeout);  // what went wrong first
  CHECK(bench.machine->needs_reset());
  const auto before = bench.instrument.log.size();
  CHECK(bench.query("Q").error().code == Errc::bus_unavailable);
  CHECK(bench.run(What::clear).error().code == Errc::bus_unavailable);
  CHECK(bench.instrument.log.size() == before);

  bench.instrument.mute = bench.instrument.clear_fails = false;
  bench.machine->opened();
  CHECK(bench.query("Q").value() == "1");
}

TEST_CASE("a device that talks for ever, and one whose check never ends, come to a reset in bounded time") {
  TmcBench talker;
  talker.instrument.held = 1'000'000;
  CHECK(talker.run(What::clear).error().code == Errc::bus_unavailable);
  CHECK(talker.machine->needs_reset());
  CHECK(talker.seen("in") == 100);

  TmcBench waiter;
  waiter.instrument.pending = 1'000'000;
  const auto begun = waiter.now;
  CHECK(waiter.run(What::clear).error().code == Errc::bus_unavailable);
  CHECK(waiter.machine->needs_reset());
  CHECK(waiter.now - begun < seconds{6});
}

TEST_CASE("babble and a failed transfer count as damage and are healed by a clear") {
  for (const auto end : {TransferEnd::babble, TransferEnd::failed}) {
    for (int at = 0; at < 3; ++at) {  // out, request, in
      TmcBench bench;
      bench.instrument.answers["Q"] = "1";
      bench.machine.emplace(bench.port, bench.quirks, bench.counters);
      bench.machine->begin({What::query, {'Q'}}, bench.now);
      for (int step = 0; step < at; ++step) {
        bench.machine->take(bench.instrument.handle(bench.machine->next(bench.now)), bench.now);
      }
      bench.machine->take({end, {}, 0}, bench.now);
      while (bench.machine->next(bench.now).what != TransferStep::Do::done) {
        bench.machine->take(bench.instrument.handle(bench.machine->next(bench.now)), bench.now);
      }
      CHECK(bench.machine->result().error().code == Errc::corrupt_frame);
      CHECK(bench.counters.damaged == 1);
      CHECK(bench.counters.clears == 1);
      CHECK(bench.query("Q").value() == "1");
    }
  }
}

TEST_CASE("a transfer that went out in part is no message") {
  TmcBench bench;
  bench.machine.emplace(bench.port, bench.quirks, bench.counters);
  bench.machine->begin({What::write, {'Q'}}, bench.now);
  bench.machine->take({TransferEnd::completed, {}, 8}, bench.now);
  CHECK(bench.machine->next(bench.now).what == TransferStep::Do::control);
}

TEST_CASE("a device opened anew in the middle of a task ends it") {
  TmcBench bench;
  bench.machine.emplace(bench.port, bench.quirks, bench.counters);
  bench.machine->begin({What::write, {'Q'}}, bench.now);
  bench.machine->opened();
  CHECK(bench.machine->next(bench.now).what == TransferStep::Do::done);
  CHECK(bench.machine->result().error().code == Errc::bus_unavailable);
}
