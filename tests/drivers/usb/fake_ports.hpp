#pragma once

#include "drivers/usb/usb.hpp"

#include <functional>
#include <map>

namespace inspect::tests {

/// Ports of a test: what is plugged in, and what a pipe answers.
class FakePorts : public drivers::UsbPorts {
 public:
  using Bytes = usb::Bytes;

  /// What the device does with a transfer; by default it refuses.
  std::function<Result<Bytes>(const usb::ControlRequest&, const Bytes&)> on_control;
  std::function<void()> during_open;
  int opened = 0;
  int resets = 0;

  static drivers::UsbFacts relay(const std::string& port) {
    return {port, 1, 2, 0x16C0, 0x05DF, 0, "www.dcttech.com", "USBRelay4", "", {{0, 0, 3, 0, 0, {}}}};
  }
  void put(const drivers::UsbFacts& facts) { facts_[facts.port] = facts; }
  void plug(const drivers::UsbFacts& facts) {
    put(facts);
    tell({facts.port, true});
  }
  void unplug(const std::string& port) {
    facts_.erase(port);
    tell({port, false});
  }

  boost::asio::awaitable<std::vector<drivers::UsbFacts>> list() override {
    std::vector<drivers::UsbFacts> all;
    for (const auto& [port, facts] : facts_) all.push_back(facts);
    co_return all;
  }
  boost::asio::awaitable<Result<drivers::UsbFacts>> look(std::string port) override {
    const auto found = facts_.find(port);
    if (found == facts_.end()) co_return fail(Errc::bus_unavailable, "nothing is plugged in at USB port " + port);
    co_return found->second;
  }
  boost::asio::awaitable<Result<std::unique_ptr<drivers::UsbPipe>>> open(drivers::UsbFacts, std::uint8_t) override {
    if (during_open) during_open();
    ++opened;
    co_return std::make_unique<Pipe>(*this);
  }
  void watch(const std::string& port, std::function<void(const drivers::UsbPlug&)> watcher) override {
    watchers_[port] = std::move(watcher);
  }

 private:
  class Pipe final : public drivers::UsbPipe {
   public:
    explicit Pipe(FakePorts& ports) : ports_(ports) {}
    boost::asio::awaitable<Result<Bytes>> control_in(usb::ControlRequest request, Limit) override {
      if (ports_.on_control) co_return ports_.on_control(request, {});
      co_return fail(Errc::device_refused, "STALL");
    }
    boost::asio::awaitable<Result<void>> control_out(usb::ControlRequest request, Bytes bytes, Limit) override {
      if (!ports_.on_control) co_return fail(Errc::device_refused, "STALL");
      const auto taken = ports_.on_control(request, bytes);
      if (!taken) co_return taken.error();
      co_return Result<void>{};
    }
    boost::asio::awaitable<Result<void>> out(drivers::UsbEndpoint, Bytes, Limit) override {
      co_return fail(Errc::device_refused, "STALL");
    }
    boost::asio::awaitable<Result<Bytes>> in(drivers::UsbEndpoint, std::size_t, Limit) override {
      co_return fail(Errc::timeout, "nothing");
    }
    boost::asio::awaitable<Result<void>> clear_halt(drivers::UsbEndpoint) override { co_return Result<void>{}; }
    boost::asio::awaitable<Result<void>> reset() override {
      ++ports_.resets;
      co_return Result<void>{};
    }

   private:
    FakePorts& ports_;
  };

  void tell(const drivers::UsbPlug& plug) {
    const auto found = watchers_.find(plug.port);
    if (found != watchers_.end() && found->second) found->second(plug);
  }

  std::map<std::string, drivers::UsbFacts> facts_;
  std::map<std::string, std::function<void(const drivers::UsbPlug&)>> watchers_;
};

}  // namespace inspect::tests
