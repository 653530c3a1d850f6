#pragma once

#include "protocol/core/error.hpp"
#include "protocol/modbus/point_map.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace inspect::modbus {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

/// A question to one unit, independent of the transport.
struct Request {
  std::uint8_t unit = 1;
  std::uint8_t function = 3;  ///< 1, 2, 3, 4, 5, 6, 15, 16
  std::uint16_t address = 0;
  std::uint16_t quantity = 1;         ///< reads and multiple writes
  std::vector<std::uint16_t> values;  ///< writes: registers, or 0/1 for coils

  friend bool operator==(const Request&, const Request&) = default;
};

/// What came back: registers, or bits as 0/1. `exception` is set when the device refused.
struct Answer {
  std::vector<std::uint16_t> values;
  std::optional<std::uint8_t> exception;

  friend bool operator==(const Answer&, const Answer&) = default;
};

constexpr std::size_t rtu_frame_max = 256;  ///< [Modbus serial line 1.02]
constexpr std::size_t tcp_frame_max = 260;  ///< [Modbus messaging on TCP/IP 1.0b]
constexpr std::size_t mbap_size = 7;        ///< transaction, protocol, length, unit

constexpr std::uint8_t exception_flag = 0x80;

/// Functions 1 to 4: nothing on the device changes, so asking again or for more is harmless.
constexpr bool is_read(std::uint8_t function) { return function >= 1 && function <= 4; }
/// Functions whose values are single bits.
constexpr bool is_of_bits(std::uint8_t function) {
  return function == 1 || function == 2 || function == 5 || function == 15;
}
/// The function that reads a table.
std::uint8_t reading_function(Table table);

/// Refuses what no frame can carry (`invalid_argument`): an unknown function, a broadcast or reserved unit, a quantity
/// over the protocol's (125 registers, 2000 bits; writes 123 and 1968), an address range over 65535.
Result<void> check(const Request& request);

/// CRC-16/Modbus, to be sent low byte first.
std::uint16_t crc16(BytesView bytes);

/// The frames of a request that `check` let pass. In function 5 the values 0 and 1 mean off and on; any other is sent
/// as it is, because relay boards hide commands there (Waveshare: flash times, toggle).
Bytes encode_pdu(const Request& request);
Bytes encode_rtu(const Request& request);
Bytes encode_tcp(const Request& request, std::uint16_t transaction);

/// Length of the one normal answer to `request`; an exception has 2 bytes of PDU.
std::size_t answer_pdu_length(const Request& request);
inline std::size_t answer_rtu_length(const Request& request) { return 1 + answer_pdu_length(request) + 2; }

/// Takes an answer only when function, length, byte count and, for writes, the echo of address and value (or quantity)
/// are those of `request`: `corrupt_frame` otherwise. Never reads past the span.
Result<Answer> decode_pdu(const Request& request, BytesView pdu);
/// Beside that, CRC and unit.
Result<Answer> decode_rtu(const Request& request, BytesView frame);
/// Beside that, transaction, protocol identifier 0, MBAP length and unit.
Result<Answer> decode_tcp(const Request& request, std::uint16_t transaction, BytesView frame);

/// What a device's exception means for the one who asked: 5 and 6 `device_busy`, 1 to 3 `unsupported_point`, all others
/// (known and unknown) `device_refused`.
Errc refusal(std::uint8_t exception);

}  // namespace inspect::modbus
