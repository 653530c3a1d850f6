#pragma once

#include "protocol/core/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <span>

namespace inspect::drivers {

/// A descriptor and a timer: the little that a transaction needs of the operating system. Waiting ends early when the
/// wire is let go; whoever waited asks `is_open`.
class Wire {
 public:
  enum class Kind : std::uint8_t { terminal, socket };

  explicit Wire(const boost::asio::any_io_executor& loop) : descriptor_(loop), timer_(loop) {}

  /// Watches a non-blocking descriptor; a socket is owned from now on, a terminal stays its port's.
  void adopt(int descriptor, Kind kind);
  /// Ends what waits; closes a socket.
  void let_go();
  [[nodiscard]] bool is_open() const { return number_ >= 0; }

  /// May end a little early, by what was learned of how late this computer wakes (at most 50 µs); asked again so near
  /// its end, it waits without sleeping. So whoever needs the very instant asks until it is there.
  boost::asio::awaitable<void> sleep_until(BootTime until);
  /// Waits until there is something to read (or the other side closed) or `until` passes.
  boost::asio::awaitable<void> readable_or(BootTime until);

  static constexpr int closed_by_peer = -10'000;
  /// What lies there now, without waiting: the count of bytes, 0 for nothing, `closed_by_peer`, or a negative errno.
  int read_now(std::span<std::uint8_t> into);
  /// Writes everything before `until`; 0 or an errno.
  boost::asio::awaitable<int> write_all(std::span<const std::uint8_t> bytes, BootTime until);

 private:
  using Descriptor = boost::asio::posix::stream_descriptor;
  boost::asio::awaitable<void> ready_or(Descriptor::wait_type what, BootTime until);
  void watch();
  void unwatch();
  void set_timer(BootTime until);

  /// The reactor wakes the program for every byte on a descriptor it knows, asked or not. So a terminal is shown to it
  /// only while somebody waits, and the bytes of a slow line come in unwatched; a socket stays.
  Descriptor descriptor_;
  int number_ = -1;
  boost::asio::steady_timer timer_;
  std::chrono::nanoseconds lateness_{0};
  Kind kind_ = Kind::terminal;
};

}  // namespace inspect::drivers
