#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/usb/bytes.hpp"

namespace inspect::usb {

/// What a pure machine wants from the shell that moves its transfers.
struct TransferStep {
  enum class Do : std::uint8_t {
    bulk_out,      ///< write `bytes` to `endpoint`
    bulk_in,       ///< read at most `length` from `endpoint`; a short packet ends it
    interrupt_in,  ///< the same
    control,       ///< `control`, whose answer is read (no request of ours has a data stage to the device)
    clear_halt,    ///< standard CLEAR_FEATURE(ENDPOINT_HALT) of `endpoint`
    sleep,         ///< leave the device alone until `until`, then take() nothing
    done,          ///< result() is there
  };
  Do what = Do::done;
  std::uint8_t endpoint = 0;  ///< address with its direction bit
  BytesView bytes{};
  std::size_t length = 0;
  ControlRequest control{};
  BootTime until{};  ///< the transfer is cancelled at this time, and taken as timed out
};

/// How a transfer ended.
enum class TransferEnd : std::uint8_t {
  completed,
  timed_out,  ///< cancelled at its deadline
  stalled,    ///< the endpoint answered STALL
  babble,     ///< the device sent more than was asked for
  failed,     ///< the host controller gave up (CRC, no handshake): cable, hub or power
  gone,       ///< there is no such device any more
};

struct TransferResult {
  TransferEnd end = TransferEnd::completed;
  BytesView bytes{};      ///< what came in
  std::size_t count = 0;  ///< what went out
};

}  // namespace inspect::usb
