#include "firmware-agent/judgement/experts.hpp"

#include <algorithm>
#include <cmath>

namespace inspect::judgement {

namespace {

struct Line {
  double offset = 0, slope = 0;
};

template <class X, class Y>
Line fit(std::span<const Daily> days, X x, Y y) {
  const auto n = static_cast<double>(days.size());
  double sx = 0, sy = 0, sxx = 0, sxy = 0;
  const double x0 = x(days.front());
  for (const auto& d : days) {
    const double u = x(d) - x0, v = y(d);
    sx += u, sy += v, sxx += u * u, sxy += u * v;
  }
  const double spread = n * sxx - sx * sx;
  const double slope = spread > 0 ? (n * sxy - sx * sy) / spread : 0;
  return {(sy - slope * sx) / n - slope * x0, slope};
}

std::span<const Daily> tail(std::span<const Daily> days, std::size_t n) { return days.last(std::min(n, days.size())); }

}  // namespace

double predict(Expert expert, std::span<const Daily> known, double age) {
  const auto level = [](const Daily& d) { return static_cast<double>(d.level); };
  const auto aged = [](const Daily& d) { return static_cast<double>(d.age); };
  const double began = known.front().age;
  switch (expert) {
    case Expert::last_week: known = tail(known, 7); break;
    case Expert::last_fortnight: known = tail(known, 14); break;
    case Expert::root: {
      const auto root = [&](const Daily& d) { return std::sqrt(std::max(0.0, d.age - began)); };
      const auto line = fit(known, root, level);
      return line.offset + line.slope * std::sqrt(std::max(0.0, age - began));
    }
    case Expert::accelerating: {
      const double least = 0.02 * std::abs(known.back().level) + 1e-9;
      const double side = known.back().level < 0 ? -1 : 1;
      const auto log = [&](const Daily& d) { return std::log(std::max(least, side * d.level)); };
      const auto line = fit(tail(known, 21), aged, log);
      // No more than thirty times what was ever seen: an exponential may not run off.
      return side *
             std::exp(std::min(line.offset + line.slope * age, std::log(30 * std::abs(known.back().level) + 1e-9)));
    }
    case Expert::straight: break;
  }
  const auto line = fit(known, aged, level);
  return line.offset + line.slope * age;
}

Record score(std::span<const Daily> known, std::size_t ahead) {
  constexpr std::size_t least = 4;
  Record record;
  std::array<double, expert_count> sum{};
  double distance = 0, count = 0;
  for (std::size_t to = least + ahead; to < known.size(); ++to) {
    const auto past = known.first(to - ahead + 1);
    for (std::size_t e = 0; e < expert_count; ++e) {
      const double off = predict(static_cast<Expert>(e), past, known[to].age) - known[to].level;
      sum[e] += off * off;
    }
    distance += known[to].age - past.back().age;
    ++count;
  }
  if (count < 2 || distance <= 0) return record;
  record.distance = distance / count;
  double total = 0;
  const double best = *std::min_element(sum.begin(), sum.end()) + 1e-12;
  for (std::size_t e = 0; e < expert_count; ++e) {
    record.error[e] = std::sqrt(sum[e] / count);
    // The Gaussian log score with the expert's own error: weight ~ (error)^-n, with n the *independent* trials.
    record.weight[e] = std::pow(best / (sum[e] + 1e-12), 0.5 * std::max(1.0, count / static_cast<double>(ahead)));
    total += record.weight[e];
  }
  for (auto& w : record.weight) w /= total;
  return record;
}

}  // namespace inspect::judgement
