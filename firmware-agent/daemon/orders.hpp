#pragma once

#include "drivers/permit/write_permit.hpp"
#include "firmware-agent/config/site.hpp"
#include "firmware-agent/control/lookup.hpp"
#include "firmware-agent/guard/order_plan.hpp"
#include "protocol/control/rows.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace inspect::agent {

/// What orders need of the agent.
struct OrderMeans {
  using Permit = std::function<Result<drivers::WritePermit>()>;

  std::function<Moment()> now;
  /// Whether this is the device that was meant.
  std::function<guard::Identity(DeviceIndex)> identity;
  /// Sends an action when the bus has a turn for it; asks for the permit then, and reads back what it did.
  std::function<boost::asio::awaitable<Result<void>>(DeviceIndex, std::string action, Permit permit)> send;
};

/// Carries out what people order, and holds what is to be held. Every single thing that is sent asks the guard at the
/// moment it is sent: an exam that begins ends a hold, too. One for the agent, on the loop.
class Orders {
 public:
  /// So many outputs may be wanted for a while at once.
  static constexpr std::size_t most_wanted = 64;

  /// All must outlive it, and it every order under way.
  Orders(const Site& site, guard::Guard& guard, OrderMeans means, boost::asio::any_io_executor loop);
  Orders(const Orders&) = delete;
  Orders& operator=(const Orders&) = delete;
  ~Orders();

  /// Answered when the first of it was sent and read back. An order for an output ends what was wanted of it before.
  boost::asio::awaitable<Found<control::OrderRow>> order(DeviceIndex device, guard::OrderWish wish, std::string who);
  /// Moves an output for its device's proof: all but the identity must speak for it.
  boost::asio::awaitable<Result<void>> move(DeviceIndex device, std::string output, bool on);
  /// Ends everything that is wanted for a while, as at its end.
  boost::asio::awaitable<void> end_all();

  [[nodiscard]] std::size_t wanted() const { return wanted_.size(); }

 private:
  using Output = std::pair<std::size_t, std::string>;  ///< device and output
  struct Wanted;

  /// For whom a permit is asked, and what the guard said if it gave none.
  struct Asking {
    bool proof = false;
    std::optional<guard::Refusal> refused{};
  };

  boost::asio::awaitable<Result<void>> send(DeviceIndex device, std::string action, std::shared_ptr<Asking> asking);
  boost::asio::awaitable<Found<control::OrderRow>> carry_out(DeviceIndex device, std::string meant,
                                                             guard::OrderPlan plan, std::string who);
  void want(DeviceIndex device, guard::OrderPlan plan, BootTime until, std::string who, bool proof);
  void forget(const Output& output);
  boost::asio::awaitable<void> keep(std::shared_ptr<Wanted> wanted);
  boost::asio::awaitable<void> finish(std::shared_ptr<Wanted> wanted);

  const Site& site_;
  guard::Guard& guard_;
  OrderMeans means_;
  boost::asio::any_io_executor loop_;
  std::map<Output, std::shared_ptr<Wanted>> wanted_;
};

}  // namespace inspect::agent
