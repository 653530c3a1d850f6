#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/core/error.hpp"
#include "protocol/modbus/frame.hpp"
#include "protocol/modbus/line_counters.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace inspect::drivers {

class Tap;

/// How a serial line is set (a copy of what profile and site say).
struct SerialSettings {
  std::string port;
  std::uint32_t baud = 9600;
  char parity = 'N';  ///< 'N', 'E', 'O'
  std::uint8_t stop_bits = 1;
  bool rs485 = false;
};

struct TcpSettings {
  std::string host;
  std::uint16_t port = 502;
};

/// What a device is allowed before its silence is a time-out.
struct AnswerLimits {
  std::chrono::milliseconds answer{1000};  ///< longest time to the first character, from the profile
  std::chrono::milliseconds gap{0};        ///< silence needed beyond 3.5 characters
  std::uint16_t registers_per_read = 125;  ///< a read may be made longer up to here to tell late answers apart
  std::uint16_t bits_per_read = 2000;
  /// Set for a device that may be gone: the wait for its first character is what was learned of it, or this if longer.
  std::optional<std::chrono::nanoseconds> probe{};
};

/// Counts since the bus was made: what the machine counts on the wire, and the port itself.
struct BusCounters : modbus::LineCounters {
  std::uint64_t reopened = 0;  ///< times the port was opened after the first
};

/// One line or connection; one owner, one transaction at a time. Used on the loop only.
class Bus {
 public:
  virtual ~Bus() = default;

  /// Asks and waits to one absolute deadline made from wire time, the device's learned answer time and its limit.
  /// Opens the port when it is closed. A device's exception is an answer, not an error.
  virtual boost::asio::awaitable<Result<modbus::Answer>> transact(modbus::Request request, AnswerLimits limits) = 0;

  /// Hears what passes without asking, until then; what is foreign is counted. On a connection nobody else can be
  /// heard.
  virtual boost::asio::awaitable<Result<void>> listen(BootTime /*until*/) { co_return Result<void>{}; }

  [[nodiscard]] virtual const BusCounters& counters() const = 0;
  /// Who is shown every byte that passes, or nullptr; must outlive the bus or be taken away before. Nobody is, at
  /// first.
  virtual void set_tap(Tap* /*tap*/) {}
  /// Closes the port; a transaction on its way ends with bus_unavailable.
  virtual void close() = 0;
};

std::unique_ptr<Bus> make_serial_bus(const boost::asio::any_io_executor& loop, SerialSettings settings);
std::unique_ptr<Bus> make_tcp_bus(const boost::asio::any_io_executor& loop, TcpSettings settings);

}  // namespace inspect::drivers
