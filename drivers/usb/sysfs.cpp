#include "drivers/usb/sysfs.hpp"

#include "protocol/usb/port_path.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

namespace inspect::drivers {

namespace {

/// A string descriptor holds at most 126 UTF-16 units; the kernel's UTF-8 of them is no longer than this.
constexpr std::size_t longest_text = 378;
/// Several configurations of the largest size seen on such devices.
constexpr std::size_t longest_descriptors = 16UL << 10U;

std::optional<std::string> read(const std::string& path, std::size_t most) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text(most, '\0');
  file.read(text.data(), static_cast<std::streamsize>(most));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

/// The device writes these texts: nothing that steers a terminal gets through.
std::string printable(std::string text) {
  std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

template <class Number>
std::optional<Number> number(const std::string& path, int base) {
  const auto text = read(path, 16);
  if (!text) return std::nullopt;
  Number value{};
  const auto [end, wrong] = std::from_chars(text->data(), text->data() + text->size(), value, base);
  if (wrong != std::errc{} || end == text->data()) return std::nullopt;
  return value;
}

}  // namespace

Result<UsbFacts> read_usb_facts(const std::string& port, const std::string& root) {
  if (!usb::is_port_path(port)) return fail(Errc::invalid_argument, "\"" + port + "\" is no USB port, like 1-1.2");
  const auto at = root + "/" + port + "/";
  const auto bus = number<std::uint8_t>(at + "busnum", 10);
  const auto address = number<std::uint8_t>(at + "devnum", 10);
  const auto vendor = number<std::uint16_t>(at + "idVendor", 16);
  const auto product = number<std::uint16_t>(at + "idProduct", 16);
  if (!bus || !address || !vendor || !product) {
    return fail(Errc::bus_unavailable, "nothing is plugged in at USB port " + port);
  }
  UsbFacts facts{port, *bus, *address, *vendor, *product, 0, "", "", "", {}};
  facts.device_class = number<std::uint8_t>(at + "bDeviceClass", 16).value_or(0);
  facts.maker = printable(read(at + "manufacturer", longest_text).value_or(""));
  facts.name = printable(read(at + "product", longest_text).value_or(""));
  facts.serial = printable(read(at + "serial", longest_text).value_or(""));
  const auto raw = read(at + "descriptors", longest_descriptors).value_or("");
  const Bytes bytes(raw.begin(), raw.end());
  auto interfaces = parse_usb_descriptors(bytes);
  if (!interfaces) return std::move(interfaces).error().within("the device at USB port " + port);
  facts.interfaces = std::move(*interfaces);
  return facts;
}

std::optional<std::string> usb_port_of(const std::string& serial_port, const std::string& root) {
  std::error_code gone;
  const auto device = std::filesystem::canonical(serial_port, gone);
  if (gone) return std::nullopt;
  // …/usb1/1-1/1-1.2/1-1.2:1.0/ttyUSB0/tty/ttyUSB0: the innermost port is the adapter's.
  const auto place = std::filesystem::canonical(root + "/" + device.filename().string(), gone);
  if (gone) return std::nullopt;
  std::optional<std::string> port;
  for (const auto& part : place) {
    if (usb::is_port_path(part.string())) port = part.string();
  }
  return port;
}

std::vector<std::string> used_usb_ports(const std::string& root) {
  std::vector<std::string> ports;
  std::error_code failed;
  for (std::filesystem::directory_iterator each(root, failed), end; !failed && each != end; each.increment(failed)) {
    auto name = each->path().filename().string();
    if (usb::is_port_path(name)) ports.push_back(std::move(name));
  }
  std::sort(ports.begin(), ports.end());
  return ports;
}

}  // namespace inspect::drivers
