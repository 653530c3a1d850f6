#include "drivers/bus/adapter.hpp"

#include <linux/serial.h>
#include <sys/ioctl.h>

#include <filesystem>
#include <fstream>

namespace inspect::drivers {

std::optional<unsigned> quicken(const std::string& port, const std::string& sysfs) {
  std::error_code gone;
  const auto device = std::filesystem::canonical(port, gone);
  if (gone) return std::nullopt;
  const auto timer = sysfs + "/bus/usb-serial/devices/" + device.filename().string() + "/latency_timer";
  unsigned before = 0;
  if (!(std::ifstream(timer) >> before)) return std::nullopt;
  if (before <= 1) return before;
  std::ofstream set(timer);
  if (!(set << 1 << std::flush)) return std::nullopt;
  return before;
}

std::optional<std::uint64_t> line_errors(int descriptor) {
  serial_icounter_struct counts{};
  if (::ioctl(descriptor, TIOCGICOUNT, &counts) != 0) return std::nullopt;
  return static_cast<std::uint64_t>(static_cast<unsigned>(counts.frame)) + static_cast<unsigned>(counts.parity);
}

}  // namespace inspect::drivers
