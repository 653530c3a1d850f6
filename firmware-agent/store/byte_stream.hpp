#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace inspect::agent::storage {

constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

/// Damaged bytes may ask for any sum: it wraps, and the value is wrong, not undefined.
constexpr std::int64_t wrapping_sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
constexpr std::int64_t wrapping_difference(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

/// Appends little-endian and variable-length integers to a string of bytes.
class ByteWriter {
 public:
  void u8(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void u32(std::uint32_t value) { fixed(value, 4); }
  void u64(std::uint64_t value) { fixed(value, 8); }
  /// 7 bits a byte, lowest first; 1–10 bytes.
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) u8(static_cast<std::uint8_t>(value | 0x80));
    u8(static_cast<std::uint8_t>(value));
  }
  void signed_varint(std::int64_t value) { varint(zigzag(value)); }
  /// What changed between two doubles: one byte counts the equal bytes at either end, then those between.
  void changed_bits(double before, double now);
  void bytes(std::string_view more) { bytes_ += more; }

  [[nodiscard]] const std::string& view() const { return bytes_; }
  [[nodiscard]] std::string take() && { return std::move(bytes_); }

 private:
  void fixed(std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i) u8(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  std::string bytes_;
};

/// Reads the same back. After the first error every answer is zero and `ok()` is false: check once, at the end.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  std::uint8_t u8() {
    if (at_ >= bytes_.size()) {
      ok_ = false;
      return 0;
    }
    return static_cast<std::uint8_t>(bytes_[at_++]);
  }
  std::uint32_t u32() { return static_cast<std::uint32_t>(fixed(4)); }
  std::uint64_t u64() { return fixed(8); }
  std::uint64_t varint();
  std::int64_t signed_varint() { return unzigzag(varint()); }
  double changed_bits(double before);
  /// A count of things of which each takes at least one byte: anything larger than what is left is an error.
  std::size_t count();
  std::string_view rest();
  std::string_view bytes(std::size_t size);
  void refuse() { ok_ = false; }

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return at_ == bytes_.size(); }

 private:
  std::uint64_t fixed(int count) {
    std::uint64_t value = 0;
    for (int i = 0; i < count; ++i) value |= static_cast<std::uint64_t>(u8()) << (8 * i);
    return value;
  }
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

/// CRC-32 (IEEE), continued from `seed`; finds torn and stale records.
std::uint32_t crc32(std::string_view bytes, std::uint64_t seed);

}  // namespace inspect::agent::storage
