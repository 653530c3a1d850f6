#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/modbus/frame.hpp"
#include "protocol/modbus/point_map.hpp"

#include <optional>
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

/// What a device does not know is tried again first after so long, and after a pause twice as long each further time …
constexpr std::chrono::seconds shortest_refused_pause{5};
/// … up to this: firmware may have been changed, and one short question in so long costs no bus anything.
constexpr std::chrono::minutes longest_refused_pause{10};

/// Which questions read a device's points with the fewest frames, within what the device bears. Pure.
///
/// Points of one table and one period whose addresses lie close (a hole of at most `largest_hole`) share a block. A
/// refusal (exceptions 1 to 3) may mean that the device does not know one of the points, or that it knows nothing at
/// all for a moment, e.g. while it starts. The plan changes only on the proof of the first: the device answers a
/// *witness*, another question of its own, and still refuses this one. Then the block is split: at its holes first,
/// then by halves, down to single points; a single point that never answered leaves. One that did answer before stays,
/// since that it is refused now is a fault to be seen, and so does the last block: the plan of a device with points is
/// never empty.
///
/// Blocks that were split and points that left are *shapes to try*: one whose time has come is asked beside the plan's
/// own questions, and taken back, instead of its pieces, when it answers.
class ReadPlan {
 public:
  /// `periods` is empty or as long as `points`; points of different periods never share a block.
  ReadPlan(std::span<const PointMap> points, const DeviceLimits& limits,
           std::span<const std::chrono::milliseconds> periods = {});

  /// What to ask. The numbers change with `give_way` and `take_back`.
  [[nodiscard]] const std::vector<Block>& blocks() const { return blocks_; }

  /// The device answered the block with values. After it had refused everything, all shapes are to be tried at once.
  void answered(std::size_t block, BootTime now);
  /// The device answered the block with an exception.
  void refused(std::size_t block);

  /// Every block was refused when it was asked last.
  [[nodiscard]] bool all_refused() const;
  /// The block was refused when it was asked last.
  [[nodiscard]] bool was_refused(std::size_t block) const;
  /// The block would give way if there was a witness.
  [[nodiscard]] bool may_give_way(std::size_t block) const;
  /// The smallest questions that are not this block: its own pieces, then those of the other blocks, first those whose
  /// points have answered before.
  [[nodiscard]] std::vector<Block> witnesses(std::size_t block) const;

  enum class Refusal {
    kept,   ///< nothing changed
    split,  ///< smaller blocks have taken its place
    left,   ///< it was a single point: it is asked only as a shape to try
  };
  /// The device refused the block and answers otherwise.
  Refusal give_way(std::size_t block, BootTime now);

  /// The shape whose time came first, the largest of several; nothing if none is due.
  [[nodiscard]] std::optional<Block> due(BootTime now) const;
  /// It was refused. `well`: the device answers otherwise, so it is the shape's own fault and the pause grows.
  void not_yet(const Block& shape, bool well, BootTime now);
  /// It was answered: it is in the plan again, and what else is missing is tried at once, since something has changed.
  void take_back(const Block& shape, BootTime now);

  /// Points that are not asked for now, in order.
  [[nodiscard]] std::vector<std::size_t> refused_points() const;

 private:
  struct Shape {
    Block block;
    BootTime due;
    std::chrono::seconds pause;
  };
  struct Known {
    bool answered = false;  ///< ever
    bool refused = false;   ///< when it was asked last
  };

  [[nodiscard]] Block make(std::span<const std::size_t> points) const;
  [[nodiscard]] std::vector<std::vector<std::size_t>> atoms(const Block& block) const;
  [[nodiscard]] std::vector<std::vector<std::size_t>> pieces(const Block& block) const;
  [[nodiscard]] std::uint32_t end_of(std::size_t point) const;
  [[nodiscard]] bool has_answered(const Block& block) const;
  void hurry(BootTime now);

  std::vector<PointMap> points_;
  std::vector<std::chrono::milliseconds> periods_;  ///< of each point
  std::vector<Known> known_;                        ///< of each point
  std::vector<Block> blocks_;
  std::vector<Shape> shapes_;  ///< fewer than two for each point: the inner and outer nodes of a tree
};

}  // namespace inspect::modbus
