#include "firmware-agent/inspection/leakage_verdict.hpp"

#include <fmt/format.h>
#include <array>
#include <cmath>

namespace inspect::inspection {
namespace {

Judgement undecidable(Text why) { return {Verdict::undecidable, std::move(why), 0, 0}; }

/// A limit's unit: the plain unit of readings, and how many of it are one.
struct Unit {
  std::string_view written;
  std::string_view plain;
  double factor;
};
constexpr std::array<Unit, 6> units{
    {{"mA", "A", 1e-3}, {"A", "A", 1}, {"uA", "A", 1e-6}, {"ms", "s", 1e-3}, {"Ohm", "Ohm", 1}, {"V", "V", 1}}};

std::optional<double> in_unit_of(const catalogue::Limit& limit, const usb::Quantity& reading) {
  for (const auto& unit : units) {
    if (unit.written == limit.unit && unit.plain == reading.unit) return reading.value / unit.factor;
  }
  return std::nullopt;
}

/// Why nothing this instrument says now can be used; nothing when it can.
std::optional<Text> unfit(const catalogue::Limit& limit, const Instrument& instrument, const Moment& now) {
  if (instrument.form != limit.form) {
    return Text{fmt::format("仪器测的是 {}，限值是 {}", name(instrument.form), name(limit.form)),
                fmt::format("the instrument measures {}, the limit is {}", name(instrument.form), name(limit.form))};
  }
  if (!instrument.of_reading || !(*instrument.of_reading >= 0) || !(instrument.fixed >= 0)) {
    return Text{"仪器的不确定度未知", "the instrument's uncertainty is not known"};
  }
  if (!instrument.calibrated_until) return Text{"仪器的校准日期未知", "no calibration of the instrument is known"};
  if (now.trust != ClockTrust::rtc && now.trust != ClockTrust::ntp) {
    return Text{"日期不可信，无法判断校准是否有效",
                "the date cannot be believed, so nobody knows whether the calibration holds"};
  }
  if (now.wall >= *instrument.calibrated_until) {
    const auto day = rfc3339(*instrument.calibrated_until).substr(0, 10);
    return Text{"仪器校准已于 " + day + " 到期", "the instrument's calibration ended on " + day};
  }
  return std::nullopt;
}

/// Verdict on a true value that is known to lie between two ends (either may be open).
Verdict decide(const catalogue::Bounds& bounds, std::optional<double> from, std::optional<double> to) {
  const bool above = bounds.high && from && *from > *bounds.high;
  const bool below = bounds.low && to && *to <= *bounds.low;
  if (above || below) return Verdict::fail;
  const bool high_kept = !bounds.high || (to && *to <= *bounds.high);
  const bool low_kept = !bounds.low || (from && *from > *bounds.low);
  return high_kept && low_kept ? Verdict::pass : Verdict::undecidable;
}

std::string window(const catalogue::Bounds& bounds, const std::string& unit) {
  if (bounds.low && bounds.high) return fmt::format("> {:g}, ≤ {:g} {}", *bounds.low, *bounds.high, unit);
  if (bounds.low) return fmt::format("> {:g} {}", *bounds.low, unit);
  return fmt::format("≤ {:g} {}", bounds.high.value_or(0), unit);
}

Text told(Verdict verdict, const std::string& measured, const catalogue::Limit& limit,
          const catalogue::Bounds& bounds) {
  const auto against = fmt::format("{} ({} {})", window(bounds, limit.unit), limit.standard, limit.edition);
  const auto what = measured + " : " + against;
  switch (verdict) {
    case Verdict::pass: return {"合格：" + what, "pass: " + what};
    case Verdict::fail: return {"不合格：" + what, "fail: " + what};
    case Verdict::undecidable: break;
  }
  return {"用此仪器无法判定：" + what, "not decidable with this instrument: " + what};
}

double uncertainty_of(const Instrument& instrument, double value) {
  return std::abs(value) * instrument.of_reading.value_or(0) + instrument.fixed;
}

Judgement beyond_range(const catalogue::Limit& limit, const catalogue::Bounds& bounds, const Instrument& instrument,
                       bool over) {
  const auto end = over ? instrument.highest : instrument.lowest;
  if (!end)
    return undecidable({"读数超出量程，而量程未知", "the reading is beyond the range, and the range is not known"});
  const auto doubt = uncertainty_of(instrument, *end);
  const auto verdict = over ? decide(bounds, *end - doubt, std::nullopt) : decide(bounds, std::nullopt, *end + doubt);
  const auto measured = fmt::format("{} {:g} {}", over ? ">" : "<", *end, limit.unit);
  return {verdict, told(verdict, measured, limit, bounds), *end, doubt};
}

}  // namespace

std::string_view name(Verdict verdict) {
  constexpr std::array<std::string_view, 3> names{"pass", "fail", "undecidable"};
  return names.at(static_cast<std::size_t>(verdict));
}

Judgement judge(const catalogue::Limit& limit, const catalogue::Bounds& bounds, const usb::Quantity& reading,
                const Instrument& instrument, const Moment& now) {
  if (!bounds.low && !bounds.high) return undecidable({"没有限值", "there is no limit"});
  if (const auto why = unfit(limit, instrument, now)) return undecidable(*why);
  switch (reading.kind) {
    case usb::NumberKind::over: return beyond_range(limit, bounds, instrument, true);
    case usb::NumberKind::under: return beyond_range(limit, bounds, instrument, false);
    case usb::NumberKind::unknown: return undecidable({"仪器没有给出数值", "the instrument gave no number"});
    case usb::NumberKind::value: break;
  }
  const auto value = in_unit_of(limit, reading);
  if (!value || !std::isfinite(*value)) {
    return undecidable({"读数的单位与限值不符", "the reading's unit is not the limit's"});
  }
  const auto doubt = uncertainty_of(instrument, *value);
  const auto verdict = decide(bounds, *value - doubt, *value + doubt);
  return {verdict, told(verdict, fmt::format("{:g} ± {:g} {}", *value, doubt, limit.unit), limit, bounds), *value,
          doubt};
}

Judgement judge_contacts(bool pass, bool fail, bool time_is_over) {
  if (pass && fail) {
    return undecidable(
        {"合格与不合格触点同时闭合：请检查接线", "the contacts for pass and fail are closed both: check the wiring"});
  }
  if (fail)
    return {Verdict::fail,
            {"仪器判定不合格(限值在面板上设定)", "the instrument says fail (its limit is set at its panel)"}};
  if (pass)
    return {Verdict::pass,
            {"仪器判定合格(限值在面板上设定)", "the instrument says pass (its limit is set at its panel)"}};
  if (time_is_over) {
    return undecidable({"测试时间已过，触点没有动作", "the time is over and neither contact has closed"});
  }
  return undecidable({"测试尚未结束", "the test is not over"});
}

}  // namespace inspect::inspection
