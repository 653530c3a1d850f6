#pragma once

#include "protocol/core/error.hpp"
#include "protocol/usb/bytes.hpp"
#include "protocol/usb/order_pattern.hpp"

#include <optional>
#include <string>
#include <vector>

namespace inspect::usb {

/// How an order reaches a board.
enum class RelayWay : std::uint8_t {
  feature,  ///< HID feature report, by control transfer
  output,   ///< HID output report: the interrupt OUT endpoint if there is one, else by control transfer
  serial,   ///< bytes on a serial port
};

/// How a board tells its outputs.
enum class RelayState : std::uint8_t {
  none,     ///< not at all: every reading must say so
  feature,  ///< HID feature report with a bitmap (V-USB boards of www.dcttech.com)
  lcus,     ///< one of the answers of LCUS boards to FF, or none: see lcus.hpp
};

/// How a model of relay board speaks, as its profile says it. The families differ in nothing else.
struct RelayLayout {
  RelayWay way = RelayWay::feature;
  std::uint8_t channels = 0;       ///< 1–16
  std::uint8_t report_number = 0;  ///< HID report the orders go to; 0 for none in the descriptor
  std::uint8_t report_size = 8;    ///< data bytes of a report without its number; shorter orders are filled with 0
  OrderPattern on;
  OrderPattern off;
  std::optional<OrderPattern> all_on;   ///< nothing: the board has no such order
  std::optional<OrderPattern> all_off;  ///< nothing: relay by relay
  RelayState state = RelayState::none;

  friend bool operator==(const RelayLayout&, const RelayLayout&) = default;
};

struct RelayOrder {
  std::optional<std::uint8_t> channel;  ///< from 1; nothing: all of them
  bool on = false;

  friend bool operator==(const RelayOrder&, const RelayOrder&) = default;
};

/// The outputs as the board's microcontroller holds them: latches, never contacts.
struct RelayStates {
  std::vector<bool> on;  ///< one per channel
  /// The five characters that V-USB boards keep in EEPROM, as far as they are text. A hint and no identity: they are
  /// known to corrupt on boards that work, and boards leave the factory with the same.
  std::string id;
  bool id_intact = true;  ///< false: counted as the board's health, the outputs are good all the same

  friend bool operator==(const RelayStates&, const RelayStates&) = default;
};

/// The data of an order, without the report number. `invalid_argument` for a channel the board does not have,
/// `unsupported_point` for "all" where the board has no such order.
Result<Bytes> encode_order(const RelayLayout& layout, RelayOrder order);

/// SET_REPORT for `RelayWay::feature`, and for `output` on an interface without an interrupt OUT endpoint. The data
/// stage is what `encode_order` gave. [HID 1.11, 7.2]
ControlRequest set_report(const RelayLayout& layout, std::uint8_t interface, std::size_t size);
/// GET_REPORT for `RelayState::feature`.
ControlRequest get_state(std::uint8_t interface);

/// The answer to `get_state`. Boards and hosts put the report number before it or not: 8 bytes are without, 9 with it.
/// `corrupt_frame` for any other length and for bytes that the firmware always leaves 0 but are not: a failing read, to
/// be tried again (one in a hundred fails on a healthy board).
Result<RelayStates> decode_state(const RelayLayout& layout, BytesView report);

}  // namespace inspect::usb
