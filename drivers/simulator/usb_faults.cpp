#include "drivers/simulator/usb_faults.hpp"

namespace inspect::sim {

namespace {

std::string_view wire_word(std::string_view word) {
  if (word == "hang") return "silent";
  return word == "stall" ? "exception" : word;
}

bool is_usb_fault(FaultKind kind) {
  return kind != FaultKind::dribble && kind != FaultKind::wrong_unit && kind != FaultKind::wrong_echo &&
         kind != FaultKind::twin;
}

}  // namespace

std::optional<FaultKind> usb_fault_kind_from(std::string_view word) {
  const auto kind = fault_kind_from(wire_word(word));
  return kind && is_usb_fault(*kind) ? kind : std::nullopt;
}

Result<Fault> parse_usb_fault(std::vector<std::string> words) {
  if (words.empty() || !usb_fault_kind_from(words[0])) {
    return fail(Errc::invalid_argument, "\"" + (words.empty() ? std::string() : words[0]) +
                                            "\" is no fault of a USB device: hang, stall, slow, late, garbage, "
                                            "truncated, babble, damaged");
  }
  words[0] = wire_word(words[0]);
  return parse_fault(words);
}

Result<Fault> parse_modbus_fault(const std::vector<std::string>& words) {
  auto fault = parse_fault(words);
  if (fault && (fault->kind == FaultKind::babble || fault->kind == FaultKind::damaged)) {
    return fail(Errc::invalid_argument, words[0] + " is a fault of USB devices alone");
  }
  return fault;
}

}  // namespace inspect::sim
