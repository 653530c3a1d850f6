#include "firmware-agent/daemon/line.hpp"

#include "drivers/modbus_device/modbus_device.hpp"

#include <utility>

namespace inspect::agent {

namespace asio = boost::asio;

namespace {

/// A Modbus device as the poller sees devices.
class PolledModbus final : public PolledDevice {
 public:
  PolledModbus(drivers::Bus& bus, const Device& device, const drivers::Profile& profile)
      : device_(bus, device.unit, profile, device.period) {}

  [[nodiscard]] std::size_t blocks() const override { return device_.blocks().size(); }
  [[nodiscard]] std::chrono::milliseconds period(std::size_t block) const override {
    return device_.blocks()[block].period;
  }
  [[nodiscard]] const std::vector<std::size_t>& points(std::size_t block) const override {
    return device_.blocks()[block].points;
  }
  asio::awaitable<Sweep> read(std::size_t block) override { co_return sweep(co_await device_.read(block)); }
  asio::awaitable<Sweep> read_again(std::size_t block, std::vector<std::size_t> points) override {
    co_return sweep(co_await device_.read_again(block, std::move(points)));
  }

 private:
  static Sweep sweep(drivers::BlockOutcome outcome) {
    Sweep sweep{std::move(outcome.failure), {}, outcome.replanned};
    sweep.values.reserve(outcome.values.size());
    for (const auto& value : outcome.values) {
      sweep.values.push_back({value.point, value.value, value.quality, value.reason});
    }
    return sweep;
  }

  drivers::ModbusDevice device_;
};

std::unique_ptr<drivers::Bus> open_bus(const Bus& bus, const asio::any_io_executor& loop) {
  if (const auto* tcp = std::get_if<TcpEndpoint>(&bus.transport)) {
    return drivers::make_tcp_bus(loop, {tcp->host, tcp->port});
  }
  const auto& serial = std::get<SerialLine>(bus.transport);
  const char parity = serial.parity == drivers::Parity::even ? 'E' : serial.parity == drivers::Parity::odd ? 'O' : 'N';
  return drivers::make_serial_bus(loop, {serial.port, serial.baud, parity, serial.stop_bits, serial.rs485});
}

}  // namespace

Agent::Line::Line(const Site& site, BusIndex number, ReadingSink& sink, const asio::any_io_executor& loop)
    : index(number), bus(open_bus(site.buses[at(number)], loop)) {
  std::vector<Polled> devices;
  for (std::size_t i = 0; i < site.devices.size(); ++i) {
    const auto& device = site.devices[i];
    if (device.bus != number) continue;
    devices.push_back({DeviceIndex(i), std::make_unique<PolledModbus>(*bus, device, site.profiles[device.profile])});
  }
  poller = std::make_unique<Poller>(site, number, std::move(devices), sink, loop);
}

void Agent::Line::stop() {
  poller->stop();
  bus->close();
}

}  // namespace inspect::agent
