#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/modbus/frame.hpp"
#include "protocol/modbus/point_map.hpp"

#include <span>
#include <vector>

namespace inspect::modbus {

/// One question that reads several points at a time.
struct Block {
  Table table = Table::holding_register;
  std::uint16_t address = 0;
  std::uint16_t quantity = 1;
  std::vector<std::size_t> points;  ///< numbers in the list the plan was made from, by address
  bool present = true;              ///< false once it was split or refused for good; its number is not used again
  std::chrono::milliseconds period{1000};

  [[nodiscard]] Request request(std::uint8_t unit) const {
    return {unit, reading_function(table), address, quantity, {}};
  }
};

/// A point that a device refused alone is asked again after so long: firmware may have been changed.
constexpr std::chrono::minutes refused_point_pause{10};

/// Which questions read a device's points with the fewest frames, within what the device bears. Pure.
///
/// Points of one table and one period whose addresses lie close (a hole of at most `largest_hole`) share a block. A
/// block that the device refuses (exceptions 1 to 3) is split: at its holes first, then by halves, down to single
/// points. The split stays for the life of the plan; a single refused point leaves the plan until it is tried again.
class ReadPlan {
 public:
  /// `periods` is empty or as long as `points`; points of different periods never share a block.
  ReadPlan(std::span<const PointMap> points, const DeviceLimits& limits,
           std::span<const std::chrono::milliseconds> periods = {});

  /// Every block there ever was; block numbers never change, and those not `present` are to be skipped.
  [[nodiscard]] const std::vector<Block>& blocks() const { return blocks_; }

  struct Split {
    std::vector<std::size_t> added;  ///< numbers of the blocks that take its place; empty: the point left the plan
  };
  /// The device refused the block.
  Split refused(std::size_t block, BootTime now);

  /// Blocks of points that had left the plan and whose pause is over: present again. Call it now and then.
  std::vector<std::size_t> revive(BootTime now);
  /// Points that are not asked for now.
  [[nodiscard]] std::vector<std::size_t> refused_points() const;

 private:
  struct Away {
    std::size_t block;
    BootTime until;
  };

  std::size_t add(std::span<const std::size_t> points);
  [[nodiscard]] std::vector<std::vector<std::size_t>> pieces(const Block& block) const;
  [[nodiscard]] std::uint32_t end_of(std::size_t point) const;

  std::vector<PointMap> points_;
  std::vector<std::chrono::milliseconds> periods_;
  std::vector<Block> blocks_;
  std::vector<Away> away_;
};

}  // namespace inspect::modbus
