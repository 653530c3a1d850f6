#include "protocol/usb/order_pattern.hpp"

#include <algorithm>
#include <charconv>

namespace inspect::usb {
namespace {

constexpr std::size_t most_bytes = 64;  // a full-speed interrupt endpoint takes no more at a time

bool is_byte(std::string_view word, std::uint8_t& value) {
  const auto* end = word.data() + word.size();
  const auto read = std::from_chars(word.data(), end, value, 16);
  return word.size() == 2 && read.ec == std::errc() && read.ptr == end;
}

}  // namespace

Result<OrderPattern::Part> OrderPattern::parse_part(std::string_view word) {
  Part part;
  if (word == "sum") return Part{Part::Kind::sum, 0};
  if (word == "n") return Part{Part::Kind::plus_channel, 0};
  if (word.ends_with("+n")) {
    part.kind = Part::Kind::plus_channel;
    word.remove_suffix(2);
  }
  if (!is_byte(word, part.value)) {
    return fail(Errc::invalid_argument,
                "\"" + std::string(word) + "\" is no part of an order; write two hexadecimal digits, n, F0+n or sum");
  }
  return part;
}

Result<OrderPattern> OrderPattern::parse(std::string_view text) {
  OrderPattern pattern;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    auto part = parse_part(word);
    if (!part) return part.error();
    pattern.parts_.push_back(*part);
  }
  if (pattern.parts_.empty() || pattern.parts_.size() > most_bytes) {
    return fail(Errc::invalid_argument, "an order has 1 to 64 bytes");
  }
  return pattern;
}

Bytes OrderPattern::bytes(std::uint8_t channel) const {
  Bytes out;
  out.reserve(parts_.size());
  unsigned sum = 0;
  for (const auto& part : parts_) {
    unsigned value = part.value;
    if (part.kind == Part::Kind::plus_channel) value += channel;
    if (part.kind == Part::Kind::sum) value = sum;
    out.push_back(static_cast<std::uint8_t>(value & 0xFF));
    sum += out.back();
  }
  return out;
}

bool OrderPattern::names_channel() const {
  return std::any_of(parts_.begin(), parts_.end(), [](const Part& p) { return p.kind == Part::Kind::plus_channel; });
}

}  // namespace inspect::usb
