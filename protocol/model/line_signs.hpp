#pragma once

#include <chrono>
#include <cstdint>

namespace inspect {

/// What the wire showed while one device was asked, beside how the question ended. Zero where a transport has no such
/// sign. A sign about a unit names the last unit that gave it: it need not be the one that was asked.
struct LineSigns {
  std::uint32_t bytes_out = 0;
  std::uint32_t bytes_in = 0;
  std::uint32_t damaged = 0;     ///< answers with the right head and a wrong checksum
  std::uint32_t garbled = 0;     ///< questions answered by bytes in which no frame and no head is found
  std::uint32_t doubled = 0;     ///< second answers to a question that had been answered
  std::uint32_t late = 0;        ///< answers after their deadline
  std::uint32_t other_unit = 0;  ///< answers right in everything but the unit's number
  std::uint32_t foreign = 0;     ///< questions of another master
  std::uint32_t echoes = 0;      ///< own questions heard back
  std::uint32_t framing = 0;     ///< framing and parity errors that the serial driver counted
  std::uint32_t held_back = 0;   ///< questions not sent, because an answer still owed would fit them
  std::uint8_t doubled_unit = 0;
  std::uint8_t late_unit = 0;
  std::uint8_t other_unit_number = 0;
  std::chrono::nanoseconds late_by{};  ///< from the end of the question to the last late answer

  friend bool operator==(const LineSigns&, const LineSigns&) = default;
};

}  // namespace inspect
