#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/core/error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace inspect::guard {
class Guard;
}

namespace inspect::drivers {

/// Something a person or a plan wants to change on a device: an action of its profile, by name ("relay.3.on").
struct WriteOrder {
  std::string device;
  std::string action;

  friend bool operator==(const WriteOrder&, const WriteOrder&) = default;
};

/// The right to carry out one order once, soon. Every function that changes something on a device takes one, and only
/// the guard of the agent can make one: a write without its consent does not compile. (decision 0014)
///
///     Result<void> Relay::order(const ActionSpec& action, WritePermit permit) {
///       if (auto mine = std::move(permit).spend(name_, action.name, now_()); !mine) return mine;
///       …
class WritePermit {
 public:
  WritePermit(WritePermit&& other) noexcept;
  WritePermit& operator=(WritePermit&& other) noexcept;
  WritePermit(const WritePermit&) = delete;
  WritePermit& operator=(const WritePermit&) = delete;
  ~WritePermit() = default;

  [[nodiscard]] BootTime until() const { return until_; }

  /// Uses it up, whatever comes out: `not_permitted` unless it is for this very order, not spent and not too old.
  Result<void> spend(std::string_view device, std::string_view action, BootTime now) &&;

 private:
  friend class guard::Guard;
  WritePermit(WriteOrder order, BootTime until) : order_(std::move(order)), until_(until) {}

  std::optional<WriteOrder> order_;  ///< nothing: spent, or moved from
  BootTime until_{};
};

}  // namespace inspect::drivers
