#include "protocol/model/quantity.hpp"

#include <array>

namespace inspect {

std::string_view name(Quantity quantity) {
  static constexpr std::array<std::string_view, quantity_count> names{
      "command",        "feedback",      "operate-time", "contact-resistance", "cycles",          "output-voltage",
      "output-current", "output-ripple", "temperature",  "input-voltage",      "leakage-current", "test-voltage",
      "insulation",     "zero",          "check-ratio",  "tester-temperature", "error-count",     "latency",
      "setpoint",       "other"};
  return names[static_cast<std::size_t>(quantity)];
}

}  // namespace inspect
