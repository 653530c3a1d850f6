#include "firmware-agent/usb/port_watch.hpp"

#include "protocol/usb/port_path.hpp"

#include <algorithm>

namespace inspect::agent {

namespace {

bool is_behind(const std::string& port, const std::string& hub) { return port.starts_with(hub + "."); }

UsbNotice cable(const PortSight& sight) {
  const auto count = std::to_string(sight.arrivals);
  return {UsbFault::cable,
          sight.storming,
          sight.bus,
          "",
          {"USB 口 " + sight.port + " 上的设备一分钟内来去五次以上（启动以来共 " + count +
               " 次）；停用十分钟。线缆或供电不良",
           "the device at USB port " + sight.port + " came and went five times in a minute or more often (" + count +
               " times since the start); it is left alone for ten minutes. Cable or power"}};
}

UsbNotice hub_notice(const std::string& hub, bool gone, std::size_t behind) {
  const auto count = std::to_string(behind);
  return {UsbFault::hub,
          gone,
          {},
          hub,
          {"USB 口 " + hub + " 上的集线器连同其后的 " + count + " 台设备一起消失",
           "the hub at USB port " + hub + " vanished, with the " + count + " devices of the site behind it"}};
}

}  // namespace

std::vector<std::string> PortWatch::hubs_of(const std::vector<std::string>& ports) {
  std::vector<std::string> hubs;
  for (const auto& port : ports) {
    for (auto hub = usb::hub_of(port); !hub.empty(); hub = usb::hub_of(hub)) {
      if (std::find(hubs.begin(), hubs.end(), hub) == hubs.end()) hubs.push_back(hub);
    }
  }
  std::sort(hubs.begin(), hubs.end(),
            [](const auto& a, const auto& b) { return a.size() != b.size() ? a.size() < b.size() : a < b; });
  return hubs;
}

std::vector<UsbNotice> PortWatch::look(const std::vector<PortSight>& ports, const std::set<std::string>& plugged,
                                       BootTime now) {
  std::vector<UsbNotice> notices;
  std::vector<std::string> paths;
  for (const auto& sight : ports) {
    paths.push_back(sight.port);
    notices.push_back(cable(sight));
    notices.push_back({UsbFault::identity, sight.doubt.has_value(), sight.bus, "", sight.doubt.value_or(Text{})});
  }
  std::string outermost;
  for (const auto& hub : hubs_of(paths)) {
    const auto of_hub = [&](const std::string& path) { return is_behind(path, hub); };
    const auto behind = static_cast<std::size_t>(std::count_if(paths.begin(), paths.end(), of_hub));
    const bool away = plugged.count(hub) == 0 && std::none_of(plugged.begin(), plugged.end(), of_hub);
    if (!away) away_since_.erase(hub);
    const auto since = away ? away_since_.emplace(hub, now).first->second : now;
    const bool explained = !outermost.empty() && is_behind(hub, outermost);
    const bool gone = away && now - since >= patience && !explained;
    if (gone) outermost = hub;
    notices.push_back(hub_notice(hub, gone, behind));
  }
  return notices;
}

}  // namespace inspect::agent
