#pragma once

#include "drivers/bus/bus.hpp"
#include "firmware-agent/polling/poller.hpp"
#include "firmware-agent/polling/search_pace.hpp"
#include "firmware-agent/polling/visitor.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <optional>

namespace inspect::agent {

/// How one question of a search ended.
struct SearchAnswer {
  std::optional<modbus::Answer> answer;  ///< nothing: silence, or nothing that was whole
  BootClock::duration took{};
};

/// Asks the questions of a search for unknown devices, politely: it listens first, takes idle time or its share, only
/// reads, and ends when another master is heard. One question at a time.
class Prober final : public Visitor {
 public:
  /// All must outlive it.
  Prober(drivers::Bus& bus, Poller& poller, const boost::asio::any_io_executor& loop);

  /// Errc::not_permitted for anything but a read; Errc::device_busy when another search
  /// leaves it no turn for 15 s;
  /// Errc::foreign_frame when another master was heard, Errc::corrupt_frame when noise was, since the search began.
  boost::asio::awaitable<Result<SearchAnswer>> ask(modbus::Request request);
  void stop();

  [[nodiscard]] bool wants(BootTime now, BootTime idle_until) const override;
  [[nodiscard]] BootTime next(BootTime now) const override;
  boost::asio::awaitable<void> visit(BootTime idle_until) override;

 private:
  void begin(BootTime now);
  [[nodiscard]] std::optional<Error> disturbed() const;
  boost::asio::awaitable<void> listen(BootTime until);
  void finish(Result<SearchAnswer> outcome);

  drivers::Bus& bus_;
  Poller& poller_;
  boost::asio::steady_timer done_;
  boost::asio::steady_timer free_;  ///< cancelled when the open question is over
  std::optional<modbus::Request> open_;
  std::optional<Result<SearchAnswer>> outcome_;
  SearchPace pace_;
  BootTime last_{};             ///< of the search's questions
  BootTime listening_until_{};  ///< and asking from then on
  std::uint64_t foreign_ = 0;   ///< counts when the search began
  std::uint64_t noise_ = 0;
  bool stopping_ = false;
};

}  // namespace inspect::agent
