#pragma once

#include <cstdint>
#include <span>

namespace inspect::tests {

/// Each takes any bytes whatever and must neither crash, hang nor believe what is not so.
void fuzz_usb_reports(std::span<const std::uint8_t> input);
void fuzz_usb_text(std::span<const std::uint8_t> input);
void fuzz_usbtmc_machine(std::span<const std::uint8_t> input);
void fuzz_tester_run(std::span<const std::uint8_t> input);

}  // namespace inspect::tests
