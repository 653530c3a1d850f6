#include "tests/protocol/usb/tmc_bench.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace inspect;
using namespace inspect::usb;
using tests::TmcBench;
using What = TmcTask::What;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("a question is asked and its answer read to the end") {
  TmcBench bench;
  bench.instrument.answers["*IDN?\n"] = "KIKUSUI ELECTRONICS CORP.,TOS3200,AB000123,1.00\n";
  CHECK(bench.query("*IDN?\n").value() == "KIKUSUI ELECTRONICS CORP.,TOS3200,AB000123,1.00\n");
  CHECK(bench.instrument.heard == std::vector<std::string>{"*IDN?\n"});
  CHECK(bench.instrument.log == std::vector<std::string>{"out 1", "out 2", "in"});
  CHECK(bench.counters == TmcCounters{});
}

TEST_CASE("a long answer comes in as many transfers as the device likes, each asked for") {
  TmcBench bench;
  std::string long_reply;
  for (int n = 0; n < 3000; ++n) long_reply += std::to_string(n) + ",";
  bench.instrument.answers["CURV?"] = long_reply;
  for (const std::size_t at_a_time : {4096U, 1000U, 61U}) {
    bench.instrument.most_per_transfer = at_a_time;
    CHECK(bench.query("CURV?").value() == long_reply);
  }
}

TEST_CASE("an answer with up to three bytes of padding is whole; more is none") {
  TmcBench bench;
  bench.instrument.answers["Q"] = "+3.80000E+02";
  for (const std::size_t padding : {1U, 2U, 3U}) {
    bench.instrument.padding = padding;
    CHECK(bench.query("Q").value() == "+3.80000E+02");
  }
  bench.instrument.padding = 4;
  CHECK(bench.query("Q").error().code == Errc::corrupt_frame);
}

TEST_CASE("a long message goes out in parts that end with its last, under tags that are never twice the same") {
  TmcBench bench;
  const std::string message(10'001, 'x');
  bench.instrument.answers[message] = "1";
  for (int n = 0; n < 200; ++n) CHECK(bench.query(message).value() == "1");
  CHECK(bench.instrument.heard.back() == message);
  CHECK(bench.seen("out 1") == 600);
  const auto& tags = bench.instrument.tags;
  CHECK(std::set<std::uint8_t>(tags.begin(), tags.end()).size() == 255);
  CHECK(std::count(tags.begin(), tags.end(), 0) == 0);
}

TEST_CASE("an answer that is cut is no answer: 1.2 of 1.2E-3 would be a number too") {
  TmcBench bench;
  bench.instrument.answers["MEAS?"] = "1.2E-3";
  bench.instrument.spoil = [](auto& bytes) { bytes.resize(bytes.size() - 3); };
  const auto answer = bench.query("MEAS?");
  REQUIRE(!answer);
  CHECK(answer.error().code == Errc::corrupt_frame);
  CHECK(bench.counters.damaged == 1);
  CHECK(bench.counters.clears == 1);
}

TEST_CASE("an answer to another question, of another kind, too short for a head or longer than asked is damaged") {
  using Spoil = std::function<void(std::vector<std::uint8_t>&)>;
  const std::vector<Spoil> ways{[](auto& b) { b[1] ^= 1U; },   [](auto& b) { b[2] ^= 1U; }, [](auto& b) { b[0] = 127; },
                                [](auto& b) { b.resize(11); }, [](auto& b) { b.clear(); },  [](auto& b) { b[6] = 1; },
                                [](auto& b) { b[7] = 0xFF; }};
  for (std::size_t n = 0; n < ways.size(); ++n) {
    CAPTURE(n);
    TmcBench bench;
    bench.instrument.answers["MEAS?"] = "0.24E-3\n";
    bench.instrument.spoil = ways[n];
    CHECK(bench.query("MEAS?").error().code == Errc::corrupt_frame);
    bench.instrument.spoil = nullptr;
    CHECK(bench.query("MEAS?").value() == "0.24E-3\n");  // and the way back has left nothing behind
  }
}

TEST_CASE("an answer longer than was asked for is damaged, though it is whole") {
  TmcBench bench;
  bench.instrument.answers["CURV?"] = "x";
  bench.instrument.spoil = [](auto& bytes) {
    bytes.resize(12 + 4097, 'x');
    bytes[4] = 0x01, bytes[5] = 0x10;
  };
  CHECK(bench.query("CURV?").error().code == Errc::corrupt_frame);
  bench.instrument.spoil = [](auto& bytes) {
    bytes.resize(12 + 4096, 'x');
    bytes[4] = 0x00, bytes[5] = 0x10;
  };
  CHECK(bench.query("CURV?").value().size() == 4096);
}

TEST_CASE("an answer without an end costs its time and no more") {
  TmcBench bench;
  bench.instrument.answers["MEAS?"] = "x";
  bench.instrument.spoil = [](auto& bytes) {  // empty transfers, never the end
    bytes.resize(12);
    bytes[4] = bytes[8] = 0;
  };
  bench.per_transfer = milliseconds{5};
  const auto begun = bench.now;
  CHECK(bench.query("MEAS?").error().code == Errc::timeout);
  CHECK(bench.now - begun < seconds{6});
}

TEST_CASE("an answer that grows beyond its bound is given up") {
  TmcBench bench;
  bench.instrument.answers["MEAS?"] = std::string(longest_tmc_message + 1, 'y');
  CHECK(bench.query("MEAS?").error().code == Errc::corrupt_frame);
  bench.instrument.answers["MEAS?"] = std::string(longest_tmc_message, 'y');
  CHECK(bench.query("MEAS?").value().size() == longest_tmc_message);
}

TEST_CASE("the status byte comes with the answer, or by the interrupt endpoint where there is one") {
  TmcBench bench;
  bench.instrument.status_byte = 0x50;
  CHECK(bench.run(What::status_byte).value() == Bytes{0x50});

  TmcBench other;
  other.instrument.has_interrupt = true;
  other.instrument.status_byte = 0x50;
  other.port.interrupt_in = 0x82;
  // An answer to an earlier question and a service request lie there before ours.
  other.instrument.notices = {{0xC0, 0x11}, {0x81, 0x44}};
  CHECK(other.run(What::status_byte).value() == Bytes{0x50});
  CHECK(other.counters.service_requests == 1);
  CHECK(other.seen("notice") == 3);
}

TEST_CASE("status tags run from 2 to 127 for ever") {
  TmcBench bench;
  for (int n = 0; n < 400; ++n) CHECK(bench.run(What::status_byte).has_value());  // the instrument stalls any other
}

TEST_CASE("a busy interrupt endpoint is emptied and asked again") {
  TmcBench bench;
  bench.instrument.has_interrupt = true;
  bench.instrument.status_byte = 0x04;
  bench.port.interrupt_in = 0x82;
  bench.instrument.busy_status = 1;
  bench.instrument.notices = {{0x85, 0x00}};
  CHECK(bench.run(What::status_byte).value() == Bytes{0x04});
  CHECK(bench.instrument.notices.empty());

  bench.instrument.busy_status = 1'000'000;
  bench.instrument.notices.assign(2000, {0x85, 0x00});
  bench.per_transfer = milliseconds{10};
  CHECK(bench.run(What::status_byte).error().code == Errc::device_busy);
}

TEST_CASE("a status byte that never comes is a time-out and spoils nothing") {
  TmcBench bench;
  bench.port.interrupt_in = 0x82;  // the instrument has none and puts it into the answer
  CHECK(bench.run(What::status_byte).error().code == Errc::timeout);
  CHECK_FALSE(bench.machine->needs_reset());
}

TEST_CASE("capabilities, trigger and the remote requests are one transfer each") {
  TmcBench bench;
  const auto can = decode_tmc_capabilities(bench.run(What::capabilities).value()).value();
  CHECK(can.trigger);
  CHECK(can.remote_local);
  CHECK(bench.run(What::trigger).has_value());
  CHECK(bench.instrument.heard.back() == "<trigger>");
  const std::vector<std::pair<TmcRemote, std::string>> requests{{TmcRemote::enable, "control 160"},
                                                                {TmcRemote::disable, "control 160"},
                                                                {TmcRemote::go_to_local, "control 161"},
                                                                {TmcRemote::local_lockout, "control 162"}};
  for (const auto& [remote, logged] : requests) {
    TmcTask task;
    task.what = What::remote;
    task.remote = remote;
    CHECK(bench.run(task).value().empty());
    CHECK(bench.instrument.log.back() == logged);
  }
}

TEST_CASE("a request that the instrument does not know is refused, and it is well") {
  TmcBench bench;
  bench.instrument.refuses_control = true;
  CHECK(bench.run(What::remote).error().code == Errc::device_refused);
  CHECK(bench.run(What::capabilities).error().code == Errc::device_refused);
  CHECK(bench.counters.clears == 0);
  bench.instrument.answers["Q"] = "1";
  CHECK(bench.query("Q").value() == "1");
}

TEST_CASE("an empty message is our own slip") {
  TmcBench bench;
  CHECK(bench.query("").error().code == Errc::invalid_argument);
  CHECK(bench.instrument.log.empty());
}

TEST_CASE("an instrument of one head is asked once and read until all of it is there") {
  TmcBench bench;
  bench.quirks = tmc_quirks(0x1AB1, 0x0588);
  bench.instrument.one_head = true;
  bench.instrument.most_per_transfer = 500;
  bench.instrument.answers["DISP?"] = std::string(2300, 'z');
  CHECK(bench.query("DISP?").value() == std::string(2300, 'z'));
  CHECK(bench.seen("out 2") == 1);
}

TEST_CASE("a block tells its own length where the head lies") {
  TmcBench bench;
  bench.quirks = tmc_quirks(0x1AB1, 0x04CE);
  bench.instrument.one_head = true;
  bench.instrument.most_per_transfer = 400;
  const auto block = "#41000" + std::string(1000, 'b');
  bench.instrument.answers["CURV?"] = block + "\n";
  bench.instrument.spoil = [](auto& bytes) {
    if (bytes.size() > 12 && bytes[0] == 2 && bytes[3] == 0) bytes[4] = 17, bytes[5] = 0;  // the head claims 17 bytes
  };
  CHECK(bench.query("CURV?").value() == block);
}

TEST_CASE("an instrument that never ends an answer gives it in one transfer of 63 bytes") {
  TmcBench bench;
  bench.quirks = tmc_quirks(0x1334, 0x0001);
  bench.instrument.ends = false;
  bench.instrument.answers["M?"] = "DV  +0.1234E-3\r\n";
  CHECK(bench.query("M?").value() == "DV  +0.1234E-3\r\n");
  CHECK(bench.seen("out 2") == 1);
}

TEST_CASE("what is plugged out in any step ends at once and says so") {
  for (int at = 0; at < 3; ++at) {
    CAPTURE(at);
    TmcBench bench;
    bench.instrument.answers["Q"] = "1";
    bench.machine.emplace(bench.port, bench.quirks, bench.counters);
    bench.machine->begin({What::query, {'Q'}}, bench.now);
    for (int step = 0; step < at; ++step) {
      bench.machine->take(bench.instrument.handle(bench.machine->next(bench.now)), bench.now);
    }
    bench.instrument.gone = true;
    bench.machine->take(bench.instrument.handle(bench.machine->next(bench.now)), bench.now);
    CHECK(bench.machine->next(bench.now).what == TransferStep::Do::done);
    CHECK(bench.machine->result().error().code == Errc::bus_unavailable);
  }
}

TEST_CASE("reads ask for whole packets, so that a device that says too much is heard and not cut off") {
  TmcCounters counters;
  for (const auto packet : std::vector<std::uint16_t>{8, 64, 512, 1024, 0}) {
    TmcPort port;
    port.packet = packet;
    TmcMachine machine(port, {}, counters);
    machine.begin({What::read}, BootTime{});
    machine.take({TransferEnd::completed, {}, 12}, BootTime{});
    const auto step = machine.next(BootTime{});
    REQUIRE(step.what == TransferStep::Do::bulk_in);
    CHECK(step.length >= 4096 + 12 + 3);
    if (packet != 0) CHECK(step.length % packet == 0);
  }
}
