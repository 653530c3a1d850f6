#include "drivers/profiles/draft.hpp"

#include <algorithm>
#include <set>

namespace inspect::drivers {
namespace {

using settings::Place;
using settings::Problems;

constexpr std::size_t most_points = 512;

std::string numbered(std::string text, unsigned n) {
  constexpr std::string_view mark = "{n}";
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
    text.replace(at, mark.size(), std::to_string(n));
  }
  return text;
}

Text numbered(const Text& text, unsigned n) { return {numbered(text.zh, n), numbered(text.en, n)}; }

/// Dotted and lower case: parts of [a-z0-9-], joined by single dots.
bool is_dotted(std::string_view name) {
  if (name.empty() || name.front() == '.' || name.back() == '.') return false;
  if (name.find("..") != std::string_view::npos) return false;
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string_view::npos;
}

std::uint32_t registers_of(modbus::ValueType type) {
  using modbus::ValueType;
  return type == ValueType::u32 || type == ValueType::s32 || type == ValueType::f32 ? 2 : 1;
}

bool holds_bits(modbus::Table table) { return table == modbus::Table::coil || table == modbus::Table::discrete_input; }

class Resolver {
 public:
  Resolver(const ProfileDraft& draft, Problems& problems) : draft_(draft), problems_(problems) {}

  Profile resolve(std::string model) {
    profile_.model = std::move(model);
    profile_.maker = draft_.head.maker;
    profile_.title = draft_.head.title;
    profile_.sources = draft_.head.sources;
    profile_.tcp_port = draft_.head.tcp_port;
    profile_.serial = draft_.serial;
    profile_.limits = draft_.limits;
    profile_.driver = draft_.head.driver;
    resolve_board(draft_, profile_, problems_);
    for (const auto& derived : profile_.points) points_.insert(derived.name);
    for (const auto& derived : profile_.actions) actions_.insert(derived.name);
    if (profile_.driver == DriverKind::modbus && !profile_.serial && !profile_.tcp_port) {
      problems_.add(draft_.place, {"此型号没有任何接口；请加 [serial]，或在 [profile] 中写 tcp_port",
                                   "the model is reached by nothing; add [serial], or tcp_port in [profile]"});
    }
    for (const auto& each : draft_.points) point(each);
    for (const auto& each : draft_.rules) rule(each);
    for (const auto& each : draft_.actions) action(each);
    for (const auto& each : draft_.blind_spots) blind_spot(each);
    identity();
    release();
    return std::move(profile_);
  }

 private:
  void name(const std::string& name, Place place, std::set<std::string>& taken) {
    if (!is_dotted(name)) {
      problems_.add(place,
                    {"\"{1}\" 不能作名字；用 a–z、0–9、- 和单个的点，如 \"relay.3.state\"",
                     "\"{1}\" is no name; use a–z, 0–9, - and single dots, like \"relay.3.state\""},
                    {name});
    } else if (!taken.insert(name).second) {
      const auto numbered =
          name.find("{n}") == std::string::npos ? Text{"，或在名字中写 {n}", ", or write {n} in the name"} : Text{};
      problems_.add(place, {"\"{1}\" 出现两次；请改名或删去一个{2}", "\"{1}\" is there twice; rename or remove one{2}"},
                    {name, numbered});
    }
  }

  void known(const std::string& point, Place place, std::string_view where) {
    if (points_.count(point) != 0) return;
    std::vector<std::string_view> all(points_.begin(), points_.end());
    problems_.add(place,
                  {"{1} 写的 \"{2}\" 不是本型号的测点{3}；请改正或加上该测点",
                   "{1} names \"{2}\", which is no point of this profile{3}; correct it or add the point"},
                  {where, point, settings::did_you_mean(point, all)});
  }

  void lies_well(PointSpec& spec, const PointDraft& draft) {
    auto& map = spec.map;
    if (holds_bits(map.table)) map.type = modbus::ValueType::bit;
    const bool is_bit = map.type == modbus::ValueType::bit;
    if (holds_bits(map.table) && map.bit != 0) {
      problems_.add(draft.place,
                    {"线圈和离散输入没有位；请删去 `bit`", "a coil or discrete input has no bits; remove `bit`"});
    }
    if (!holds_bits(map.table) && !is_bit && map.bit != 0) {
      problems_.add(draft.place, {"`bit` 需要 type = \"bit\"", "`bit` needs type = \"bit\""});
    }
    if (is_bit && (map.scale != 1 || map.offset != 0)) {
      problems_.add(draft.place, {"位只有 0 和 1；请删去 scale 和 offset", "a bit is 0 or 1; remove scale and offset"});
    }
    if (map.scale == 0) {
      problems_.add(draft.place,
                    {"scale 为 0 时所有值都一样；请改用别的", "with scale 0 every value is the same; use another"});
    }
    if (spec.lowest && spec.highest && *spec.lowest >= *spec.highest) {
      problems_.add(draft.place, {"lowest 不低于 highest；请对调", "lowest is not below highest; exchange them"});
    }
  }

  void point(const PointDraft& draft) {
    auto spec = draft.spec;
    lies_well(spec, draft);
    const auto width = holds_bits(spec.map.table) ? 1 : registers_of(spec.map.type);
    const std::uint32_t last = spec.map.address + (draft.repeat - 1U) * draft.stride + width - 1U;
    if (last > 0xFFFF) {
      problems_.add(draft.place, {"最后一个地址是 {1}；最大为 65535", "the last address is {1}; the highest is 65535"},
                    {last});
      return;
    }
    if (draft.repeat > 1 && width > draft.stride) {
      problems_.add(draft.place, {"32 位值占两个寄存器；stride 应为 2 或更大",
                                  "a 32-bit value takes two registers; use a stride of 2 or more"});
    }
    if (profile_.points.size() + draft.repeat > most_points) {
      problems_.add(draft.place, {"超过 {1} 个测点；请删去一些", "more than {1} points; remove some"}, {most_points});
      return;
    }
    for (unsigned n = 1; n <= draft.repeat; ++n) {
      auto one = spec;
      one.name = numbered(spec.name, n);
      one.title = numbered(spec.title, n);
      one.map.address = static_cast<std::uint16_t>(spec.map.address + (n - 1U) * draft.stride);
      name(one.name, draft.place, points_);
      profile_.points.push_back(std::move(one));
    }
  }

  void rule(const RuleDraft& draft) {
    check_rule(draft, problems_);
    for (unsigned n = 1; n <= draft.repeat; ++n) {
      auto one = draft.rule;
      one.point = numbered(one.point, n);
      one.against = numbered(one.against, n);
      known(one.point, draft.place, "point");
      if (!one.against.empty()) known(one.against, draft.place, "against");
      // A finding's name is (device, point, kind): two rules of one name would open and close each other's finding.
      if (!rules_.insert(one.point + '/' + one.kind).second) {
        problems_.add(draft.place,
                      {"\"{2}\" 已有一条 {1} 规则；请合并，或用另一种故障",
                       "a second rule for {1} at \"{2}\"; put both into one, or use another kind"},
                      {one.kind, one.point});
      }
      profile_.rules.push_back(std::move(one));
    }
  }

  void action(const ActionDraft& draft) {
    const auto& action = draft.action;
    const bool single = action.function == 5 || action.function == 6;
    if (!single && action.function != 15 && action.function != 16) {
      problems_.add(draft.place,
                    {"功能码 {1} 不是写；可用 5、6、15、16", "function {1} does not write; use 5, 6, 15 or 16"},
                    {action.function});
    }
    if (action.values.empty() || (single && action.values.size() != 1)) {
      problems_.add(draft.place, single ? Text{"功能码 5 和 6 只写一个值；请恰好写一个",
                                               "function 5 and 6 write one value; write exactly one"}
                                        : Text{"没有要写的值；请补上 values", "nothing to write; add values"});
    }
    if (action.function == 15 &&
        std::any_of(action.values.begin(), action.values.end(), [](auto v) { return v > 1; })) {
      problems_.add(draft.place, {"功能码 15 写的是位；只用 0 和 1", "function 15 writes bits; use 0 and 1"});
    }
    const std::uint32_t last =
        action.address + (draft.repeat - 1U) * draft.stride + static_cast<std::uint32_t>(action.values.size());
    if (last > 0x10000) {
      problems_.add(draft.place,
                    {"最后一个地址超过 65535；请改正地址", "the last address is beyond 65535; correct the address"});
      return;
    }
    for (unsigned n = 1; n <= draft.repeat; ++n) {
      auto one = action;
      one.name = numbered(one.name, n);
      one.title = numbered(one.title, n);
      one.trap = numbered(one.trap, n);
      one.readback = numbered(one.readback, n);
      one.address = static_cast<std::uint16_t>(one.address + (n - 1U) * draft.stride);
      name(one.name, draft.place, actions_);
      if (!one.readback.empty()) known(one.readback, draft.place, "readback");
      profile_.actions.push_back(std::move(one));
    }
  }

  void blind_spot(const BlindSpotDraft& draft) {
    if (!is_dotted(draft.spot.kind)) {
      problems_.add(
          draft.place,
          {"\"{1}\" 不是故障种类；应写故障目录中的", "\"{1}\" is no kind of fault; write one of the catalogue's"},
          {draft.spot.kind});
    }
    profile_.blind_spots.push_back(draft.spot);
  }

  void release() {
    if (!draft_.release) return;
    profile_.release = draft_.release->release;
    const auto& action = profile_.release.action;
    if ((profile_.release.by == ReleaseBy::timed_action) == action.empty()) {
      problems_.add(draft_.release->place, {"by = \"timed-action\" 与 action 成对；请补上或删去",
                                            "by = \"timed-action\" and action go together; add or remove one"});
    } else if (!action.empty() && actions_.count(numbered(action, 1)) == 0) {
      problems_.add(draft_.release->place,
                    {"action 写的 \"{1}\" 不是本型号的命令；请改正",
                     "action names \"{1}\", which is no action of this profile; correct it"},
                    {action});
    }
  }

  void identity() {
    if (!draft_.identity) return;
    const auto& spec = draft_.identity->spec;
    known(spec.point, draft_.identity->place, "identity");
    if (spec.values.empty()) {
      problems_.add(draft_.identity->place,
                    {"没有允许的值；values 中至少写一个", "no value would do; add at least one to values"});
    }
    profile_.identity = spec;
  }

  const ProfileDraft& draft_;
  Problems& problems_;
  Profile profile_;
  std::set<std::string> points_;
  std::set<std::string> actions_;
  std::set<std::string> rules_;
};

}  // namespace

Profile resolve(const ProfileDraft& draft, std::string model, Problems& problems) {
  return Resolver(draft, problems).resolve(std::move(model));
}

}  // namespace inspect::drivers
