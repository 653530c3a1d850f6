#include "drivers/modbus_device/point_value.hpp"

#include "protocol/modbus/codec.hpp"

#include <span>

namespace inspect::drivers {

Reason reason_of(Errc code) {
  switch (code) {
    case Errc::timeout: return Reason::no_answer;
    case Errc::corrupt_frame: return Reason::line;
    case Errc::bus_unavailable: return Reason::bus;
    case Errc::device_busy: return Reason::busy;
    default: return Reason::refused;
  }
}

PointValue value_of(const Profile& profile, std::size_t point, const modbus::Request& request,
                    const modbus::Answer& answer) {
  const auto& spec = profile.points[point];
  const auto from = static_cast<std::size_t>(spec.map.address - request.address);
  const auto decoded = modbus::decode(spec.map, std::span(answer.values).subspan(from));
  if (!decoded) return {point, 0, 0, Quality::bad, Reason::implausible};
  const bool plausible =
      !(spec.lowest && decoded->value < *spec.lowest) && !(spec.highest && decoded->value > *spec.highest);
  return {point, decoded->value, decoded->raw, plausible ? Quality::good : Quality::bad,
          plausible ? Reason::none : Reason::implausible};
}

}  // namespace inspect::drivers
