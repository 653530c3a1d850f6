#include "drivers/bus/adapter.hpp"
#include "drivers/bus/bus.hpp"
#include "drivers/bus/clock.hpp"
#include "drivers/bus/reopening.hpp"
#include "drivers/bus/serial_port.hpp"
#include "drivers/bus/tap.hpp"
#include "drivers/bus/wire.hpp"
#include "protocol/modbus/rtu_machine.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace inspect::drivers {
namespace {

namespace asio = boost::asio;
using modbus::Step;

/// Writing a frame into a terminal's buffer takes no time unless flow control or a dead adapter stops it.
constexpr std::chrono::seconds write_limit{1};

class SerialBus final : public Bus {
 public:
  SerialBus(const asio::any_io_executor& loop, SerialSettings settings)
      : settings_(std::move(settings)), machine_(modbus::WireTime(settings_.baud), counters_), wire_(loop) {}
  ~SerialBus() override { close(); }
  SerialBus(const SerialBus&) = delete;
  SerialBus& operator=(const SerialBus&) = delete;

  asio::awaitable<Result<modbus::Answer>> transact(modbus::Request request, AnswerLimits limits) override;
  asio::awaitable<Result<void>> listen(BootTime until) override;
  [[nodiscard]] const BusCounters& counters() const override { return counters_; }
  void set_tap(Tap* tap) override { tap_ = tap; }
  void close() override;

 private:
  Result<void> open();
  asio::awaitable<Result<modbus::Answer>> run();
  asio::awaitable<std::optional<Error>> follow(Step step);
  std::optional<Error> take();
  Error lost(int error);
  void count_line_errors();

  SerialSettings settings_;
  BusCounters counters_;
  modbus::RtuMachine machine_;
  std::optional<SerialPort> port_;
  Wire wire_;  // lets the descriptor go before the port closes it
  Reopening reopening_;
  Tap* tap_ = nullptr;
  bool busy_ = false;
  bool ever_opened_ = false;
  std::uint64_t line_errors_ = 0;  ///< of the port, when they were last asked for
};

Result<void> SerialBus::open() {
  if (port_) return {};
  if (auto checked = check(settings_); !checked) return checked.error();
  if (!reopening_.allowed(boot_now())) {
    return fail(Errc::bus_unavailable, settings_.port + ": waiting before it is tried again");
  }
  auto port = SerialPort::open(settings_);
  if (!port) {
    reopening_.failed(boot_now());
    return port.error();
  }
  reopening_.succeeded();
  if (ever_opened_) ++counters_.reopened;
  ever_opened_ = true;
  port_ = std::move(*port);
  wire_.adopt(port_->descriptor(), Wire::Kind::terminal);
  line_errors_ = line_errors(port_->descriptor()).value_or(0);
  machine_.opened(boot_now());
  return {};
}

void SerialBus::close() {
  wire_.let_go();
  port_.reset();
}

Error SerialBus::lost(int error) {
  close();
  machine_.opened(boot_now());
  reopening_.failed(boot_now());  // a port that opens and fails again at once must not be tried in a circle
  return fail(Errc::bus_unavailable, settings_.port + ": lost: " + std::strerror(error));
}

asio::awaitable<Result<modbus::Answer>> SerialBus::transact(modbus::Request request, AnswerLimits limits) {
  if (busy_) co_return fail(Errc::invalid_argument, "a bus has one transaction at a time");
  if (auto opened = open(); !opened) co_return opened.error();
  busy_ = true;
  const struct Release {
    SerialBus& bus;
    ~Release() {
      bus.busy_ = false;
      if (bus.tap_ != nullptr) bus.tap_->ended(boot_now());
    }
  } release{*this};
  machine_.begin(request, {limits.answer, limits.gap, limits.registers_per_read, limits.bits_per_read, limits.probe},
                 boot_now());
  auto result = co_await run();
  if (!result) count_line_errors();
  co_return result;
}

/// Asked of the driver only when something went wrong: a question to the kernel costs as much as a character.
void SerialBus::count_line_errors() {
  const auto errors = port_ ? line_errors(port_->descriptor()) : std::nullopt;
  if (!errors) return;
  counters_.framing += *errors - std::min(line_errors_, *errors);
  line_errors_ = *errors;
}

asio::awaitable<Result<void>> SerialBus::listen(BootTime until) {
  if (busy_) co_return fail(Errc::invalid_argument, "a bus has one transaction at a time");
  if (auto opened = open(); !opened) co_return opened.error();
  busy_ = true;
  const struct Release {
    bool& busy;
    ~Release() { busy = false; }
  } release{busy_};
  while (boot_now() < until) {
    co_await wire_.readable_or(until);
    if (auto error = take()) co_return std::move(*error);
  }
  co_return Result<void>{};
}

asio::awaitable<Result<modbus::Answer>> SerialBus::run() {
  for (;;) {
    const auto step = machine_.next(boot_now());
    if (step.what == Step::Do::done) co_return machine_.result();
    if (auto error = co_await follow(step)) co_return std::move(*error);
  }
}

asio::awaitable<std::optional<Error>> SerialBus::follow(Step step) {
  if (step.what == Step::Do::send) {
    const auto error = co_await wire_.write_all(step.bytes, boot_now() + write_limit);
    if (error != 0) co_return lost(error);
    machine_.sent(boot_now());
    if (tap_ != nullptr) tap_->sent(step.bytes, boot_now());
    co_return std::nullopt;
  }
  if (step.until > boot_now()) {
    if (step.what == Step::Do::sleep) {
      co_await wire_.sleep_until(step.until);
    } else {
      co_await wire_.readable_or(step.until);
    }
  }
  co_return take();
}

std::optional<Error> SerialBus::take() {
  std::array<std::uint8_t, 512> bytes;
  const auto got = wire_.read_now(bytes);
  // A terminal whose other end is gone reads as ended or as EIO.
  if (got == Wire::closed_by_peer) return lost(EIO);
  if (got < 0) return lost(-got);
  if (tap_ != nullptr && got > 0) tap_->received(std::span(bytes).first(static_cast<std::size_t>(got)), boot_now());
  machine_.take(std::span(bytes).first(static_cast<std::size_t>(got)), boot_now());
  return std::nullopt;
}

}  // namespace

std::unique_ptr<Bus> make_serial_bus(const asio::any_io_executor& loop, SerialSettings settings) {
  return std::make_unique<SerialBus>(loop, std::move(settings));
}

}  // namespace inspect::drivers
