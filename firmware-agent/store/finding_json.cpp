#include "firmware-agent/store/finding_json.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>

namespace inspect::agent::storage {

namespace {

using nlohmann::json;

json from_text(const Text& text) { return json{{"zh", text.zh}, {"en", text.en}}; }

json from_moment(const Moment& moment) {
  return json{{"boot", moment.boot.time_since_epoch().count()},
              {"wall", moment.wall.time_since_epoch().count()},
              {"trust", name(moment.trust)}};
}

json from_evidence(const Evidence& evidence) {
  return json{{"device", evidence.device},
              {"point", evidence.point},
              {"value", evidence.value},  // JSON has no NaN: the library writes null
              {"unit", evidence.unit},
              {"quality", name(evidence.quality)},
              {"at", evidence.at.time_since_epoch().count()},
              {"note", from_text(evidence.note)}};
}

template <class Items, class Make>
json from_list(const Items& items, Make make) {
  auto list = json::array();
  for (const auto& item : items) list.push_back(make(item));
  return list;
}

json from_analysis(const Analysis& a) {
  return json{{"title", from_text(a.title)},
              {"what", from_text(a.what)},
              {"where", from_text(a.where)},
              {"confidence", a.confidence},
              {"part", a.part},
              {"part_name", from_text(a.part_name)},
              {"department", a.department},
              {"urgency", from_text(a.urgency)},
              {"checks", from_list(a.checks, from_text)},
              {"evidence", from_list(a.evidence, from_evidence)},
              {"held_back", a.held_back}};
}

Text to_text(const json& j) { return Text{j.value("zh", ""), j.value("en", "")}; }

Text text_at(const json& j, const char* key) { return to_text(j.value(key, json::object())); }

double number_at(const json& j, const char* key) {
  const auto found = j.find(key);
  return found != j.end() && found->is_number() ? found->get<double>() : std::numeric_limits<double>::quiet_NaN();
}

WallTime wall_at(const json& j, const char* key) {
  return WallTime{std::chrono::milliseconds{j.value(key, std::int64_t{0})}};
}

Moment to_moment(const json& j) {
  return Moment{BootTime{std::chrono::nanoseconds{j.value("boot", std::int64_t{0})}}, wall_at(j, "wall"),
                clock_trust_from(j.value("trust", "")).value_or(ClockTrust::none)};
}

Evidence to_evidence(const json& j) {
  Evidence evidence;
  evidence.device = j.value("device", "");
  evidence.point = j.value("point", "");
  evidence.value = number_at(j, "value");
  evidence.unit = j.value("unit", "");
  evidence.quality = quality_from(j.value("quality", "")).value_or(Quality::bad);
  evidence.at = wall_at(j, "at");
  evidence.note = text_at(j, "note");
  return evidence;
}

Analysis to_analysis(const json& j) {
  Analysis a;
  a.title = text_at(j, "title");
  a.what = text_at(j, "what");
  a.where = text_at(j, "where");
  a.confidence = j.value("confidence", 0.0);
  a.part = j.value("part", "");
  a.part_name = text_at(j, "part_name");
  a.department = j.value("department", "");
  a.urgency = text_at(j, "urgency");
  for (const auto& check : j.value("checks", json::array())) a.checks.push_back(to_text(check));
  for (const auto& evidence : j.value("evidence", json::array())) a.evidence.push_back(to_evidence(evidence));
  a.held_back = j.value("held_back", std::vector<std::string>{});
  return a;
}

/// Identity and state have no default: without them it is not a finding.
Finding to_finding(const json& j) {
  Finding f;
  f.id = finding_id_from(j.at("id").get<std::string>()).value();
  f.fault_class = fault_class_from(j.at("class").get<std::string>()).value();
  f.state = alarm_state_from(j.at("state").get<std::string>()).value();
  f.active = j.at("active").get<bool>();
  f.since = to_moment(j.at("since"));
  f.changed = to_moment(j.at("changed"));
  if (j.contains("returned")) f.returned = to_moment(j.at("returned"));
  f.by = j.value("by", "");
  f.reason = j.value("reason", "");
  if (j.contains("shelved_until")) f.shelved_until = wall_at(j, "shelved_until");
  f.repeats = j.value("repeats", 0U);
  f.analysis = to_analysis(j.value("analysis", json::object()));
  return f;
}

}  // namespace

std::string finding_document(const Finding& f) {
  json j{{"id", to_string(f.id)},
         {"class", name(f.fault_class)},
         {"state", name(f.state)},
         {"active", f.active},
         {"since", from_moment(f.since)},
         {"changed", from_moment(f.changed)},
         {"by", f.by},
         {"reason", f.reason},
         {"repeats", f.repeats},
         {"analysis", from_analysis(f.analysis)}};
  if (f.returned) j["returned"] = from_moment(*f.returned);
  if (f.shelved_until) j["shelved_until"] = f.shelved_until->time_since_epoch().count();
  // A damaged byte in a title must not stop a finding from being written down.
  return j.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<Finding> finding_from_document(std::string_view document) {
  try {
    return to_finding(json::parse(document));
  } catch (const std::exception& error) {
    return fail(Errc::storage, std::string("a stored finding cannot be read: ") + error.what());
  }
}

}  // namespace inspect::agent::storage
