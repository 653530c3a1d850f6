#pragma once

#include "cloud-bridge/ticketing/intake/intake.hpp"

#include <deque>
#include <map>
#include <string>
#include <vector>

namespace inspect::ticketing {

/// What came in and waits for the desk: a queue for each gateway, emptied in turn, so that a gateway that floods makes
/// only itself wait. When a gateway's queue is full its newest message is dropped and counted: it is sent again until
/// it is receipted.
class FairQueue {
 public:
  static constexpr std::size_t most_each = 4096;
  static constexpr std::size_t most_bytes = std::size_t{64} * 1024 * 1024;  ///< of all together
  static constexpr std::size_t most_gateways = 10'000;

  /// False when it was dropped.
  bool put(Incoming incoming);
  /// Up to `most` messages, one of each gateway in turn, each gateway's in the order they came.
  std::vector<Incoming> take(std::size_t most);

  [[nodiscard]] bool empty() const { return queues_.empty(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  std::map<std::string, std::deque<Incoming>> queues_;  ///< none is empty
  std::string last_;                                    ///< whose turn it was
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace inspect::ticketing
