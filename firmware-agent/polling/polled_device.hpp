#pragma once

#include "protocol/core/error.hpp"
#include "protocol/model/line_signs.hpp"
#include "protocol/model/reading.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace inspect::agent {

/// One value out of a block; `point` counts within the device.
struct PointValue {
  std::size_t point = 0;
  double value = 0;
  Quality quality = Quality::bad;
  Reason reason = Reason::never_read;
};

/// How reading a block ended.
struct Sweep {
  std::optional<Error> failure;    ///< nothing when the device answered with values
  std::vector<PointValue> values;  ///< on a failure: the same points, bad, with the reason
  bool replanned = false;          ///< the device refused the block; its blocks are now others
  LineSigns signs{};               ///< what the wire showed meanwhile
};

/// What the poller needs of a driver, whatever the device hangs on.
class PolledDevice {
 public:
  virtual ~PolledDevice() = default;

  [[nodiscard]] virtual std::size_t blocks() const = 0;
  [[nodiscard]] virtual std::chrono::milliseconds period(std::size_t block) const = 0;
  [[nodiscard]] virtual const std::vector<std::size_t>& points(std::size_t block) const = 0;

  virtual boost::asio::awaitable<Sweep> read(std::size_t block) = 0;
  /// The same while the device is believed to be gone: waits only as long as it is known to take, or `spare` if that is
  /// longer. A driver whose questions cost nobody else anything need not tell the two apart.
  virtual boost::asio::awaitable<Sweep> probe(std::size_t block, std::chrono::nanoseconds spare) {
    (void)spare;
    return read(block);
  }
  /// Some points of one block, in a request of another shape than `read` sends: the second read that confirms.
  virtual boost::asio::awaitable<Sweep> read_again(std::size_t block, std::vector<std::size_t> points) = 0;
};

}  // namespace inspect::agent
