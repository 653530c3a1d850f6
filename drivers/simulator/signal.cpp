#include "drivers/simulator/signal.hpp"

#include <algorithm>
#include <cmath>

namespace inspect::sim {

namespace {

constexpr std::chrono::milliseconds noise_period{200};
constexpr double room_temperature = 25;

bool is_bit(const modbus::PointMap& map) {
  return map.type == modbus::ValueType::bit || map.table == modbus::Table::coil ||
         map.table == modbus::Table::discrete_input;
}

/// SplitMix64: a well spread number from any number.
std::uint64_t mix(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15U;
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31U);
}

double between(double low, double high) { return low + (high - low) / 2; }

/// The middle of two limits; well inside when there is only one.
std::optional<double> inside(const std::optional<double>& low, const std::optional<double>& high) {
  if (low && high) return between(*low, *high);
  if (high) return *high >= 0 ? *high / 4 : *high * 2;
  if (low) return *low >= 0 ? *low * 1.1 : *low / 2;
  return std::nullopt;
}

}  // namespace

double Signal::at(BootTime now, std::uint64_t seed) const {
  const auto minutes = std::chrono::duration<double, std::ratio<60>>(now - since).count();
  double value = level + per_minute * std::max(minutes, 0.0);
  if (noise > 0) {
    const auto step = static_cast<std::uint64_t>(now.time_since_epoch() / noise_period);
    const auto spread = static_cast<double>(mix(seed ^ mix(step)) >> 11U) / static_cast<double>(1ULL << 53U);
    value += noise * (2 * spread - 1);
  }
  return value;
}

void Signal::set(double value, BootTime now) {
  level = value;
  per_minute = 0;
  since = now;
}

void Signal::drift(double value_per_minute, BootTime now) {
  level += per_minute * std::max(0.0, std::chrono::duration<double, std::ratio<60>>(now - since).count());
  per_minute = value_per_minute;
  since = now;
}

double healthy(const drivers::Profile& profile, const drivers::PointSpec& point) {
  if (profile.identity && profile.identity->point == point.name && !profile.identity->values.empty()) {
    return profile.identity->values.front();
  }
  const bool bit = is_bit(point.map);
  for (const auto& rule : profile.rules) {
    if (rule.detector != Detector::limit || rule.point != point.name) continue;
    if (bit) return rule.low && *rule.low > 0 ? 1 : 0;
    if (const auto value = inside(rule.low, rule.high)) return *value;
  }
  if (bit || point.role != drivers::Role::measure) return 0;
  const double rest = point.unit == "Cel" ? room_temperature : 0;
  return std::clamp(rest, point.lowest.value_or(rest),
                    std::max(point.lowest.value_or(rest), point.highest.value_or(rest)));
}

double usual_growth(const drivers::PointSpec& point) {
  const bool clock =
      point.role == drivers::Role::measure && point.unit == "s" && point.name.find("uptime") != std::string::npos;
  return clock ? 60 : 0;
}

double usual_noise(const drivers::PointSpec& point, double level) {
  const bool counter =
      point.unit.find('h') != std::string::npos || point.unit == "s" || point.name.find("count") != std::string::npos;
  if (point.role != drivers::Role::measure || is_bit(point.map) || counter) return 0;
  return std::max(std::abs(point.map.scale), std::abs(level) / 1000);
}

}  // namespace inspect::sim
