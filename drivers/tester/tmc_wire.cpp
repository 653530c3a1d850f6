#include "drivers/tester/tmc_wire.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace inspect::drivers {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using usb::TransferEnd;
using usb::TransferStep;

namespace {

TransferEnd end_of(Errc code) {
  switch (code) {
    case Errc::timeout: return TransferEnd::timed_out;
    case Errc::device_refused: return TransferEnd::stalled;
    case Errc::bus_unavailable: return TransferEnd::gone;
    default: return TransferEnd::failed;
  }
}

usb::TmcPort port_of(const UsbInterface& interface) {
  using Kind = UsbEndpoint::Kind;
  usb::TmcPort port;
  port.interface = interface.number;
  if (const auto out = interface.endpoint(Kind::bulk, false)) port.bulk_out = out->address;
  if (const auto in = interface.endpoint(Kind::bulk, true)) {
    port.bulk_in = in->address;
    port.packet = std::max<std::uint16_t>(in->packet, 1);
  }
  if (const auto notify = interface.endpoint(Kind::interrupt, true)) port.interrupt_in = notify->address;
  return port;
}

UsbPipe::Limit left_until(BootTime until) {
  return std::max(std::chrono::duration_cast<UsbPipe::Limit>(until - boot_now()), UsbPipe::Limit{1});
}

class TmcWire final : public TesterWire {
 public:
  TmcWire(UsbLine& line, usb::TmcCounters& counters, std::string line_end)
      : line_(line), counters_(counters), line_end_(std::move(line_end)) {}

  asio::awaitable<Result<void>> tell(std::string text, BootTime until) override {
    usb::TmcTask task{usb::TmcTask::What::write, bytes_of(text), until - boot_now()};
    const auto done = co_await run(std::move(task));
    if (!done) co_return done.error();
    co_return Result<void>{};
  }

  asio::awaitable<Result<std::string>> ask(std::string text, BootTime until) override {
    usb::TmcTask task{usb::TmcTask::What::query, bytes_of(text), until - boot_now()};
    const auto answer = co_await run(std::move(task));
    if (!answer) co_return answer.error();
    std::string line(answer->begin(), answer->end());
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
    co_return line;
  }

  asio::awaitable<void> exchanged(std::optional<Errc> failure) override { return line_.exchanged(failure); }
  void close() override { line_.close(); }

 private:
  [[nodiscard]] usb::Bytes bytes_of(const std::string& text) const {
    usb::Bytes bytes(text.begin(), text.end());
    bytes.insert(bytes.end(), line_end_.begin(), line_end_.end());
    return bytes;
  }

  asio::awaitable<Result<usb::Bytes>> run(usb::TmcTask task) {
    auto opened = co_await line_.pipe();
    if (!opened) co_return opened.error();
    const auto pipe = std::move(*opened);
    if (pipe != pipe_.lock()) {
      pipe_ = pipe;
      const auto& facts = *line_.facts();
      machine_.emplace(port_of(line_.interface()), usb::tmc_quirks(facts.vendor, facts.product), counters_);
      // Whatever an earlier program left in its pipes must not be taken for our answer.
      usb::TmcTask clear{usb::TmcTask::What::clear, {}, 2s};
      auto cleared = co_await follow(*pipe, std::move(clear));
      if (!cleared) {
        pipe_.reset();
        co_return std::move(cleared).error().within("the instrument cannot be cleared");
      }
    }
    co_return co_await follow(*pipe, std::move(task));
  }

  asio::awaitable<Result<usb::Bytes>> follow(UsbPipe& pipe, usb::TmcTask task) {
    machine_->begin(std::move(task), boot_now());
    for (;;) {
      const auto step = machine_->next(boot_now());
      if (step.what == TransferStep::Do::done) break;
      usb::Bytes in;
      const auto result = co_await move(pipe, step, in);
      machine_->take(result, boot_now());
    }
    if (machine_->needs_reset()) {
      pipe_.reset();
      (void)co_await pipe.reset();
      line_.close();
    }
    co_return machine_->result();
  }

  /// Carries one step out; what came in lies in `in`.
  asio::awaitable<usb::TransferResult> move(UsbPipe& pipe, TransferStep step, usb::Bytes& in) {
    const auto limit = left_until(step.until);
    const bool interrupt = step.what == TransferStep::Do::interrupt_in;
    const UsbEndpoint endpoint{step.endpoint, interrupt ? UsbEndpoint::Kind::interrupt : UsbEndpoint::Kind::bulk, 0};
    std::optional<Errc> failure;
    const auto took = [&](Result<usb::Bytes> result) {
      if (result) in = std::move(*result);
      if (!result) failure = result.error().code;
    };
    const auto done = [&](const Result<void>& result) {
      if (!result) failure = result.error().code;
    };
    switch (step.what) {
      case TransferStep::Do::bulk_out: {
        usb::Bytes bytes(step.bytes.begin(), step.bytes.end());
        done(co_await pipe.out(endpoint, std::move(bytes), limit));
        break;
      }
      case TransferStep::Do::bulk_in:
      case TransferStep::Do::interrupt_in: took(co_await pipe.in(endpoint, step.length, limit)); break;
      case TransferStep::Do::control: took(co_await pipe.control_in(step.control, limit)); break;
      case TransferStep::Do::clear_halt: done(co_await pipe.clear_halt(endpoint)); break;
      case TransferStep::Do::sleep: co_await sleep(limit); break;
      case TransferStep::Do::done: break;
    }
    if (failure) co_return usb::TransferResult{end_of(*failure)};
    co_return usb::TransferResult{TransferEnd::completed, in, step.bytes.size()};
  }

  static asio::awaitable<void> sleep(UsbPipe::Limit time) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    timer.expires_after(time);
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }

  UsbLine& line_;
  usb::TmcCounters& counters_;
  std::string line_end_;
  std::weak_ptr<UsbPipe> pipe_;  ///< the one that was cleared
  std::optional<usb::TmcMachine> machine_;
};

}  // namespace

std::unique_ptr<TesterWire> make_tmc_wire(UsbLine& line, usb::TmcCounters& counters, std::string line_end) {
  return std::make_unique<TmcWire>(line, counters, std::move(line_end));
}

}  // namespace inspect::drivers
