#include "tests/firmware-agent/store/bench_site.hpp"

#include <sstream>

namespace inspect::tests {

namespace {

drivers::Profile relay_board() {
  drivers::Profile profile;
  profile.model = "test-board";
  for (int i = 1; i <= 8; ++i) {
    drivers::PointSpec state;
    state.name = "relay." + std::to_string(i) + ".state";
    state.map.table = modbus::Table::coil;
    state.map.type = modbus::ValueType::bit;
    state.role = drivers::Role::state;
    profile.points.push_back(state);
  }
  for (const auto* name : {"output.voltage", "leakage.current"}) {
    drivers::PointSpec value;
    value.name = name;
    value.map.scale = 0.01;
    value.unit = "V";
    value.deadband = 0.05;
    profile.points.push_back(value);
  }
  return profile;
}

}  // namespace

agent::Site small_site(const std::string& directory, std::size_t devices) {
  agent::Site site;
  site.name = "hall-3";
  site.title = {"三号考场", "Hall 3"};
  site.gateway = "gw-hall-3";
  site.socket = directory + "/control.sock";
  site.store.directory = directory;
  site.profiles.push_back(relay_board());
  site.buses.push_back({"line-1", {"一号总线", "Line 1"}, agent::TcpEndpoint{"127.0.0.1", 502}});
  for (std::size_t d = 0; d < devices; ++d) {
    agent::Device device;
    device.name = "board-" + std::to_string(d + 1);
    device.title = {std::to_string(d + 1) + "号工位", "Place " + std::to_string(d + 1)};
    device.first_point = static_cast<PointIndex>(site.points.size());
    device.point_count = site.profiles[0].points.size();
    for (std::size_t p = 0; p < device.point_count; ++p) site.points.push_back({static_cast<DeviceIndex>(d), p});
    site.devices.push_back(device);
  }
  return site;
}

agent::StoreOptions test_options(const TestClock& clock) {
  agent::StoreOptions options;
  options.encode_finding = [](const messages::FindingMessage& m) {
    return "finding " + m.envelope.epoch + " " + std::to_string(m.envelope.seq) + " " +
           std::string(name(m.change.event)) + " " + to_string(m.change.finding.id) + " " + m.device_title.en;
  };
  options.encode_readings = [](const messages::ReadingsMessage& m) {
    std::ostringstream out;
    out << "readings " << m.envelope.seq << " dropped " << m.dropped;
    for (const auto& e : m.entries)
      out << "\n" << e.device << "/" << e.point << "=" << e.value << " " << name(e.quality);
    return out.str();
  };
  options.now = [&clock] { return clock.now(); };
  options.boot_id = "boot-a";
  options.reserve_bytes = 64 << 10;
  options.own_timer = false;
  return options;
}

Finding a_finding(const agent::Site& site, std::uint32_t occurrence, Moment at) {
  Finding finding;
  finding.id = {site.name, "board-1", "relay.3.state", "relay.welded", occurrence};
  finding.since = finding.changed = at;
  finding.analysis.title = {"继电器触点粘连", "Relay contact welded"};
  finding.analysis.confidence = 0.9;
  finding.analysis.evidence.push_back(
      {"board-1", "relay.3.state", 1, "", Quality::good, at.wall, {"命令为断开", "commanded off"}});
  return finding;
}

FindingChange opened(const agent::Site& site, std::uint32_t occurrence, Moment at) {
  return {FindingEvent::opened, a_finding(site, occurrence, at)};
}

Reading a_reading(std::uint32_t point, double value, Moment at) {
  return {static_cast<PointIndex>(point), value, Quality::good, Reason::none, at, at.boot + std::chrono::seconds{3}};
}

void run(boost::asio::io_context& loop, boost::asio::awaitable<void> work) {
  run(loop, [](boost::asio::awaitable<void> inner) -> boost::asio::awaitable<bool> {
    co_await std::move(inner);
    co_return true;
  }(std::move(work)));
}

OpenStore::OpenStore(const agent::Site& site, agent::StoreOptions options)
    : store([&] {
        options.warn = [this](const std::string& text) { warnings.push_back(text); };
        return agent::open_store(site, loop.get_executor(), std::move(options));
      }()) {}

OpenStore::~OpenStore() {
  // Without close(): as if the process had been killed, except that the thread ends in order.
  if (store) store->reset();
  loop.restart();
  loop.run();
}

void OpenStore::settle() {
  // Each fence lets one more hand-over through: the one under way, and the one that takes what came meanwhile.
  for (int i = 0; i < 3; ++i) {
    (void)wait((*this)->outbox_state());
    loop.restart();
    loop.poll();
  }
}

}  // namespace inspect::tests
