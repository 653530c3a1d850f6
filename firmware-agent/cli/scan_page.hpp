#pragma once

#include "drivers/modbus_device/likeness.hpp"
#include "firmware-agent/cli/console.hpp"
#include "firmware-agent/cli/search.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::cli {

/// "unit 7  looks like r421a08 (2 of 3 signs)", with the next likely models below it.
std::string found_line(const Console& console, const FoundUnit& found);
std::string found_json(const FoundUnit& found);

struct ScanSummary {
  std::string bus;
  std::size_t asked = 0;
  std::size_t found = 0;
  bool complete = false;  ///< nobody ended it before its time
};
std::string summary_json(const ScanSummary& summary);

/// Units of "1-247" or "7"; nothing when it is no such thing.
std::optional<std::vector<std::uint8_t>> units_in(std::string_view text);

/// The line's format in a bus's "/dev/ttyUSB0 9600 8N1"; nothing where there is none.
std::optional<drivers::LineFormat> format_in(std::string_view transport);

}  // namespace inspect::cli
