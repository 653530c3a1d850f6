#include "drivers/usb/line.hpp"
#include "tests/drivers/usb/staged.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace inspect;
using namespace inspect::drivers;
using namespace std::chrono_literals;
using inspect::tests::run;
using inspect::tests::Staged;
using inspect::tests::until;

namespace {

// Before main: this program only makes sense under umockdev's preload.
const bool staged_program = inspect::tests::on_stage();

const usb::ControlRequest get_state{0xA1, 0x01, 0x0300, 0, 8};

BootTime clock_now{1h};
BootTime now() { return clock_now; }

std::size_t descriptors() {
  std::size_t count = 0;
  for (std::filesystem::directory_iterator each("/proc/self/fd"), end; each != end; ++each) ++count;
  return count;
}

std::size_t resident_kb() {
  std::ifstream file("/proc/self/statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  file >> size >> resident;
  return resident * 4;
}

}  // namespace

TEST_CASE(
    "a thousand unplugs and replugs, every third in the middle of a transfer: reopened each time, nothing leaks") {
  REQUIRE(staged_program);
  Staged staged;
  const std::shared_ptr<inspect::sim::UsbModel> model = inspect::tests::make_usb_model({"relay4", "HURTM"});
  UsbLine line(*staged.host, "1-1", {{{0x16C0, 0x05DF, "www.dcttech.com", "USBRelay4"}}}, &now);
  std::chrono::nanoseconds slowest{0};
  std::size_t first_descriptors = 0;
  std::size_t first_resident = 0;
  int hung = 0;
  for (int cycle = 0; cycle < 1000; ++cycle) {
    const auto arrivals = line.counters().arrivals;
    staged.stage.plug("1-1", model);
    const auto start = std::chrono::steady_clock::now();
    REQUIRE(until(staged.loop, [&] { return line.counters().arrivals > arrivals; }));
    clock_now += 1min;  // a technician's pace, so that this is no storm
    auto pipe = run(staged.loop, line.pipe());
    REQUIRE(pipe.has_value());
    REQUIRE(run(staged.loop, (*pipe)->control_in(get_state, 2s)).has_value());
    slowest = std::max<std::chrono::nanoseconds>(slowest, std::chrono::steady_clock::now() - start);
    std::optional<Errc> ended;
    if (cycle % 3 == 0) {
      staged.stage.act("1-1", {"silent"});
      boost::asio::co_spawn(staged.loop, (*pipe)->control_in(get_state, 60s),
                            [&](const std::exception_ptr&, Result<Bytes> result) { ended = result.error().code; });
      REQUIRE(until(staged.loop, [&] { return staged.stage.in_flight() == 1; }));
    }
    pipe = fail(Errc::timeout, "");
    staged.stage.unplug("1-1");
    if (cycle % 3 == 0) {
      REQUIRE(until(staged.loop, [&] { return ended.has_value(); }));
      ++hung;
      staged.stage.act("1-1", {"heal"});
    }
    REQUIRE(until(staged.loop, [&] { return line.hold_off().state(clock_now) == HoldOff::State::absent; }));
    if (cycle == 200) {
      first_descriptors = descriptors();
      first_resident = resident_kb();
    }
  }
  CHECK(hung == 334);
  CHECK(slowest < 5s);
  REQUIRE(until(staged.loop, [&] { return staged.stage.open_handles() == 0; }));
  CHECK(staged.host->in_flight() == 0);
  CHECK(descriptors() <= first_descriptors + 4);  // a handle may still be closing
  MESSAGE("slowest reopening " << std::chrono::duration_cast<std::chrono::milliseconds>(slowest).count()
                               << " ms; resident from " << first_resident << " to " << resident_kb() << " kB");
#ifndef __SANITIZE_ADDRESS__                     // whose quarantine keeps what was freed
  CHECK(resident_kb() < first_resident + 4096);  // the stage itself keeps a little of each address
#endif
}
