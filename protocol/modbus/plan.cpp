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
      blocks_.push_back(make(group));
      group.clear();
    }
    if (group.empty()) {
      start = map.address;
      end = start;
    }
    group.push_back(point);
    end = std::max(end, end_of(point));
  }
  if (!group.empty()) blocks_.push_back(make(group));
}

Block ReadPlan::make(std::span<const std::size_t> points) const {
  const auto start = points_[points.front()].address;
  std::uint32_t end = start;
  for (const auto point : points) end = std::max(end, end_of(point));
  return {points_[points.front()].table,
          start,
          static_cast<std::uint16_t>(end - start),
          {points.begin(), points.end()},
          periods_[points.front()]};
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

ReadPlan::Refusal ReadPlan::refused(std::size_t block, BootTime now) {
  const auto parts = pieces(blocks_[block]);
  const auto place = blocks_.begin() + static_cast<std::ptrdiff_t>(block);
  if (parts.empty()) {
    away_.push_back({std::move(*place), now + refused_point_pause});
    blocks_.erase(place);
    return Refusal::left;
  }
  blocks_.erase(place);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    blocks_.insert(blocks_.begin() + static_cast<std::ptrdiff_t>(block + i), make(parts[i]));
  }
  return Refusal::split;
}

bool ReadPlan::revive(BootTime now) {
  const auto before = blocks_.size();
  std::erase_if(away_, [&](Away& away) {
    if (away.until > now) return false;
    blocks_.push_back(std::move(away.block));
    return true;
  });
  return blocks_.size() != before;
}

std::vector<std::size_t> ReadPlan::refused_points() const {
  std::vector<std::size_t> points;
  for (const auto& away : away_) points.insert(points.end(), away.block.points.begin(), away.block.points.end());
  std::sort(points.begin(), points.end());
  return points;
}

}  // namespace inspect::modbus
