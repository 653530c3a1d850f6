#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/core/error.hpp"
#include "protocol/modbus/frame.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace inspect::drivers {

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
};

/// Counts since the bus was made. Foreign, noise and echo are what the agent did not cause.
struct BusCounters {
  std::uint64_t transactions = 0;
  std::uint64_t answered = 0;  ///< exceptions included
  std::uint64_t exceptions = 0;
  std::uint64_t timeouts = 0;
  std::uint64_t corrupt = 0;
  std::uint64_t refused_frames = 0;  ///< wrong unit, function, length, echo, transaction or protocol id
  std::uint64_t foreign = 0;
  std::uint64_t noise_bytes = 0;
  std::uint64_t late = 0;  ///< answers that came after their deadline
  std::uint64_t quarantines = 0;
  std::uint64_t reopened = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t bytes_in = 0;
};

/// One line or connection; one owner, one transaction at a time. Used on the loop only.
class Bus {
 public:
  virtual ~Bus() = default;

  /// Asks and waits to one absolute deadline made from wire time, the device's learned answer time and its limit.
  /// Opens the port when it is closed. A device's exception is an answer, not an error.
  virtual boost::asio::awaitable<Result<modbus::Answer>> transact(modbus::Request request, AnswerLimits limits) = 0;

  [[nodiscard]] virtual const BusCounters& counters() const = 0;
  /// Closes the port; a transaction on its way ends with bus_unavailable.
  virtual void close() = 0;
};

std::unique_ptr<Bus> make_serial_bus(boost::asio::any_io_executor loop, SerialSettings settings);
std::unique_ptr<Bus> make_tcp_bus(boost::asio::any_io_executor loop, TcpSettings settings);

}  // namespace inspect::drivers
