#include "cloud-bridge/ticketing/intake/digest.hpp"

#include <openssl/evp.h>

#include <charconv>
#include <stdexcept>

namespace inspect::ticketing {

namespace {

constexpr std::size_t epoch_digits = 16;
constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::uint64_t largest_seq = 9223372036854775807ULL;

std::size_t skip_space(std::string_view text, std::size_t from) {
  const auto next = text.find_first_not_of(" \t\r\n", from);
  return next == std::string_view::npos ? text.size() : next;
}

/// What stands between the quotes after `"id" :`, or nothing.
std::string_view first_id(std::string_view payload) {
  constexpr std::string_view label = "\"id\"";
  auto at = payload.find(label);
  if (at == std::string_view::npos) return {};
  at = skip_space(payload, at + label.size());
  if (at >= payload.size() || payload[at] != ':') return {};
  at = skip_space(payload, at + 1);
  if (at >= payload.size() || payload[at] != '"') return {};
  const auto end = payload.find('"', at + 1);
  return end == std::string_view::npos ? std::string_view{} : payload.substr(at + 1, end - at - 1);
}

}  // namespace

Digest sha256(std::string_view bytes) {
  Digest digest{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1 ||
      size != digest.size()) {
    throw std::runtime_error("SHA-256 is not available in this OpenSSL");
  }
  return digest;
}

std::string hex(const Digest& digest) {
  std::string text;
  for (const auto byte : digest) {
    text += hex_digits[byte >> 4U];
    text += hex_digits[byte & 15U];
  }
  return text;
}

std::optional<InboxKey> peek_key(std::string_view gateway, std::string_view payload) {
  const auto id = first_id(payload);
  if (id.size() < epoch_digits + 2 || id[epoch_digits] != '-') return std::nullopt;
  const auto epoch = id.substr(0, epoch_digits);
  if (epoch.find_first_not_of(hex_digits) != std::string_view::npos) return std::nullopt;
  const auto digits = id.substr(epoch_digits + 1);
  std::uint64_t seq = 0;
  const auto [stop, status] = std::from_chars(digits.data(), digits.data() + digits.size(), seq);
  if (status != std::errc{} || stop != digits.data() + digits.size() || digits.front() == '0' || seq > largest_seq) {
    return std::nullopt;
  }
  return InboxKey{std::string(gateway), std::string(epoch), seq};
}

std::string harmless(std::string_view text, std::size_t most) {
  std::string out;
  for (const char c : text.substr(0, most)) out += c >= ' ' && c <= '~' ? c : '?';
  return out;
}

}  // namespace inspect::ticketing
