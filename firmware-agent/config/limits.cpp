#include "firmware-agent/config/limits.hpp"

#include <fmt/format.h>

namespace inspect::agent {
namespace {

using settings::Place;
using settings::Problems;

std::string text(double number) { return fmt::format("{:g}", number); }

/// The lowest value that a reading may have: the profile's, or what an unsigned register cannot go below.
std::optional<double> lowest(const drivers::PointSpec& point) {
  if (point.lowest) return point.lowest;
  const bool is_unsigned = point.map.type == modbus::ValueType::u16 || point.map.type == modbus::ValueType::u32;
  return is_unsigned && point.map.scale > 0 ? std::optional(point.map.offset) : std::nullopt;
}

void check_reach(double limit, const Text& which, const drivers::PointSpec& point, Place place, Problems& problems) {
  const auto low = lowest(point);
  if ((!low || limit >= *low) && (!point.highest || limit <= *point.highest)) return;
  problems.add(place,
               {"{1} {2} 在 \"{3}\" 的读数范围（{4} 到 {5}）之外，永远判断不了；请改到范围以内",
                "{1} {2} is outside of what \"{3}\" can read ({4} to {5}) and judges nothing; move it inside"},
               {which, text(limit), point.name, low ? text(*low) : "…", point.highest ? text(*point.highest) : "…"});
}

void wide(const Rule& rule, double well, const drivers::PointSpec& point, Place place, Problems& problems) {
  problems.add(
      place,
      {"死区 {1} 太宽：\"{2}\" 要到 {3} 才算恢复，读数到不了那里；请减小 deadband",
       "deadband {1} is too wide: \"{2}\" would be well again only at {3}, which it cannot read; make it less"},
      {text(rule.deadband), point.name, text(well)});
}

}  // namespace

void check_limits(const Rule& rule, const drivers::PointSpec& point, Place place, Problems& problems) {
  if (rule.detector != Detector::limit) return;
  if (rule.low) check_reach(*rule.low, {"low", "low"}, point, place, problems);
  if (rule.high) check_reach(*rule.high, {"high", "high"}, point, place, problems);
  if (rule.low && point.highest && *rule.low <= *point.highest && *rule.low + rule.deadband > *point.highest) {
    wide(rule, *rule.low + rule.deadband, point, place, problems);
  }
  const auto least = lowest(point);
  if (rule.high && least && *rule.high >= *least && *rule.high - rule.deadband < *least) {
    wide(rule, *rule.high - rule.deadband, point, place, problems);
  }
}

void check_together(const Rule& one, const Rule& other, Place place, Problems& problems) {
  const auto judge = [&](const Rule& below, const Rule& above) {
    const bool limits = below.detector == Detector::limit && above.detector == Detector::limit;
    // Judged only at times, they need not hold at the same time.
    if (!limits || below.only_above || above.only_above || !below.low || !above.high) return;
    if (*below.low + below.deadband <= *above.high - above.deadband) return;
    problems.add(place,
                 {"{1} 的 low = {2} 与 {3} 的 high = {4} 之间（扣除死区）没有正常值，总有一条报故障；请拉开",
                  "between low = {2} of {1} and high = {4} of {3} no value is well once the deadbands are taken off, "
                  "so one of them never ends; move them apart"},
                 {below.kind, text(*below.low), above.kind, text(*above.high)});
  };
  judge(one, other);
  judge(other, one);
}

}  // namespace inspect::agent
