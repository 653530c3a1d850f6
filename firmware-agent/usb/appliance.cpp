#include "firmware-agent/usb/appliance.hpp"

#include "drivers/relay_board/hid_wire.hpp"
#include "drivers/relay_board/serial_wire.hpp"
#include "drivers/tester/text_wire.hpp"
#include "drivers/tester/tmc_wire.hpp"
#include "firmware-agent/usb/polled_relay.hpp"
#include "firmware-agent/usb/polled_tester.hpp"

#include <utility>

namespace inspect::agent {

namespace asio = boost::asio;
using drivers::DriverKind;

namespace {

constexpr std::uint8_t hid_class = 0x03;
constexpr std::uint8_t application_class = 0xFE;
constexpr std::uint8_t tmc_subclass = 0x03;

drivers::SerialSettings settings_of(const SerialLine& serial) {
  const char parity = serial.parity == drivers::Parity::even ? 'E' : serial.parity == drivers::Parity::odd ? 'O' : 'N';
  return {serial.port, serial.baud, parity, serial.stop_bits, serial.rs485};
}

/// What hangs on USB where the gateway has none.
class Unreachable final : public PolledDevice {
 public:
  explicit Unreachable(const drivers::Profile& profile) {
    for (std::size_t point = 0; point < profile.points.size(); ++point) points_.push_back(point);
  }
  [[nodiscard]] std::size_t blocks() const override { return 1; }
  [[nodiscard]] std::chrono::milliseconds period(std::size_t) const override { return std::chrono::seconds{1}; }
  [[nodiscard]] const std::vector<std::size_t>& points(std::size_t) const override { return points_; }
  asio::awaitable<Sweep> read(std::size_t) override {
    Sweep sweep;
    sweep.failure = fail(Errc::bus_unavailable, "the gateway has no USB that the agent may use");
    for (const auto point : points_) sweep.values.push_back({point, 0, Quality::bad, Reason::bus});
    co_return sweep;
  }
  asio::awaitable<Sweep> read_again(std::size_t block, std::vector<std::size_t>) override { return read(block); }

 private:
  std::vector<std::size_t> points_;
};

}  // namespace

drivers::UsbExpected expected_of(const drivers::Profile& profile) {
  drivers::UsbExpected expected;
  const bool instrument = profile.driver == DriverKind::usbtmc_tester;
  expected.class_code = instrument ? application_class : hid_class;
  if (instrument) expected.subclass = tmc_subclass;
  for (const auto& ids : profile.usb) {
    expected.kinds.push_back({ids.vendor, ids.product, ids.maker_text, ids.product_text, ids.textless});
  }
  return expected;
}

Appliance::Appliance(const Site& site, const Device& device, drivers::UsbPorts* ports,
                     const asio::any_io_executor& loop)
    : device_(device), profile_(site.profiles[device.profile]) {
  const auto& transport = site.buses[at(device.bus)].transport;
  if (const auto* port = std::get_if<UsbPort>(&transport); port != nullptr && ports != nullptr) {
    usb_ = std::make_unique<drivers::UsbLine>(*ports, port->port, expected_of(profile_));
  }
  if (const auto* serial = std::get_if<SerialLine>(&transport)) {
    talk_ = std::make_unique<drivers::SerialTalk>(loop, settings_of(*serial));
  }
  if (profile_.relay) make_relay();
  if (profile_.tester) make_tester();
}

void Appliance::make_relay() {
  std::unique_ptr<drivers::RelayWire> wire;
  if (usb_) wire = drivers::make_hid_wire(*usb_, *profile_.relay);
  if (talk_) wire = drivers::make_serial_wire(*talk_, *profile_.relay);
  if (wire) relay_ = std::make_unique<drivers::RelayBoard>(device_.name, *profile_.relay, std::move(wire));
}

void Appliance::make_tester() {
  const auto& line_end = profile_.tester->line_end;
  std::unique_ptr<drivers::TesterWire> wire;
  if (usb_) wire = drivers::make_tmc_wire(*usb_, tmc_counters_, line_end);
  if (talk_) wire = drivers::make_text_wire(*talk_, line_end);
  if (wire) tester_ = std::make_unique<drivers::Tester>(device_.name, *profile_.tester, std::move(wire));
}

std::unique_ptr<PolledDevice> Appliance::polled() {
  if (relay_) return std::make_unique<PolledRelay>(*relay_, profile_, device_.period);
  if (tester_) return std::make_unique<PolledTester>(*tester_, profile_, device_.period);
  return std::make_unique<Unreachable>(profile_);
}

const drivers::BusCounters& Appliance::counters() {
  if (usb_) {
    const auto usb = usb_->counters();
    counters_.transactions = usb.exchanges;
    counters_.answered = usb.exchanges - usb.failures;
    counters_.reopened = usb.opened > 0 ? usb.opened - 1 : 0;
  }
  if (talk_) counters_.reopened = talk_->opened() > 0 ? talk_->opened() - 1 : 0;
  return counters_;
}

void Appliance::close() {
  if (usb_) usb_->close();
  if (talk_) talk_->close();
}

}  // namespace inspect::agent
