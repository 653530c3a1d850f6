#pragma once

#include "drivers/bus/bus.hpp"
#include "drivers/bus/clock.hpp"
#include "drivers/modbus_device/point_value.hpp"
#include "drivers/profiles/profile.hpp"
#include "protocol/modbus/plan.hpp"
#include "protocol/model/reading.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <vector>

namespace inspect::drivers {

/// How reading a block ended.
struct BlockOutcome {
  std::optional<Error> failure;    ///< nothing when the device answered with values, or a lone point left the plan
  std::vector<PointValue> values;  ///< on a failure the block's points, not good, with the reason
  bool replanned = false;          ///< the blocks are others now, or all are due again: ask `blocks()` anew
};

/// Who is on the line, by the profile's word.
struct Identity {
  enum class Verdict : std::uint8_t {
    unknown,    ///< the profile has nothing to tell it by
    confirmed,  ///< the constant is right
    other,      ///< something else answers here
  };
  Verdict verdict = Verdict::unknown;
  double seen = 0;  ///< what the device said
};

/// A Modbus device of any model: a unit on a bus and the points of its profile. Reads what it is told to and decides no
/// schedule. One owner; one call at a time.
class ModbusDevice {
 public:
  /// `bus` and `profile` must outlive it. `period`: replaces every point's own, 0 for none. `now`: for tests.
  ModbusDevice(Bus& bus, std::uint8_t unit, const Profile& profile, std::chrono::milliseconds period = {},
               BootTime (*now)() = &boot_now);

  /// The questions there are now.
  [[nodiscard]] const std::vector<modbus::Block>& blocks() const { return plan_.blocks(); }
  /// Points that the device refused and that are not asked for now.
  [[nodiscard]] std::vector<std::size_t> refused_points() const { return plan_.refused_points(); }

  /// Reads a block. When the device refuses it, but answers another question and then refuses it again, the block is
  /// split, or its lone point leaves the plan; a device that refuses everything keeps its plan and fails. What was
  /// split or left is tried again here, one question in a read, first 5 s later and in the end every 10 min.
  /// `probe`: the device may be gone; wait no longer than was learned of it, or so long (`AnswerLimits::probe`).
  boost::asio::awaitable<BlockOutcome> read(std::size_t block,
                                            std::optional<std::chrono::nanoseconds> probe = std::nullopt);
  /// Reads some points of a block with a question of another shape, so that nothing that answered the first time can
  /// answer again: the second read that confirms.
  boost::asio::awaitable<BlockOutcome> read_again(std::size_t block, std::vector<std::size_t> points);
  /// Asks for the constant that the profile knows the model by.
  boost::asio::awaitable<Result<Identity>> identify();

 private:
  boost::asio::awaitable<Result<modbus::Answer>> ask(modbus::Request request,
                                                     std::optional<std::chrono::nanoseconds> probe = std::nullopt);
  [[nodiscard]] std::vector<modbus::Request> other_shapes(const modbus::Block& block,
                                                          const std::vector<std::size_t>& points) const;
  /// The device refused the block once: whether it means it. `answer` becomes what it said last.
  boost::asio::awaitable<bool> means_it(std::size_t block, modbus::Request request, Result<modbus::Answer>& answer);
  /// Whether the device answers any question but this block.
  boost::asio::awaitable<bool> answers_otherwise(std::size_t block);
  /// What a refused block comes to; on a device that answers nothing else either, with others of its points.
  boost::asio::awaitable<BlockOutcome> refused(std::size_t block, Error error);
  BlockOutcome give_way(std::size_t block);
  /// Asks for what left the plan if its time has come; true when the plan has changed.
  boost::asio::awaitable<bool> try_shape(bool well);

  Bus& bus_;
  std::uint8_t unit_;
  const Profile& profile_;
  BootTime (*now_)();
  modbus::ReadPlan plan_;
  unsigned refused_reads_ = 0;    ///< in a row, nothing answered between
  unsigned unwitnessed_ = 0;      ///< refused reads in a row in which nothing else was answered
  std::size_t next_witness_ = 0;  ///< where the search goes on, so that every one has its turn
  bool told_of_others_ = false;   ///< readings of points outside the block that was read were handed on as refused
  std::vector<std::size_t> also_refused_;        ///< points of the witnesses that were refused in this read
  std::vector<modbus::Request> refused_shapes_;  ///< other shapes that the device does not know; few, and bounded
};

}  // namespace inspect::drivers
