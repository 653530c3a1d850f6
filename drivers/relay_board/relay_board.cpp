#include "drivers/relay_board/relay_board.hpp"

#include <algorithm>
#include <utility>

namespace inspect::drivers {

namespace asio = boost::asio;

namespace {

/// One read in a hundred fails on a healthy board: three in a row do so once in a million.
constexpr unsigned tries = 3;

bool worth_another_try(Errc code) {
  return code == Errc::device_refused || code == Errc::corrupt_frame || code == Errc::timeout;
}

}  // namespace

RelayBoard::RelayBoard(std::string device, usb::RelayLayout layout, std::unique_ptr<RelayWire> wire, BootTime (*now)())
    : device_(std::move(device)), layout_(std::move(layout)), wire_(std::move(wire)), now_(now) {
  forget_orders();
}

asio::awaitable<Result<usb::RelayStates>> RelayBoard::read_states() {
  ++counters_.reads;
  Result<usb::RelayStates> states = fail(Errc::timeout, "not asked");
  for (unsigned tried = 1; tried <= tries; ++tried) {
    states = co_await wire_->states();
    if (states) {
      if (tried > 1) ++counters_.retried;
      break;
    }
    // A board that may hang is asked again at the next poll: three time-outs at once would hold everything up.
    if (!worth_another_try(states.error().code) || (states.error().code == Errc::timeout && tried == 2)) break;
  }
  if (!states) {
    if (states.error().code != Errc::unsupported_point) ++counters_.failed;
    // Who was away may have been without power, and a board without power forgets.
    if (states.error().code == Errc::bus_unavailable) {
      forget_orders();
      id_.clear();
    }
    co_return states;
  }
  if (!states->id_intact) ++counters_.corrupt_ids;
  if (states->id_intact) id_ = states->id;
  co_return states;
}

asio::awaitable<Result<usb::RelayStates>> RelayBoard::read() {
  auto states = co_await read_states();
  const bool failed = !states && states.error().code != Errc::unsupported_point;
  co_await wire_->exchanged(failed ? std::optional(states.error().code) : std::nullopt);
  co_return states;
}

bool RelayBoard::shows(const usb::RelayStates& states, const usb::RelayOrder& order) const {
  if (order.channel) return states.on.at(*order.channel - 1U) == order.on;
  return std::all_of(states.on.begin(), states.on.end(), [&](bool on) { return on == order.on; });
}

void RelayBoard::remember(const usb::RelayOrder& order) {
  if (order.channel) {
    ordered_.at(*order.channel - 1U) = order.on;
  } else {
    ordered_.assign(layout_.channels, order.on);
  }
}

asio::awaitable<Result<void>> RelayBoard::order(usb::RelayOrder order, std::string action, WritePermit permit) {
  if (auto mine = std::move(permit).spend(device_, action, now_()); !mine) co_return mine;
  auto bytes = usb::encode_order(layout_, order);
  if (!bytes) co_return bytes.error();
  ++counters_.orders;
  auto sent = co_await wire_->send(std::move(*bytes));
  if (!sent) {
    co_await wire_->exchanged(sent.error().code);
    co_return sent;
  }
  remember(order);
  auto states = co_await read();
  if (!states) {
    if (states.error().code == Errc::unsupported_point) co_return Result<void>{};
    co_return std::move(states).error().within("the order went out, but was not read back");
  }
  if (shows(*states, order)) co_return Result<void>{};
  ++counters_.not_taken;
  co_return fail(Errc::device_refused, "the board tells another state than was ordered");
}

}  // namespace inspect::drivers
