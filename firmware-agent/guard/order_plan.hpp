#pragma once

#include "drivers/profiles/profile.hpp"
#include "firmware-agent/guard/guard.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::guard {

/// An output that must not stay on when the agent dies has to be off by then.
constexpr std::chrono::seconds release_within{2};
/// So long an output that is held by sending again and again is held, when nobody said how long …
constexpr std::chrono::minutes usual_hold{1};
/// … and the longest that anybody may say.
constexpr std::chrono::hours longest_hold{1};

/// How a person's order is carried out.
struct OrderPlan {
  std::string first;                    ///< the action that is sent: "relay.3.pulse" where "relay.3.on" was meant
  std::chrono::milliseconds again{0};   ///< held: it is sent again this often, while it is wanted; 0: sent once
  std::chrono::milliseconds length{0};  ///< wanted for so long; 0: until another order
  std::string last;                     ///< sent when the length is over; empty: nothing, or it lets go by itself

  friend bool operator==(const OrderPlan&, const OrderPlan&) = default;
};

struct OrderWish {
  std::string action;                                 ///< "relay.3.on"
  std::optional<std::chrono::milliseconds> length{};  ///< `on` only
};

/// How this is carried out so that nothing dangerous is left behind when the agent dies. An output is such a one where
/// the profile says so (`unsafe_if_left`), and where the site allows it to be switched on for a while only (the timed
/// action of the profile's release, and not `on`). It is then switched on by the board's own timer and that is started
/// anew while it is wanted, or left to the board's poll time-out. Where the board offers neither within
/// `release_within` the order is refused. What may be sent at all is not asked here: each action needs its permit.
/// Pure.
boost::system::result<OrderPlan, Refusal> plan_order(const drivers::Profile& profile,
                                                     const std::vector<std::string>& allowed, const OrderWish& wish);

/// "relay.3" of "relay.3.on": the output that an order is for.
std::string output_of(std::string_view action);

}  // namespace inspect::guard
