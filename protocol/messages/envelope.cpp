#include "protocol/messages/envelope.hpp"

#include <algorithm>
#include <charconv>

namespace inspect::messages {

namespace {

constexpr std::string_view source_root = "/gateways/";
constexpr std::size_t epoch_digits = 16;

bool read_id(std::string_view id, Envelope& out) {
  if (id.size() < epoch_digits + 2 || id[epoch_digits] != '-' || !is_epoch(id.substr(0, epoch_digits))) return false;
  out.epoch = id.substr(0, epoch_digits);
  const auto number = id.substr(epoch_digits + 1);
  const auto* end = number.data() + number.size();
  const auto [stop, status] = std::from_chars(number.data(), end, out.seq);
  // One spelling for each number: "007" would be a second key for the same row.
  return status == std::errc{} && stop == end && number.front() != '0' && out.seq <= largest_seq;
}

}  // namespace

bool is_epoch(std::string_view text) {
  return text.size() == epoch_digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

void write_time(JsonWriter& out, std::string_view key, WallTime time) {
  const auto first = WallTime{std::chrono::sys_days{std::chrono::year(0) / 1 / 1}};
  const auto last = WallTime{std::chrono::sys_days{std::chrono::year(10000) / 1 / 1}} - std::chrono::milliseconds(1);
  out.key(key).text(rfc3339(std::clamp(time, first, last)), 32);
}

WallTime read_time(ObjectReader& in, std::string_view key) { return in.value<WallTime>(key, &parse_rfc3339); }

void write_text(JsonWriter& out, std::string_view key, const Text& text, std::size_t most) {
  out.key(key).begin_object().key("zh").text(text.zh, most).key("en").text(text.en, most).end_object();
}

Text read_text(ObjectReader& in, std::string_view key, std::size_t most) {
  auto both = in.object(key);
  Text out{both.text("zh", most), both.text("en", most)};
  both.done();
  return out;
}

void write_envelope(JsonWriter& out, std::string_view type, const Envelope& envelope) {
  out.key("specversion").text("1.0", 8);
  out.key("id").text(envelope.epoch + '-' + std::to_string(envelope.seq), 64);
  out.key("source").text(std::string(source_root) + envelope.gateway, 64);
  out.key("type").text(type, 64);
  write_time(out, "time", envelope.time);
  out.key("datacontenttype").text("application/json", 32);
}

Envelope read_envelope(ObjectReader& in, std::string_view type) {
  Envelope out;
  if (in.text("specversion", 8) != "1.0") in.refuse("specversion", "not \"1.0\"");
  if (!read_id(in.text("id", 64), out)) in.refuse("id", "not \"<16 hex digits>-<number from 1>\"");
  const auto source = in.text("source", 64);
  if (source.starts_with(source_root)) out.gateway = source.substr(source_root.size());
  if (!is_gateway_id(out.gateway)) in.refuse("source", "not \"/gateways/<id>\"");
  if (in.text("type", 64) != type) in.refuse("type", "not \"" + std::string(type) + "\"");
  out.time = read_time(in, "time");
  if (in.text("datacontenttype", 64) != "application/json") in.refuse("datacontenttype", "not \"application/json\"");
  return out;
}

}  // namespace inspect::messages
