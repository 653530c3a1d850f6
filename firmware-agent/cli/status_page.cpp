#include "firmware-agent/cli/pages.hpp"
#include "firmware-agent/cli/times.hpp"
#include "firmware-agent/cli/words.hpp"

#include <array>
#include <cmath>

namespace inspect::cli {

namespace {

struct Part {
  std::uint32_t count;
  std::string name;
};

/// "2: 1 up, 1 silent"; parts that are nothing are left out.
std::string tally_text(Language language, const std::vector<Part>& parts) {
  const bool zh = language == Language::zh;
  std::uint32_t total = 0;
  std::string list;
  for (const auto& part : parts) {
    total += part.count;
    if (part.count == 0) continue;
    const auto count = std::to_string(part.count);
    list += list.empty() ? "" : zh ? "，" : ", ";
    list += zh ? part.name + ' ' + count : count + ' ' + part.name;
  }
  return list.empty() ? std::to_string(total) : std::to_string(total) + (zh ? "：" : ": ") + list;
}

Cell buses_cell(const Console& console, const control::BusTally& t) {
  const auto name = [&](BusHealth health) { return word(health, console.language).text; };
  return {tally_text(console.language, {{t.up, name(BusHealth::up)},
                                        {t.silent, name(BusHealth::silent)},
                                        {t.unavailable, name(BusHealth::unavailable)},
                                        {t.unknown, name(BusHealth::unknown)}}),
          t.silent + t.unavailable > 0 ? Tone::bad : Tone::plain};
}

Cell devices_cell(const Console& console, const control::DeviceTally& t) {
  const auto name = [&](DeviceHealth health) { return word(health, console.language).text; };
  return {tally_text(console.language, {{t.active, name(DeviceHealth::active)},
                                        {t.degraded, name(DeviceHealth::degraded)},
                                        {t.dormant, name(DeviceHealth::dormant)},
                                        {t.unknown, name(DeviceHealth::unknown)}}),
          t.dormant > 0 ? Tone::bad : Tone::plain};
}

Cell points_cell(const Console& console, const control::PointTally& t) {
  return {tally_text(console.language, {{t.good, console.in({"正常", "good"})},
                                        {t.uncertain, console.in({"不确定", "uncertain"})},
                                        {t.bad, console.in({"无有效值", "bad"})}}),
          t.bad > 0 ? Tone::doubt : Tone::plain};
}

Cell findings_cell(const Console& console, const control::FindingTally& t) {
  const auto name = [&](FaultClass c) { return word(c, console.language).text; };
  auto text = tally_text(console.language, {{t.major, name(FaultClass::major)},
                                            {t.ordinary, name(FaultClass::ordinary)},
                                            {t.preventive, name(FaultClass::preventive)}});
  if (t.unacknowledged > 0) {
    text += console.in({"；未确认 ", "; not acknowledged: "}) + std::to_string(t.unacknowledged);
  }
  const auto open = t.major + t.ordinary + t.preventive;
  return {text, t.major > 0 ? Tone::bad : open > 0 ? Tone::doubt : Tone::good};
}

/// How far commissioning is: what is not learned yet is judged by its limits alone.
Cell learning_cell(const Console& console, const control::LearningTally& t) {
  const auto learned = std::to_string(t.learned), learning = std::to_string(t.learning);
  if (t.learning == 0) return {console.in({"已学 " + learned, "learned " + learned}), Tone::good};
  const auto slowest = std::to_string(std::lround(100 * t.slowest)) + " %";
  return {console.in({"已学 " + learned + "，正在学 " + learning + "，最慢的到 " + slowest,
                      "learned " + learned + ", being learned " + learning + ", the slowest at " + slowest}),
          Tone::doubt};
}

Cell store_cell(const Console& console, const control::StoreState& s) {
  std::string text = s.degraded ? console.in({"写入失败，正在重试", "the last write failed, trying again"})
                                : console.in({"正常", "well"});
  // The newest readings lie in the journal, up to the first compaction all of them: that is no empty history.
  const auto readings = std::to_string(s.readings_stored);
  text += console.in({"；历史 ", "; history "}) +
          (s.history_bytes == 0 && s.readings_stored > 0
               ? console.in({"刚开始，已记 " + readings + " 个读数", "begun, " + readings + " readings so far"})
               : bytes_text(s.history_bytes));
  if (s.commit_failures > 0) {
    text += console.in({"；失败 ", "; failures "}) + std::to_string(s.commit_failures);
  }
  if (s.readings_dropped > 0) {
    text += console.in({"；丢弃读数 ", "; readings dropped "}) + std::to_string(s.readings_dropped);
  }
  return {text, s.degraded ? Tone::bad : s.readings_dropped > 0 ? Tone::doubt : Tone::plain};
}

Cell outbox_cell(const Console& console, const std::optional<control::OutboxState>& o, WallTime now) {
  if (!o) return {console.in({"存储未答复", "the store did not answer"}), Tone::bad};
  auto text = console.in({"待送故障 ", "findings waiting "}) + std::to_string(o->findings_waiting) +
              console.in({"，待送读数批 ", ", batches of readings "}) + std::to_string(o->readings_waiting);
  if (const auto oldest = parse_rfc3339(o->oldest_waiting)) {
    text +=
        console.in({"，最早 ", ", oldest "}) + span_text(now - *oldest, console.language) + console.in({"前", " ago"});
  }
  return {text, o->findings_waiting > 0 ? Tone::doubt : Tone::plain};
}

Cell threads_cell(const Console& console, const std::vector<control::ThreadState>& threads) {
  // Each beats every second; ten missed ones are no delay any more.
  constexpr std::chrono::milliseconds late{10'000};
  Cell cell;
  for (const auto& thread : threads) {
    if (!cell.text.empty()) cell.text += ", ";
    cell.text += thread.name + ' ' + span_text(thread.age, console.language) + console.in({"前", " ago"});
    if (thread.age > late) cell.tone = Tone::bad;
  }
  return cell;
}

Cell socket_cell(const Console& console, const control::SocketState& s) {
  auto text = console.in({"连接 ", "connections "}) + std::to_string(s.connections);
  const std::array<std::pair<std::uint64_t, Text>, 4> troubles{
      {{s.refused, {"拒绝", "refused"}},
       {s.malformed, {"非请求行", "lines that are no request"}},
       {s.dropped_events, {"丢弃事件", "events dropped"}},
       {s.timed_out, {"超时", "timed out"}}}};
  for (const auto& [count, name] : troubles) {
    if (count > 0) text += ", " + console.in(name) + ' ' + std::to_string(count);
  }
  return {text, Tone::plain};
}

}  // namespace

std::string status_page(const Console& console, const control::Status& s) {
  const auto name = [&](const char* zh, const char* en) { return console.in({zh, en}); };
  std::vector<std::pair<std::string, Cell>> lines{
      {name("站点", "site"), {s.site + "  " + console.in(s.site_title)}},
      {name("网关", "gateway"), {s.gateway}},
      {name("程序", "agent"), {s.version + console.in({"，已运行 ", ", up "}) + span_text(s.uptime, console.language)}},
      {name("时钟", "clock"),
       {local_time(s.now) + " (" + word(s.clock, console.language) + ')',
        s.clock < ClockTrust::rtc ? Tone::doubt : Tone::plain}},
      {name("总线", "buses"), buses_cell(console, s.buses)},
      {name("设备", "devices"), devices_cell(console, s.devices)},
      {name("测点", "points"), points_cell(console, s.points)},
      {name("故障", "findings"), findings_cell(console, s.findings)},
      {name("考试", "exam"), exam_text(console, s.exam, s.now)},
      {name("存储", "store"), store_cell(console, s.store)},
      {name("待发箱", "outbox"), outbox_cell(console, s.outbox, s.now)},
      {name("线程", "threads"), threads_cell(console, s.threads)},
      {name("控制口", "socket"), socket_cell(console, s.socket)}};
  if (s.learning.learned + s.learning.learning > 0) {
    lines.emplace_back(name("基准", "baselines"), learning_cell(console, s.learning));
  }
  if (!s.config_warning.empty()) {
    // The first problem says where to look; the check tells them all, and in the person's language.
    lines.emplace_back(name("配置", "configuration"),
                       Cell{s.config_warning.substr(0, s.config_warning.find('\n')), Tone::bad});
    lines.emplace_back("", Cell{name("上一份有效配置仍在使用；详见 inspectctl check",
                                     "the last good one stays in force; see inspectctl check"),
                                Tone::plain});
  }
  return pairs(console, lines);
}

std::string outbox_page(const Console& console, const control::OutboxState& o, WallTime now) {
  const auto name = [&](const char* zh, const char* en) { return console.in({zh, en}); };
  std::string oldest = name("无", "none");
  if (const auto time = parse_rfc3339(o.oldest_waiting)) {
    oldest = local_time(*time) + " (" + span_text(now - *time, console.language) + name("前", " ago") + ')';
  }
  return pairs(console, {{name("故障 标识", "findings epoch"), {o.findings_epoch}},
                         {name("故障 待送", "findings waiting"),
                          {std::to_string(o.findings_waiting), o.findings_waiting > 0 ? Tone::doubt : Tone::good}},
                         {name("故障 已回执", "findings receipted"), {std::to_string(o.findings_receipted)}},
                         {name("最早待送", "oldest waiting"), {oldest}},
                         {name("读数 标识", "readings epoch"), {o.readings_epoch}},
                         {name("读数批 待送", "batches waiting"), {std::to_string(o.readings_waiting)}},
                         {name("读数批 已放弃", "batches given up"),
                          {std::to_string(o.readings_dropped), o.readings_dropped > 0 ? Tone::doubt : Tone::plain}}});
}

}  // namespace inspect::cli
