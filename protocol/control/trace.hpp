#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/core/error.hpp"
#include "protocol/core/text.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::control {

/// A device that is known on the traced bus.
struct TraceUnit {
  std::uint8_t unit = 0;
  std::string name;
  Text title;

  friend bool operator==(const TraceUnit&, const TraceUnit&) = default;
};

/// What is traced: the answer to "bus.trace", and the first line of a saved trace.
struct TraceHead {
  std::string format = "inspect-bus-trace";  ///< names the kind of file
  std::uint32_t version = 1;                 ///< a reader refuses a later one
  std::string site;
  std::string bus;
  Text title;
  std::string transport;   ///< as in BusRow
  std::string mode;        ///< "master" or "listen": who asks
  std::string framing;     ///< "rtu" or "tcp"
  std::uint32_t baud = 0;  ///< 0 on TCP
  WallTime started{};
  std::uint64_t us = 0;  ///< the machine's clock at `started`, microseconds
  std::vector<TraceUnit> devices;

  friend bool operator==(const TraceHead&, const TraceHead&) = default;
};

enum class Passage : std::uint8_t {
  out,  ///< a question of this gateway
  in,   ///< bytes that came, as they were handed over by the system
  end,  ///< this gateway waits no longer for an answer
};
std::string_view name(Passage passage);
std::optional<Passage> passage_from(std::string_view name);

/// Bytes that passed at one instant. Of what comes in, the instant is when the program read it.
struct TraceRecord {
  std::uint64_t us = 0;  ///< on the clock of TraceHead::us
  Passage dir = Passage::in;
  std::string hex;  ///< "01 03 02 00 01 79 84"; empty for `end`

  friend bool operator==(const TraceRecord&, const TraceRecord&) = default;
};

/// Events of "bus.trace".
struct TraceEvent {
  std::vector<TraceRecord> records;
  friend bool operator==(const TraceEvent&, const TraceEvent&) = default;
};

/// Bytes as text and back; nothing when it is no such text.
std::string to_hex(const std::vector<std::uint8_t>& bytes);
std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text);

/// A saved trace is lines of JSON: the head, then a record each. One line, without its end.
std::string encode_line(const TraceHead& head);
std::string encode_line(const TraceRecord& record);
/// Errc::malformed says which field, or that the file is of another kind or a later version.
Result<TraceHead> decode_trace_head(std::string_view line);
Result<TraceRecord> decode_trace_record(std::string_view line);

/// What the answer to one question of a search was.
struct ProbeRow {
  bool answered = false;                  ///< false: silence
  std::vector<std::uint16_t> values;      ///< registers, or bits as 0 and 1
  std::optional<std::uint8_t> exception;  ///< the device refused: it is there
  std::chrono::milliseconds took{0};      ///< of the bus

  friend bool operator==(const ProbeRow&, const ProbeRow&) = default;
};

}  // namespace inspect::control
