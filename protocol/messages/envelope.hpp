#pragma once

#include "protocol/messages/json_writer.hpp"
#include "protocol/messages/message.hpp"
#include "protocol/messages/strict_json.hpp"

namespace inspect::messages {

/// CloudEvents 1.0, structured: specversion, id, source, type, time, datacontenttype. Epoch and seq travel in the id
/// alone
/// ("<epoch>-<seq>"): CloudEvents integers end at 2³¹, and what is said once cannot contradict itself.
void write_envelope(JsonWriter& out, std::string_view type, const Envelope& envelope);
Envelope read_envelope(ObjectReader& in, std::string_view type);

bool is_epoch(std::string_view text);
/// A date outside the years 0000–9999 cannot be written and is held at the nearest one that can.
void write_time(JsonWriter& out, std::string_view key, WallTime time);
WallTime read_time(ObjectReader& in, std::string_view key);
void write_text(JsonWriter& out, std::string_view key, const Text& text, std::size_t most);
Text read_text(ObjectReader& in, std::string_view key, std::size_t most);

/// The largest seq: SQLite's row ids end there.
constexpr std::uint64_t largest_seq = 9223372036854775807ULL;

}  // namespace inspect::messages
