#include "firmware-agent/daemon/line.hpp"

#include "drivers/modbus_device/modbus_device.hpp"
#include "firmware-agent/polling/listener.hpp"
#include "firmware-agent/polling/poller.hpp"

#include <utility>

namespace inspect::agent {

namespace asio = boost::asio;

namespace {

/// A Modbus device as the poller sees devices.
class PolledModbus final : public PolledDevice {
 public:
  PolledModbus(drivers::Bus& bus, const Device& device, const drivers::Profile& profile)
      : bus_(bus), device_(bus, device.unit, profile, device.period) {}

  [[nodiscard]] std::size_t blocks() const override { return device_.blocks().size(); }
  [[nodiscard]] std::chrono::milliseconds period(std::size_t block) const override {
    return device_.blocks()[block].period;
  }
  [[nodiscard]] const std::vector<std::size_t>& points(std::size_t block) const override {
    return device_.blocks()[block].points;
  }
  asio::awaitable<Sweep> read(std::size_t block) override {
    const modbus::LineCounters before = bus_.counters();
    co_return sweep(co_await device_.read(block), before);
  }
  asio::awaitable<Sweep> probe(std::size_t block, std::chrono::nanoseconds spare) override {
    const modbus::LineCounters before = bus_.counters();
    co_return sweep(co_await device_.read(block, spare), before);
  }
  asio::awaitable<Sweep> read_again(std::size_t block, std::vector<std::size_t> points) override {
    const modbus::LineCounters before = bus_.counters();
    co_return sweep(co_await device_.read_again(block, std::move(points)), before);
  }

 private:
  [[nodiscard]] Sweep sweep(drivers::BlockOutcome outcome, const modbus::LineCounters& before) const {
    Sweep sweep{std::move(outcome.failure), {}, outcome.replanned, modbus::signs_between(before, bus_.counters())};
    sweep.values.reserve(outcome.values.size());
    for (const auto& value : outcome.values) {
      sweep.values.push_back({value.point, value.value, value.quality, value.reason});
    }
    return sweep;
  }

  drivers::Bus& bus_;
  drivers::ModbusDevice device_;
};

drivers::SerialSettings settings_of(const SerialLine& serial) {
  const char parity = serial.parity == drivers::Parity::even ? 'E' : serial.parity == drivers::Parity::odd ? 'O' : 'N';
  return {serial.port, serial.baud, parity, serial.stop_bits, serial.rs485};
}

std::unique_ptr<drivers::Bus> open_bus(const Bus& bus, const asio::any_io_executor& loop) {
  if (const auto* tcp = std::get_if<TcpEndpoint>(&bus.transport)) {
    return drivers::make_tcp_bus(loop, {tcp->host, tcp->port});
  }
  return drivers::make_serial_bus(loop, settings_of(std::get<SerialLine>(bus.transport)));
}

/// The device of a bus that is no Modbus bus; the configuration lets it have one only.
std::optional<DeviceIndex> lone_device(const Site& site, BusIndex number) {
  for (std::size_t i = 0; i < site.devices.size(); ++i) {
    const auto& device = site.devices[i];
    if (device.bus == number && site.profiles[device.profile].driver != drivers::DriverKind::modbus) {
      return DeviceIndex(i);
    }
  }
  return std::nullopt;
}

asio::awaitable<Result<void>> order_board(const Site& site, DeviceIndex device, drivers::RelayBoard& board,
                                          std::string action, drivers::WritePermit permit) {
  for (const auto& each : site.profiles[site.devices[at(device)].profile].actions) {
    if (each.name != action || !each.relay) continue;
    co_return co_await board.order(*each.relay, std::move(action), std::move(permit));
  }
  co_return fail(Errc::invalid_argument, "the board has no action \"" + action + "\"");
}

}  // namespace

Agent::Line::Line(const Site& site, BusIndex number, ReadingSink& sink, drivers::UsbPorts* usb,
                  const asio::any_io_executor& loop)
    : index(number) {
  const auto& own = site.buses[at(number)];
  if (own.mode == BusMode::listen) {
    ear = drivers::make_ear(loop, settings_of(std::get<SerialLine>(own.transport)));
    attendant = std::make_unique<Listener>(site, number, *ear, sink, loop);
    return;
  }
  std::vector<Polled> devices;
  if (const auto alone = lone_device(site, number)) {
    appliance = std::make_unique<Appliance>(site, site.devices[at(*alone)], usb, loop);
    devices.push_back({*alone, appliance->polled()});
    auto poller = std::make_unique<Poller>(site, number, std::move(devices), sink, loop);
    turns = std::make_unique<BusTurns>(*poller, loop);
    attendant = std::move(poller);
    return;
  }
  bus = open_bus(own, loop);
  for (std::size_t i = 0; i < site.devices.size(); ++i) {
    const auto& device = site.devices[i];
    if (device.bus != number) continue;
    devices.push_back({DeviceIndex(i), std::make_unique<PolledModbus>(*bus, device, site.profiles[device.profile])});
    orders.try_emplace(i, *bus, device.name, device.unit, site.profiles[device.profile]);
  }
  auto poller = std::make_unique<Poller>(site, number, std::move(devices), sink, loop);
  prober = std::make_unique<Prober>(*bus, *poller, loop);
  turns = std::make_unique<BusTurns>(*poller, loop);
  attendant = std::move(poller);
}

void Agent::Line::stop() {
  if (prober) prober->stop();
  if (turns) turns->stop();
  attendant->stop();
  if (bus) bus->close();
  if (ear) ear->close();
  if (appliance) appliance->close();
}

asio::awaitable<Result<void>> Agent::Line::order(const Site& site, DeviceIndex device, std::string action,
                                                 OrderMeans::Permit permit) {
  if (!turns) co_return fail(Errc::not_permitted, "another master asks on this bus, and this gateway only listens");
  const auto found = orders.find(at(device));
  auto* board = appliance ? appliance->relay() : nullptr;
  if (found == orders.end() && board == nullptr) {
    co_return fail(Errc::invalid_argument, site.devices[at(device)].name + " takes no orders");
  }
  Result<void> outcome = fail(Errc::bus_unavailable, "the agent stops");
  BusTurns::Work work = [&]() -> asio::awaitable<void> {
    auto mine = permit();
    if (!mine) {
      outcome = mine.error();
    } else if (board != nullptr) {
      outcome = co_await order_board(site, device, *board, action, std::move(*mine));
    } else {
      outcome = co_await found->second.order(action, std::move(*mine));
    }
  };
  auto turn = co_await turns->take(std::move(work));
  if (!turn) co_return turn;
  co_return outcome;
}

void Agent::Line::tap(drivers::Tap* tap) {
  if (bus) bus->set_tap(tap);
  if (ear) ear->set_tap(tap);
}

}  // namespace inspect::agent
