#include "tests/firmware-agent/control/fake_agent.hpp"

#include <algorithm>
#include <stdexcept>

namespace inspect::tests {

using namespace std::chrono_literals;

namespace {

drivers::PointSpec point_spec(std::string name, Text title, std::string unit, drivers::Role role) {
  drivers::PointSpec spec;
  spec.name = std::move(name);
  spec.title = std::move(title);
  spec.unit = std::move(unit);
  spec.role = role;
  return spec;
}

agent::Site make_site() {
  agent::Site site;
  site.name = "demo";
  site.title = {"电工考核站", "Electrical exam site"};
  site.gateway = "gw-demo-1";
  drivers::Profile relay;
  relay.model = "waveshare-relay-8ch";
  relay.points = {point_spec("relay.1.command", {"1号继电器 命令", "Relay 1, ordered"}, "", drivers::Role::command),
                  point_spec("relay.1.state", {"1号继电器 触点", "Relay 1, contact"}, "", drivers::Role::state)};
  drivers::Profile power;
  power.model = "xy6020l";
  power.points = {point_spec("output.voltage", {"输出电压", "Output voltage"}, "V", drivers::Role::measure),
                  point_spec("output.current", {"输出电流", "Output current"}, "A", drivers::Role::measure)};
  site.profiles = {relay, power};
  site.buses = {{"line-1", {"一号串行线", "Serial line 1"}, agent::SerialLine{"/dev/ttyUSB0", 9600}},
                {"net-1", {"网口设备服务器", "Device server"}, agent::TcpEndpoint{"192.168.1.8", 502}}};
  site.devices = {
      {"relay-1", {"3号工位 继电器板", "Station 3, relay board"}, BusIndex{0}, 1, 0, PointIndex{0}, 2, 0ms},
      {"power-1", {"3号工位 直流电源", "Station 3, power supply"}, BusIndex{1}, 7, 1, PointIndex{2}, 2, 0ms}};
  site.points = {{DeviceIndex{0}, 0}, {DeviceIndex{0}, 1}, {DeviceIndex{1}, 0}, {DeviceIndex{1}, 1}};
  return site;
}

Reading good(std::uint32_t point, double value, const Moment& now) {
  return {PointIndex{point}, value, Quality::good, Reason::none, {now.boot - 400ms, now.wall - 400ms, now.trust},
          now.boot + 2600ms};
}

}  // namespace

Moment fake_now() { return {BootTime{1000s}, *parse_rfc3339("2026-11-24T08:00:00Z"), ClockTrust::ntp}; }

Finding welded_relay() {
  const auto now = fake_now();
  Finding f;
  f.id = {"demo", "relay-1", "relay.1.state", "relay.welded", 1};
  f.fault_class = FaultClass::major;
  f.since = {now.boot - 200s, now.wall - 200s, ClockTrust::ntp};
  f.changed = f.since;
  auto& a = f.analysis;
  a.title = {"继电器触点粘连", "Relay contact welded"};
  a.what = {"命令断开 4.2 秒后触点仍然接通", "The contact is still closed 4.2 s after it was ordered to open"};
  a.where = {"电工考核站 / 3号工位 继电器板 / 1号继电器", "Electrical exam site / Station 3, relay board / Relay 1"};
  a.confidence = 0.95;
  a.part = "SRD-05VDC-SL-C";
  a.part_name = {"5 V 继电器", "5 V relay"};
  a.department = "field-service";
  a.urgency = {"当天处理：触点不能断开", "Today: the contact cannot open"};
  a.checks = {{"断电后测量触点电阻", "Measure the contact's resistance with the power off"},
              {"检查负载电流是否超过 10 A", "See whether the load draws more than 10 A"}};
  a.evidence = {{"relay-1", "relay.1.state", 1, "", Quality::good, now.wall - 200s, {"命令：断开", "ordered: off"}}};
  a.held_back = {"power-1/output.voltage/rail.high"};
  return f;
}

FakeAgent::FakeAgent() : place(make_site()), time(fake_now()) {
  readings = {good(0, 0, time), good(1, 1, time), good(2, 11.98, time), good(3, 1.25, time)};
  readings[3] = Reading{};
  readings[3].point = PointIndex{3};
  open = {welded_relay()};
  devices[0] = {DeviceHealth::active, time.boot - 400ms};
  devices[1] = {DeviceHealth::dormant, time.boot - 125s};
  buses[0].health = BusHealth::up;
  buses[0].utilisation = 0.42;
  buses[0].counters.transactions = 12'345;
  buses[0].counters.answered = 12'300;
  buses[0].counters.timeouts = 45;
  buses[1].health = BusHealth::silent;
  stored = {{time.wall - 3min, 11.9, Quality::good, Reason::none},
            {time.wall - 2min, 12.1, Quality::good, Reason::none},
            {time.wall - 1min, 0, Quality::bad, Reason::no_answer},
            {time.wall - 30s, 12.0, Quality::uncertain, Reason::busy}};
}

PointIndex FakeAgent::point(const std::string& device, const std::string& name) const {
  for (std::uint32_t i = 0; i < place.points.size(); ++i) {
    if (place.device_of(PointIndex{i}).name == device && place.spec(PointIndex{i}).name == name) return PointIndex{i};
  }
  throw std::out_of_range(device + '/' + name);
}

void FakeAgent::tell(const std::vector<Reading>& news) {
  for (const auto& reading : news) readings.at(at(reading.point)) = reading;
  if (tell_readings_) tell_readings_(news);
}

void FakeAgent::tell(const FindingChange& change) {
  if (tell_finding_) tell_finding_(change);
}

void FakeAgent::add_row(control::OutboxRow row) {
  rows.push_back(std::move(row));
  if (tell_outbox_) tell_outbox_();
}

agent::AgentFacts FakeAgent::facts() const {
  agent::AgentFacts facts;
  facts.version = "0.1.0";
  facts.started = time.boot - 3h - 20min;
  facts.store.commits = 12;
  facts.store.history_bytes = 3'500'000;
  facts.heartbeats = {{"loop", time.boot - 100ms}, {"store", time.boot - 300ms}};
  facts.config_warning = config_warning;
  return facts;
}

agent::BusState FakeAgent::bus_state(BusIndex bus) const { return buses.at(static_cast<std::uint32_t>(at(bus))); }
agent::DeviceState FakeAgent::device_state(DeviceIndex device) const {
  return devices.at(static_cast<std::uint32_t>(at(device)));
}

boost::asio::awaitable<Result<std::vector<Reading>>> FakeAgent::read_fresh(std::vector<PointIndex> points) {
  asked_fresh = points;
  if (bus_failure) co_return *bus_failure;
  std::vector<Reading> fresh;
  for (const auto point : points) {
    auto reading = good(static_cast<std::uint32_t>(at(point)), 12.5, time);
    reading.measured_at = time;
    if (silent && place.spec(point).name == "output.voltage") {
      reading.quality = Quality::bad;
      reading.reason = *silent;
    }
    fresh.push_back(reading);
  }
  co_return fresh;
}

boost::asio::awaitable<Result<std::vector<agent::HistoryEntry>>> FakeAgent::history(PointIndex point, WallTime from,
                                                                                    WallTime to, std::size_t most) {
  if (storage_failure) co_return *storage_failure;
  std::vector<agent::HistoryEntry> found;
  if (place.spec(point).name == "output.voltage") {
    for (const auto& entry : stored) {
      if (entry.at >= from && entry.at <= to && found.size() < most) found.push_back(entry);
    }
  }
  co_return found;
}

boost::asio::awaitable<Result<std::vector<Finding>>> FakeAgent::findings(bool with_ended, std::size_t most) {
  if (storage_failure) co_return *storage_failure;
  auto all = open;
  if (with_ended) all.insert(all.end(), ended.begin(), ended.end());
  if (all.size() > most) all.resize(most);
  co_return all;
}

namespace {

Finding* find(std::vector<Finding>& findings, const std::string& id) {
  const auto found =
      std::find_if(findings.begin(), findings.end(), [&](const auto& f) { return to_string(f.id) == id; });
  return found == findings.end() ? nullptr : &*found;
}

}  // namespace

boost::asio::awaitable<Result<Finding>> FakeAgent::acknowledge(std::string finding, std::string who) {
  auto* found = find(open, finding);
  if (found == nullptr) co_return fail(Errc::invalid_argument, "no such finding");
  if (found->state != AlarmState::unacknowledged) co_return fail(Errc::invalid_argument, "it is acknowledged already");
  last_person = found->by = who;
  found->state = AlarmState::acknowledged;
  co_return *found;
}

boost::asio::awaitable<Result<Finding>> FakeAgent::shelve(std::string finding, std::string who, std::string reason,
                                                          WallTime until) {
  auto* found = find(open, finding);
  if (found == nullptr) co_return fail(Errc::invalid_argument, "no such finding");
  last_person = found->by = who;
  last_reason = found->reason = reason;
  found->shelved_until = until;
  found->state = AlarmState::shelved;
  co_return *found;
}

boost::asio::awaitable<Result<Finding>> FakeAgent::unshelve(std::string finding, std::string who) {
  auto* found = find(open, finding);
  if (found == nullptr) co_return fail(Errc::invalid_argument, "no such finding");
  if (found->state != AlarmState::shelved) co_return fail(Errc::invalid_argument, "it is not shelved");
  last_person = who;
  found->shelved_until.reset();
  found->reason.clear();
  found->by.clear();
  found->state = AlarmState::unacknowledged;
  co_return *found;
}

boost::asio::awaitable<Result<std::vector<control::OutboxRow>>> FakeAgent::claim(
    std::vector<std::pair<std::string, std::uint64_t>> skip, std::size_t most) {
  if (storage_failure) co_return *storage_failure;
  std::vector<control::OutboxRow> claimed;
  for (const auto& row : rows) {
    const bool skipped = std::find(skip.begin(), skip.end(), std::pair(row.epoch, row.seq)) != skip.end();
    if (!skipped && claimed.size() < most) claimed.push_back(row);
  }
  co_return claimed;
}

boost::asio::awaitable<Result<std::size_t>> FakeAgent::receipt(std::string epoch, std::vector<std::uint64_t> seqs) {
  if (storage_failure) co_return *storage_failure;
  std::size_t count = 0;
  for (const auto seq : seqs) {
    count += std::erase_if(rows, [&](const auto& row) { return row.epoch == epoch && row.seq == seq; });
    receipted.emplace_back(epoch, seq);
  }
  co_return count;
}

boost::asio::awaitable<Result<std::size_t>> FakeAgent::mark_unsent(std::vector<Holding> held) {
  if (told_too_often) co_return fail(Errc::not_permitted, "less than an hour ago");
  holdings = std::move(held);
  co_return std::size_t{5};
}

boost::asio::awaitable<Result<control::OutboxState>> FakeAgent::outbox_state() {
  if (storage_failure) co_return *storage_failure;
  control::OutboxState state{"0123456789abcdef", rows.size(), 7, "", "fedcba9876543210", 2, 0};
  if (!rows.empty()) state.oldest_waiting = "2026-11-24T07:58:00.000Z";
  co_return state;
}

boost::asio::awaitable<Result<agent::ProbeOutcome>> FakeAgent::probe(BusIndex /*bus*/, modbus::Request request) {
  probes.push_back(std::move(request));
  if (bus_failure) co_return *bus_failure;
  agent::ProbeOutcome outcome{std::nullopt, std::chrono::milliseconds(31)};
  if (!probed.values.empty() || probed.exception) outcome.answer = probed;
  co_return outcome;
}

boost::asio::awaitable<Result<control::TrendRow>> FakeAgent::trend(PointIndex point) {
  if (inspect::at(point) != 2) co_return fail(Errc::invalid_argument, "not judged so");
  control::TrendRow row;
  row.device = "power-1";
  row.point = "output.voltage";
  row.title = {"输出电压", "output voltage"};
  row.unit = "V";
  row.learned = 1;
  row.usual = 12.02;
  row.low = 11.4;
  row.high = 12.6;
  for (int day = 0; day < 40; ++day) {
    row.days.push_back({time.wall - std::chrono::hours{24 * (40 - day)}, 12.02 - 0.0003 * day * day});
  }
  row.forecast = control::TrendForecast{0.93, time.wall + std::chrono::hours{240}, time.wall + std::chrono::hours{120},
                                        time.wall + std::chrono::hours{720}};
  co_return row;
}

boost::asio::awaitable<Result<control::ForecastList>> FakeAgent::forecasts(std::size_t most) {
  control::ForecastList list;
  control::ForecastRow row{"power-1",
                           "output.voltage",
                           "rail.drift",
                           time.wall,
                           0.93,
                           time.wall + std::chrono::hours{240},
                           time.wall + std::chrono::hours{120},
                           time.wall + std::chrono::hours{720},
                           true,
                           "open",
                           std::nullopt};
  for (std::size_t i = 0; i < std::min<std::size_t>(most, 3); ++i) list.forecasts.push_back(row);
  list.skills.push_back({"rail.drift", 40, 12, 0.3, 0.1, false, {"root"}});
  co_return list;
}

boost::asio::awaitable<Result<control::PartRow>> FakeAgent::part_replaced(DeviceIndex device,
                                                                          std::optional<PointIndex> point,
                                                                          std::string part, std::string who) {
  co_return control::PartRow{time.wall,
                             place.devices[inspect::at(device)].name,
                             point ? place.spec(*point).name : std::string(),
                             std::move(part),
                             std::move(who),
                             "replaced"};
}

boost::asio::awaitable<Result<control::ExamRow>> FakeAgent::begin_exam(std::chrono::milliseconds length,
                                                                       std::string who) {
  if (storage_failure) co_return *storage_failure;
  exam_on = {true, "switch", time.wall, time.wall + length, std::move(who)};
  co_return exam_on;
}

boost::asio::awaitable<Result<control::ExamRow>> FakeAgent::end_exam(std::string who) {
  if (!exam_on.on) co_return fail(Errc::invalid_argument, "none is on");
  last_person = std::move(who);
  exam_on = {};
  co_return exam_on;
}

boost::asio::awaitable<std::variant<control::OrderRow, control::Trouble>> FakeAgent::order(
    DeviceIndex device, std::string action, std::optional<std::chrono::milliseconds> length, std::string who) {
  last_person = std::move(who);
  if (exam_on.on) co_return control::Trouble{control::Refusal::not_permitted, {"正在考试", "an exam is on"}, {}};
  control::OrderRow row{place.devices[inspect::at(device)].name, std::move(action), "relay.1.pulse", {}, {}};
  if (length) row.until = time.wall + *length;
  co_return row;
}

boost::asio::awaitable<Result<control::IdentityRow>> FakeAgent::prove(DeviceIndex device, std::string output,
                                                                      std::optional<PointIndex> witness,
                                                                      std::string who) {
  last_person = std::move(who);
  if (!witness) co_return control::IdentityRow{place.devices[inspect::at(device)].name, "proven", {"SN7", "SN7"}};
  if (output != "relay.1") co_return fail(Errc::device_refused, "the input did not follow");
  const auto point = place.spec(*witness).name;
  co_return control::IdentityRow{place.devices[inspect::at(device)].name, "proven", {point, point}};
}

boost::asio::awaitable<std::variant<control::TestRow, control::Trouble>> FakeAgent::start_test(std::string test,
                                                                                               std::string who) {
  if (test != plan.front().name) co_return control::Trouble{control::Refusal::not_found, {"没有", "none"}, {}};
  plan.front().state = "running";
  plan.front().who = std::move(who);
  co_return plan.front();
}

boost::asio::awaitable<std::vector<control::UsbRow>> FakeAgent::usb() {
  std::vector<control::UsbRow> places(2);
  places[0] = {"1-1",
               place.devices[0].name,
               true,
               "16c0:05df",
               "www.dcttech.com",
               "USBRelay4",
               "",
               "unproven",
               {"尚未登记", "not written down yet"},
               1,
               0,
               0};
  places[1].port = "1-2";
  places[1].plugged = true;
  places[1].ids = "1a86:7523";
  co_return places;
}

boost::asio::awaitable<Result<std::vector<control::UsbRow>>> FakeAgent::adopt_usb(DeviceIndex device, std::string who) {
  if (at(device) != 0) co_return fail(Errc::invalid_argument, "the device is on no USB port");
  auto places = co_await usb();
  places.resize(1);
  places[0].why = {who, who};
  co_return places;
}

boost::asio::awaitable<Result<std::vector<control::UsbRow>>> FakeAgent::prove_usb(DeviceIndex device,
                                                                                  std::uint8_t relay,
                                                                                  std::optional<PointIndex> witness,
                                                                                  std::string who) {
  if (relay > 8) co_return fail(Errc::not_permitted, "an exam is on");
  auto places = co_await adopt_usb(device, std::move(who));
  if (places && (relay == 0 || witness)) places->front().identity = "proven";
  co_return places;
}

}  // namespace inspect::tests
