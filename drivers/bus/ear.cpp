#include "drivers/bus/ear.hpp"

#include "drivers/bus/clock.hpp"
#include "drivers/bus/listening_port.hpp"
#include "drivers/bus/reopening.hpp"
#include "drivers/bus/tap.hpp"
#include "drivers/bus/wire.hpp"

#include <cstring>
#include <optional>

namespace inspect::drivers {
namespace {

namespace asio = boost::asio;

class SerialEar final : public Ear {
 public:
  SerialEar(const asio::any_io_executor& loop, SerialSettings settings) : settings_(std::move(settings)), wire_(loop) {}
  ~SerialEar() override { close(); }
  SerialEar(const SerialEar&) = delete;
  SerialEar& operator=(const SerialEar&) = delete;

  asio::awaitable<Result<std::size_t>> hear(std::span<std::uint8_t> into, BootTime until) override;
  [[nodiscard]] BusCounters& counters() override { return counters_; }
  void set_tap(Tap* tap) override { tap_ = tap; }
  void close() override {
    wire_.let_go();
    port_.reset();
  }

 private:
  Result<void> open();

  SerialSettings settings_;
  BusCounters counters_;
  std::optional<ListeningPort> port_;
  Wire wire_;  // lets the descriptor go before the port closes it
  Reopening reopening_;
  Tap* tap_ = nullptr;
  bool ever_opened_ = false;
};

Result<void> SerialEar::open() {
  if (port_) return {};
  if (!reopening_.allowed(boot_now())) {
    return fail(Errc::bus_unavailable, settings_.port + ": waiting before it is tried again");
  }
  auto port = ListeningPort::open(settings_);
  if (!port) {
    reopening_.failed(boot_now());
    return port.error();
  }
  reopening_.succeeded();
  if (ever_opened_) ++counters_.reopened;
  ever_opened_ = true;
  port_.emplace(std::move(*port));
  wire_.adopt(port_->descriptor(), Wire::Kind::terminal);
  return {};
}

asio::awaitable<Result<std::size_t>> SerialEar::hear(std::span<std::uint8_t> into, BootTime until) {
  if (auto opened = open(); !opened) co_return opened.error();
  if (until > boot_now()) co_await wire_.readable_or(until);
  const auto got = wire_.read_now(into);
  if (got >= 0) {
    const auto count = static_cast<std::size_t>(got);
    if (tap_ != nullptr && count > 0) tap_->received(into.first(count), boot_now());
    co_return count;
  }
  close();
  reopening_.failed(boot_now());  // a port that opens and fails again at once must not be tried in a circle
  co_return fail(Errc::bus_unavailable,
                 settings_.port + ": lost: " + std::strerror(got == Wire::closed_by_peer ? EIO : -got));
}

}  // namespace

std::unique_ptr<Ear> make_ear(const asio::any_io_executor& loop, SerialSettings settings) {
  return std::make_unique<SerialEar>(loop, std::move(settings));
}

}  // namespace inspect::drivers
