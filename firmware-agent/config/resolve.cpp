#include "firmware-agent/config/draft.hpp"
#include "firmware-agent/config/fitting.hpp"
#include "firmware-agent/config/limits.hpp"
#include "firmware-agent/config/permissions.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

namespace inspect::agent {
namespace {

using drivers::Profile;
using settings::Place;
using settings::Placed;
using settings::Problems;

/// A gateway with more would not poll them within a cycle; the bound keeps a slip from eating its memory.
constexpr std::size_t most_points = 20'000;

class Resolver {
 public:
  Resolver(const SiteDraft& draft, const Known& known, Problems& problems)
      : draft_(draft), known_(known), problems_(problems), warnings_(problems.file()) {}

  Site resolve() {
    site_.name = draft_.head.name;
    site_.title = draft_.head.title;
    site_.gateway = draft_.head.gateway;
    site_.store = draft_.store;
    site_.socket = draft_.control.socket;
    site_.leakage_plan = draft_.inspection.leakage_plan;
    for (const auto& each : draft_.buses) bus(each);
    for (const auto& each : draft_.devices) device(each);
    for (const auto& each : draft_.devices) supply(each.supply);
    for (const auto& each : draft_.watches) watch(each);
    for (const auto& each : draft_.exams) exam(each);
    site_.warnings = warnings_.lines();
    return std::move(site_);
  }

 private:
  /// A finding of a whole bus carries the bus's name where others carry the device's: they share one space of names.
  void take_name(const std::string& name, Place place, const Text& what) {
    if (!names_.insert(name).second) {
      problems_.add(place,
                    {"已有名为 \"{1}\" 的总线或设备；请给这{2}换个名字",
                     "a bus or device \"{1}\" is there already; give this {2} another name"},
                    {name, what});
    }
  }

  void bus(const BusDraft& draft) {
    take_name(draft.name, draft.place, {"条总线", "bus"});
    if (int{draft.serial.has_value()} + int{draft.tcp.has_value()} + int{draft.usb.has_value()} != 1) {
      problems_.add(draft.place,
                    {"总线 \"{1}\" 需要 serial = { port = … }、tcp = { host = … } 和 usb = { port = … } 三者之一",
                     "bus \"{1}\" needs one of serial = { port = … }, tcp = { host = … } and usb = { port = … }"},
                    {draft.name});
      return;
    }
    if (draft.serial || draft.usb) {
      const auto port =
          draft.usb ? "USB " + draft.usb->port : std::filesystem::path(draft.serial->port).lexically_normal().string();
      const auto [known, is_new] = ports_.emplace(port, draft.name);
      if (!is_new) {
        problems_.add(draft.place,
                      {"串口 {1} 已由总线 \"{2}\" 使用；一条线就是一条总线，请把设备放到那里",
                       "the line {1} is used by bus \"{2}\" already; one line is one bus, put the devices there"},
                      {port, known->second});
      }
    }
    if (draft.serial &&
        (draft.serial->port.starts_with("/dev/ttyUSB") || draft.serial->port.starts_with("/dev/ttyACM"))) {
      warnings_.add(draft.place,
                    {"{1} 会随插拔和重启改号；请改用 /dev/serial/by-path/ 下的同一串口",
                     "{1} gets another number when it is plugged or the gateway starts; use its path below "
                     "/dev/serial/by-path/"},
                    {draft.serial->port});
    }
    buses_.emplace(draft.name, BusIndex{static_cast<std::uint32_t>(site_.buses.size())});
    mode(draft);
    Bus bus{draft.name, draft.title, {}, draft.mode, draft.scan};
    if (draft.serial) bus.transport = *draft.serial;
    if (draft.tcp) bus.transport = *draft.tcp;
    if (draft.usb) bus.transport = *draft.usb;
    site_.buses.push_back(std::move(bus));
  }

  void mode(const BusDraft& draft) {
    if (draft.mode != BusMode::listen) return;
    if (!draft.serial) {
      problems_.add(
          draft.place,
          {"总线 \"{1}\" 不是串口，不能只听：那里没有别人的问答；删去 mode 或改用串口",
           "bus \"{1}\" is no serial line, and nobody else's questions can be heard there; remove mode, or use "
           "a serial line"},
          {draft.name});
    }
    if (draft.serial && draft.serial->rs485) {
      problems_.add(draft.place,
                    {"总线 \"{1}\" 只听，不需要切换收发；删去 rs485 = true",
                     "bus \"{1}\" only listens and drives no transmitter; remove rs485 = true"},
                    {draft.name});
    }
  }

  std::optional<std::size_t> profile(const Placed<std::string>& model) {
    const auto used = std::find_if(site_.profiles.begin(), site_.profiles.end(),
                                   [&](const Profile& each) { return each.model == model.value; });
    if (used != site_.profiles.end()) return static_cast<std::size_t>(used - site_.profiles.begin());
    const auto found = std::find_if(known_.profiles.begin(), known_.profiles.end(),
                                    [&](const Profile& each) { return each.model == model.value; });
    if (found == known_.profiles.end()) {
      // One that is there but bad has told its own problems.
      if (std::find(known_.models.begin(), known_.models.end(), model.value) == known_.models.end()) {
        const std::vector<std::string_view> known(known_.models.begin(), known_.models.end());
        problems_.add(model.place,
                      {"没有型号 \"{1}\"{2}；请改正，或把型号文件加到型号目录",
                       "there is no profile \"{1}\"{2}; correct it, or add the file to the profiles"},
                      {model.value, settings::did_you_mean(model.value, known)});
      }
      return std::nullopt;
    }
    site_.profiles.push_back(*found);
    return site_.profiles.size() - 1;
  }

  std::optional<BusIndex> bus_of(const DeviceDraft& draft) {
    const auto found = buses_.find(draft.bus.value);
    if (found != buses_.end()) return found->second;
    std::vector<std::string_view> known;
    for (const auto& each : buses_) known.push_back(each.first);
    problems_.add(
        draft.bus.place,
        {"没有总线 \"{1}\"{2}；请改正，或加一个 [[bus]]", "there is no bus \"{1}\"{2}; correct it or add a [[bus]]"},
        {draft.bus.value, settings::did_you_mean(draft.bus.value, known)});
    return std::nullopt;
  }

  void unit(const DeviceDraft& draft, BusIndex bus) {
    if (draft.unit.place == Place{}) {
      problems_.add(draft.place,
                    {"device 中缺少 \"unit\"；请补上站号", "\"unit\" is missing in device; add its unit number"});
      return;
    }
    const bool serial = std::holds_alternative<SerialLine>(site_.buses[at(bus)].transport);
    if (serial && (draft.unit.value < 1 || draft.unit.value > 247)) {
      problems_.add(draft.unit.place,
                    {"串口线上不能用站号 {1}；可用 1 到 247", "unit {1} is not allowed on a serial line; use 1 to 247"},
                    {draft.unit.value});
    }
    const auto [known, is_new] = units_.emplace(std::pair(at(bus), draft.unit.value), draft.name);
    if (!is_new) {
      problems_.add(draft.unit.place,
                    {"总线 \"{2}\" 上的站号 {1} 已是 \"{3}\"；请给其中一台换个站号",
                     "unit {1} on bus \"{2}\" is \"{3}\" already; give one of them another unit"},
                    {draft.unit.value, draft.bus.value, known->second});
    }
  }

  /// What is no Modbus device shares its port with nobody.
  void alone(const DeviceDraft& draft, BusIndex bus, const Profile& profile) {
    const bool addressed = profile.driver == drivers::DriverKind::modbus;
    const auto [first, is_new] = first_on_.emplace(at(bus), First{draft.name, addressed});
    if (is_new || (addressed && first->second.addressed)) return;
    problems_.add(draft.bus.place,
                  {"总线 \"{1}\" 上已有 \"{2}\"；这里只能接一台设备，请另设一条总线",
                   "\"{2}\" is on bus \"{1}\" already, which has room for one device; give this one a bus of its own"},
                  {draft.bus.value, first->second.name});
  }

  void line(const DeviceDraft& draft, const Bus& bus, const Profile& profile) {
    const auto* line = std::get_if<SerialLine>(&bus.transport);
    if (line == nullptr) return;
    if (!profile.serial) {
      warnings_.add(
          draft.place,
          {"按型号文件，{1} 没有串口；总线写对了吗？", "{1} has no serial line by its profile; is the bus right?"},
          {profile.model});
      return;
    }
    // A receiver with one stop bit hears two as well, so two on the line serve everybody; one may not be enough.
    if (profile.serial->stop_bits > line->stop_bits) {
      warnings_.add(draft.place,
                    {"{1} 需要 {2} 个停止位；请在总线 \"{3}\" 上设 stop_bits = 2，其他设备不受影响",
                     "{1} wants {2} stop bits; set stop_bits = 2 on bus \"{3}\", the others bear it"},
                    {profile.model, profile.serial->stop_bits, bus.name});
    }
    if (profile.serial->parity != line->parity) {
      warnings_.add(draft.place,
                    {"{1} 的出厂校验与总线 \"{2}\" 不同；请改设备或改总线",
                     "{1} leaves the factory with another parity than bus \"{2}\" has; set the device, or the bus"},
                    {profile.model, bus.name});
    }
    if (profile.serial->baud != line->baud) {
      warnings_.add(draft.place,
                    {"{1} 的出厂波特率是 {2}，总线 \"{3}\" 是 {4}；请改设备或改总线",
                     "{1} leaves the factory with {2} baud, bus \"{3}\" has {4}; set the device, or the bus"},
                    {profile.model, profile.serial->baud, bus.name, line->baud});
    }
  }

  void device(const DeviceDraft& draft) {
    take_name(draft.name, draft.place, {"台设备", "device"});
    const auto bus = bus_of(draft);
    const auto model = profile(draft.profile);
    if (!bus || !model) {
      if (bus) unit(draft, *bus);
      return;
    }
    const auto& profile = site_.profiles[*model];
    if (check_fit(draft, site_.buses[at(*bus)], profile, problems_)) unit(draft, *bus);
    alone(draft, *bus, profile);
    line(draft, site_.buses[at(*bus)], profile);
    if (site_.points.size() + profile.points.size() > most_points) {
      problems_.add(draft.place,
                    {"一台网关超过 {1} 个测点；请拆分现场", "more than {1} points on one gateway; split the site"},
                    {most_points});
      return;
    }
    const DeviceIndex index{static_cast<std::uint32_t>(site_.devices.size())};
    const PointIndex first{static_cast<std::uint32_t>(site_.points.size())};
    site_.devices.push_back({draft.name, draft.title, *bus, draft.unit.value, *model, first, profile.points.size(),
                             draft.period, draft.supply.value, allowed_actions(draft, profile, problems_, warnings_)});
    for (std::size_t spec = 0; spec < profile.points.size(); ++spec) site_.points.push_back({index, spec});
    devices_.emplace(draft.name, index);
    for (auto& rule : rules_in_force(draft, profile, problems_)) {
      const auto point = point_of(draft.name, rule.point);
      const auto against = rule.against.empty() ? std::nullopt : point_of(draft.name, rule.against);
      const auto own = own_place(draft, rule);
      if (point) add({std::move(rule), *point, against}, draft.place, own);
    }
  }

  void exam(const ExamDraft& draft) {
    if (draft.exam.from >= draft.exam.to) {
      problems_.add(draft.place, {"考试的结束不晚于开始；请改正", "the exam ends before it begins; correct it"});
    }
    site_.exams.push_back(draft.exam);
  }

  /// A finding of a supply carries its name where others carry the device's.
  void supply(const Placed<std::string>& name) {
    if (names_.count(name.value) == 0) return;
    problems_.add(name.place,
                  {"\"{1}\" 已是总线或设备的名字；请给这路供电换个名字",
                   "\"{1}\" is a bus or device already; give this supply another name"},
                  {name.value});
  }

  /// Nothing when there is no such device or it has no such point.
  std::optional<PointIndex> point_of(std::string_view device, std::string_view name) const {
    const auto found = devices_.find(device);
    if (found == devices_.end()) return std::nullopt;
    const auto& points = site_.profiles[site_.devices[at(found->second)].profile].points;
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (points[i].name != name) continue;
      return PointIndex{static_cast<std::uint32_t>(at(site_.devices[at(found->second)].first_point) + i)};
    }
    return std::nullopt;
  }

  void kind(const std::string& kind, Place place) {
    const auto& kinds = known_.kinds;
    if (kinds.empty() || std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) return;
    const std::vector<std::string_view> all(kinds.begin(), kinds.end());
    problems_.add(place,
                  {"没有故障种类 \"{1}\"{2}；请用故障目录中的",
                   "there is no kind of fault \"{1}\"{2}; use one of the catalogue's"},
                  {kind, settings::did_you_mean(kind, all)});
  }

  /// Where the site itself wrote this rule of a device; nothing: it is as the profile says.
  static std::optional<Place> own_place(const DeviceDraft& draft, const Rule& rule) {
    const auto found = std::find_if(draft.overrides.begin(), draft.overrides.end(), [&](const OverrideDraft& each) {
      return each.kind == rule.kind && each.point == rule.point;
    });
    return found == draft.overrides.end() ? std::nullopt : std::optional(found->place);
  }

  /// Limits that can never work; `own`: where the site wrote the rule that was added last.
  void limits(std::optional<Place> own) {
    const auto& last = site_.watches.back();
    if (own) check_limits(last.rule, site_.spec(last.point), *own, warnings_);
    auto& others = rules_at_[at(last.point)];
    for (const auto index : others) {
      const auto place = own ? own : own_[index];
      if (place) check_together(site_.watches[index].rule, last.rule, *place, warnings_);
    }
    others.push_back(own_.size());
    own_.push_back(own);
  }

  /// A finding's name is (device, point, kind): two rules of one name would open and close each other's finding.
  void add(Watch watch, Place place, std::optional<Place> own) {
    kind(watch.rule.kind, place);
    if (!rules_.emplace(at(watch.point), watch.rule.kind).second) {
      problems_.add(place,
                    {"\"{2}\" 已有一条 {1} 规则；请删去，或修改（override）、停用（disabled）型号自带的",
                     "a second rule for {1} at \"{2}\"; remove it, or override or disable the profile's"},
                    {watch.rule.kind, watch.rule.point});
      return;
    }
    site_.watches.push_back(std::move(watch));
    limits(own);
  }

  std::optional<PointIndex> find(const std::string& written, Place place) {
    const auto slash = written.find('/');
    if (slash == std::string::npos) {
      problems_.add(place, {"\"{1}\" 没有写设备；应写“设备/测点”", "\"{1}\" names no device; write \"device/point\""},
                    {written});
      return std::nullopt;
    }
    const auto device = written.substr(0, slash);
    const auto point = written.substr(slash + 1);
    const auto known = devices_.find(device);
    if (known == devices_.end()) {
      // A device that is there but wrong in itself has told its problem.
      if (names_.count(device) != 0) return std::nullopt;
      const std::vector<std::string_view> all(names_.begin(), names_.end());
      problems_.add(place,
                    {"没有设备 \"{1}\"{2}；请改正，或加一个 [[device]]",
                     "there is no device \"{1}\"{2}; correct it or add a [[device]]"},
                    {device, settings::did_you_mean(device, all)});
      return std::nullopt;
    }
    const auto found = point_of(device, point);
    if (!found) {
      const auto& profile = site_.profiles[site_.devices[at(known->second)].profile];
      std::vector<std::string_view> all;
      for (const auto& each : profile.points) all.push_back(each.name);
      problems_.add(
          place,
          {"\"{1}\"（{2}）没有测点 \"{3}\"{4}；见其型号文件", "\"{1}\" ({2}) has no point \"{3}\"{4}; see its profile"},
          {device, profile.model, point, settings::did_you_mean(point, all)});
    }
    return found;
  }

  void watch(const drivers::RuleDraft& draft) {
    drivers::check_rule(draft, problems_);
    const auto point = find(draft.rule.point, draft.place);
    std::optional<PointIndex> against;
    if (!draft.rule.against.empty()) {
      against = find(draft.rule.against, draft.place);
      if (!against) return;
    }
    if (point) add({draft.rule, *point, against}, draft.place, draft.place);
  }

  const SiteDraft& draft_;
  const Known& known_;
  Problems& problems_;
  Problems warnings_;
  Site site_;
  std::set<std::string> names_;
  std::map<std::string, std::string> ports_;
  std::map<std::string, BusIndex> buses_;
  std::map<std::string, DeviceIndex, std::less<>> devices_;
  std::map<std::pair<std::size_t, std::uint8_t>, std::string> units_;
  std::set<std::pair<std::size_t, std::string>> rules_;
  std::map<std::size_t, std::vector<std::size_t>> rules_at_;  ///< point → its watches
  std::vector<std::optional<Place>> own_;                     ///< of each watch: where the site wrote it
  struct First {
    std::string name;
    bool addressed;
  };
  std::map<std::size_t, First> first_on_;  ///< by bus
};

}  // namespace

Site resolve(const SiteDraft& draft, const Known& known, settings::Problems& problems) {
  return Resolver(draft, known, problems).resolve();
}

}  // namespace inspect::agent
