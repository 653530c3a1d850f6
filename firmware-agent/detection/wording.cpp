#include "firmware-agent/detection/wording.hpp"

#include <fmt/format.h>

namespace inspect::agent {

namespace {

/// A status bit: its limit is between 0 and 1, and "reads 1, above the limit of 0.5" would be said by no one.
bool is_flag(const drivers::PointSpec& spec) { return spec.map.type == modbus::ValueType::bit; }

bool too_low(const Rule& rule, double value) { return rule.low && value < *rule.low; }

const char* on_zh(bool on) { return on ? "吸合/接通" : "释放/断开"; }
const char* on_en(bool on) { return on ? "on" : "off"; }

/// Titles of points are lower case; a sentence that begins with one is not.
std::string sentence(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string seconds(std::chrono::milliseconds span) {
  return quantity_text(std::chrono::duration<double>(span).count(), {});
}

}  // namespace

Text say_time(const Moment& moment) {
  auto text = rfc3339(moment.wall);
  // "2026-11-24T08:00:03.000Z" → "2026-11-24 08:00:03 UTC"
  if (const auto t = text.find('T'); t != std::string::npos) text[t] = ' ';
  if (const auto dot = text.find('.'); dot != std::string::npos) text.resize(dot);
  text += " UTC";
  if (moment.trust != ClockTrust::none) return {text, text};
  return {text + "（时钟未校准）", text + " (clock not set)"};
}

Text say_limit(const drivers::PointSpec& spec, const Rule& rule, const Reading& reading, const Moment& since) {
  const bool low = too_low(rule, reading.value);
  const auto limit = quantity_text(low ? *rule.low : rule.high.value_or(0), spec.unit);
  const auto value = quantity_text(reading.value, spec.unit);
  const auto time = say_time(since);
  if (is_flag(spec)) {
    const auto is = low ? 0 : 1;
    return {fmt::format("设备报告“{}”为 {}（正常应为 {}），自 {} 起，已由第二次读数确认。", spec.title.zh, is, 1 - is,
                        time.zh),
            fmt::format("The device reports \"{}\" as {} (healthy: {}), since {}; confirmed by a second reading.",
                        spec.title.en, is, 1 - is, time.en)};
  }
  return {fmt::format("{}实测 {}，{}限值 {}，自 {} 起，已由第二次读数确认。", spec.title.zh, value,
                      low ? "低于" : "高于", limit, time.zh),
          sentence(fmt::format("{} reads {}, {} the limit of {}, since {}; confirmed by a second reading.",
                               spec.title.en, value, low ? "below" : "above", limit, time.en))};
}

Text limit_note(const drivers::PointSpec& spec, const Rule& rule, double value) {
  const bool low = too_low(rule, value);
  if (is_flag(spec)) return {low ? "正常应为 1" : "正常应为 0", low ? "healthy: 1" : "healthy: 0"};
  const auto limit = quantity_text(low ? *rule.low : rule.high.value_or(0), spec.unit);
  return {fmt::format("{} {}", low ? "下限" : "上限", limit), fmt::format("{} limit {}", low ? "low" : "high", limit)};
}

Text say_mismatch(const drivers::PointSpec& feedback, const drivers::PointSpec& command, bool commanded,
                  const Moment& since) {
  const auto time = say_time(since);
  return {fmt::format("{}为“{}”，而{}为“{}”，自 {} 起，已由第二次读数确认。", command.title.zh, on_zh(commanded),
                      feedback.title.zh, on_zh(!commanded), time.zh),
          sentence(fmt::format("{} says {}, but {} shows {}, since {}; confirmed by a second reading.",
                               command.title.en, on_en(commanded), feedback.title.en, on_en(!commanded), time.en))};
}

Text commanded_note(bool commanded) {
  return {fmt::format("命令为“{}”", on_zh(commanded)), fmt::format("commanded {}", on_en(commanded))};
}

Text say_mismatch_end(const drivers::PointSpec& feedback, const drivers::PointSpec& command, bool commanded) {
  return {fmt::format("修复后：当{}下次为“{}”且{}与之一致时，本故障自动消失；在那之前一直显示为存在。",
                      command.title.zh, on_zh(commanded), feedback.title.zh),
          fmt::format("After the repair: it clears when {} is next {} and {} agrees; until then it is told as there.",
                      command.title.en, on_en(commanded), feedback.title.en)};
}

Text say_frozen(const FrozenFacts& facts, const Moment& since) {
  const auto time = say_time(since);
  const auto value = quantity_text(facts.reading.value, facts.spec.unit);
  Text text{fmt::format("{}一直停在 {}，超过 {} 秒没有任何变化（首次判定于 {}）", facts.spec.title.zh, value,
                        seconds(facts.window), time.zh),
            sentence(fmt::format("{} has stood at {} without the least change for over {} s (first seen {})",
                                 facts.spec.title.en, value, seconds(facts.window), time.en))};
  if (facts.other != nullptr) {
    const auto span = quantity_text(facts.other_span, facts.other->unit);
    text.zh += fmt::format("，而同一时间{}变化了 {}", facts.other->title.zh, span);
    text.en += fmt::format(", while {} moved by {}", facts.other->title.en, span);
  }
  text.zh += "。";
  text.en += ".";
  return text;
}

Text say_implausible(const drivers::PointSpec& spec, const Moment& since) {
  const auto time = say_time(since);
  const auto range = plausible_note(spec);
  return {fmt::format("{}的读数超出该量可能的范围（{}），自 {} 起，已由第二次读数确认；该数值不能采信。", spec.title.zh,
                      range.zh, time.zh),
          sentence(fmt::format(
              "{} reads outside what the quantity can be ({}), since {}; confirmed by a second reading. The "
              "value must not be trusted.",
              spec.title.en, range.en, time.en))};
}

Text plausible_note(const drivers::PointSpec& spec) {
  const auto end = [&](const std::optional<double>& limit) { return limit ? quantity_text(*limit, spec.unit) : "…"; };
  const auto range = end(spec.lowest) + " – " + end(spec.highest);
  return {"合理范围 " + range, "plausible range " + range};
}

Text say_likewise(std::size_t others) {
  return {
      fmt::format("同一设备上另有 {} 路出现相同现象：先查它们共用的供电、驱动芯片和公共端接线，再换单个元件。", others),
      fmt::format("{} more of this device show the same: look first at what they share (supply, driver chip, common "
                  "wire) before replacing a single part.",
                  others)};
}

}  // namespace inspect::agent
