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
  std::chrono::milliseconds period{1000};

  [[nodiscard]] Request request(std::uint8_t unit) const {
    return {unit, reading_function(table), address, quantity, {}};
  }
  friend bool operator==(const Block&, const Block&) = default;
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

  /// What to ask. The numbers change with `refused` and `revive`.
  [[nodiscard]] const std::vector<Block>& blocks() const { return blocks_; }

  enum class Refusal {
    split,  ///< smaller blocks have taken its place
    left,   ///< it was a single point: it is not asked for until its pause is over
  };
  /// The device refused the block for good (exceptions 1 to 3).
  Refusal refused(std::size_t block, BootTime now);

  /// Takes points whose pause is over back into the plan; true when there were any. Call it now and then.
  bool revive(BootTime now);
  /// Points that are not asked for now, in order.
  [[nodiscard]] std::vector<std::size_t> refused_points() const;

 private:
  struct Away {
    Block block;
    BootTime until;
  };

  [[nodiscard]] Block make(std::span<const std::size_t> points) const;
  [[nodiscard]] std::vector<std::vector<std::size_t>> pieces(const Block& block) const;
  [[nodiscard]] std::uint32_t end_of(std::size_t point) const;

  std::vector<PointMap> points_;
  std::vector<std::chrono::milliseconds> periods_;  ///< of each point
  std::vector<Block> blocks_;
  std::vector<Away> away_;
};

}  // namespace inspect::modbus
