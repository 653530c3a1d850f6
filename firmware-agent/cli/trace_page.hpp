#pragma once

#include "firmware-agent/cli/console.hpp"
#include "firmware-agent/cli/trace_decoder.hpp"

#include <string>

namespace inspect::cli {

/// What a trace is of, before its lines.
std::string trace_title(const Console& console, const control::TraceHead& head);

/// One line of a trace, for people: when, which way, who, what. `hex`: the bytes on a line of their own below.
std::string trace_line(const Console& console, const TraceDecoder& decoder, const modbus::Heard& heard, bool hex);

/// The same for programs: one JSON object.
std::string trace_line_json(const TraceDecoder& decoder, const modbus::Heard& heard);

/// Who a unit is: its name, or its number alone.
std::string unit_text(const TraceDecoder& decoder, std::uint8_t unit);

/// "17.2 ms", "1.30 s".
std::string delay_text(modbus::Nanoseconds delay);

}  // namespace inspect::cli
