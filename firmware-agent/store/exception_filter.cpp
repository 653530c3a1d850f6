#include "firmware-agent/store/exception_filter.hpp"

#include <cmath>

namespace inspect::agent::storage {

bool ExceptionFilter::take(StoredId id, std::int64_t ms, double value, std::uint8_t quality) {
  auto& last = last_[id];
  // The wall clock may be set back: any distance counts as age, so that no value falls silent for years.
  const auto age = last ? std::abs(ms - last->ms) : 0;
  const auto& limits = limits_[id];
  const bool travels = !last || last->quality != quality || age >= limits.longest_age_ms ||
                       (quality_of(quality) != Quality::bad && age >= limits.shortest_age_ms &&
                        !(std::abs(value - last->value) <= limits.deadband));
  if (travels) last = Sent{ms, value, quality};
  return travels;
}

}  // namespace inspect::agent::storage
