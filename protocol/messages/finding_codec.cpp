#include "protocol/messages/envelope.hpp"

#include <algorithm>
#include <cmath>

namespace inspect::messages {

namespace {

constexpr std::string_view type = "inspect.finding.v1";
constexpr std::uint64_t most_count = 4294967295ULL;

/// How many entries of each list are written; halved until the message fits.
struct Lists {
  std::size_t checks = most_checks;
  std::size_t evidence = most_evidence;
  std::size_t held_back = most_held_back;
};

void write_moment(JsonWriter& out, std::string_view key, const Moment& moment) {
  out.key(key).begin_object();
  out.key("boot_ns").integer(std::max<BootClock::rep>(0, moment.boot.time_since_epoch().count()));
  write_time(out, "wall", moment.wall);
  out.key("trust").text(name(moment.trust), 16).end_object();
}

Moment read_moment(ObjectReader& in, std::string_view key) {
  auto both = in.object(key);
  Moment out;
  out.boot = BootTime{BootClock::duration{both.integer("boot_ns", 0, INT64_MAX)}};
  out.wall = read_time(both, "wall");
  out.trust = both.value<ClockTrust>("trust", &clock_trust_from);
  both.done();
  return out;
}

void write_id(JsonWriter& out, const FindingId& id) {
  out.key("id").begin_object();
  out.key("site").text(id.site, longest_name);
  out.key("device").text(id.device, longest_name);
  out.key("point").text(id.point, longest_name);
  out.key("kind").text(id.kind, longest_name);
  out.key("occurrence").natural(id.occurrence).end_object();
}

FindingId read_id(ObjectReader& in) {
  auto id = in.object("id");
  FindingId out;
  out.site = id.name("site");
  out.device = id.name("device");
  out.point = id.label("point");
  if (out.point.find('/') != std::string::npos || out.point == "-") id.refuse("point", "not a point's name");
  out.kind = id.name("kind");
  out.occurrence = static_cast<std::uint32_t>(id.natural("occurrence", 1, most_count));
  id.done();
  return out;
}

void write_evidence(JsonWriter& out, const Evidence& evidence) {
  const bool usable = evidence.quality != Quality::bad && std::isfinite(evidence.value);
  out.begin_object();
  out.key("device").text(evidence.device, longest_name);
  out.key("point").text(evidence.point, longest_name);
  out.key("value");
  usable ? out.number(evidence.value) : out.null();
  out.key("unit").text(evidence.unit, longest_unit);
  out.key("quality").text(name(usable ? evidence.quality : Quality::bad), 16);
  write_time(out, "at", evidence.at);
  write_text(out, "note", evidence.note, longest_title);
  out.end_object();
}

Evidence read_evidence(ObjectReader& in) {
  Evidence out;
  out.device = in.label("device");
  out.point = in.label("point");
  const auto value = in.number_or_null("value");
  out.value = value.value_or(0);
  out.unit = in.text("unit", longest_unit);
  out.quality = in.value<Quality>("quality", &quality_from);
  if (value.has_value() == (out.quality == Quality::bad)) in.refuse("value", "null when bad and only then");
  out.at = read_time(in, "at");
  out.note = read_text(in, "note", longest_title);
  in.done();
  return out;
}

void write_analysis(JsonWriter& out, const Analysis& analysis, const Lists& lists) {
  out.key("analysis").begin_object();
  write_text(out, "title", analysis.title, longest_text);
  write_text(out, "what", analysis.what, longest_text);
  write_text(out, "where", analysis.where, longest_text);
  out.key("confidence").number(std::isfinite(analysis.confidence) ? std::clamp(analysis.confidence, 0.0, 1.0) : 0);
  out.key("part").text(analysis.part, longest_name);
  write_text(out, "part_name", analysis.part_name, longest_title);
  out.key("department").text(analysis.department, longest_name);
  write_text(out, "urgency", analysis.urgency, longest_text);
  out.key("checks").begin_list();
  for (std::size_t i = 0; i < std::min(analysis.checks.size(), lists.checks); ++i) {
    out.begin_object().key("zh").text(analysis.checks[i].zh, longest_text);
    out.key("en").text(analysis.checks[i].en, longest_text).end_object();
  }
  out.end_list().key("evidence").begin_list();
  for (std::size_t i = 0; i < std::min(analysis.evidence.size(), lists.evidence); ++i) {
    write_evidence(out, analysis.evidence[i]);
  }
  out.end_list().key("held_back").begin_list();
  for (std::size_t i = 0; i < std::min(analysis.held_back.size(), lists.held_back); ++i) {
    out.text(analysis.held_back[i], longest_held_back);
  }
  out.end_list().end_object();
}

Analysis read_analysis(ObjectReader& in) {
  auto from = in.object("analysis");
  Analysis out;
  out.title = read_text(from, "title", longest_text);
  out.what = read_text(from, "what", longest_text);
  out.where = read_text(from, "where", longest_text);
  out.confidence = from.number("confidence", 0, 1);
  out.part = from.label("part");
  out.part_name = read_text(from, "part_name", longest_title);
  out.department = from.label("department");
  out.urgency = read_text(from, "urgency", longest_text);
  for (auto& check : from.objects("checks", most_checks)) {
    out.checks.push_back({check.text("zh", longest_text), check.text("en", longest_text)});
    check.done();
  }
  for (auto& evidence : from.objects("evidence", most_evidence)) out.evidence.push_back(read_evidence(evidence));
  out.held_back = from.texts("held_back", most_held_back, longest_held_back);
  from.done();
  return out;
}

void write_finding(JsonWriter& out, const Finding& finding, const Lists& lists) {
  out.key("finding").begin_object();
  write_id(out, finding.id);
  out.key("class").text(name(finding.fault_class), 16);
  out.key("state").text(name(finding.state), 16);
  out.key("active").boolean(finding.active);
  write_moment(out, "since", finding.since);
  write_moment(out, "changed", finding.changed);
  if (finding.returned) write_moment(out, "returned", *finding.returned);
  out.key("by").text(finding.by, longest_name);
  out.key("reason").text(finding.reason, longest_text);
  if (finding.shelved_until) write_time(out, "shelved_until", *finding.shelved_until);
  out.key("repeats").natural(finding.repeats);
  write_analysis(out, finding.analysis, lists);
  out.end_object();
}

Finding read_finding(ObjectReader& in) {
  auto from = in.object("finding");
  Finding out;
  out.id = read_id(from);
  out.fault_class = from.value<FaultClass>("class", &fault_class_from);
  out.state = from.value<AlarmState>("state", &alarm_state_from);
  out.active = from.boolean("active");
  out.since = read_moment(from, "since");
  out.changed = read_moment(from, "changed");
  if (from.has("returned")) out.returned = read_moment(from, "returned");
  out.by = from.text("by", longest_name);
  out.reason = from.text("reason", longest_text);
  if (from.has("shelved_until")) out.shelved_until = read_time(from, "shelved_until");
  out.repeats = static_cast<std::uint32_t>(from.natural("repeats", 0, most_count));
  out.analysis = read_analysis(from);
  from.done();
  return out;
}

std::string write(const FindingMessage& message, const Lists& lists) {
  JsonWriter out;
  out.begin_object();
  write_envelope(out, type, message.envelope);
  out.key("data").begin_object();
  write_text(out, "site_title", message.site_title, longest_title);
  write_text(out, "device_title", message.device_title, longest_title);
  out.key("model").text(message.model, longest_name);
  out.key("event").text(name(message.change.event), 16);
  write_finding(out, message.change.finding, lists);
  out.end_object().end_object();
  return std::move(out).take();
}

}  // namespace

std::string encode(const FindingMessage& message) {
  Lists lists;
  auto out = write(message, lists);
  // Only texts full of quotation marks come here. What explains the finding least goes first.
  while (out.size() > largest_message) {
    auto& longest = lists.held_back > 0 ? lists.held_back : lists.evidence > 4 ? lists.evidence : lists.checks;
    longest /= 2;
    out = write(message, lists);
  }
  return out;
}

Result<FindingMessage> decode_finding(std::string_view json) {
  StrictJson document(json);
  auto root = document.root();
  FindingMessage out;
  out.envelope = read_envelope(root, type);
  auto data = root.object("data");
  root.done();
  out.site_title = read_text(data, "site_title", longest_title);
  out.device_title = read_text(data, "device_title", longest_title);
  out.model = data.label("model");
  out.change.event = data.value<FindingEvent>("event", &finding_event_from);
  out.change.finding = read_finding(data);
  data.done();
  if (document.problem()) return *document.problem();
  return out;
}

}  // namespace inspect::messages
