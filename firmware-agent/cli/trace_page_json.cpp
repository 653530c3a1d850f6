#include "firmware-agent/cli/trace_page.hpp"
#include "protocol/modbus/describe.hpp"

#include <nlohmann/json.hpp>

#include <array>

namespace inspect::cli {

namespace {

using Json = nlohmann::json;
using modbus::Heard;

double milliseconds(modbus::Nanoseconds time) { return std::chrono::duration<double, std::milli>(time).count(); }

}  // namespace

std::string trace_line_json(const TraceDecoder& decoder, const Heard& heard) {
  static constexpr std::array<const char*, 9> names{"question", "answer", "refusal", "unanswered", "echo",
                                                    "late",     "stray",  "damaged", "noise"};
  const auto* device = decoder.device(heard.unit);
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(heard.at.time_since_epoch()).count();
  Json line{{"at", rfc3339(decoder.wall(heard.at))},
            {"us", us},
            {"what", names.at(static_cast<std::size_t>(heard.what))},
            {"ours", heard.ours},
            {"unit", nullptr},
            {"device", nullptr},
            {"function", nullptr},
            {"address", nullptr},
            {"quantity", nullptr},
            {"values", nullptr},
            {"exception", nullptr},
            {"delay_ms", nullptr},
            {"damaged", heard.corrupt},
            {"doubtful", heard.doubtful},
            {"hex", control::to_hex(heard.bytes)}};
  if (heard.what != Heard::What::noise) {
    line["unit"] = heard.unit;
    line["function"] = heard.function;
    if (device != nullptr) line["device"] = device->name;
  }
  if (heard.question) {
    line["address"] = heard.question->address;
    line["quantity"] = heard.question->quantity;
    if (heard.what == Heard::What::question && !heard.question->values.empty()) line["values"] = heard.question->values;
  }
  if (!heard.answer.values.empty()) line["values"] = heard.answer.values;
  if (heard.answer.exception) line["exception"] = *heard.answer.exception;
  if (heard.delay.count() > 0) line["delay_ms"] = milliseconds(heard.delay);
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace inspect::cli
