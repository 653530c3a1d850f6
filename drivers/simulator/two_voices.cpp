#include "drivers/simulator/two_voices.hpp"

#include <algorithm>

namespace inspect::sim {

std::vector<std::uint8_t> two_voices(std::span<const std::uint8_t> first, std::span<const std::uint8_t> second,
                                     std::size_t behind, std::mt19937& chance) {
  behind = std::min(behind, first.size());
  std::vector<std::uint8_t> heard(first.begin(), first.end());
  for (std::size_t i = 0; i < second.size(); ++i) {
    const auto at = behind + i;
    if (at >= heard.size()) {
      heard.push_back(second[i]);
    } else if (behind > 0 || heard[at] != second[i]) {
      heard[at] = static_cast<std::uint8_t>(chance());
    }
  }
  return heard;
}

}  // namespace inspect::sim
