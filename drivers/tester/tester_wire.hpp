#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/core/error.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

namespace inspect::drivers {

/// How an instrument is reached: USBTMC, or lines of text on a serial port. One call at a time.
class TesterWire {
 public:
  virtual ~TesterWire() = default;

  /// A text without its line end; one that is not answered.
  virtual boost::asio::awaitable<Result<void>> tell(std::string text, BootTime until) = 0;
  /// A question and its answer, without line ends. `timeout`: none came.
  virtual boost::asio::awaitable<Result<std::string>> ask(std::string text, BootTime until) = 0;
  /// How a whole exchange ended.
  virtual boost::asio::awaitable<void> exchanged(std::optional<Errc> failure) = 0;
  virtual void close() = 0;
};

}  // namespace inspect::drivers
