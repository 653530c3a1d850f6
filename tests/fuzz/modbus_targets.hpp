#pragma once

#include <cstdint>
#include <span>

namespace inspect::tests {

/// Fuzz targets of the Modbus room: any bytes whatever, first a few that choose the question, then what "the wire"
/// says. Each aborts when something is taken that must not be; the sanitizers see the rest.

/// decode_rtu, find_frame and progress on one span.
void fuzz_rtu_answer(std::span<const std::uint8_t> input);
/// decode_tcp on one span.
void fuzz_tcp_answer(std::span<const std::uint8_t> input);
/// Several transactions of the RTU machine, fed in pieces with the clock going on.
void fuzz_rtu_machine(std::span<const std::uint8_t> input);
/// The same for TCP.
void fuzz_tcp_machine(std::span<const std::uint8_t> input);
/// A line that is only heard, and our own seen from outside: any bytes in any pieces with the clock going on.
void fuzz_overheard(std::span<const std::uint8_t> input);

}  // namespace inspect::tests
