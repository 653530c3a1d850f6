#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace inspect::sim {

/// What a receiver makes of two frames on one pair of wires, the second `behind` characters after the first: where they
/// speak at once and agree bit by bit it reads them, where they differ or are out of step it reads anything; what one
/// says alone arrives. One behind the other's end leaves both whole.
std::vector<std::uint8_t> two_voices(std::span<const std::uint8_t> first, std::span<const std::uint8_t> second,
                                     std::size_t behind, std::mt19937& chance);

}  // namespace inspect::sim
