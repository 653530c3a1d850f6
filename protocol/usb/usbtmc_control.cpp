#include "protocol/usb/usbtmc_control.hpp"

#include <string>

namespace inspect::usb {
namespace {

constexpr std::uint8_t of_endpoint = 0xA2;   // class request, device to host
constexpr std::uint8_t of_interface = 0xA1;  // class request, device to host
constexpr std::size_t capabilities_size = 24;

// bRequest, length of the answer [USBTMC 1.0 table 15, USB488 1.0 table 9]
struct Kind {
  std::uint8_t request;
  std::uint16_t length;
};
constexpr Kind initiate_abort_out{1, 2};
constexpr Kind check_abort_out{2, 8};
constexpr Kind initiate_abort_in{3, 2};
constexpr Kind check_abort_in{4, 8};
constexpr Kind initiate_clear{5, 1};
constexpr Kind check_clear{6, 2};
constexpr Kind get_capabilities{7, capabilities_size};
constexpr Kind read_status_byte{128, 3};
constexpr Kind ren_control{160, 1};
constexpr Kind go_to_local{161, 1};
constexpr Kind local_lockout{162, 1};

ControlRequest at_endpoint(Kind kind, std::uint8_t endpoint, std::uint8_t tag = 0) {
  return {of_endpoint, kind.request, tag, endpoint, kind.length};
}
ControlRequest at_interface(Kind kind, std::uint8_t interface, std::uint16_t value = 0) {
  return {of_interface, kind.request, value, interface, kind.length};
}

}  // namespace

ControlRequest tmc_abort_out(std::uint8_t endpoint, std::uint8_t tag) {
  return at_endpoint(initiate_abort_out, endpoint, tag);
}
ControlRequest tmc_check_abort_out(std::uint8_t endpoint) { return at_endpoint(check_abort_out, endpoint); }
ControlRequest tmc_abort_in(std::uint8_t endpoint, std::uint8_t tag) {
  return at_endpoint(initiate_abort_in, endpoint, tag);
}
ControlRequest tmc_check_abort_in(std::uint8_t endpoint) { return at_endpoint(check_abort_in, endpoint); }
ControlRequest tmc_clear(std::uint8_t interface) { return at_interface(initiate_clear, interface); }
ControlRequest tmc_check_clear(std::uint8_t interface) { return at_interface(check_clear, interface); }
ControlRequest tmc_get_capabilities(std::uint8_t interface) { return at_interface(get_capabilities, interface); }
ControlRequest tmc_read_status_byte(std::uint8_t interface, std::uint8_t tag) {
  return at_interface(read_status_byte, interface, tag);
}

ControlRequest tmc_remote(std::uint8_t interface, TmcRemote what) {
  switch (what) {
    case TmcRemote::enable: return at_interface(ren_control, interface, 1);
    case TmcRemote::disable: return at_interface(ren_control, interface, 0);
    case TmcRemote::go_to_local: return at_interface(go_to_local, interface);
    case TmcRemote::local_lockout: break;
  }
  return at_interface(local_lockout, interface);
}

Result<TmcStatus> decode_tmc_status(BytesView answer, std::size_t shortest) {
  if (answer.empty() || answer.size() < shortest) {
    return fail(Errc::corrupt_frame, "a status of " + std::to_string(answer.size()) + " bytes");
  }
  return static_cast<TmcStatus>(answer[0]);
}

bool holds_bytes(BytesView answer) { return answer.size() > 1 && (answer[1] & 1U) != 0; }

Result<TmcCapabilities> decode_tmc_capabilities(BytesView answer) {
  const auto status = decode_tmc_status(answer, capabilities_size);
  if (!status) return status.error();
  if (*status != TmcStatus::success) return fail(Errc::device_refused, "the device does not tell its capabilities");
  const auto bit = [&](std::size_t byte, unsigned n) { return ((answer[byte] >> n) & 1U) != 0; };
  TmcCapabilities can;
  can.listen_only = bit(4, 0);
  can.talk_only = bit(4, 1);
  can.pulse = bit(4, 2);
  can.stop_character = bit(5, 0);
  can.trigger = bit(14, 0);
  can.remote_local = bit(14, 1);
  can.usb488_2 = bit(14, 2);
  can.service_request = bit(15, 2);
  can.scpi = bit(15, 3);
  return can;
}

}  // namespace inspect::usb
