#pragma once

#include "firmware-agent/cli/console.hpp"
#include "firmware-agent/cli/trace_decoder.hpp"
#include "protocol/control/trace.hpp"

#include <cstdlib>
#include <ctime>
#include <sstream>
#include <string>
#include <vector>

namespace inspect::tests {

/// A traced line at 9600 baud with one known device, unit 1.
inline control::TraceHead trace_head() {
  control::TraceHead head;
  head.site = "demo";
  head.bus = "rs485-1";
  head.title = {"一号线", "line 1"};
  head.transport = "/dev/ttyUSB0 9600 8N1";
  head.mode = "master";
  head.framing = "rtu";
  head.baud = 9600;
  head.started = *parse_rfc3339("2026-11-24T08:00:00Z");
  head.us = 1'000'000'000;
  head.devices = {{1, "relay-1", {"1号工位", "station 1"}}};
  return head;
}

/// Plays records into a decoder, with the time of each on the wire.
class Played {
 public:
  explicit Played(control::TraceHead head = trace_head()) : decoder(std::move(head)) { us = decoder.head().us; }

  Played& after(std::uint64_t milliseconds) {
    us += milliseconds * 1000;
    return *this;
  }
  Played& out(const std::string& hex) { return take({us, control::Passage::out, hex}); }
  Played& in(const std::string& hex) { return take({us, control::Passage::in, hex}); }
  Played& end() { return take({us, control::Passage::end, ""}); }

  cli::TraceDecoder decoder;
  std::vector<modbus::Heard> heard;
  std::uint64_t us = 0;

 private:
  Played& take(const control::TraceRecord& record) {
    decoder.take(record, heard);
    return *this;
  }
};

/// A person's screen, in Chinese summer and winter time alike.
struct Page {
  explicit Page(Language language = Language::en, std::size_t width = 80) {
    setenv("TZ", "Asia/Shanghai", 1);
    tzset();
    console.language = language;
    console.width = width;
  }
  ~Page() {
    unsetenv("TZ");
    tzset();
  }
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;

  std::ostringstream out;
  std::ostringstream err;
  cli::Console console{out, err};
};

}  // namespace inspect::tests
