#pragma once

#include "cloud-bridge/ticketing/config/ticketd_config.hpp"
#include "protocol/core/error.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace inspect::ticketing {

/// The whole service on one loop and one desk thread: broker and browsers outside, the desk inside.
class TicketService {
 public:
  /// Opens the store, loads the pages and binds the address; nothing runs before `loop` does.
  static Result<std::unique_ptr<TicketService>> make(boost::asio::io_context& loop, const TicketdConfig& config);
  ~TicketService();
  TicketService(const TicketService&) = delete;
  TicketService& operator=(const TicketService&) = delete;

  void start();
  /// Says goodbye to the broker, closes the browsers' connections and lets the loop run out; what the desk has begun
  /// it finishes.
  void stop();
  [[nodiscard]] std::uint16_t port() const;

 private:
  class Core;
  explicit TicketService(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

}  // namespace inspect::ticketing
