#include "protocol/modbus/plan.hpp"

#include "protocol/modbus/codec.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace inspect::modbus {

std::uint32_t ReadPlan::end_of(std::size_t point) const {
  return std::uint32_t{points_[point].address} + width(points_[point]);
}

ReadPlan::ReadPlan(std::span<const PointMap> points, const DeviceLimits& limits,
                   std::span<const std::chrono::milliseconds> periods)
    : points_(points.begin(), points.end()), periods_(periods.begin(), periods.end()) {
  periods_.resize(points_.size(), periods_.empty() ? std::chrono::milliseconds{1000} : periods_.back());
  std::vector<std::size_t> order(points_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto key = [&](std::size_t i) {
    return std::tuple(points_[i].table, periods_[i], points_[i].address, end_of(i), i);
  };
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });

  std::vector<std::size_t> group;
  std::uint32_t start = 0;
  std::uint32_t end = 0;
  for (const auto point : order) {
    const auto& map = points_[point];
    const std::uint32_t most = is_of_bits(map.table) ? std::clamp<std::uint32_t>(limits.bits_per_read, 1, 2000)
                                                     : std::clamp<std::uint32_t>(limits.registers_per_read, 2, 125);
    const bool joins =
        !group.empty() && points_[group.front()].table == map.table && periods_[group.front()] == periods_[point] &&
        map.address <= end + std::uint32_t{limits.largest_hole} && std::max(end, end_of(point)) - start <= most;
    if (!joins && !group.empty()) {
      add(group);
      group.clear();
    }
    if (group.empty()) {
      start = map.address;
      end = start;
    }
    group.push_back(point);
    end = std::max(end, end_of(point));
  }
  if (!group.empty()) add(group);
}

std::size_t ReadPlan::add(std::span<const std::size_t> points) {
  const auto start = points_[points.front()].address;
  std::uint32_t end = start;
  for (const auto point : points) end = std::max(end, end_of(point));
  blocks_.push_back({points_[points.front()].table,
                     start,
                     static_cast<std::uint16_t>(end - start),
                     {points.begin(), points.end()},
                     true,
                     periods_[points.front()]});
  return blocks_.size() - 1;
}

/// At every hole if there is one, else in two halves between points; points that share registers stay together.
std::vector<std::vector<std::size_t>> ReadPlan::pieces(const Block& block) const {
  std::vector<std::vector<std::size_t>> runs;   // no hole inside
  std::vector<std::vector<std::size_t>> atoms;  // points that overlap
  std::uint32_t end = 0;
  for (const auto point : block.points) {
    const std::uint32_t address = points_[point].address;
    if (atoms.empty() || address >= end) atoms.emplace_back();
    if (runs.empty() || address > end) runs.emplace_back();
    atoms.back().push_back(point);
    runs.back().push_back(point);
    end = std::max(end, end_of(point));
  }
  if (runs.size() > 1) return runs;
  if (atoms.size() < 2) return {};
  std::vector<std::vector<std::size_t>> halves(2);
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    auto& half = halves[i < (atoms.size() + 1) / 2 ? 0 : 1];
    half.insert(half.end(), atoms[i].begin(), atoms[i].end());
  }
  return halves;
}

ReadPlan::Split ReadPlan::refused(std::size_t block, BootTime now) {
  Split split;
  if (block >= blocks_.size() || !blocks_[block].present) return split;
  blocks_[block].present = false;
  const auto parts = pieces(blocks_[block]);
  if (parts.empty()) {
    away_.push_back({block, now + refused_point_pause});
    return split;
  }
  for (const auto& part : parts) split.added.push_back(add(part));
  return split;
}

std::vector<std::size_t> ReadPlan::revive(BootTime now) {
  std::vector<std::size_t> back;
  std::erase_if(away_, [&](const Away& away) {
    if (away.until > now) return false;
    blocks_[away.block].present = true;
    back.push_back(away.block);
    return true;
  });
  return back;
}

std::vector<std::size_t> ReadPlan::refused_points() const {
  std::vector<std::size_t> points;
  for (const auto& away : away_) {
    points.insert(points.end(), blocks_[away.block].points.begin(), blocks_[away.block].points.end());
  }
  std::sort(points.begin(), points.end());
  return points;
}

}  // namespace inspect::modbus
