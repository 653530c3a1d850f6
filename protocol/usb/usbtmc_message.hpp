#pragma once

#include "protocol/core/error.hpp"
#include "protocol/usb/bytes.hpp"

#include <cstdint>
#include <optional>

/// USBTMC 1.0 and its subclass USB488 1.0: the bulk messages.
namespace inspect::usb {

constexpr std::size_t tmc_header_size = 12;

enum class TmcMessage : std::uint8_t {
  out = 1,         ///< DEV_DEP_MSG_OUT
  request_in = 2,  ///< REQUEST_DEV_DEP_MSG_IN, and DEV_DEP_MSG_IN from the device
  trigger = 128,   ///< USB488 TRIGGER
};

/// Bulk tags run 1 to 255 and never repeat the one before.
class TmcTag {
 public:
  std::uint8_t next() { return last_ = static_cast<std::uint8_t>(last_ % 255 + 1); }
  [[nodiscard]] std::uint8_t last() const { return last_; }

 private:
  std::uint8_t last_ = 0;
};

/// A part of a message to the device, filled with zeros to whole words; `end`: the message ends with it. The payload
/// must not be empty.
Bytes encode_tmc_out(std::uint8_t tag, BytesView payload, bool end);
/// Asks for at most `most` bytes. `stop_at`: the device shall end its answer with this character (TermChar).
Bytes encode_tmc_request(std::uint8_t tag, std::uint32_t most, std::optional<std::uint8_t> stop_at = std::nullopt);
Bytes encode_tmc_trigger(std::uint8_t tag);

/// What the head of an answer says.
struct TmcHead {
  std::uint32_t size = 0;  ///< bytes of payload in this transfer, as the device claims
  bool end = false;        ///< EOM: the message ends with this transfer
  bool stopped = false;    ///< it ended with the character asked for
};

/// `corrupt_frame` unless it is an answer to this tag.
Result<TmcHead> decode_tmc_head(std::uint8_t tag, BytesView transfer);

}  // namespace inspect::usb
