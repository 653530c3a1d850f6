#include "drivers/usb/line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace inspect::drivers {

namespace asio = boost::asio;

bool UsbKind::fits(const UsbFacts& facts) const {
  if (facts.vendor != vendor || facts.product != product) return false;
  if (textless && !(facts.maker.empty() && facts.name.empty())) return false;
  return (maker.empty() || maker == facts.maker) && (name.empty() || name == facts.name);
}

UsbLine::UsbLine(UsbPorts& ports, std::string port, UsbExpected expected, BootTime (*now)())
    : ports_(ports), port_(std::move(port)), expected_(std::move(expected)), now_(now) {
  ports_.watch(port_, [this](const UsbPlug& plug) {
    pipe_.reset();  // of a device that is no longer there
    if (plug.arrived) {
      hold_off_.arrived(now_());
    } else {
      hold_off_.left(now_());
    }
  });
}

UsbLine::~UsbLine() { ports_.watch(port_, {}); }

UsbCounters UsbLine::counters() const {
  auto counters = counters_;
  counters.arrivals = hold_off_.arrivals();
  counters.departures = hold_off_.departures();
  return counters;
}

std::optional<Error> UsbLine::not_now(BootTime now) const {
  const auto left = [&] { return (hold_off_.allowed_at() - now) / std::chrono::seconds{1} + 1; };
  switch (hold_off_.state(now)) {
    case HoldOff::State::ready: return std::nullopt;
    case HoldOff::State::absent: return fail(Errc::bus_unavailable, "nothing is plugged in at USB port " + port_);
    case HoldOff::State::settling:
    case HoldOff::State::waiting:
      return fail(Errc::bus_unavailable, "the device at USB port " + port_ + " is opened soon");
    case HoldOff::State::held:
      return fail(Errc::timeout,
                  fmt::format("the device at USB port {} failed too often; tried again in {} s", port_, left()));
    case HoldOff::State::storm:
      return fail(
          Errc::bus_unavailable,
          fmt::format("the device at USB port {} came and went too often; tried again in {} s; look at its cable "
                      "and supply",
                      port_, left()));
  }
  return std::nullopt;
}

Result<UsbInterface> UsbLine::fitting(const UsbFacts& facts) const {
  const auto& kinds = expected_.kinds;
  const auto fits = [&](const UsbKind& kind) { return kind.fits(facts); };
  if (kinds.empty() || std::any_of(kinds.begin(), kinds.end(), fits)) {
    for (const auto& each : facts.interfaces) {
      const bool subclass = !expected_.subclass || each.subclass == *expected_.subclass;
      if (each.class_code == expected_.class_code && subclass) return each;
    }
  }
  return fail(Errc::bus_unavailable,
              fmt::format("another device is at USB port {}: {:04x}:{:04x} \"{}\"; plug in the one "
                          "that belongs there, or change the configuration",
                          port_, facts.vendor, facts.product, facts.name));
}

asio::awaitable<Result<std::shared_ptr<UsbPipe>>> UsbLine::open() {
  auto facts = co_await ports_.look(port_);
  if (!facts) co_return facts.error();
  facts_ = *facts;
  auto interface = fitting(*facts);
  if (!interface) co_return interface.error();
  auto pipe = co_await ports_.open(std::move(*facts), interface->number);
  if (!pipe) co_return pipe.error();
  interface_ = std::move(*interface);
  ++counters_.opened;
  co_return std::shared_ptr<UsbPipe>(std::move(*pipe));
}

asio::awaitable<Result<std::shared_ptr<UsbPipe>>> UsbLine::pipe() {
  if (pipe_) co_return pipe_;
  if (auto wait = not_now(now_())) co_return std::move(*wait);
  const auto arrivals = hold_off_.arrivals();
  auto opened = co_await open();
  // A plug that came meanwhile has said what comes next.
  if (arrivals != hold_off_.arrivals()) co_return fail(Errc::bus_unavailable, "the device was plugged in anew");
  if (!opened) {
    hold_off_.not_opened(now_());
    co_return opened.error();
  }
  hold_off_.opened();
  pipe_ = std::move(*opened);
  co_return pipe_;
}

asio::awaitable<void> UsbLine::exchanged(std::optional<Errc> failure) {
  ++counters_.exchanges;
  if (failure) ++counters_.failures;
  if (!hold_off_.exchanged(failure, now_())) co_return;
  // The kernel may give the device another address, and its interfaces are ours no more: it is opened anew in any case.
  const auto pipe = std::exchange(pipe_, nullptr);
  if (!pipe) co_return;
  ++counters_.resets;
  (void)co_await pipe->reset();
}

}  // namespace inspect::drivers
