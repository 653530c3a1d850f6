#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace inspect::judgement {

/// A state's fields as bytes, least significant first whatever the machine. What is kept says so in one member,
/// `template <class Bytes> void keep(Bytes& bytes) { bytes(a_, b_); }`, which writes and reads alike.
class StateWriter {
 public:
  template <class... T>
  void operator()(T&... fields) {
    (put(fields), ...);
  }
  void text(std::string& value) {
    auto size = static_cast<std::uint16_t>(value.size());
    put(size);
    bytes.append(value, 0, size);
  }
  /// How many of `room` are used; only they follow.
  template <class Count>
  void count(Count& used, std::size_t /*room*/) {
    put(used);
  }

  std::string bytes;

 private:
  template <class T>
  void put(T& value) {
    if constexpr (std::is_same_v<T, double>) {
      integer(std::bit_cast<std::uint64_t>(value));
    } else if constexpr (std::is_same_v<T, float>) {
      integer(std::bit_cast<std::uint32_t>(value));
    } else if constexpr (std::is_integral_v<T>) {
      integer(static_cast<std::make_unsigned_t<std::conditional_t<std::is_same_v<T, bool>, char, T>>>(value));
    } else if constexpr (std::is_enum_v<T>) {
      integer(static_cast<std::uint8_t>(value));
    } else {
      value.keep(*this);
    }
  }
  template <class T, std::size_t N>
  void put(std::array<T, N>& values) {
    for (auto& value : values) put(value);
  }
  template <class T>
  void put(std::optional<T>& value) {
    bool there = value.has_value();
    put(there);
    if (there) put(*value);
  }
  template <std::unsigned_integral T>
  void integer(T value) {
    std::array<char, sizeof(T)> raw{};
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      raw[i] = static_cast<char>(static_cast<unsigned char>(static_cast<std::uint64_t>(value) >> (8 * i)));
    }
    bytes.append(raw.data(), raw.size());
  }
};

/// Reads what a StateWriter wrote. What is too short, too long or claims more than there is room for is not good, and
/// the state that was read into must be made anew.
class StateReader {
 public:
  explicit StateReader(std::string_view bytes) : left_(bytes) {}

  template <class... T>
  void operator()(T&... fields) {
    (get(fields), ...);
  }
  void text(std::string& value) {
    std::uint16_t size = 0;
    get(size);
    value = std::string(take(size));
  }
  template <class Count>
  void count(Count& used, std::size_t room) {
    get(used);
    if (used <= room) return;
    good_ = false;
    used = 0;
  }
  /// All was there, and nothing more.
  [[nodiscard]] bool good() const { return good_ && left_.empty(); }

 private:
  std::string_view take(std::size_t size) {
    if (size > left_.size()) {
      good_ = false;
      left_ = {};
      return {};
    }
    const auto head = left_.substr(0, size);
    left_.remove_prefix(size);
    return head;
  }
  template <std::unsigned_integral T>
  T integer() {
    std::uint64_t value = 0;
    int shift = 0;
    for (const char c : take(sizeof(T))) {
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(c)) << shift;
      shift += 8;
    }
    return static_cast<T>(value);
  }
  template <class T>
  void get(T& value) {
    if constexpr (std::is_same_v<T, double>) {
      value = std::bit_cast<double>(integer<std::uint64_t>());
    } else if constexpr (std::is_same_v<T, float>) {
      value = std::bit_cast<float>(integer<std::uint32_t>());
    } else if constexpr (std::is_same_v<T, bool>) {
      value = integer<std::uint8_t>() != 0;
    } else if constexpr (std::is_integral_v<T>) {
      value = static_cast<T>(integer<std::make_unsigned_t<T>>());
    } else if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(integer<std::uint8_t>());
    } else {
      value.keep(*this);
    }
  }
  template <class T, std::size_t N>
  void get(std::array<T, N>& values) {
    for (auto& value : values) get(value);
  }
  template <class T>
  void get(std::optional<T>& value) {
    bool there = false;
    get(there);
    value.reset();
    if (there) get(value.emplace());
  }

  std::string_view left_;
  bool good_ = true;
};

}  // namespace inspect::judgement
