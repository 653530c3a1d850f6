#include "protocol/core/error.hpp"

#include <array>
#include <utility>

namespace inspect {

std::string_view name(Errc code) {
  static constexpr std::array<std::string_view, 12> names{
      "timeout",         "corrupt_frame", "foreign_frame",    "device_busy", "device_refused", "unsupported_point",
      "bus_unavailable", "not_permitted", "invalid_argument", "malformed",   "storage",        "unreachable"};
  return names.at(static_cast<std::size_t>(code));
}

Error Error::within(std::string_view context) && {
  message.insert(0, std::string(context) + ": ");
  return std::move(*this);
}

void throw_exception_from_error(const Error& error, const boost::source_location& where) {
  throw BadResultAccess(error.message + " (unchecked at " + where.to_string() + ")");
}

}  // namespace inspect
