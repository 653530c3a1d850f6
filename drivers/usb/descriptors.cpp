#include "drivers/usb/descriptors.hpp"

namespace inspect::drivers {

namespace {

constexpr std::uint8_t device_type = 1;
constexpr std::uint8_t configuration_type = 2;
constexpr std::uint8_t interface_type = 4;
constexpr std::uint8_t endpoint_type = 5;
constexpr std::size_t device_length = 18;
constexpr std::size_t configuration_length = 9;
constexpr std::size_t interface_length = 9;
constexpr std::size_t endpoint_length = 7;
constexpr std::size_t most_interfaces = 32;
constexpr std::size_t most_endpoints = 32;

using View = std::span<const std::uint8_t>;

Error malformed(const char* what) { return fail(Errc::malformed, std::string("USB descriptors: ") + what); }

std::uint16_t little(View bytes, std::size_t at) { return static_cast<std::uint16_t>(bytes[at] | bytes[at + 1] << 8U); }

/// One whole descriptor off the front, or nothing when its length does not fit.
std::optional<View> take(View& rest) {
  if (rest.size() < 2 || rest[0] < 2 || rest[0] > rest.size()) return std::nullopt;
  const auto one = rest.first(rest[0]);
  rest = rest.subspan(one.size());
  return one;
}

Result<void> add(View one, std::vector<UsbInterface>& into) {
  if (one[1] == interface_type) {
    if (one.size() < interface_length) return malformed("a cut interface");
    if (into.size() == most_interfaces) return malformed("too many interfaces");
    into.push_back({one[2], one[3], one[5], one[6], one[7], {}});
  } else if (one[1] == endpoint_type) {
    if (one.size() < endpoint_length) return malformed("a cut endpoint");
    if (into.empty()) return malformed("an endpoint of no interface");
    if (into.back().endpoints.size() == most_endpoints) return malformed("too many endpoints");
    into.back().endpoints.push_back({one[2], static_cast<UsbEndpoint::Kind>(one[3] & 3U), little(one, 4)});
  }
  return {};
}

}  // namespace

std::optional<UsbEndpoint> UsbInterface::endpoint(UsbEndpoint::Kind kind, bool in) const {
  for (const auto& each : endpoints) {
    if (each.kind == kind && each.is_in() == in) return each;
  }
  return std::nullopt;
}

Result<std::vector<UsbInterface>> parse_usb_descriptors(View bytes) {
  const auto device = take(bytes);
  if (!device || (*device)[1] != device_type || device->size() != device_length) return malformed("no device");
  if (bytes.size() < configuration_length || bytes[1] != configuration_type || bytes[0] < configuration_length) {
    return malformed("no configuration");
  }
  const std::size_t total = little(bytes, 2);
  if (total < configuration_length || total > bytes.size()) return malformed("a cut configuration");
  auto rest = bytes.first(total);
  (void)take(rest);
  std::vector<UsbInterface> interfaces;
  while (!rest.empty()) {
    const auto one = take(rest);
    if (!one) return malformed("a length that does not fit");
    if (auto added = add(*one, interfaces); !added) return added.error();
  }
  return interfaces;
}

}  // namespace inspect::drivers
