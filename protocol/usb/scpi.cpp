#include "protocol/usb/scpi.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace inspect::usb {
namespace {

constexpr std::size_t longest_number = 64;
constexpr std::size_t longest_response = 65'536;
constexpr std::size_t most_fields = 256;
constexpr std::size_t longest_block = 262'144;
constexpr double scpi_infinity = 9.9e37;    // SCPI-99 vol. 1, 7.2.1.4
constexpr double scpi_no_number = 9.91e37;  // 7.2.1.5

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// How many characters a number takes at the front; 0: none. Hexadecimal, "inf" and "nan" are none.
std::size_t number_length(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const auto from = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - from;
  };
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
  auto found = digits();
  if (at < text.size() && text[at] == '.') {
    ++at;
    found += digits();
  }
  if (found == 0) return 0;
  // An E without digits is no exponent; whether it is a unit is not decided here.
  const auto mantissa = at;
  if (at < text.size() && upper(text[at]) == 'E') {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (digits() == 0) at = mantissa;
  }
  return at;
}

std::optional<double> number_in(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

struct Named {
  std::string_view text;
  std::string_view unit;
};
// Longest first, so that "Ohm" is not taken for something that ends in m. Both code points of Ω.
constexpr std::array<Named, 12> by_case{{{"\xCE\xA9", "Ohm"},
                                         {"\xE2\x84\xA6", "Ohm"},
                                         {"Ohm", "Ohm"},
                                         {"ohm", "Ohm"},
                                         {"OHM", "Ohm"},
                                         {"Hz", "Hz"},
                                         {"HZ", "Hz"},
                                         {"A", "A"},
                                         {"V", "V"},
                                         {"W", "W"},
                                         {"s", "s"},
                                         {"S", "s"}}};

std::optional<double> factor(std::string_view prefix, std::string_view unit, bool capitals) {
  if (prefix.empty()) return 1;
  if (prefix == "m") return 1e-3;
  if (prefix == "u" || prefix == "U" || prefix == "\xC2\xB5" || prefix == "\xCE\xBC") return 1e-6;
  if (prefix == "n" || prefix == "N") return 1e-9;
  if (prefix == "k" || prefix == "K") return 1e3;
  if (prefix == "G") return 1e9;
  // SCPI writes MA for milliampere, and only ohms and hertz are counted in millions. [IEEE 488.2-1992 7.7.3]
  if (prefix == "M") return capitals && unit != "Ohm" && unit != "Hz" ? 1e-3 : 1e6;
  return std::nullopt;
}

struct Scale {
  double factor = 1;
  std::string unit;
};

std::optional<Scale> scale_of(std::string_view text) {
  if (text.empty()) return Scale{};
  if (text == "%" || same_word(text, "PCT")) return Scale{1, "%"};
  const bool capitals = std::none_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  for (const auto& named : by_case) {
    if (!text.ends_with(named.text)) continue;
    const auto scale = factor(text.substr(0, text.size() - named.text.size()), named.unit, capitals);
    if (!scale) return std::nullopt;
    return Scale{*scale, std::string(named.unit)};
  }
  return std::nullopt;
}

/// Whether one of the profile's words or numbers is meant.
bool is_one_of(const std::vector<std::string>& known, std::string_view text, std::optional<double> value) {
  return std::any_of(known.begin(), known.end(), [&](const std::string& each) {
    const auto number = number_length(each) == each.size() ? number_in(each) : std::nullopt;
    if (number) return value == number;
    return same_word(each, text);
  });
}

std::optional<NumberKind> special(const NumberWords& words, std::string_view text, std::optional<double> value) {
  if (is_one_of(words.unknown, text, value) || value == scpi_no_number) return NumberKind::unknown;
  if (is_one_of(words.over, text, value) || (value && *value >= scpi_infinity)) return NumberKind::over;
  if (is_one_of(words.under, text, value) || (value && *value <= -scpi_infinity)) return NumberKind::under;
  return std::nullopt;
}

Error no_number(std::string_view text) {
  std::string shown;
  for (const char c : text.substr(0, longest_number)) shown += c >= 0x20 && c < 0x7F ? c : '?';
  return fail(Errc::corrupt_frame, "\"" + shown + "\" is no number");
}

}  // namespace

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return upper(x) == upper(y); });
}

Result<Quantity> parse_quantity(std::string_view text, const NumberWords& words) {
  text = trimmed(text);
  if (text.empty() || text.size() > longest_number) return no_number(text);
  const auto length = number_length(text);
  const auto value = length == 0 ? std::nullopt : number_in(text.substr(0, length));
  if (const auto kind = special(words, text, value)) return Quantity{*kind, 0, ""};
  if (!value) return no_number(text);
  const auto scale = scale_of(trimmed(text.substr(length)));
  if (!scale) return no_number(text);
  return Quantity{NumberKind::value, *value * scale->factor, scale->unit};
}

Result<std::vector<std::string>> split_response(std::string_view text, char separator) {
  if (text.size() > longest_response) return fail(Errc::corrupt_frame, "a response that is too long");
  std::vector<std::string> fields;
  std::size_t from = 0;
  char quote = 0;  // doubled quotes inside a quoted field end it and begin it again, which comes to the same
  for (std::size_t at = 0; at <= text.size(); ++at) {
    if (at < text.size() && quote != 0) {
      if (text[at] == quote) quote = 0;
      continue;
    }
    if (at < text.size() && (text[at] == '"' || text[at] == '\'')) quote = text[at];
    if (at < text.size() && text[at] != separator) continue;
    if (fields.size() == most_fields) return fail(Errc::corrupt_frame, "a response of too many fields");
    fields.emplace_back(trimmed(text.substr(from, at - from)));
    from = at + 1;
  }
  if (quote != 0) return fail(Errc::corrupt_frame, "a response with an open quote");
  return fields;
}

Result<Bytes> parse_block(BytesView message) {
  const auto cut = [] { return fail(Errc::corrupt_frame, "a block that is cut or is none"); };
  if (message.size() < 2 || message[0] != '#' || message[1] < '0' || message[1] > '9') return cut();
  const std::size_t digits = message[1] - std::size_t{'0'};
  auto rest = message.subspan(2);
  if (digits == 0) {  // to the end of the message, whose end is a line feed
    if (rest.empty() || rest.back() != '\n' || rest.size() > longest_block) return cut();
    return Bytes(rest.begin(), rest.end() - 1);
  }
  if (rest.size() < digits) return cut();
  std::size_t size = 0;
  for (const auto digit : rest.first(digits)) {
    if (digit < '0' || digit > '9') return cut();
    size = size * 10 + (digit - std::size_t{'0'});
  }
  rest = rest.subspan(digits);
  if (size > longest_block || rest.size() < size) return cut();
  const auto behind = rest.subspan(size);
  if (std::any_of(behind.begin(), behind.end(), [](auto byte) { return !is_blank(static_cast<char>(byte)); })) {
    return fail(Errc::corrupt_frame, "bytes behind a block");
  }
  return Bytes(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size));
}

Result<ScpiError> parse_scpi_error(std::string_view text) {
  const auto fields = split_response(text);
  if (!fields) return fields.error();
  const auto& first = fields->front();
  ScpiError error;
  const bool plus = first.size() > 1 && first[0] == '+' && is_digit(first[1]);
  const auto code = std::string_view(first).substr(plus ? 1 : 0);
  const auto* end = code.data() + code.size();
  const auto read = std::from_chars(code.data(), end, error.code);
  constexpr int widest = 32'767;  // SCPI-99 vol. 2, 21.8.1
  if (read.ec != std::errc() || read.ptr != end || error.code > widest || error.code < -widest - 1) {
    return fail(Errc::corrupt_frame, "an entry of the error queue without its number");
  }
  if (fields->size() > 1) {
    std::string_view words = (*fields)[1];
    const bool quoted = words.size() >= 2 && words.front() == words.back() && (words[0] == '"' || words[0] == '\'');
    error.text = quoted ? words.substr(1, words.size() - 2) : words;
  }
  return error;
}

Result<ScpiIdentity> parse_identity(std::string_view text) {
  auto fields = split_response(text);
  if (!fields) return fields.error();
  // Four by the standard; GW Instek leaves the maker out.
  if (fields->size() == 3) fields->insert(fields->begin(), "");
  if (fields->size() != 4 || (*fields)[1].empty()) return fail(Errc::corrupt_frame, "an identity has four fields");
  auto& all = *fields;
  if (all[2] == "0") all[2].clear();
  return ScpiIdentity{all[0], all[1], all[2], all[3]};
}

}  // namespace inspect::usb
