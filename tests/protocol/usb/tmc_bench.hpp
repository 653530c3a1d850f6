#pragma once

#include "protocol/usb/usbtmc_machine.hpp"
#include "tests/protocol/usb/tmc_instrument.hpp"

#include <doctest/doctest.h>

#include <string>

namespace inspect::tests {

/// A machine and an instrument on one table, and the time between them.
struct TmcBench {
  TmcInstrument instrument;
  usb::TmcCounters counters;
  usb::TmcPort port;
  usb::TmcQuirks quirks;
  std::optional<usb::TmcMachine> machine;
  BootTime now{std::chrono::hours{1}};
  std::chrono::nanoseconds per_transfer{std::chrono::microseconds{125}};
  int steps = 0;

  Result<usb::Bytes> run(usb::TmcTask task) {
    using Do = usb::TransferStep::Do;
    if (!machine) machine.emplace(port, quirks, counters);
    machine->begin(std::move(task), now);
    for (steps = 0;; ++steps) {
      REQUIRE(steps < 2000);
      const auto step = machine->next(now);
      if (step.what == Do::done) return machine->result();
      if (step.what == Do::sleep) {
        now = std::max(now, step.until);
        machine->take({}, now);
        continue;
      }
      const auto result = instrument.handle(step);
      now = result.end == usb::TransferEnd::timed_out ? std::max(now, step.until) : now + per_transfer;
      machine->take(result, now);
    }
  }

  Result<usb::Bytes> run(usb::TmcTask::What what) {
    usb::TmcTask task;
    task.what = what;
    return run(std::move(task));
  }

  Result<std::string> query(const std::string& message) {
    usb::TmcTask task;
    task.message.assign(message.begin(), message.end());
    const auto bytes = run(std::move(task));
    if (!bytes) return bytes.error();
    return std::string(bytes->begin(), bytes->end());
  }

  [[nodiscard]] long seen(const std::string& what) const {
    return std::count(instrument.log.begin(), instrument.log.end(), what);
  }
};

}  // namespace inspect::tests
