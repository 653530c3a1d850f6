#include "firmware-agent/judgement/use_plan.hpp"

#include <algorithm>

namespace inspect::judgement {

void UsePlan::learn(const Session& session, std::uint32_t operations) {
  operations_[session.exam ? 1 : 0] += operations;
  ++sessions_[session.exam ? 1 : 0];
}

double UsePlan::exam_weight() const {
  constexpr double enough = 10;
  if (sessions_[0] < enough || sessions_[1] < enough || operations_[0] <= 0) return 1;
  return operations_[1] / sessions_[1] / (operations_[0] / sessions_[0]);
}

double UsePlan::use(double from, double to) const {
  const auto& list = calendar_.sessions;
  if (calendar_.hourly) {
    double exams = 0;
    for (const auto& s : list) exams += std::max(0.0, std::min(to, s.end) - std::max(from, s.start));
    return (to - from + exams * (exam_weight() - 1)) / 3600;
  }
  const auto before = [](const Session& s, double t) { return s.start < t; };
  const auto first = std::lower_bound(list.begin(), list.end(), from, before);
  const auto last = std::lower_bound(first, list.end(), to, before);
  const auto exams = std::count_if(first, last, [](const Session& s) { return s.exam; });
  return static_cast<double>(last - first - exams) + static_cast<double>(exams) * exam_weight();
}

}  // namespace inspect::judgement
