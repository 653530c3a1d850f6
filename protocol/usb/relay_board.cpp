#include "protocol/usb/relay_board.hpp"

#include <algorithm>

namespace inspect::usb {
namespace {

constexpr std::uint8_t to_interface = 0x21;    // class request, host to device
constexpr std::uint8_t from_interface = 0xA1;  // class request, device to host
constexpr std::uint8_t get_report_request = 0x01;
constexpr std::uint8_t set_report_request = 0x09;
constexpr std::uint16_t output_report = 2;
constexpr std::uint16_t feature_report = 3;

// The report of u1f35c/usb-relay-firmware a7af9bc: five characters, their terminator, 0, and the outputs.
constexpr std::size_t state_size = 8;
constexpr std::size_t id_size = 5;
constexpr std::size_t bitmap_at = 7;

std::uint16_t report_value(std::uint16_t type, std::uint8_t number) {
  return static_cast<std::uint16_t>((type << 8U) | number);
}

bool is_printable(std::uint8_t byte) { return byte > 0x20 && byte < 0x7F; }

}  // namespace

Result<Bytes> encode_order(const RelayLayout& layout, RelayOrder order) {
  const auto& one = order.on ? layout.on : layout.off;
  const auto& all = order.on ? layout.all_on : layout.all_off;
  if (!order.channel && !all) return fail(Errc::unsupported_point, "the board has no order for all relays");
  if (order.channel && (*order.channel < 1 || *order.channel > layout.channels)) {
    return fail(Errc::invalid_argument,
                "relay " + std::to_string(*order.channel) + " of a board with " + std::to_string(layout.channels));
  }
  auto bytes = order.channel ? one.bytes(*order.channel) : all->bytes(0);
  if (layout.way != RelayWay::serial && bytes.size() < layout.report_size) bytes.resize(layout.report_size, 0);
  return bytes;
}

ControlRequest set_report(const RelayLayout& layout, std::uint8_t interface, std::size_t size) {
  const auto type = layout.way == RelayWay::feature ? feature_report : output_report;
  return {to_interface, set_report_request, report_value(type, layout.report_number), interface,
          static_cast<std::uint16_t>(size)};
}

ControlRequest get_state(std::uint8_t interface) {
  // One byte more than the report, so that a board that puts the number first is heard to its end.
  return {from_interface, get_report_request, report_value(feature_report, 0), interface, state_size + 1};
}

Result<RelayStates> decode_state(const RelayLayout& layout, BytesView report) {
  if (report.size() == state_size + 1) report = report.subspan(1);
  if (report.size() != state_size) {
    return fail(Errc::corrupt_frame, "a state report of " + std::to_string(report.size()) + " bytes instead of 8");
  }
  if (report[id_size] != 0 || report[id_size + 1] != 0) {
    return fail(Errc::corrupt_frame, "a state report whose ID does not end");
  }
  RelayStates states;
  const auto id = report.first(id_size);
  states.id_intact = std::all_of(id.begin(), id.end(), is_printable);
  for (const auto byte : id) states.id += is_printable(byte) ? static_cast<char>(byte) : '?';
  // A bit beyond the last relay belongs to no relay and says nothing of the others.
  for (unsigned n = 0; n < layout.channels; ++n) states.on.push_back(n < 8 && ((report[bitmap_at] >> n) & 1U) != 0);
  return states;
}

}  // namespace inspect::usb
