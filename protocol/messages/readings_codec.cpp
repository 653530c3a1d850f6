#include "protocol/messages/envelope.hpp"

#include <algorithm>
#include <cmath>

namespace inspect::messages {

namespace {

constexpr std::string_view type = "inspect.readings.v1";

void write_entry(JsonWriter& out, const BatchEntry& entry) {
  const bool bad = entry.quality == Quality::bad;
  const bool usable = !bad && std::isfinite(entry.value);
  out.begin_object();
  out.key("device").text(entry.device, longest_name);
  out.key("point").text(entry.point, longest_name);
  out.key("unit").text(entry.unit, longest_unit);
  out.key("value");
  usable ? out.number(entry.value) : out.null();
  out.key("quality").text(name(usable ? entry.quality : Quality::bad), 16);
  out.key("reason").text(name(usable || bad ? entry.reason : Reason::implausible), 16);
  write_time(out, "at", entry.at);
  out.end_object();
}

BatchEntry read_entry(ObjectReader& in) {
  BatchEntry out;
  out.device = in.name("device");
  out.point = in.name("point");
  out.unit = in.text("unit", longest_unit);
  const auto value = in.number_or_null("value");
  out.value = value.value_or(0);
  out.quality = in.value<Quality>("quality", &quality_from);
  if (value.has_value() == (out.quality == Quality::bad)) in.refuse("value", "null when bad and only then");
  out.reason = in.value<Reason>("reason", &reason_from);
  out.at = read_time(in, "at");
  in.done();
  return out;
}

std::string write(const ReadingsMessage& message, std::size_t entries) {
  JsonWriter out;
  out.begin_object();
  write_envelope(out, type, message.envelope);
  out.key("data").begin_object();
  if (!message.site.empty()) out.key("site").text(message.site, longest_name);
  out.key("dropped").natural(std::min(message.dropped, largest_seq));
  out.key("entries").begin_list();
  for (std::size_t i = 0; i < entries; ++i) {
    write_entry(out, message.entries[i]);
  }
  out.end_list().end_object().end_object();
  return std::move(out).take();
}

}  // namespace

std::string encode(const ReadingsMessage& message) {
  auto entries = std::min(message.entries.size(), largest_batch);
  auto out = write(message, entries);
  // Only names full of quotation marks come here, and no configuration has them.
  while (out.size() > largest_message) out = write(message, entries /= 2);
  return out;
}

Result<ReadingsMessage> decode_readings(std::string_view json) {
  StrictJson document(json);
  auto root = document.root();
  ReadingsMessage out;
  out.envelope = read_envelope(root, type);
  auto data = root.object("data");
  root.done();
  if (data.has("site")) out.site = data.name("site");
  out.dropped = data.natural("dropped", 0, largest_seq);
  for (auto& entry : data.objects("entries", largest_batch)) {
    out.entries.push_back(read_entry(entry));
    if (document.problem()) break;
  }
  data.done();
  if (document.problem()) return *document.problem();
  return out;
}

}  // namespace inspect::messages
