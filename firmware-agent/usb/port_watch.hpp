#pragma once

#include "firmware-agent/detection/notice.hpp"
#include "protocol/core/clock.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace inspect::agent {

/// One of the site's USB ports at an instant.
struct PortSight {
  BusIndex bus{};
  std::string port;
  bool storming = false;        ///< it came and went too often
  std::uint64_t arrivals = 0;   ///< since the start
  std::optional<Text> doubt{};  ///< why it may be another device than was commissioned
};

/// Judges the site's USB ports once a second. A hub counts as gone when it and everything of the site behind it have
/// been away for two seconds; then it is the cause, and the outermost of several. Pure.
class PortWatch {
 public:
  static constexpr auto patience = std::chrono::seconds{2};

  /// Hubs that the site's ports hang on, outermost first.
  static std::vector<std::string> hubs_of(const std::vector<std::string>& ports);

  /// `plugged`: those of the site's ports and their hubs where something is plugged in.
  std::vector<UsbNotice> look(const std::vector<PortSight>& ports, const std::set<std::string>& plugged, BootTime now);

 private:
  std::map<std::string, BootTime> away_since_;
};

}  // namespace inspect::agent
