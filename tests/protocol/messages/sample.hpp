#pragma once

#include "protocol/messages/message.hpp"

#include <cmath>
#include <random>
#include <string>
#include <vector>

namespace inspect::tests {

/// A finding as the agent would send it: every optional field is there.
inline messages::FindingMessage sample_finding() {
  using namespace std::chrono_literals;
  messages::FindingMessage out;
  out.envelope = {"gw-0001", "00112233445566ff", 42, WallTime{1764000000123ms}};
  out.site_title = {"一号考场", "Exam hall one"};
  out.device_title = {"继电器板", "Relay board"};
  out.model = "waveshare-modbus-rtu-relay-8ch";
  out.change.event = FindingEvent::shelved;
  auto& finding = out.change.finding;
  finding.id = {"hall-1", "relays", "relay.3.state", "relay.welded", 2};
  finding.fault_class = FaultClass::major;
  finding.state = AlarmState::shelved;
  finding.active = false;
  finding.since = {BootTime{7ms}, WallTime{1763999000000ms}, ClockTrust::ntp};
  finding.changed = {BootTime{9h + 1ns}, WallTime{1764000000000ms}, ClockTrust::floor};
  finding.returned = finding.changed;
  finding.by = "li.wei";
  finding.reason = "spare part ordered";
  finding.shelved_until = WallTime{1764100000000ms};
  finding.repeats = 3;
  auto& analysis = finding.analysis;
  analysis.title = {"继电器触点粘连", "Relay contact welded"};
  analysis.what = {"断开后仍导通 \"2.3 s\"", "still closed 2.3 s after \\off\\"};
  analysis.where = {"一号考场 继电器板 3 路", "Exam hall one, relay board, 3"};
  analysis.confidence = 0.95;
  analysis.part = "SRD-05VDC-SL-C";
  analysis.part_name = {"继电器", "relay"};
  analysis.department = "electrical";
  analysis.urgency = {"今天", "today"};
  analysis.checks = {{"量线圈电压", "measure the coil"}, {"看触点", "look at the contact"}};
  analysis.evidence = {
      {"relays", "relay.3.state", 1, "", Quality::good, WallTime{1764000000000ms}, {"指令为断", "commanded off"}},
      {"meter", "current", -0.25, "A", Quality::uncertain, WallTime{1764000000001ms}, {"", ""}},
      {"meter", "voltage", 0, "V", Quality::bad, WallTime{0ms}, {"", ""}}};
  analysis.held_back = {"meter/current/frozen"};
  return out;
}

inline messages::ReadingsMessage sample_readings() {
  using namespace std::chrono_literals;
  messages::ReadingsMessage out;
  out.envelope = {"gw-0001", "ffffffffffffffff", 1, WallTime{1764000000123ms}};
  out.dropped = 5;
  out.entries = {{"pzem", "output.voltage", "V", 12.01, Quality::good, Reason::none, WallTime{1764000000000ms}},
                 {"pzem", "temperature", "°C", -40, Quality::uncertain, Reason::stale, WallTime{1764000000000ms}},
                 {"pzem", "output.current", "A", 0, Quality::bad, Reason::no_answer, WallTime{1764000000000ms}}};
  out.site = "changsha-1";
  return out;
}

inline messages::Receipt sample_receipt() { return {"gw-0001", "00112233445566ff", {1, 2, 9223372036854775807ULL}}; }
inline messages::Holdings sample_holdings() {
  return {"gw-0001", {{"00112233445566ff", {{1, 900}, {902, 9223372036854775807ULL}}}, {"aa112233445566ff", {}}}};
}

inline messages::GatewayState sample_state() {
  return {"gw-0001", true, WallTime{}, "0.1.0", false, WallTime{std::chrono::milliseconds(1764000000123)}};
}

/// Makes things up within the bounds of the messages.
class Inventor {
 public:
  explicit Inventor(unsigned seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t end) { return random_() % end; }
  std::string text(std::size_t most, std::size_t least = 0) {
    static const std::vector<std::string> letters{"a", "Z",  "0", ".", "-", "\"", "\\",
                                                  " ", "电", "é", "😀", "{", "]",  "Ω"};
    std::string out;
    const auto size = least + below(most - least + 1);
    while (true) {
      const auto& letter = letters[below(letters.size())];
      if (out.size() + letter.size() > size) break;
      out += letter;
    }
    return out.size() >= least ? out : std::string(least, 'x');
  }
  Text both(std::size_t most) { return {text(most), text(most)}; }
  double number() {
    switch (below(4)) {
      case 0: return static_cast<double>(below(1000));
      case 1: return -static_cast<double>(random_()) / 3.0;
      case 2: return std::ldexp(1.0 + static_cast<double>(below(1U << 20U)) / 3, static_cast<int>(below(1900)) - 950);
      default: return 0.1 * static_cast<double>(below(100000));
    }
  }
  WallTime time() { return WallTime{std::chrono::milliseconds(below(253'402'300'799'000ULL))}; }
  Moment moment() {
    return {BootTime{std::chrono::nanoseconds(below(1ULL << 62U))}, time(), static_cast<ClockTrust>(below(4))};
  }
  messages::Envelope envelope() {
    std::string epoch;
    while (epoch.size() < 16) epoch += "0123456789abcdef"[below(16)];
    return {"gw-" + std::to_string(below(100000)), epoch, 1 + below(9223372036854775807ULL), time()};
  }
  messages::FindingMessage finding() {
    messages::FindingMessage out{envelope(), both(200), both(200), text(64), {}};
    out.change.event = static_cast<FindingEvent>(below(7));
    auto& f = out.change.finding;
    f.id = {text(64, 1), text(64, 1), text(64), text(64, 1), static_cast<std::uint32_t>(1 + below(4294967295ULL))};
    if (f.id.point == "-") f.id.point = "x";
    f.fault_class = static_cast<FaultClass>(below(3));
    f.state = static_cast<AlarmState>(below(7));
    f.active = below(2) == 0;
    f.since = moment();
    f.changed = moment();
    if (below(2) == 0) f.returned = moment();
    f.by = text(64);
    f.reason = text(200);
    if (below(2) == 0) f.shelved_until = time();
    f.repeats = static_cast<std::uint32_t>(below(4294967296ULL));
    f.analysis = {both(200), both(200), both(200), static_cast<double>(below(1001)) / 1000,
                  text(64),  both(100), text(64),  both(100),
                  {},        {},        {}};
    for (auto i = below(13); i > 0; --i) f.analysis.checks.push_back(both(100));
    for (auto i = below(17); i > 0; --i) {
      Evidence one{text(64), text(64), number(), text(16), static_cast<Quality>(below(3)), time(), both(100)};
      if (one.quality == Quality::bad) one.value = 0;
      f.analysis.evidence.push_back(one);
    }
    for (auto i = below(65); i > 0; --i) f.analysis.held_back.push_back(text(200, 1));
    return out;
  }
  messages::ReadingsMessage readings() {
    messages::ReadingsMessage out{envelope(), below(1ULL << 63U), {}};
    for (auto i = below(messages::largest_batch + 1); i > 0; --i) {
      messages::BatchEntry one{
          text(20, 1), text(40, 1), text(16), number(), static_cast<Quality>(below(3)), static_cast<Reason>(below(9)),
          time()};
      if (one.quality == Quality::bad) one.value = 0;
      out.entries.push_back(one);
    }
    return out;
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace inspect::tests
