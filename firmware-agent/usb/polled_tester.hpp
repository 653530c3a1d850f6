#pragma once

#include "drivers/profiles/profile.hpp"
#include "drivers/tester/tester.hpp"
#include "firmware-agent/polling/polled_device.hpp"

namespace inspect::agent {

/// What an answer says of a point of the profile, in the point's unit. A number beyond the instrument's range, and one
/// that the quantity cannot be, are bad: implausible; one that is not there was never read.
PointValue value_of(const drivers::Profile& profile, std::size_t point, const usb::TesterAnswer& answer);

/// An instrument as the poller sees devices: one block with all its results. It is asked who it is, and for what it
/// shows where its profile knows how; else its results come from tests alone.
class PolledTester final : public PolledDevice {
 public:
  /// `tester` and `profile` must outlive it. `period`: replaces the profile's, 0 for none.
  PolledTester(drivers::Tester& tester, const drivers::Profile& profile, std::chrono::milliseconds period);

  [[nodiscard]] std::size_t blocks() const override { return 1; }
  [[nodiscard]] std::chrono::milliseconds period(std::size_t block) const override;
  [[nodiscard]] const std::vector<std::size_t>& points(std::size_t block) const override;
  boost::asio::awaitable<Sweep> read(std::size_t block) override;
  boost::asio::awaitable<Sweep> read_again(std::size_t block, std::vector<std::size_t> points) override;

 private:
  boost::asio::awaitable<Result<usb::TesterAnswer>> ask();

  drivers::Tester& tester_;
  const drivers::Profile& profile_;
  std::chrono::milliseconds period_;
  std::vector<std::size_t> points_;
};

}  // namespace inspect::agent
