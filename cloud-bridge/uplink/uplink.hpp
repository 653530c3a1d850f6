#pragma once

#include "cloud-bridge/mqtt/mqtt_client.hpp"
#include "cloud-bridge/uplink/bridge_config.hpp"
#include "protocol/core/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace inspect::bridge {

struct UplinkCounters {
  std::uint64_t shipped = 0;           ///< rows the broker took
  std::uint64_t refused = 0;           ///< rows the broker did not want: tried again after the deadline
  std::uint64_t receipted = 0;         ///< rows the centre has committed, told to the agent
  std::uint64_t overdue = 0;           ///< rows sent again because no receipt came
  std::uint64_t lost = 0;              ///< receipted rows that the centre has lost since: sent again
  std::uint64_t bad_receipts = 0;      ///< messages from the centre that are none for us
  std::uint64_t receipts_dropped = 0;  ///< the agent was away too long; the rows repeat
};

/// Carries the outbox to the centre and the receipts back. A row leaves the outbox only by the centre's receipt;
/// whatever is lost between repeats. It never gives up: agent, broker and centre may each be absent for any time.
class Uplink {
 public:
  Uplink(boost::asio::any_io_executor loop, BridgeConfig config, std::string version);
  ~Uplink();
  Uplink(const Uplink&) = delete;
  Uplink& operator=(const Uplink&) = delete;

  void start();
  /// Tells the centre that the gateway goes away on purpose and closes; at most about three seconds.
  boost::asio::awaitable<void> stop();

  /// For the watchdog: the work goes round and the library gives its handles back.
  [[nodiscard]] bool healthy() const;
  /// One line for `systemctl status`.
  [[nodiscard]] std::string status() const;
  [[nodiscard]] UplinkCounters counters() const;

 private:
  class Core;
  std::shared_ptr<Core> core_;  ///< shared with its own coroutines
};

}  // namespace inspect::bridge
