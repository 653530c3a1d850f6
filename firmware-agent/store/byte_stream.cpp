#include "firmware-agent/store/byte_stream.hpp"

#include <boost/crc.hpp>

namespace inspect::agent::storage {

namespace {

constexpr std::uint8_t unchanged = 0x80;  // eight equal bytes in front, nothing follows

}  // namespace

void ByteWriter::changed_bits(double before, double now) {
  const auto difference = std::bit_cast<std::uint64_t>(before) ^ std::bit_cast<std::uint64_t>(now);
  if (difference == 0) {
    u8(unchanged);
    return;
  }
  const int leading = std::countl_zero(difference) / 8;
  const int trailing = std::countr_zero(difference) / 8;
  u8(static_cast<std::uint8_t>(leading << 4 | trailing));
  fixed(difference >> (8 * trailing), 8 - leading - trailing);
}

double ByteReader::changed_bits(double before) {
  const auto shape = u8();
  if (shape == unchanged) return before;
  const int leading = shape >> 4;
  const int trailing = shape & 0x0f;
  if (leading + trailing >= 8) {
    ok_ = false;
    return before;
  }
  const auto difference = fixed(8 - leading - trailing) << (8 * trailing);
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(before) ^ difference);
}

std::uint64_t ByteReader::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const auto byte = u8();
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return ok_ ? value : 0;
  }
  ok_ = false;
  return 0;
}

std::size_t ByteReader::count() {
  const auto value = varint();
  if (value <= bytes_.size() - at_) return static_cast<std::size_t>(value);
  ok_ = false;
  return 0;
}

std::string_view ByteReader::rest() { return bytes(bytes_.size() - at_); }

std::string_view ByteReader::bytes(std::size_t size) {
  if (size > bytes_.size() - at_) {
    ok_ = false;
    return {};
  }
  const auto found = bytes_.substr(at_, size);
  at_ += size;
  return found;
}

std::uint32_t crc32(std::string_view bytes, std::uint64_t seed) {
  boost::crc_32_type crc;
  crc.process_bytes(&seed, sizeof seed);
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

}  // namespace inspect::agent::storage
