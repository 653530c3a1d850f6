#include "firmware-agent/guard/guard.hpp"

#include <doctest/doctest.h>

#include <random>
#include <set>
#include <string>

using namespace inspect;
using namespace inspect::guard;
using drivers::WriteOrder;
using drivers::WritePermit;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

const WriteOrder order{"relay-1", "relay.3.on"};
const WallTime nine = parse_rfc3339("2026-11-24T09:00:00Z").value();

Moment at(WallTime wall, ClockTrust trust = ClockTrust::ntp) { return {BootTime{hours{5}}, wall, trust}; }

Guard with_exam() { return Guard({{order}, {{nine, nine + hours{2}}}}); }

std::optional<RefusalReason> why_not(Guard& guard, const WriteOrder& what, Identity identity, const Moment& now) {
  const auto permission = guard.permit(what, identity, now);
  if (permission) return std::nullopt;
  CHECK(permission.error().error().code == Errc::not_permitted);
  // Every refusal tells people of both languages what was refused and why.
  CHECK(permission.error().text.en.find(what.device + "/" + what.action + ": ") == 0);
  CHECK(permission.error().text.zh.find(what.device + "/" + what.action + "：") == 0);
  CHECK(permission.error().text.zh != permission.error().text.en);
  CHECK(permission.error().text.en.size() > 40);
  return permission.error().reason;
}

/// A device that writes down what reaches it. Its only way in takes a permit, like every driver's.
class RecordingDevice {
 public:
  explicit RecordingDevice(std::string name) : name_(std::move(name)) {}
  void write(const std::string& action, WritePermit permit, BootTime now) {
    if (std::move(permit).spend(name_, action, now)) written.push_back({name_, action});
  }
  std::vector<WriteOrder> written;

 private:
  std::string name_;
};

}  // namespace

TEST_CASE("an allowed output of a proven device outside any exam may be written") {
  auto guard = with_exam();
  CHECK(why_not(guard, order, Identity::proven, at(nine - minutes{1})) == std::nullopt);
  CHECK(guard.granted() == 1);
}

TEST_CASE("what the configuration does not name word for word is not allowed") {
  auto guard = with_exam();
  const auto now = at(nine - hours{1});
  for (const auto& other : {WriteOrder{"relay-1", "relay.3.off"}, WriteOrder{"relay-2", "relay.3.on"},
                            WriteOrder{"relay-1", "relay.3.on "}, WriteOrder{"", ""}, WriteOrder{"relay-1", "*"}}) {
    CHECK(why_not(guard, other, Identity::proven, now) == RefusalReason::not_configured);
  }
  Guard nothing_allowed({});
  CHECK(why_not(nothing_allowed, order, Identity::proven, now) == RefusalReason::not_configured);
  CHECK(guard.refused(RefusalReason::not_configured) == 5);
  CHECK(guard.granted() == 0);
}

TEST_CASE("a device that nobody proved, and one in doubt, is not written") {
  auto guard = with_exam();
  CHECK(why_not(guard, order, Identity::unproven, at(nine - hours{1})) == RefusalReason::identity_unproven);
  CHECK(why_not(guard, order, Identity::doubtful, at(nine - hours{1})) == RefusalReason::identity_doubtful);
}

TEST_CASE("a device is moved for its proof when all but the proof speaks for it, and never when it is in doubt") {
  auto guard = with_exam();
  const auto before = at(nine - hours{1});
  const auto proof = [&](const WriteOrder& what, Identity identity, const Moment& now) {
    const auto permission = guard.permit_proof(what, identity, now);
    return permission ? std::nullopt : std::optional(permission.error().reason);
  };
  CHECK(proof(order, Identity::unproven, before) == std::nullopt);
  CHECK(proof(order, Identity::proven, before) == std::nullopt);
  CHECK(proof(order, Identity::doubtful, before) == RefusalReason::identity_doubtful);
  CHECK(proof({"relay-1", "relay.4.on"}, Identity::unproven, before) == RefusalReason::not_configured);
  CHECK(proof(order, Identity::unproven, at(nine)) == RefusalReason::exam_calendar);
  CHECK(proof(order, Identity::unproven, at(nine - hours{1}, ClockTrust::none)) == RefusalReason::clock_unknown);
}

TEST_CASE("an exam of the calendar holds from its first instant to the instant before its last") {
  auto guard = with_exam();
  const auto tick = std::chrono::milliseconds{1};
  CHECK(why_not(guard, order, Identity::proven, at(nine - tick)) == std::nullopt);
  CHECK(why_not(guard, order, Identity::proven, at(nine)) == RefusalReason::exam_calendar);
  CHECK(why_not(guard, order, Identity::proven, at(nine + hours{2} - tick)) == RefusalReason::exam_calendar);
  CHECK(why_not(guard, order, Identity::proven, at(nine + hours{2})) == std::nullopt);
}

TEST_CASE("a calendar without a clock to read it by permits nothing; without a calendar no clock is needed") {
  auto guard = with_exam();
  CHECK(why_not(guard, order, Identity::proven, at(nine - hours{9}, ClockTrust::none)) == RefusalReason::clock_unknown);
  CHECK(why_not(guard, order, Identity::proven, at(nine - hours{9}, ClockTrust::floor)) ==
        RefusalReason::clock_unknown);
  CHECK(why_not(guard, order, Identity::proven, at(nine - hours{9}, ClockTrust::rtc)) == std::nullopt);
  Guard without({{order}, {}});
  CHECK(why_not(without, order, Identity::proven, at({}, ClockTrust::none)) == std::nullopt);
}

TEST_CASE("the operator's switch holds whatever the calendar says, and over a restart") {
  auto guard = with_exam();
  const auto now = at(nine - hours{1});
  REQUIRE(guard.exam_switch().begin(hours{1}, "Li", now).has_value());
  CHECK(why_not(guard, order, Identity::proven, now) == RefusalReason::exam_switch);
  Guard restarted({{order}, {}});
  restarted.exam_switch().restore(guard.exam_switch().kept(), now);
  CHECK(why_not(restarted, order, Identity::proven, now) == RefusalReason::exam_switch);
  restarted.exam_switch().end(now.boot);
  CHECK(why_not(restarted, order, Identity::proven, now) == std::nullopt);
}

TEST_CASE("an exam keeps from more than writing, and says why: by the switch, the calendar, or the clock") {
  auto guard = with_exam();
  CHECK_FALSE(guard.exam(at(nine - minutes{1})));
  CHECK(guard.exam(at(nine))->en.find("calendar") != std::string::npos);
  CHECK(guard.calendar_exam(at(nine))->to == nine + hours{2});
  CHECK(guard.exam(at(nine - hours{1}, ClockTrust::floor))->en.find("clock") != std::string::npos);
  REQUIRE(guard.exam_switch().begin(hours{1}, "Li", at(nine - hours{1})).has_value());
  CHECK(guard.exam(at(nine - hours{1}))->zh.find("考试开关") != std::string::npos);
}

TEST_CASE("rules that change count from the next question on") {
  auto guard = with_exam();
  guard.set_rules({});
  CHECK(why_not(guard, order, Identity::proven, at(nine - hours{1})) == RefusalReason::not_configured);
}

TEST_CASE("every reason has a name of its own") {
  std::set<std::string_view> names;
  for (std::size_t n = 0; n < reasons; ++n) names.insert(name(static_cast<RefusalReason>(n)));
  CHECK(names.size() == reasons);
}

TEST_CASE("a hundred thousand random commands: nothing is written that was not allowed, proven and outside exams") {
  std::mt19937_64 random(20261124);
  const auto pick = [&](std::uint64_t below) { return random() % below; };
  const std::vector<std::string> devices{"relay-1", "relay-2", "tester"};
  const std::vector<std::string> actions{"relay.1.on", "relay.1.off", "relay.all.off", "test.start"};
  // Bit by bit by its own rule: the guard's code is not asked.
  std::set<std::pair<std::string, std::string>> allowed{{"relay-1", "relay.1.on"}, {"tester", "test.start"}};
  Rules rules;
  for (const auto& [device, action] : allowed) rules.allowed.push_back({device, action});
  rules.exams = {{nine, nine + hours{1}}, {nine + hours{3}, nine + hours{4}}};
  Guard guard(rules);
  std::vector<RecordingDevice> boards;
  for (const auto& device : devices) boards.emplace_back(device);

  bool exam = false;
  std::size_t written = 0;
  std::optional<WritePermit> kept;  // a permit that somebody keeps for later, or for something else
  BootTime kept_from{};
  WriteOrder kept_for;
  for (int n = 0; n < 100'000; ++n) {
    const auto minute = static_cast<int>(pick(6 * 60)) - 30;
    Moment now{BootTime{std::chrono::milliseconds{static_cast<long>(n) * 100}}, nine + minutes{minute},
               static_cast<ClockTrust>(pick(4))};
    if (pick(50) == 0) {
      exam = pick(4) == 0;
      // A hundred thousand commands, ten in a second, are less than three hours.
      if (exam) REQUIRE(guard.exam_switch().begin(hours{24}, "", now).has_value());
      if (!exam) guard.exam_switch().end(now.boot);
    }
    const auto identity = pick(2) == 0 ? Identity::proven : static_cast<Identity>(pick(3));
    const auto board = pick(devices.size());
    const WriteOrder wanted{devices[board], actions[pick(actions.size())]};
    const bool in_exam = exam || (minute >= 0 && minute < 60) || (minute >= 180 && minute < 240);
    const bool clock = now.trust == ClockTrust::rtc || now.trust == ClockTrust::ntp;
    const bool may =
        allowed.count({wanted.device, wanted.action}) == 1 && identity == Identity::proven && clock && !in_exam;

    auto& device = boards[board];
    const auto before = device.written.size();
    auto permission = guard.permit(wanted, identity, now);
    REQUIRE(permission.has_value() == may);
    if (permission && pick(3) == 0) {
      kept.emplace(std::move(*permission));
      kept_from = now.boot;
      kept_for = wanted;
    } else if (permission) {
      device.write(wanted.action, std::move(*permission), now.boot);
      REQUIRE(device.written.size() == before + 1);
      REQUIRE(device.written.back() == wanted);
      ++written;
    } else if (kept) {  // refused, it tries with the other permit
      const bool fits = kept_for == wanted && now.boot - kept_from < Guard::permit_life;
      device.write(wanted.action, std::move(*kept), now.boot);
      REQUIRE(device.written.size() == before + (fits ? 1 : 0));
      device.write(wanted.action, std::move(*kept), now.boot);  // and once more
      REQUIRE(device.written.size() == before + (fits ? 1 : 0));
      kept.reset();
    }
  }
  CHECK(written > 1000);  // the test has seen both
}
