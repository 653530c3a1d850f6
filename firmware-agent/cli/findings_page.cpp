#include "firmware-agent/cli/pages.hpp"
#include "firmware-agent/cli/table.hpp"
#include "firmware-agent/cli/text_width.hpp"
#include "firmware-agent/cli/times.hpp"
#include "firmware-agent/cli/words.hpp"
#include "protocol/catalogue/catalogue.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace inspect::cli {

namespace {

std::string ago(const Console& console, WallTime then, WallTime now) {
  return span_text(now - then, console.language) + console.in({"前", " ago"});
}

/// A date that may be wrong must not look like one that is right: which of them are doubtful, said once.
std::string doubtful_times(const Console& console, const Finding& f) {
  std::string names;
  const auto look = [&](const Moment& moment, const Text& name) {
    if (moment.trust < ClockTrust::rtc) names += (names.empty() ? "" : console.in({"、", ", "})) + console.in(name);
  };
  look(f.since, {"开始", "since"});
  look(f.changed, {"变化", "changed"});
  if (f.returned) look(*f.returned, {"恢复", "returned"});
  return names.empty() ? names
                       : console.in({"未校时，不可全信：", "was not synchronised, not to be trusted: "}) + names;
}

std::string percent(double confidence) {
  std::array<char, 16> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.0f %%", confidence * 100);
  return buffer.data();
}

/// A state in which somebody knows of the fault says by itself nothing of whether it is still there.
bool gone_although_open(const Finding& f) {
  return !f.active && f.state != AlarmState::normal && f.state != AlarmState::returned;
}

Cell state_cell(const Console& console, const Finding& f) {
  auto cell = word(f.state, console.language);
  if (gone_although_open(f)) cell = {cell.text + console.in({"、已消失", ", gone"}), Tone::quiet};
  return cell;
}

std::string state_text(const Console& console, const Finding& f) {
  auto text = word(f.state, console.language).text;
  if (!f.by.empty()) text += " (" + f.by + ')';
  if (gone_although_open(f)) {
    text += console.in({"，故障已消失，始于 ", ", gone since "}) + local_time(f.returned.value_or(f.changed).wall);
  }
  if (f.shelved_until) {
    text += console.in({"，至 ", ", until "}) + local_time(*f.shelved_until);
    // The reason of a shelf that ended explains nothing any more.
    if (!f.reason.empty()) text += console.in({"，原因：", ", because: "}) + f.reason;
  }
  return text;
}

void add_list(std::string& page, const Console& console, const Text& heading, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  page += '\n' + console.paint(console.in(heading), Tone::title) + '\n';
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto mark = "  " + std::to_string(i + 1) + ". ";
    const std::string indent(width_of(mark), ' ');
    auto text = console.width == 0 ? indent + harmless(lines[i]) : wrap(harmless(lines[i]), console.width, indent);
    page += mark + text.substr(indent.size()) + '\n';
  }
}

std::string evidence_line(const Console& console, const Evidence& e) {
  const auto value =
      value_text(e.quality == Quality::bad ? std::nullopt : std::optional(e.value), e.unit, false, console.language);
  auto line = e.device + (e.point.empty() ? "" : '/' + e.point) + "  " + value + "  " + local_time(e.at);
  const auto note = with_local_times(console.in(e.note));
  if (!note.empty()) line += "  " + note;
  return line;
}

}  // namespace

std::string short_id(const FindingId& id) {
  const auto full = to_string(id);
  return full.substr(id.site.size() + 1);
}

std::string findings_page(const Console& console, const std::vector<Finding>& findings, WallTime now) {
  if (findings.empty()) return {};
  Table table({{console.in({"级别", "CLASS"})},
               {console.in({"状态", "STATE"})},
               {console.in({"开始", "SINCE"}), true},
               {console.in({"故障", "FINDING"}), false, 16},
               {console.in({"位置", "WHERE"}), false, 12, 2}});
  for (const auto& f : findings) {
    table.row({word(f.fault_class, console.language),
               state_cell(console, f),
               {ago(console, f.since.wall, now)},
               {console.in(f.analysis.title)},
               {console.in(f.analysis.where)}},
              short_id(f.id));
  }
  return table.text(console);
}

std::string finding_page(const Console& console, const Finding& f, WallTime now) {
  const auto name = [&](const char* zh, const char* en) { return console.in({zh, en}); };
  const auto& a = f.analysis;
  std::vector<std::pair<std::string, Cell>> lines{
      {name("编号", "id"), {short_id(f.id)}},
      {name("故障", "finding"), {console.in(a.title), word(f.fault_class, console.language).tone}},
      {name("级别", "class"), word(f.fault_class, console.language)},
      {name("状态", "state"), {state_text(console, f), state_cell(console, f).tone}},
      {name("现象", "what"), {with_local_times(console.in(a.what))}},
      {name("位置", "where"), {console.in(a.where)}},
      {name("开始", "since"), {local_time(f.since.wall) + " (" + ago(console, f.since.wall, now) + ')'}},
      {name("变化", "changed"), {local_time(f.changed.wall)}}};
  if (f.returned) lines.emplace_back(name("恢复", "returned"), Cell{local_time(f.returned->wall)});
  if (auto doubt = doubtful_times(console, f); !doubt.empty()) {
    lines.emplace_back(name("时钟", "clock"), Cell{std::move(doubt), Tone::doubt});
  }
  if (f.repeats > 0) lines.emplace_back(name("反复", "came back"), Cell{std::to_string(f.repeats)});
  lines.emplace_back(name("可信度", "confidence"), Cell{percent(a.confidence)});
  if (!a.part.empty()) {
    lines.emplace_back(name("备件", "part"), Cell{part_text(a.part, console.in(a.part_name))});
  }
  lines.emplace_back(name("部门", "department"), Cell{console.in(catalogue::department_name(a.department))});
  lines.emplace_back(name("紧急程度", "urgency"), Cell{console.in(a.urgency)});
  auto page = pairs(console, lines);

  std::vector<std::string> checks;
  for (const auto& check : a.checks) checks.push_back(console.in(check));
  add_list(page, console, {"先检查", "Check first"}, checks);
  std::vector<std::string> evidence;
  for (const auto& one : a.evidence) evidence.push_back(evidence_line(console, one));
  add_list(page, console, {"依据", "Evidence"}, evidence);
  add_list(page, console, {"同因而未单独报告", "Held back, explained by this"}, a.held_back);
  return page;
}

}  // namespace inspect::cli
