#pragma once

#include "drivers/profiles/profile.hpp"
#include "drivers/relay_board/relay_board.hpp"
#include "firmware-agent/polling/polled_device.hpp"

namespace inspect::agent {

/// A relay board as the poller sees devices: one block with a point for each output, in the order of the relays.
///
/// A board that cannot tell says so in every reading: what was ordered last is uncertain and was never read, what was
/// not ordered yet is bad.
class PolledRelay final : public PolledDevice {
 public:
  /// `board` and `profile` must outlive it. `period`: replaces the profile's, 0 for none.
  PolledRelay(drivers::RelayBoard& board, const drivers::Profile& profile, std::chrono::milliseconds period);

  [[nodiscard]] std::size_t blocks() const override { return 1; }
  [[nodiscard]] std::chrono::milliseconds period(std::size_t block) const override;
  [[nodiscard]] const std::vector<std::size_t>& points(std::size_t block) const override;
  boost::asio::awaitable<Sweep> read(std::size_t block) override;
  boost::asio::awaitable<Sweep> read_again(std::size_t block, std::vector<std::size_t> points) override;

 private:
  drivers::RelayBoard& board_;
  std::chrono::milliseconds period_;
  std::vector<std::size_t> points_;
};

}  // namespace inspect::agent
