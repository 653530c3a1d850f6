#include "drivers/modbus_device/overheard_device.hpp"

#include "protocol/modbus/codec.hpp"

#include <string>

namespace inspect::drivers {
namespace {

using modbus::Heard;

std::optional<Error> failure_of(const Heard& heard) {
  if (heard.what == Heard::What::unanswered) {
    if (heard.corrupt) return fail(Errc::corrupt_frame, "the answer to another master came damaged");
    return fail(Errc::timeout, "no answer to another master");
  }
  if (!heard.answer.exception) return std::nullopt;
  return fail(modbus::refusal(*heard.answer.exception), "exception " + std::to_string(*heard.answer.exception));
}

}  // namespace

std::vector<std::size_t> OverheardDevice::covered(const modbus::Request& read) const {
  std::vector<std::size_t> points;
  const std::uint32_t end = std::uint32_t{read.address} + read.quantity;
  for (std::size_t point = 0; point < profile_.points.size(); ++point) {
    const auto& map = profile_.points[point].map;
    if (modbus::reading_function(map.table) != read.function || map.address < read.address) continue;
    if (std::uint32_t{map.address} + modbus::width(map) <= end) points.push_back(point);
  }
  return points;
}

std::optional<OverheardOutcome> OverheardDevice::take(const Heard& heard) const {
  const bool ends =
      heard.what == Heard::What::answer || heard.what == Heard::What::refusal || heard.what == Heard::What::unanswered;
  if (!ends || heard.unit != unit_ || !heard.question || !modbus::is_read(heard.question->function))
    return std::nullopt;
  OverheardOutcome outcome;
  if (heard.doubtful) return outcome;
  outcome.failure = failure_of(heard);
  const auto points = covered(*heard.question);
  if (heard.what == Heard::What::refusal && points.empty()) return OverheardOutcome{};
  for (const auto point : points) {
    if (!outcome.failure) {
      outcome.values.push_back(value_of(profile_, point, *heard.question, heard.answer));
    } else {
      const auto code = outcome.failure->code;
      const auto quality = code == Errc::device_busy ? Quality::uncertain : Quality::bad;
      outcome.values.push_back({point, 0, 0, quality, reason_of(code)});
    }
  }
  return outcome;
}

}  // namespace inspect::drivers
