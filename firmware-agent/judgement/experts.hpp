#pragma once

#include "firmware-agent/judgement/series.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace inspect::judgement {

/// One way to say what a wearing part's level will be at an age.
enum class Expert : std::size_t {
  last_week,       ///< straight line through the last 7 days
  last_fortnight,  ///< straight line through the last 14
  straight,        ///< straight line since the wear began
  root,            ///< straight in the root of the age since the wear began
  accelerating,    ///< straight in the logarithm of the departure
};
inline constexpr std::size_t expert_count = 5;

/// What the expert says of the departure from the baseline at `age`, knowing `known`, whose first day is the beginning
/// of the wear. Ordinary least squares (textbook). `known` has at least three days.
double predict(Expert expert, std::span<const Daily> known, double age);

/// How far the experts were off `ahead` days before, on this very part: what their word is worth now.
struct Record {
  std::array<double, expert_count> weight{};  ///< sums to 1
  std::array<double, expert_count> error{};   ///< root mean square, at an age distance of `distance`
  double distance = 0;
};
/// Prequential scoring (Dawid 1984): each day is predicted from the days before it only. Nothing is known (distance 0)
/// with fewer than six days.
Record score(std::span<const Daily> known, std::size_t ahead);

}  // namespace inspect::judgement
