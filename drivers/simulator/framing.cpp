#include "drivers/simulator/framing.hpp"

#include <algorithm>

namespace inspect::sim {

namespace {

constexpr std::size_t largest_burst = 256;  // the serial line guide's largest RTU frame
constexpr std::size_t mbap_size = 7;
constexpr std::size_t largest_backlog = 4096;
constexpr unsigned crc_polynomial = 0xA001;

unsigned word(std::span<const std::uint8_t> bytes, std::size_t at) {
  return (unsigned{bytes[at]} << 8U) | bytes[at + 1];
}

void push_word(std::vector<std::uint8_t>& bytes, unsigned value) {
  bytes.push_back(static_cast<std::uint8_t>(value >> 8U));
  bytes.push_back(static_cast<std::uint8_t>(value & 0xFFU));
}

std::optional<std::uint8_t> illegal_unless(bool right) {
  return right ? std::nullopt : std::optional<std::uint8_t>{std::uint8_t{3}};
}

/// Function, address, quantity, byte count, data.
bool several_right(std::span<const std::uint8_t> pdu, bool bits) {
  if (pdu.size() < 6) return false;
  const auto quantity = word(pdu, 3);
  const auto bytes = bits ? (quantity + 7) / 8 : quantity * 2;
  return quantity >= 1 && quantity <= (bits ? 1968U : 123U) && pdu[5] == bytes && pdu.size() == 6 + std::size_t{bytes};
}

}  // namespace

std::uint16_t crc16(std::span<const std::uint8_t> bytes) {
  unsigned crc = 0xFFFF;
  for (const auto byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? (crc >> 1U) ^ crc_polynomial : crc >> 1U;
  }
  return static_cast<std::uint16_t>(crc);
}

std::optional<Question> open_rtu(std::span<const std::uint8_t> burst) {
  if (burst.size() < 4 || burst.size() > largest_burst) return std::nullopt;
  const auto body = burst.first(burst.size() - 2);
  const auto crc = crc16(body);
  if (burst[burst.size() - 2] != (crc & 0xFFU) || burst.back() != (crc >> 8U)) return std::nullopt;
  return Question{0, body[0], {body.begin() + 1, body.end()}};
}

std::vector<std::uint8_t> close_rtu(std::uint8_t unit, std::span<const std::uint8_t> pdu) {
  std::vector<std::uint8_t> frame{unit};
  frame.insert(frame.end(), pdu.begin(), pdu.end());
  const auto crc = crc16(frame);
  frame.push_back(static_cast<std::uint8_t>(crc & 0xFFU));
  frame.push_back(static_cast<std::uint8_t>(crc >> 8U));
  return frame;
}

std::vector<std::uint8_t> close_tcp(std::uint16_t transaction, std::uint8_t unit, std::span<const std::uint8_t> pdu) {
  std::vector<std::uint8_t> frame;
  push_word(frame, transaction);
  push_word(frame, 0);
  push_word(frame, static_cast<unsigned>(pdu.size() + 1));
  frame.push_back(unit);
  frame.insert(frame.end(), pdu.begin(), pdu.end());
  return frame;
}

void MbapReader::feed(std::span<const std::uint8_t> bytes) {
  if (lost_ || buffer_.size() + bytes.size() > largest_backlog) {
    lost_ = true;
    return;
  }
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

std::optional<Question> MbapReader::next() {
  if (lost_ || buffer_.size() < mbap_size) return std::nullopt;
  const auto at = [this](std::size_t index) { return (unsigned{buffer_[index]} << 8U) | buffer_[index + 1]; };
  const auto length = at(4);
  if (at(2) != 0 || length < 2 || length > 254) {
    lost_ = true;
    return std::nullopt;
  }
  const auto whole = static_cast<std::ptrdiff_t>(mbap_size - 1 + length);
  if (std::ssize(buffer_) < whole) return std::nullopt;
  Question question;
  question.transaction = static_cast<std::uint16_t>(at(0));
  question.unit = buffer_[6];
  question.pdu.assign(buffer_.begin() + mbap_size, buffer_.begin() + whole);
  buffer_.erase(buffer_.begin(), buffer_.begin() + whole);
  return question;
}

std::optional<std::uint8_t> objection(std::span<const std::uint8_t> pdu) {
  if (pdu.empty()) return std::uint8_t{3};
  switch (pdu[0]) {
    case 1:
    case 2: return illegal_unless(pdu.size() == 5 && word(pdu, 3) >= 1 && word(pdu, 3) <= 2000);
    case 3:
    case 4: return illegal_unless(pdu.size() == 5 && word(pdu, 3) >= 1 && word(pdu, 3) <= 125);
    case 5:
    case 6: return illegal_unless(pdu.size() == 5);
    case 15: return illegal_unless(several_right(pdu, true));
    case 16: return illegal_unless(several_right(pdu, false));
    default: return std::uint8_t{1};
  }
}

}  // namespace inspect::sim
