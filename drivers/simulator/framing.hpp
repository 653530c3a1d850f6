#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace inspect::sim {

/// Deliberately not the agent's code: the simulator is an independent other side.

/// CRC-16/Modbus.
std::uint16_t crc16(std::span<const std::uint8_t> bytes);

/// A question as it reached a line or a connection.
struct Question {
  std::uint16_t transaction = 0;  ///< TCP only
  std::uint8_t unit = 0;
  std::vector<std::uint8_t> pdu;
};

/// What one burst of bytes on a serial line held; nothing when it is too short, too long or its CRC is wrong.
std::optional<Question> open_rtu(std::span<const std::uint8_t> burst);
std::vector<std::uint8_t> close_rtu(std::uint8_t unit, std::span<const std::uint8_t> pdu);
std::vector<std::uint8_t> close_tcp(std::uint16_t transaction, std::uint8_t unit, std::span<const std::uint8_t> pdu);

/// Cuts a TCP stream into questions. After a header that cannot be true the stream is lost and the connection must be
/// closed, as a real server does.
class MbapReader {
 public:
  /// Takes at most what is left in its buffer of 4096 bytes; more makes the stream lost.
  void feed(std::span<const std::uint8_t> bytes);
  std::optional<Question> next();
  [[nodiscard]] bool lost() const { return lost_; }

 private:
  std::deque<std::uint8_t> buffer_;
  bool lost_ = false;
};

/// The exception code a device gives before it looks at its tables: 1 for a function it does not have, 3 for a question
/// whose length or quantity contradicts itself; nothing when the question is well formed.
std::optional<std::uint8_t> objection(std::span<const std::uint8_t> pdu);

}  // namespace inspect::sim
