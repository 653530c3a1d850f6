#include "drivers/bus/bus.hpp"
#include "drivers/bus/clock.hpp"
#include "drivers/bus/reopening.hpp"
#include "drivers/bus/tap.hpp"
#include "drivers/bus/wire.hpp"
#include "protocol/modbus/tcp_machine.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <cstring>
#include <optional>

namespace inspect::drivers {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using modbus::Step;

constexpr auto as_value = asio::as_tuple(asio::use_awaitable);

/// A device on the same network is there at once or not at all; a name server may take its time.
constexpr std::chrono::seconds connect_limit{2};
constexpr std::chrono::seconds write_limit{1};

class TcpBus final : public Bus {
 public:
  TcpBus(const asio::any_io_executor& loop, TcpSettings settings)
      : settings_(std::move(settings)), machine_(counters_), wire_(loop), resolver_(loop), socket_(loop) {}
  ~TcpBus() override { close(); }
  TcpBus(const TcpBus&) = delete;
  TcpBus& operator=(const TcpBus&) = delete;

  asio::awaitable<Result<modbus::Answer>> transact(modbus::Request request, AnswerLimits limits) override;
  [[nodiscard]] const BusCounters& counters() const override { return counters_; }
  void set_tap(Tap* tap) override { tap_ = tap; }
  void close() override;

 private:
  asio::awaitable<std::optional<Error>> open();
  asio::awaitable<boost::system::error_code> connect();
  asio::awaitable<boost::system::error_code> resolve_and_connect();
  asio::awaitable<std::optional<Error>> follow(Step step);
  asio::awaitable<std::optional<Error>> send(modbus::BytesView bytes);
  std::optional<Error> take();
  Error lost(int error);
  [[nodiscard]] std::string where() const { return settings_.host + ":" + std::to_string(settings_.port); }

  TcpSettings settings_;
  BusCounters counters_;
  modbus::TcpMachine machine_;
  Wire wire_;
  tcp::resolver resolver_;
  tcp::socket socket_;  ///< only while connecting; then the wire has its descriptor
  Reopening reopening_;
  Tap* tap_ = nullptr;
  bool busy_ = false;
  bool ever_opened_ = false;
  std::uint64_t closings_ = 0;  ///< how often somebody called close(): tells a waiting transaction
};

void TcpBus::close() {
  ++closings_;
  wire_.let_go();
  resolver_.cancel();
  boost::system::error_code ignored;
  socket_.close(ignored);
  machine_.closed(boot_now());
}

Error TcpBus::lost(int error) {
  wire_.let_go();
  machine_.closed(boot_now());
  return fail(Errc::bus_unavailable, where() + ": " + std::strerror(error));
}

asio::awaitable<boost::system::error_code> TcpBus::resolve_and_connect() {
  const auto [unknown, endpoints] =
      co_await resolver_.async_resolve(settings_.host, std::to_string(settings_.port), as_value);
  if (unknown) co_return unknown;
  const auto [refused, endpoint] = co_await asio::async_connect(socket_, endpoints, as_value);
  co_return refused;
}

asio::awaitable<boost::system::error_code> TcpBus::connect() {
  using namespace asio::experimental::awaitable_operators;
  asio::steady_timer limit(socket_.get_executor(), connect_limit);
  const auto first = co_await (resolve_and_connect() || limit.async_wait(as_value));
  if (first.index() != 0) co_return asio::error::timed_out;
  co_return std::get<0>(first);
}

asio::awaitable<std::optional<Error>> TcpBus::open() {
  wire_.let_go();
  if (!reopening_.allowed(boot_now())) {
    co_return fail(Errc::bus_unavailable, where() + ": waiting before it is tried again");
  }
  const auto closings = closings_;
  const auto error = co_await connect();
  if (closings != closings_ || error) {
    boost::system::error_code ignored;
    socket_.close(ignored);
    if (closings != closings_) co_return fail(Errc::bus_unavailable, where() + ": closed by us");
    reopening_.failed(boot_now());
    co_return fail(Errc::bus_unavailable, where() + ": " + error.message());
  }
  boost::system::error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  socket_.set_option(asio::socket_base::keep_alive(true), ignored);
  socket_.native_non_blocking(true, ignored);
  reopening_.succeeded();
  if (ever_opened_) ++counters_.reopened;
  ever_opened_ = true;
  wire_.adopt(socket_.release(), Wire::Kind::socket);
  machine_.opened(boot_now());
  co_return std::nullopt;
}

asio::awaitable<Result<modbus::Answer>> TcpBus::transact(modbus::Request request, AnswerLimits limits) {
  if (busy_) co_return fail(Errc::invalid_argument, "a bus has one transaction at a time");
  busy_ = true;
  const struct Release {
    TcpBus& bus;
    ~Release() {
      bus.busy_ = false;
      if (bus.tap_ != nullptr) bus.tap_->ended(boot_now());
    }
  } release{*this};
  const auto closings = closings_;
  machine_.begin(request, {limits.answer, limits.gap, limits.registers_per_read, limits.bits_per_read, limits.probe},
                 boot_now());
  for (;;) {
    const auto step = machine_.next(boot_now());
    if (step.what == Step::Do::done) co_return machine_.result();
    if (auto error = co_await follow(step)) co_return std::move(*error);
    if (closings != closings_) co_return fail(Errc::bus_unavailable, where() + ": closed by us");
  }
}

asio::awaitable<std::optional<Error>> TcpBus::follow(Step step) {
  switch (step.what) {
    case Step::Do::reopen: co_return co_await open();
    case Step::Do::send: co_return co_await send(step.bytes);
    case Step::Do::sleep:
      if (step.until > boot_now()) co_await wire_.sleep_until(step.until);
      break;
    case Step::Do::receive: co_await wire_.readable_or(step.until); break;
    case Step::Do::done: break;
  }
  co_return take();
}

asio::awaitable<std::optional<Error>> TcpBus::send(modbus::BytesView bytes) {
  const auto error = co_await wire_.write_all(bytes, boot_now() + write_limit);
  if (error != 0) co_return lost(error);
  machine_.sent(boot_now());
  if (tap_ != nullptr) tap_->sent(bytes, boot_now());
  co_return std::nullopt;
}

std::optional<Error> TcpBus::take() {
  std::array<std::uint8_t, 1024> bytes;
  const auto got = wire_.read_now(bytes);
  if (got >= 0) {
    const auto taken = std::span(bytes).first(static_cast<std::size_t>(got));
    if (tap_ != nullptr && got > 0) tap_->received(taken, boot_now());
    machine_.take(taken, boot_now());
    return std::nullopt;
  }
  // Before the question was sent the machine opens anew; after it, its result says that the connection was closed.
  wire_.let_go();
  machine_.closed(boot_now());
  return std::nullopt;
}

}  // namespace

std::unique_ptr<Bus> make_tcp_bus(const asio::any_io_executor& loop, TcpSettings settings) {
  return std::make_unique<TcpBus>(loop, std::move(settings));
}

}  // namespace inspect::drivers
