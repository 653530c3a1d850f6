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
    : points_(points.begin(), points.end()), periods_(periods.begin(), periods.end()), known_(points.size()) {
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
                                                     : std::clamp<std::uint32_t>(limits.registers_per_read, 1, 125);
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

/// The parts that cannot be torn apart: points that share registers stay together.
std::vector<std::vector<std::size_t>> ReadPlan::atoms(const Block& block) const {
  std::vector<std::vector<std::size_t>> atoms;
  std::uint32_t end = 0;
  for (const auto point : block.points) {
    if (atoms.empty() || points_[point].address >= end) atoms.emplace_back();
    atoms.back().push_back(point);
    end = std::max(end, end_of(point));
  }
  return atoms;
}

/// At every hole if there is one, else in two halves between atoms; nothing if there is only one atom.
std::vector<std::vector<std::size_t>> ReadPlan::pieces(const Block& block) const {
  const auto parts = atoms(block);
  if (parts.size() < 2) return {};
  std::vector<std::vector<std::size_t>> runs;  // no hole inside
  std::uint32_t end = 0;
  for (const auto& part : parts) {
    if (runs.empty() || points_[part.front()].address > end) runs.emplace_back();
    runs.back().insert(runs.back().end(), part.begin(), part.end());
    for (const auto point : part) end = std::max(end, end_of(point));
  }
  if (runs.size() > 1) return runs;
  std::vector<std::vector<std::size_t>> halves(2);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto& half = halves[i < (parts.size() + 1) / 2 ? 0 : 1];
    half.insert(half.end(), parts[i].begin(), parts[i].end());
  }
  return halves;
}

void ReadPlan::answered(std::size_t block, BootTime now) {
  if (all_refused()) hurry(now);
  for (const auto point : blocks_[block].points) known_[point] = {true, false};
}

void ReadPlan::refused(std::size_t block) {
  for (const auto point : blocks_[block].points) known_[point].refused = true;
}

bool ReadPlan::all_refused() const {
  // The points of a block are asked together, so the first speaks for all.
  return std::all_of(blocks_.begin(), blocks_.end(),
                     [this](const Block& block) { return known_[block.points.front()].refused; });
}

bool ReadPlan::was_refused(std::size_t block) const { return known_[blocks_[block].points.front()].refused; }

bool ReadPlan::has_answered(const Block& block) const {
  return std::any_of(block.points.begin(), block.points.end(), [this](auto point) { return known_[point].answered; });
}

bool ReadPlan::may_give_way(std::size_t block) const {
  if (atoms(blocks_[block]).size() > 1) return true;
  return blocks_.size() > 1 && !has_answered(blocks_[block]);
}

std::vector<Block> ReadPlan::witnesses(std::size_t block) const {
  std::vector<Block> witnesses;
  const auto offer = [&](const Block& from) {
    for (const auto& atom : atoms(from)) witnesses.push_back(make(atom));
  };
  if (atoms(blocks_[block]).size() > 1) offer(blocks_[block]);
  const auto others = static_cast<std::ptrdiff_t>(witnesses.size());
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    if (i != block) offer(blocks_[i]);
  }
  std::stable_partition(witnesses.begin() + others, witnesses.end(),
                        [this](const Block& witness) { return has_answered(witness); });
  return witnesses;
}

ReadPlan::Refusal ReadPlan::give_way(std::size_t block, BootTime now) {
  if (!may_give_way(block)) return Refusal::kept;
  const auto parts = pieces(blocks_[block]);
  for (const auto point : blocks_[block].points) known_[point].refused = false;  // nothing is known of the pieces yet
  const auto place = blocks_.begin() + static_cast<std::ptrdiff_t>(block);
  shapes_.push_back({std::move(*place), now + shortest_refused_pause, shortest_refused_pause});
  blocks_.erase(place);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    blocks_.insert(blocks_.begin() + static_cast<std::ptrdiff_t>(block + i), make(parts[i]));
  }
  return parts.empty() ? Refusal::left : Refusal::split;
}

std::optional<Block> ReadPlan::due(BootTime now) const {
  const auto first = std::min_element(shapes_.begin(), shapes_.end(), [](const Shape& a, const Shape& b) {
    return std::tuple(a.due, b.block.points.size()) < std::tuple(b.due, a.block.points.size());
  });
  if (first == shapes_.end() || first->due > now) return std::nullopt;
  return first->block;
}

void ReadPlan::not_yet(const Block& shape, bool well, BootTime now) {
  for (auto& other : shapes_) {
    if (other.block != shape) continue;
    if (well) other.pause = std::min<std::chrono::seconds>(2 * other.pause, longest_refused_pause);
    other.due = now + other.pause;
  }
}

void ReadPlan::take_back(const Block& shape, BootTime now) {
  const auto inside = [&shape](const Block& block) {
    return std::all_of(block.points.begin(), block.points.end(), [&](auto point) {
      return std::find(shape.points.begin(), shape.points.end(), point) != shape.points.end();
    });
  };
  auto back = shape;
  std::erase_if(shapes_, [&](const Shape& other) { return inside(other.block); });
  std::erase_if(blocks_, inside);
  for (const auto point : back.points) known_[point] = {true, false};
  blocks_.push_back(std::move(back));
  hurry(now);
}

void ReadPlan::hurry(BootTime now) {
  for (auto& shape : shapes_) {
    shape.due = now;
    shape.pause = shortest_refused_pause;
  }
}

std::vector<std::size_t> ReadPlan::refused_points() const {
  std::vector<bool> asked(points_.size(), false);
  for (const auto& block : blocks_) {
    for (const auto point : block.points) asked[point] = true;
  }
  std::vector<std::size_t> points;
  for (std::size_t point = 0; point < asked.size(); ++point) {
    if (!asked[point]) points.push_back(point);
  }
  return points;
}

}  // namespace inspect::modbus
