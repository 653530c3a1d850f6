#pragma once

#include "protocol/core/error.hpp"
#include "protocol/usb/bytes.hpp"

#include <cstdint>

/// USBTMC 1.0 and USB488 1.0: the control requests. All of them are answered.
namespace inspect::usb {

enum class TmcStatus : std::uint8_t {
  success = 0x01,
  pending = 0x02,
  interrupt_busy = 0x20,  ///< USB488: the interrupt endpoint still holds an earlier answer
  failed = 0x80,
  not_in_progress = 0x81,
  split_not_in_progress = 0x82,
  split_in_progress = 0x83,
};

enum class TmcRemote : std::uint8_t {
  enable,         ///< REN_CONTROL 1: the instrument obeys the bus
  disable,        ///< REN_CONTROL 0
  go_to_local,    ///< its front panel is given back
  local_lockout,  ///< and locked, the LOCAL key too
};

/// `endpoint`: the address of the bulk endpoint, direction bit included.
ControlRequest tmc_abort_out(std::uint8_t endpoint, std::uint8_t tag);
ControlRequest tmc_check_abort_out(std::uint8_t endpoint);
ControlRequest tmc_abort_in(std::uint8_t endpoint, std::uint8_t tag);
ControlRequest tmc_check_abort_in(std::uint8_t endpoint);
ControlRequest tmc_clear(std::uint8_t interface);
ControlRequest tmc_check_clear(std::uint8_t interface);
ControlRequest tmc_get_capabilities(std::uint8_t interface);
/// `tag` 2 to 127: 1 would make its notification look like a service request.
ControlRequest tmc_read_status_byte(std::uint8_t interface, std::uint8_t tag);
ControlRequest tmc_remote(std::uint8_t interface, TmcRemote what);

/// The head of every answer. `corrupt_frame` when it is shorter than the request says, unless `shortest` is enough.
Result<TmcStatus> decode_tmc_status(BytesView answer, std::size_t shortest);
/// Bit 0 of the second byte of CHECK_ABORT_BULK_IN_STATUS and CHECK_CLEAR_STATUS: the device holds bytes to be read.
bool holds_bytes(BytesView answer);

struct TmcCapabilities {
  bool listen_only = false;
  bool talk_only = false;
  bool pulse = false;
  bool stop_character = false;  ///< it can end an answer with TermChar
  bool usb488_2 = false;
  bool remote_local = false;  ///< it knows REN_CONTROL, GO_TO_LOCAL and LOCAL_LOCKOUT
  bool trigger = false;       ///< it takes the TRIGGER message
  bool service_request = false;
  bool scpi = false;

  friend bool operator==(const TmcCapabilities&, const TmcCapabilities&) = default;
};
/// 24 bytes with status success; `device_refused` for any other status.
Result<TmcCapabilities> decode_tmc_capabilities(BytesView answer);

}  // namespace inspect::usb
