#pragma once

#include "protocol/control/answer.hpp"

#include <string>
#include <vector>

namespace inspect::tests {

inline WallTime at(const char* text) { return *parse_rfc3339(text); }

/// One request of each verb, every field set to something that is not its default.
inline std::vector<control::Ask> every_ask() {
  using namespace control;
  const auto noon = at("2026-11-24T04:00:00.250Z");
  return {AskStatus{},
          AskBuses{},
          AskDevices{},
          AskPoints{"power-1"},
          AskRead{"power-1/output.voltage", true},
          AskWatch{"power-1"},
          AskHistory{"power-1/output.voltage", noon, noon + std::chrono::hours(1), 77},
          AskFindings{true, 33},
          AskFinding{"demo/relay-1/relay.1.state/relay.welded/1"},
          Acknowledge{"demo/relay-1/relay.1.state/relay.welded/1", "张工"},
          Shelve{"demo/relay-1/-/device.silent/2", noon, "备件在路上 \"x\"", "Li"},
          Unshelve{"demo/relay-1/-/device.silent/2", "Li"},
          AskOutbox{},
          ClaimRows{5, {{"0123456789abcdef", 1}, {"fedcba9876543210", 18'446'744'073'709'551'615ULL}}},
          AwaitRows{},
          GiveReceipt{"0123456789abcdef", {1, 2, 18'446'744'073'709'551'615ULL}},
          GiveHoldings{{{"0123456789abcdef", {{1, 7}, {9, 9'223'372'036'854'775'807ULL}}}, {"fedcba9876543210", {}}}},
          AskTrace{"rs485-1"},
          AskProbe{"rs485-1", 247, 4, 65'535, 1},
          AskUsb{},
          AdoptUsb{"board-1", "Li"},
          ProveUsb{"board-1", 3, "inputs/input.1.state", "Li"},
          AskExam{},
          BeginExam{std::chrono::hours(4), "Li"},
          EndExam{"Li"},
          GiveOrder{"relay-1", "relay.3.on", std::chrono::seconds(10), "Li"},
          Prove{"relay-1", "relay.3", "inputs/input.1.state", "Li"},
          AskTests{"bench-3-drill"},
          StartTest{"bench-3-drill", "Li"},
          AskTrend{"psu-5v/output.voltage"},
          AskForecasts{33},
          NotePart{"psu-5v", "LM2596S", "张工"}};
}

inline control::ReadingRow sample_reading() {
  return {11.98,
          Quality::uncertain,
          Reason::stale,
          at("2026-11-24T04:00:00.250Z"),
          ClockTrust::rtc,
          std::chrono::milliseconds(5400),
          at("2026-11-24T04:00:03.000Z")};
}

/// Moments as they come back from the socket: without a boot clock.
inline Finding sample_finding() {
  Finding f;
  f.id = {"demo", "relay-1", "", "device.silent", 3};
  f.fault_class = FaultClass::preventive;
  f.state = AlarmState::shelved;
  f.active = false;
  f.since = {{}, at("2026-11-24T04:00:00Z"), ClockTrust::floor};
  f.changed = {{}, at("2026-11-24T04:05:00Z"), ClockTrust::ntp};
  f.returned = Moment{{}, at("2026-11-24T04:06:00Z"), ClockTrust::rtc};
  f.by = "root (张工)";
  f.reason = "备件在路上";
  f.shelved_until = at("2026-11-25T00:00:00Z");
  f.repeats = 7;
  f.analysis = {{"设备不应答", "Device silent"},
                {"两次询问都没有应答", "Silent twice"},
                {"3号工位", "Station 3"},
                0.875,
                "WS-RELAY-8",
                {"继电器板", "Relay board"},
                "field-service",
                {"当天", "Today"},
                {{"检查供电", "See the supply"}, {"检查接线", "See the wires"}},
                {{"relay-1", "relay.1.state", 1.5, "V", Quality::bad, at("2026-11-24T04:00:00Z"), {"注", "note"}}},
                {"relay-1/relay.1.state/relay.welded"}};
  return f;
}

inline Finding bare_finding() {
  Finding f;
  f.id = {"demo", "a", "b", "c", 1};
  return f;
}

inline control::Status sample_status() {
  control::Status s;
  s.version = "0.1.0";
  s.site = "demo";
  s.site_title = {"考核站", "Exam site"};
  s.gateway = "gw-1";
  s.now = at("2026-11-24T04:00:00Z");
  s.clock = ClockTrust::ntp;
  s.uptime = std::chrono::milliseconds(12'345);
  s.buses = {1, 2, 3, 4};
  s.devices = {5, 6, 7, 8};
  s.points = {9, 10, 11};
  s.findings = {12, 13, 14, 15};
  s.learning = {7, 2, 0.25};
  s.store = {16, 17, 18, 19, 20, 21, true};
  s.threads = {{"loop", std::chrono::milliseconds(22)}, {"store", std::chrono::milliseconds(23)}};
  s.outbox = control::OutboxState{"0123456789abcdef", 24, 25, "2026-11-24T03:00:00.000Z", "fedcba9876543210", 26, 27};
  s.socket = {28, 29, 30, 31, 32, 33, 34, 35};
  s.config_warning = "site.toml:1:2: …";
  s.exam = {true, "switch", at("2026-11-24T04:00:00Z"), at("2026-11-24T08:00:00Z"), "root (张工)"};
  return s;
}

inline control::BusRow sample_bus() {
  return {"line-1",
          {"一号线", "Line 1"},
          "/dev/ttyUSB0 9600 8N1",
          BusHealth::silent,
          0.25,
          9,
          {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}};
}

/// Every kind of data an answer can carry, filled.
inline std::vector<control::Data> every_data() {
  using namespace control;
  const PointRow point{"power-1", "output.voltage", {"输出电压", "Output voltage"}, "V", "measure", sample_reading()};
  const PointRow unread{"power-1", "output.current", {"输出电流", "Output current"}, "A", "measure", {}};
  const DeviceRow device{"relay-1",
                         {"继电器板", "Relay board"},
                         "line-1",
                         247,
                         "waveshare",
                         DeviceHealth::degraded,
                         std::chrono::milliseconds(400),
                         16,
                         2};
  auto silent = device;
  silent.last_answer_age.reset();
  return {
      std::monostate{},
      sample_status(),
      std::vector<BusRow>{sample_bus()},
      std::vector<DeviceRow>{device, silent},
      std::vector<PointRow>{point, unread},
      std::vector<HistoryRow>{{at("2026-11-24T04:00:00Z"), -1.25e-7, Quality::good, Reason::none},
                              {at("2026-11-24T04:01:00Z"), std::nullopt, Quality::bad, Reason::line}},
      std::vector<Finding>{sample_finding(), bare_finding()},
      sample_finding(),
      *sample_status().outbox,
      std::vector<OutboxRow>{{Stream::findings, "0123456789abcdef", 1, "{\"a\":\"\\u0000\"}"},
                             {Stream::readings, "fedcba9876543210", 2, "控制 \" \\ \n \t \x01 end"}},
      Receipted{3},
      Unsent{4},
      TraceHead{"inspect-bus-trace",
                1,
                "demo",
                "line-1",
                {"一号线", "Line 1"},
                "/dev/ttyUSB0 9600 8N1",
                "listen",
                "rtu",
                9600,
                at("2026-11-24T04:00:00Z"),
                123'456'789,
                {{21, "relay-1", {"继电器板", "Relay board"}}}},
      ProbeRow{true, {1, 65'535}, std::uint8_t{2}, std::chrono::milliseconds(31)},
      std::vector<UsbRow>{{"1-1.2",
                           "board-1",
                           true,
                           "16c0:05df",
                           "www.dcttech.com",
                           "USBRelay4",
                           "",
                           "proven",
                           {"未拔过", "not unplugged"},
                           3,
                           2,
                           1}},
      sample_status().exam,
      OrderRow{"relay-1", "relay.3.on", "relay.3.pulse", std::chrono::milliseconds(350), at("2026-11-24T04:00:10Z")},
      IdentityRow{"relay-1", "proven", {"输入跟随", "the input followed"}},
      std::vector<TestRow>{
          {"bench-3-drill", {"手电钻", "drill"}, "fail", at("2026-11-24T04:00:10Z"), "Li", {"不合格", "fail"}},
          {"bench-5-heater", {"电热器", "heater"}, "never", {}, "", {}}},
      TrendRow{"psu-5v",
               "output.voltage",
               {"输出电压", "output voltage"},
               "V",
               0.5,
               5.01,
               std::nullopt,
               5.2,
               {{at("2026-11-24T00:00:00Z"), 5.02}},
               TrendForecast{0.93, at("2026-12-24T00:00:00Z"), at("2026-12-14T00:00:00Z"), at("2027-01-24T00:00:00Z")},
               {{at("2026-10-24T00:00:00Z"), "psu-5v", "", "LM2596S", "张工", "replaced"}}},
      ForecastList{
          {{"psu-5v", "output.voltage", "rail.drift", at("2026-11-24T00:00:00Z"), 0.93, at("2026-12-24T00:00:00Z"),
            at("2026-12-14T00:00:00Z"), at("2027-01-24T00:00:00Z"), true, "open", std::nullopt}},
          {{"rail.drift", 40, 12, 0.3, 0.1, false, {"root"}}}},
      PartRow{at("2026-10-24T00:00:00Z"), "psu-5v", "output.voltage", "LM2596S", "张工", "replaced"}};
}

}  // namespace inspect::tests
