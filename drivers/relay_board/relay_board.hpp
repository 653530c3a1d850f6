#pragma once

#include "drivers/bus/clock.hpp"
#include "drivers/permit/write_permit.hpp"
#include "protocol/core/error.hpp"
#include "protocol/usb/relay_board.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace inspect::drivers {

/// How a relay board is reached: HID over a USB port, or bytes on a serial port. One call at a time.
class RelayWire {
 public:
  virtual ~RelayWire() = default;

  virtual boost::asio::awaitable<Result<void>> send(usb::Bytes order) = 0;
  /// What the outputs are; `unsupported_point` where the board has no way to tell.
  virtual boost::asio::awaitable<Result<usb::RelayStates>> states() = 0;
  /// How the whole exchange ended, after all tries.
  virtual boost::asio::awaitable<void> exchanged(std::optional<Errc> failure) = 0;
  virtual void close() = 0;
};

/// The board's health, told beside its values: none of it is a fault of a relay.
struct RelayBoardCounters {
  std::uint64_t reads = 0;
  std::uint64_t retried = 0;      ///< reads that failed once or twice and then came: one in a hundred is usual
  std::uint64_t failed = 0;       ///< reads that did not come at all
  std::uint64_t corrupt_ids = 0;  ///< reads in which the five characters were no text
  std::uint64_t orders = 0;
  std::uint64_t not_taken = 0;  ///< orders after which the board told another state
};

/// A relay board of any model. Reads its outputs, which are latches and no contacts, and orders them one by one.
class RelayBoard {
 public:
  RelayBoard(std::string device, usb::RelayLayout layout, std::unique_ptr<RelayWire> wire,
             BootTime (*now)() = &boot_now);

  /// A failing read is tried three times. `unsupported_point`: the board has no way to tell; `ordered` is all there is.
  boost::asio::awaitable<Result<usb::RelayStates>> read();
  /// Orders, and reads back where the board can tell: `device_refused` when it then tells another state. `action` is
  /// the permit's.
  boost::asio::awaitable<Result<void>> order(usb::RelayOrder order, std::string action, WritePermit permit);

  /// What was ordered last, by channel; nothing where nothing was since the device was opened.
  [[nodiscard]] const std::vector<std::optional<bool>>& ordered() const { return ordered_; }
  [[nodiscard]] const usb::RelayLayout& layout() const { return layout_; }
  [[nodiscard]] const RelayBoardCounters& counters() const { return counters_; }
  /// The board's own five characters as they were last read since it was plugged in; empty where it has none, or none
  /// that is text. A hint and no identity.
  [[nodiscard]] const std::string& id() const { return id_; }
  void close() { wire_->close(); }

 private:
  boost::asio::awaitable<Result<usb::RelayStates>> read_states();
  [[nodiscard]] bool shows(const usb::RelayStates& states, const usb::RelayOrder& order) const;
  void remember(const usb::RelayOrder& order);
  void forget_orders() { ordered_.assign(layout_.channels, std::nullopt); }

  std::string device_;
  usb::RelayLayout layout_;
  std::unique_ptr<RelayWire> wire_;
  BootTime (*now_)();
  std::vector<std::optional<bool>> ordered_;
  RelayBoardCounters counters_;
  std::string id_;
};

}  // namespace inspect::drivers
