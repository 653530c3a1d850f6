#include "firmware-agent/config/draft.hpp"

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
    for (const auto& each : draft_.buses) bus(each);
    for (const auto& each : draft_.devices) device(each);
    for (const auto& each : draft_.watches) watch(each);
    site_.warnings = warnings_.lines();
    return std::move(site_);
  }

 private:
  /// A finding of a whole bus carries the bus's name where others carry the device's: they share one space of names.
  void take_name(const std::string& name, Place place, std::string_view what) {
    if (!names_.insert(name).second) {
      problems_.add(
          place, "a bus or device \"" + name + "\" is there already; give this " + std::string(what) + " another name");
    }
  }

  void bus(const BusDraft& draft) {
    take_name(draft.name, draft.place, "bus");
    if (draft.serial.has_value() == draft.tcp.has_value()) {
      problems_.add(draft.place,
                    "bus \"" + draft.name + "\" needs one of serial = { port = … } and tcp = { host = … }");
      return;
    }
    if (draft.serial) {
      const auto port = std::filesystem::path(draft.serial->port).lexically_normal().string();
      const auto [known, is_new] = ports_.emplace(port, draft.name);
      if (!is_new) {
        problems_.add(draft.place, "the line " + port + " is used by bus \"" + known->second +
                                       "\" already; one line is one bus, put the devices there");
      }
    }
    buses_.emplace(draft.name, BusIndex{static_cast<std::uint32_t>(site_.buses.size())});
    Bus bus{draft.name, draft.title, {}};
    if (draft.serial) bus.transport = *draft.serial;
    if (draft.tcp) bus.transport = *draft.tcp;
    site_.buses.push_back(std::move(bus));
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
        problems_.add(model.place, "there is no profile \"" + model.value + '"' +
                                       settings::did_you_mean(model.value, known) +
                                       "; correct it, or add the file to the profiles");
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
    problems_.add(draft.bus.place, "there is no bus \"" + draft.bus.value + '"' +
                                       settings::did_you_mean(draft.bus.value, known) +
                                       "; correct it or add a [[bus]]");
    return std::nullopt;
  }

  void unit(const DeviceDraft& draft, BusIndex bus) {
    const bool serial = std::holds_alternative<SerialLine>(site_.buses[at(bus)].transport);
    if (serial && (draft.unit.value < 1 || draft.unit.value > 247)) {
      problems_.add(draft.unit.place,
                    "unit " + std::to_string(draft.unit.value) + " is not allowed on a serial line; use 1 to 247");
    }
    const auto [known, is_new] = units_.emplace(std::pair(at(bus), draft.unit.value), draft.name);
    if (!is_new) {
      problems_.add(draft.unit.place, "unit " + std::to_string(draft.unit.value) + " on bus \"" + draft.bus.value +
                                          "\" is \"" + known->second + "\" already; give one of them another unit");
    }
  }

  void line(const DeviceDraft& draft, const Bus& bus, const Profile& profile) {
    const auto* line = std::get_if<SerialLine>(&bus.transport);
    if (line == nullptr) return;
    if (!profile.serial) {
      warnings_.add(draft.place, profile.model + " has no serial line by its profile; is the bus right?");
      return;
    }
    // A receiver with one stop bit hears two as well, so two on the line serve everybody; one may not be enough.
    if (profile.serial->stop_bits > line->stop_bits) {
      warnings_.add(draft.place, profile.model + " wants " + std::to_string(profile.serial->stop_bits) +
                                     " stop bits; set stop_bits = 2 on bus \"" + bus.name + "\", the others bear it");
    }
    if (profile.serial->parity != line->parity) {
      warnings_.add(draft.place, profile.model + " leaves the factory with another parity than bus \"" + bus.name +
                                     "\" has; set the device, or the bus");
    }
    if (profile.serial->baud != line->baud) {
      warnings_.add(draft.place, profile.model + " leaves the factory with " + std::to_string(profile.serial->baud) +
                                     " baud, bus \"" + bus.name + "\" has " + std::to_string(line->baud) +
                                     "; set the device, or the bus");
    }
  }

  void device(const DeviceDraft& draft) {
    take_name(draft.name, draft.place, "device");
    const auto bus = bus_of(draft);
    const auto model = profile(draft.profile);
    if (bus) unit(draft, *bus);
    if (!bus || !model) return;
    const auto& profile = site_.profiles[*model];
    line(draft, site_.buses[at(*bus)], profile);
    if (site_.points.size() + profile.points.size() > most_points) {
      problems_.add(draft.place, "more than " + std::to_string(most_points) + " points on one gateway; split the site");
      return;
    }
    const DeviceIndex index{static_cast<std::uint32_t>(site_.devices.size())};
    const PointIndex first{static_cast<std::uint32_t>(site_.points.size())};
    site_.devices.push_back(
        {draft.name, draft.title, *bus, draft.unit.value, *model, first, profile.points.size(), draft.period});
    for (std::size_t spec = 0; spec < profile.points.size(); ++spec) site_.points.push_back({index, spec});
    devices_.emplace(draft.name, index);
    for (auto& rule : rules_in_force(draft, profile, problems_)) {
      const auto point = point_of(draft.name, rule.point);
      const auto against = rule.against.empty() ? std::nullopt : point_of(draft.name, rule.against);
      if (point) add({std::move(rule), *point, against}, draft.place);
    }
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
    problems_.add(place, "there is no kind of fault \"" + kind + '"' + settings::did_you_mean(kind, all) +
                             "; use one of the catalogue's");
  }

  /// A finding's name is (device, point, kind): two rules of one name would open and close each other's finding.
  void add(Watch watch, Place place) {
    kind(watch.rule.kind, place);
    if (!rules_.emplace(at(watch.point), watch.rule.kind).second) {
      problems_.add(place, "a second rule for " + watch.rule.kind + " at \"" + watch.rule.point +
                               "\"; remove it, or override or disable the profile's");
      return;
    }
    site_.watches.push_back(std::move(watch));
  }

  std::optional<PointIndex> find(const std::string& written, Place place) {
    const auto slash = written.find('/');
    if (slash == std::string::npos) {
      problems_.add(place, '"' + written + "\" names no device; write \"device/point\"");
      return std::nullopt;
    }
    const auto device = written.substr(0, slash);
    const auto point = written.substr(slash + 1);
    const auto known = devices_.find(device);
    if (known == devices_.end()) {
      // A device that is there but wrong in itself has told its problem.
      if (names_.count(device) != 0) return std::nullopt;
      const std::vector<std::string_view> all(names_.begin(), names_.end());
      problems_.add(place, "there is no device \"" + device + '"' + settings::did_you_mean(device, all) +
                               "; correct it or add a [[device]]");
      return std::nullopt;
    }
    const auto found = point_of(device, point);
    if (!found) {
      const auto& profile = site_.profiles[site_.devices[at(known->second)].profile];
      std::vector<std::string_view> all;
      for (const auto& each : profile.points) all.push_back(each.name);
      problems_.add(place, '"' + device + "\" (" + profile.model + ") has no point \"" + point + '"' +
                               settings::did_you_mean(point, all) + "; see its profile");
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
    if (point) add({draft.rule, *point, against}, draft.place);
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
};

}  // namespace

Site resolve(const SiteDraft& draft, const Known& known, settings::Problems& problems) {
  return Resolver(draft, known, problems).resolve();
}

}  // namespace inspect::agent
