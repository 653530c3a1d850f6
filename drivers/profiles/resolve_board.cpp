#include "drivers/profiles/draft.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace inspect::drivers {
namespace {

using settings::Place;

/// Tables of a profile, and the drivers that have a use for them.
enum class Use : std::uint8_t { none, may, must };

class BoardResolver {
 public:
  BoardResolver(const ProfileDraft& draft, Profile& profile, settings::Problems& problems)
      : draft_(draft), profile_(profile), problems_(problems), driver_(draft.head.driver) {}

  void resolve() {
    tables();
    profile_.usb = draft_.usb;
    profile_.contacts = draft_.contacts;
    if (draft_.relay_board) board(*draft_.relay_board);
    if (draft_.tester) tester(*draft_.tester);
    if (draft_.contacts) contacts();
  }

 private:
  using Kind = DriverKind;

  void table(std::string_view key, bool there, Use use) {
    if (there && use == Use::none) {
      problems_.add(draft_.place, {"[{1}] 对 {2} 没有意义；请删去", "[{1}] means nothing to a {2}; remove it"},
                    {key, name(driver_)});
    }
    if (!there && use == Use::must) {
      problems_.add(draft_.place, {"{2} 需要 [{1}]；请补上", "a {2} needs [{1}]; add it"}, {key, name(driver_)});
    }
  }

  void tables() {
    const auto is = [&](Kind kind) { return driver_ == kind; };
    const bool relay = is(Kind::hid_relay) || is(Kind::serial_relay);
    const bool talks = is(Kind::usbtmc_tester) || is(Kind::serial_tester);
    const auto must_if = [](bool yes) { return yes ? Use::must : Use::none; };
    const auto may_if = [](bool yes) { return yes ? Use::may : Use::none; };
    table("[point]", !draft_.points.empty(), must_if(is(Kind::modbus)));
    table("[action]", !draft_.actions.empty(), may_if(is(Kind::modbus)));
    table("identity", draft_.identity.has_value(), may_if(is(Kind::modbus)));
    table("relay_board", draft_.relay_board.has_value(), must_if(relay));
    table("tester", draft_.tester.has_value(), must_if(talks));
    table("[command]", !draft_.commands.empty(), must_if(talks));
    table("[verdict]", !draft_.verdicts.empty(), may_if(talks));
    table("[result]", !draft_.results.empty(), may_if(talks));
    table("contacts", draft_.contacts.has_value(), must_if(is(Kind::contact_tester)));
    if (is(Kind::hid_relay)) table("[usb]", !draft_.usb.empty(), Use::must);
    if (is(Kind::serial_relay)) table("serial", draft_.serial.has_value(), Use::must);
    if (!is(Kind::modbus)) table("release", draft_.release.has_value(), Use::must);
  }

  void order(const usb::OrderPattern& pattern, bool one, Place place, std::string_view key) {
    if (pattern.empty()) return;  // it was not read, and that was told
    if (pattern.names_channel() != one) {
      problems_.add(place,
                    one ? Text{"{1} 中没有路号；请写 n 或 F0+n", "{1} does not say which relay; write n or F0+n in it"}
                        : Text{"{1} 是对全部的命令，不能含 n", "{1} is for all relays; it must not hold n"},
                    {key});
    }
    const auto& layout = draft_.relay_board->layout;
    if (layout.way != usb::RelayWay::serial && pattern.size() > layout.report_size) {
      problems_.add(place, {"{1} 比报告长；报告只有 {2} 字节", "{1} is longer than a report, which has {2} bytes"},
                    {key, layout.report_size});
    }
  }

  void board(const RelayBoardDraft& draft) {
    const auto& layout = draft.layout;
    order(layout.on, true, draft.place, "on");
    order(layout.off, true, draft.place, "off");
    if (layout.all_on) order(*layout.all_on, false, draft.place, "all_on");
    if (layout.all_off) order(*layout.all_off, false, draft.place, "all_off");
    const bool serial = layout.way == usb::RelayWay::serial;
    if (serial != (driver_ == Kind::serial_relay)) {
      problems_.add(draft.place,
                    {"way 与 driver 不符；serial-relay 用 serial，hid-relay 用 feature 或 output",
                     "way does not fit the driver; a serial-relay has serial, a hid-relay feature or output"});
    }
    if (serial ? layout.state == usb::RelayState::feature : layout.state == usb::RelayState::lcus) {
      problems_.add(draft.place, {"state 与 way 不符；串口可用 lcus，HID 可用 feature，都可用 none",
                                  "state does not fit way; serial knows lcus, HID knows feature, both know none"});
    }
    if (layout.state == usb::RelayState::feature && layout.channels > 8) {
      problems_.add(draft.place,
                    {"feature 状态只有一个字节；最多 8 路", "a feature state is one byte; use at most 8 channels"});
    }
    profile_.relay = layout;
    for (unsigned n = 1; n <= layout.channels; ++n) relay(layout, static_cast<std::uint8_t>(n));
    if (layout.all_on) action({std::nullopt, true}, {}, "");
    if (layout.all_off) action({std::nullopt, false}, {}, "");
  }

  void relay(const usb::RelayLayout& layout, std::uint8_t n) {
    const auto number = std::to_string(n);
    PointSpec point;
    point.name = "relay." + number + ".command";
    point.title = {"继电器 " + number + " 指令(锁存)", "relay " + number + " command (latch)"};
    point.map.type = modbus::ValueType::bit;
    point.role = Role::command;
    const bool readable = layout.state != usb::RelayState::none;
    const Text blind{"此板不能读回：命令丢失时无从知道", "this board cannot be read back: a lost order is silent"};
    for (const bool on : {true, false}) action({n, on}, readable ? Text{} : blind, readable ? point.name : "");
    profile_.points.push_back(std::move(point));
  }

  void action(usb::RelayOrder order, Text trap, std::string readback) {
    const auto which = order.channel ? std::to_string(*order.channel) : std::string("all");
    ActionSpec spec;
    spec.name = "relay." + which + (order.on ? ".on" : ".off");
    spec.title =
        order.channel
            ? Text{"继电器 " + which + (order.on ? " 吸合" : " 断开"), "relay " + which + (order.on ? " on" : " off")}
            : Text{order.on ? "全部吸合" : "全部断开", order.on ? "all relays on" : "all relays off"};
    spec.relay = order;
    spec.trap = std::move(trap);
    spec.readback = std::move(readback);
    profile_.actions.push_back(std::move(spec));
  }

  void command(const CommandDraft& draft) {
    const auto& send = draft.command.send;
    if (send.empty() == draft.command.unknown.en.empty()) {
      problems_.add(draft.place,
                    {"send 与 unknown 恰好写一个：知道就写 send，不知道就写明原因",
                     "write exactly one of send and unknown: the words if they are known, else why they are not"});
    }
    static const std::set<std::string> known{"upper", "lower", "voltage", "frequency", "time", "ramp"};
    for (auto open = send.find('{'); open != std::string::npos; open = send.find('{', open + 1)) {
      const auto close = send.find('}', open);
      const auto hole = close == std::string::npos ? send.substr(open) : send.substr(open + 1, close - open - 1);
      if (known.count(hole) != 0) continue;
      problems_.add(draft.place,
                    {"\"{1}\" 不是可填的值；可用 upper、lower、voltage、frequency、time、ramp",
                     "\"{1}\" is no value; use upper, lower, voltage, frequency, time or ramp"},
                    {hole});
    }
  }

  void tester(const TesterDraft& draft) {
    auto words = draft.words;
    for (const auto& each : draft_.commands) {
      command(each);
      words.commands.push_back(each.command);
    }
    for (const auto& each : draft_.verdicts) words.verdicts.push_back(each.word);
    std::set<std::string> points;
    for (const auto& each : draft_.results) {
      result(each, points);
      words.fields.push_back(each.field);
      words.fields.back().point = each.spec.name;
    }
    for (const auto job : {usb::TesterJob::configure, usb::TesterJob::start, usb::TesterJob::stop}) {
      if (!usb::why_not(words, job)) profile_.actions.push_back(test_action(job));
    }
    // So that an instrument whose results are not known, or come from tests alone, is asked and missed all the same.
    if (!usb::why_not(words, usb::TesterJob::identify)) profile_.points.push_back(model_point());
    profile_.tester = std::move(words);
  }

  static PointSpec model_point() {
    PointSpec spec;
    spec.name = "model.confirmed";
    spec.title = {"仪器自报的型号相符", "the instrument says that it is this model"};
    spec.map.type = modbus::ValueType::bit;
    spec.role = Role::identity;
    return spec;
  }

  static ActionSpec test_action(usb::TesterJob job) {
    ActionSpec spec;
    spec.name = "test." + std::string(name(job));
    spec.title = job == usb::TesterJob::start  ? Text{"开始测试", "start the test"}
                 : job == usb::TesterJob::stop ? Text{"停止测试", "stop the test"}
                                               : Text{"设置测试", "set up the test"};
    spec.job = job;
    spec.unsafe_if_left = job == usb::TesterJob::start;
    return spec;
  }

  void result(const ResultDraft& draft, std::set<std::string>& points) {
    if (!points.insert(draft.spec.name).second) {
      problems_.add(draft.place, {"\"{1}\" 出现两次；请改名或删去一个", "\"{1}\" is there twice; rename or remove one"},
                    {draft.spec.name});
    }
    if (draft.field.verdict && draft_.verdicts.empty()) {
      problems_.add(draft.place,
                    {"有判定而没有用词；请加 [[verdict]]", "there is a verdict and no word for it; add [[verdict]]"});
    }
    if (draft.spec.lowest && draft.spec.highest && *draft.spec.lowest >= *draft.spec.highest) {
      problems_.add(draft.place, {"lowest 不低于 highest；请对调", "lowest is not below highest; exchange them"});
    }
    auto spec = draft.spec;
    spec.role = draft.field.verdict ? Role::state : Role::measure;
    profile_.points.push_back(std::move(spec));
  }

  void contacts() {
    PointSpec verdict;
    verdict.name = "test.verdict";
    verdict.title = {"仪器判定", "the instrument's verdict"};
    verdict.role = Role::state;
    profile_.points.push_back(std::move(verdict));
    ActionSpec start = test_action(usb::TesterJob::start);
    start.trap = {"由启动继电器触发，限值和时间在仪器面板上设定",
                  "by the start relay; limit and time are set at the instrument's panel"};
    profile_.actions.push_back(std::move(start));
    if (!draft_.contacts->pass || !draft_.contacts->fail) {
      problems_.add(draft_.place,
                    {"只有一个判定触点时，断线与判定无法区分；合格与不合格触点都要有",
                     "with one contact a broken wire looks like a verdict; it takes both, pass and fail"});
    }
  }

  const ProfileDraft& draft_;
  Profile& profile_;
  settings::Problems& problems_;
  DriverKind driver_;
};

}  // namespace

std::string_view name(DriverKind kind) {
  constexpr std::array<std::string_view, 6> names{"modbus",        "hid-relay",     "serial-relay",
                                                  "usbtmc-tester", "serial-tester", "contact-tester"};
  return names.at(static_cast<std::size_t>(kind));
}

std::string_view name(ReleaseBy by) {
  constexpr std::array<std::string_view, 5> names{"unsaid", "nothing", "timed-action", "poll-timeout", "own-timer"};
  return names.at(static_cast<std::size_t>(by));
}

void resolve_board(const ProfileDraft& draft, Profile& profile, settings::Problems& problems) {
  BoardResolver(draft, profile, problems).resolve();
}

}  // namespace inspect::drivers
