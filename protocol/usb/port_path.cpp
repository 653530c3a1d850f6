#include "protocol/usb/port_path.hpp"

namespace inspect::usb {

namespace {

constexpr int most_levels = 7;

bool is_number(std::string_view part) {
  return !part.empty() && part.size() <= 3 && part[0] != '0' &&
         part.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

bool is_port_path(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos || !is_number(text.substr(0, dash))) return false;
  auto rest = text.substr(dash + 1);
  for (int level = 0; level < most_levels; ++level) {
    const auto dot = rest.find('.');
    if (!is_number(rest.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    rest = rest.substr(dot + 1);
  }
  return false;
}

std::string hub_of(std::string_view port) {
  const auto dot = port.rfind('.');
  return std::string(dot == std::string_view::npos ? std::string_view{} : port.substr(0, dot));
}

}  // namespace inspect::usb
