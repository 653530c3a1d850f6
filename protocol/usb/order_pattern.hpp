#pragma once

#include "protocol/core/error.hpp"
#include "protocol/usb/bytes.hpp"

#include <string>
#include <string_view>

namespace inspect::usb {

/// What a relay board is told, with a hole for the channel, as a profile writes it: "FF n", "F0+n", "A0 n 01 sum".
///
///     FF      this byte (two hexadecimal digits)
///     n       the channel, counted from 1
///     F0+n    this byte and the channel
///     sum     the low byte of the sum of all bytes before it
class OrderPattern {
 public:
  OrderPattern() = default;

  /// 1 to 64 bytes; `invalid_argument` says which word is none of the four.
  static Result<OrderPattern> parse(std::string_view text);

  /// The bytes for a channel. Whoever asks keeps to channels the board has: a sum of byte and channel over 255 wraps.
  [[nodiscard]] Bytes bytes(std::uint8_t channel) const;
  [[nodiscard]] bool empty() const { return parts_.empty(); }
  [[nodiscard]] std::size_t size() const { return parts_.size(); }
  /// Whether the channel is in it: an order to one relay must have it, an order to all must not.
  [[nodiscard]] bool names_channel() const;

  friend bool operator==(const OrderPattern&, const OrderPattern&) = default;

 private:
  struct Part {
    enum class Kind : std::uint8_t { byte, plus_channel, sum };
    Kind kind = Kind::byte;
    std::uint8_t value = 0;

    friend bool operator==(const Part&, const Part&) = default;
  };
  static Result<Part> parse_part(std::string_view word);

  std::vector<Part> parts_;
};

}  // namespace inspect::usb
