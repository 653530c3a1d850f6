#pragma once

#include "cloud-bridge/mqtt/mqtt_client.hpp"
#include "protocol/control/request.hpp"
#include "protocol/core/error.hpp"

#include <deque>
#include <string>
#include <variant>

namespace inspect::bridge {

/// What the agent is to be told of the centre.
using News = std::variant<control::GiveReceipt, control::GiveHoldings>;

/// What came from the centre and waits for the agent, in the order it came: a receipt that came after the centre said
/// what it holds is for a row that it has got since. Pure.
class Downlink {
 public:
  static constexpr std::size_t most = 1024;

  explicit Downlink(std::string gateway) : gateway_(std::move(gateway)) {}

  /// Errc::malformed: nothing for this gateway. Errc::device_busy: too much waits, and it is dropped; the centre says
  /// it again, a receipt when the row is repeated.
  Result<void> put(const MqttMessage& message);

  [[nodiscard]] bool empty() const { return waiting_.empty(); }
  /// The oldest; it stays until the agent has it.
  [[nodiscard]] const News& front() const { return waiting_.front(); }
  void pop() { waiting_.pop_front(); }

 private:
  Result<void> add(control::GiveReceipt receipt);
  Result<void> add(control::GiveHoldings holdings);

  std::string gateway_;
  std::deque<News> waiting_;
};

}  // namespace inspect::bridge
