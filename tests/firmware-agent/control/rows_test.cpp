#include "firmware-agent/control/rows.hpp"

#include "tests/firmware-agent/control/fake_agent.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace inspect;
using namespace inspect::agent;
using namespace std::chrono_literals;
using inspect::tests::fake_now;
using inspect::tests::FakeAgent;
using inspect::tests::welded_relay;

TEST_CASE("the status counts what is well and what is not") {
  FakeAgent agent;
  agent.config_warning = "site.toml:3:1: …";
  control::SocketState socket;
  socket.accepted = 9;
  const auto status = status_of(agent, socket);
  CHECK(status.version == "0.1.0");
  CHECK(status.site == "demo");
  CHECK(status.gateway == "gw-demo-1");
  CHECK(status.now == fake_now().wall);
  CHECK(status.clock == ClockTrust::ntp);
  CHECK(status.uptime == 3h + 20min);
  CHECK(status.buses == control::BusTally{0, 1, 1, 0});
  CHECK(status.devices == control::DeviceTally{0, 1, 0, 1});
  CHECK(status.points == control::PointTally{3, 0, 1});
  CHECK(status.findings == control::FindingTally{0, 1, 0, 1});
  CHECK(status.store.commits == 12);
  CHECK(status.threads == std::vector<control::ThreadState>{{"loop", 100ms}, {"store", 300ms}});
  CHECK(status.socket.accepted == 9);
  CHECK(status.config_warning == "site.toml:3:1: …");
  CHECK_FALSE(status.outbox);
}

TEST_CASE("acknowledged findings are open and not unacknowledged; returned ones wait for somebody, but are no faults") {
  FakeAgent agent;
  agent.open = {welded_relay(), welded_relay(), welded_relay()};
  agent.open[0].state = AlarmState::acknowledged;
  agent.open[1].state = AlarmState::returned;
  agent.open[1].active = false;
  agent.open[2].fault_class = FaultClass::preventive;
  CHECK(status_of(agent, {}).findings == control::FindingTally{0, 1, 1, 2});
}

TEST_CASE("a bus row carries its transport, its load and every counter") {
  FakeAgent agent;
  auto& c = agent.buses[0].counters;
  std::uint64_t number = 0;
  for (auto* counter : {&c.transactions, &c.answered, &c.exceptions, &c.timeouts, &c.corrupt, &c.refused_frames,
                        &c.foreign, &c.noise_bytes, &c.late, &c.quarantines, &c.reopened, &c.bytes_out, &c.bytes_in}) {
    *counter = ++number;
  }
  const auto rows = bus_rows(agent);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].transport == "/dev/ttyUSB0 9600 8N1");
  CHECK(rows[0].utilisation == 0.42);
  CHECK(rows[0].devices == 1);
  CHECK(rows[0].counters == control::LineCounters{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13});
  CHECK(rows[1].transport == "tcp 192.168.1.8:502");
  CHECK(rows[1].health == BusHealth::silent);
}

TEST_CASE("parity, stop bits and RS-485 are part of a line's transport") {
  Bus bus;
  bus.transport = SerialLine{"/dev/ttyS1", 19200, drivers::Parity::even, 1, true};
  CHECK(transport_text(bus) == "/dev/ttyS1 19200 8E1 RS-485");
  bus.transport = SerialLine{"/dev/ttyS1", 9600, drivers::Parity::none, 2, false};
  CHECK(transport_text(bus) == "/dev/ttyS1 9600 8N2");
  bus.mode = BusMode::listen;
  CHECK(transport_text(bus) == "/dev/ttyS1 9600 8N2 listen");
}

TEST_CASE("a device row says how long ago it answered, or that it never did") {
  FakeAgent agent;
  agent.devices[1].last_answer.reset();
  agent.devices[1].health = DeviceHealth::unknown;
  const auto rows = device_rows(agent);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].name == "relay-1");
  CHECK(rows[0].bus == "line-1");
  CHECK(rows[0].model == "waveshare-relay-8ch");
  CHECK(rows[0].last_answer_age == 400ms);
  CHECK(rows[0].open_findings == 1);
  CHECK(rows[1].unit == 7);
  CHECK_FALSE(rows[1].last_answer_age);
  CHECK(rows[1].open_findings == 0);
}

TEST_CASE("a device's findings are those that are measured now, as the status counts them") {
  FakeAgent agent;
  auto second = agent.open.at(0);
  second.id.kind = "relay.no-pull-in";
  agent.open.push_back(second);
  CHECK(device_rows(agent)[0].open_findings == 2);
  agent.open[0].active = false;
  agent.open[0].state = AlarmState::returned;
  CHECK(device_rows(agent)[0].open_findings == 1);
  agent.open[1].id.device = "line-1";  // the line's own
  CHECK(device_rows(agent)[0].open_findings == 0);
}

TEST_CASE("a good value past its time is shown stale, with its value and its age") {
  FakeAgent agent;
  agent.time.boot += 10s;
  agent.time.wall += 10s;
  const auto row = point_row(agent, agent.reading(PointIndex{2}));
  CHECK(row.device == "power-1");
  CHECK(row.point == "output.voltage");
  CHECK(row.role == "measure");
  CHECK(row.reading.value == 11.98);
  CHECK(row.reading.quality == Quality::uncertain);
  CHECK(row.reading.reason == Reason::stale);
  CHECK(row.reading.age == 10s + 400ms);
  CHECK(row.reading.good_until == fake_now().wall + 2600ms);
}

TEST_CASE("a bad value is no value") {
  auto reading = FakeAgent().reading(PointIndex{2});
  reading.quality = Quality::bad;
  reading.reason = Reason::no_answer;
  const auto row = reading_row(reading, fake_now());
  CHECK_FALSE(row.value);
  CHECK(row.reason == Reason::no_answer);
  CHECK(row.measured_at.has_value());
}

TEST_CASE("what no number can say is no value either") {
  auto reading = FakeAgent().reading(PointIndex{2});
  for (const double odd : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    reading.value = odd;
    CHECK_FALSE(reading_row(reading, fake_now()).value);
    CHECK_FALSE(history_row({fake_now().wall, odd, Quality::good, Reason::none}).value);
  }
}

TEST_CASE("a point that was never asked has neither a date nor an age") {
  const FakeAgent agent;
  const auto row = point_row(agent, agent.reading(PointIndex{3}));
  CHECK(row.reading == control::ReadingRow{});
}

TEST_CASE("a stored bad value keeps its reason and loses its number") {
  const auto row = history_row({fake_now().wall, 12, Quality::bad, Reason::refused});
  CHECK(row.at == fake_now().wall);
  CHECK_FALSE(row.value);
  CHECK(row.reason == Reason::refused);
}

TEST_CASE("a trace says what it is of, so that it can be read without this agent") {
  FakeAgent agent;
  agent.place.buses[0].transport = SerialLine{"/dev/ttyS1", 19200, drivers::Parity::even, 1, false};
  agent.place.buses[0].mode = BusMode::listen;
  agent.place.buses[1].transport = TcpEndpoint{"10.0.0.8", 502};
  const auto serial = trace_head(agent, BusIndex{0});
  CHECK(serial.framing == "rtu");
  CHECK(serial.baud == 19200);
  CHECK(serial.mode == "listen");
  CHECK(serial.started == agent.time.wall);
  CHECK(serial.site == agent.place.name);
  for (const auto& unit : serial.devices) CHECK_FALSE(unit.name.empty());
  const auto tcp = trace_head(agent, BusIndex{1});
  CHECK(tcp.framing == "tcp");
  CHECK(tcp.baud == 0);
  CHECK(tcp.mode == "master");
  CHECK(serial.devices.size() + tcp.devices.size() == agent.place.devices.size());
}
