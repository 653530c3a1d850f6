#include "protocol/control/fields.hpp"
#include "protocol/control/json_archive.hpp"
#include "protocol/control/shape.hpp"
#include "protocol/control/trace.hpp"

#include <nlohmann/json.hpp>

namespace inspect::control {

namespace {

using Json = nlohmann::json;

template <class T>
std::string encode(T value) {
  Json line;
  JsonWriter<Json> writer(line);
  fields(writer, value);
  // A title that is no UTF-8 must not lose the trace.
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <class T>
Result<T> decode(std::string_view line) {
  if (line.size() > largest_answer || nesting(line) > deepest_line) return fail(Errc::malformed, "no line of a trace");
  const auto json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return fail(Errc::malformed, "the line is no JSON object in UTF-8");
  T value;
  std::optional<ReadProblem> problem;
  JsonReader<Json> reader(json, "", false, problem);
  if (!problem) fields(reader, value);
  if (problem) return fail(Errc::malformed, problem->field + ": " + problem->what);
  return value;
}

}  // namespace

std::string encode_line(const TraceHead& head) { return encode(head); }
std::string encode_line(const TraceRecord& record) { return encode(record); }

Result<TraceHead> decode_trace_head(std::string_view line) {
  auto head = decode<TraceHead>(line);
  if (!head) return head;
  if (head->format != TraceHead{}.format) return fail(Errc::malformed, "format: this is no bus trace");
  if (head->version > TraceHead{}.version) {
    return fail(Errc::malformed, "version: " + std::to_string(head->version) + " is newer than this program");
  }
  return head;
}

Result<TraceRecord> decode_trace_record(std::string_view line) {
  auto record = decode<TraceRecord>(line);
  if (record && !from_hex(record->hex)) return fail(Errc::malformed, "hex: pairs of hexadecimal digits are expected");
  return record;
}

}  // namespace inspect::control
