#pragma once

#include "drivers/profiles/profile.hpp"
#include "protocol/settings/kinds.hpp"

namespace inspect::drivers {

/// Speeds that both Linux and the devices know.
inline const std::vector<std::int64_t>& baud_rates() {
  static const std::vector<std::int64_t> rates{1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200};
  return rates;
}

std::optional<std::int64_t> take_baud(const settings::Node& node, settings::Problems& problems);

template <class Access>
auto baud(Access access) {
  return settings::kind("whole number", "1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200", access, take_baud);
}

template <class Access>
auto parity(Access access) {
  return settings::choice(access, std::vector<settings::Word<Parity>>{
                                      {"none", Parity::none}, {"even", Parity::even}, {"odd", Parity::odd}});
}

}  // namespace inspect::drivers
