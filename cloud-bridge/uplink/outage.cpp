#include "cloud-bridge/uplink/outage.hpp"

namespace inspect::bridge {

std::optional<std::string> Outage::failed(BootTime now, const std::string& why) {
  ++failures_;
  last_ = why;
  if (since_) return std::nullopt;
  since_ = now;
  return what_ + " is out of reach: " + why + "; trying on, quietly";
}

std::optional<std::string> Outage::works(BootTime now) {
  if (!since_) return std::nullopt;
  auto line = what_ + " works again after " + spoken(now - *since_) + ", " + std::to_string(failures_) +
              (failures_ == 1 ? " failure" : " failures") + ", the last: " + last_;
  since_.reset();
  failures_ = 0;
  last_.clear();
  return line;
}

std::string spoken(std::chrono::nanoseconds duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  const auto two = [](auto big, const char* big_unit, auto small, const char* small_unit) {
    return std::to_string(big) + big_unit + (small == 0 ? "" : ' ' + std::to_string(small) + small_unit);
  };
  if (seconds < 60) return std::to_string(seconds) + " s";
  if (seconds < 3600) return std::to_string(seconds / 60) + " min";
  if (seconds < 86400) return two(seconds / 3600, " h", seconds / 60 % 60, " min");
  return two(seconds / 86400, " d", seconds / 3600 % 24, " h");
}

}  // namespace inspect::bridge
