#include "drivers/serial/serial_talk.hpp"

#include "drivers/bus/clock.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace inspect::drivers {

namespace asio = boost::asio;

SerialTalk::SerialTalk(const asio::any_io_executor& loop, SerialSettings settings)
    : settings_(std::move(settings)), wire_(loop) {}

Result<void> SerialTalk::open() {
  if (port_) return {};
  if (!reopening_.allowed(boot_now())) {
    return fail(Errc::bus_unavailable, settings_.port + ": waiting before it is tried again");
  }
  auto port = SerialPort::open(settings_);
  if (!port) {
    reopening_.failed(boot_now());
    return port.error();
  }
  reopening_.succeeded();
  ++opened_;
  port_ = std::move(*port);
  wire_.adopt(port_->descriptor(), Wire::Kind::terminal);
  return {};
}

void SerialTalk::close() {
  wire_.let_go();
  port_.reset();
}

Error SerialTalk::lost(int error) {
  close();
  reopening_.failed(boot_now());
  return fail(Errc::bus_unavailable, settings_.port + ": lost: " + std::strerror(error));
}

asio::awaitable<Result<void>> SerialTalk::send(usb::Bytes bytes, BootTime until) {
  if (auto opened = open(); !opened) co_return opened.error();
  std::array<std::uint8_t, 256> unread{};
  int count = 0;
  while ((count = wire_.read_now(unread)) > 0) {
  }
  if (count < 0) co_return lost(count == Wire::closed_by_peer ? EIO : -count);
  const int error = co_await wire_.write_all(bytes, until);
  if (!wire_.is_open()) co_return fail(Errc::bus_unavailable, settings_.port + ": closed");
  if (error != 0) co_return lost(error);
  co_return Result<void>{};
}

asio::awaitable<Result<usb::Bytes>> SerialTalk::hear(BootTime until) {
  while (wire_.is_open()) {
    std::array<std::uint8_t, 256> bytes{};
    const int count = wire_.read_now(bytes);
    if (count > 0) co_return usb::Bytes(bytes.begin(), bytes.begin() + count);
    if (count < 0) co_return lost(count == Wire::closed_by_peer ? EIO : -count);
    if (boot_now() >= until) co_return fail(Errc::timeout, settings_.port + ": no answer");
    co_await wire_.readable_or(until);
  }
  co_return fail(Errc::bus_unavailable, settings_.port + ": closed");
}

}  // namespace inspect::drivers
