#include "firmware-agent/cli/pages.hpp"
#include "firmware-agent/cli/table.hpp"
#include "firmware-agent/cli/times.hpp"
#include "firmware-agent/cli/words.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace inspect::cli {

namespace {

std::string load_text(double share) {
  std::array<char, 16> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.0f %%", share * 100);
  return buffer.data();
}

Cell age_cell(const std::optional<std::chrono::milliseconds>& age, Language language) {
  if (!age) return {"–", Tone::quiet};
  return {span_text(*age, language)};
}

Cell learned_cell(const std::optional<double>& learned, const Console& console) {
  if (!learned) return {"–", Tone::quiet};
  if (*learned >= 1) return {console.in({"已学", "yes"})};
  return {load_text(*learned), Tone::doubt};
}

Cell count_cell(std::uint64_t count, Tone tone) { return {std::to_string(count), count > 0 ? tone : Tone::plain}; }

}  // namespace

std::string buses_page(const Console& console, const std::vector<control::BusRow>& buses) {
  Table table({{console.in({"总线", "BUS"})},
               {console.in({"状态", "HEALTH"})},
               {console.in({"占用", "BUSY"}), true},
               {console.in({"设备", "DEVICES"}), true, 0, 5},
               {console.in({"询问", "ASKED"}), true},
               {console.in({"超时", "TIMEOUT"}), true},
               {console.in({"损坏", "CORRUPT"}), true, 0, 6},
               {console.in({"外来", "FOREIGN"}), true, 0, 4},
               {console.in({"重开", "REOPENED"}), true, 0, 3},
               {console.in({"名称", "TITLE"}), false, 10, 2}});
  for (const auto& bus : buses) {
    const auto& c = bus.counters;
    table.row({{bus.name},
               word(bus.health, console.language),
               {load_text(bus.utilisation)},
               {std::to_string(bus.devices)},
               {std::to_string(c.transactions)},
               count_cell(c.timeouts, Tone::doubt),
               count_cell(c.corrupt, Tone::doubt),
               count_cell(c.foreign, Tone::bad),
               {std::to_string(c.reopened)},
               {console.in(bus.title)}},
              bus.transport);
  }
  return table.text(console);
}

std::string devices_page(const Console& console, const std::vector<control::DeviceRow>& devices) {
  std::vector<Column> columns{{console.in({"设备", "DEVICE"})},
                              {console.in({"状态", "HEALTH"})},
                              {console.in({"应答", "ANSWERED"}), true},
                              {console.in({"故障", "FINDINGS"}), true},
                              {console.in({"总线", "BUS"}), false, 0, 4},
                              {console.in({"地址", "UNIT"}), true, 0, 3},
                              {console.in({"测点", "POINTS"}), true, 0, 1},
                              {console.in({"名称", "TITLE"}), false, 12},
                              {console.in({"型号", "MODEL"}), false, 10, 2}};
  // Where nothing wears there is nothing to learn.
  const bool wears = std::any_of(devices.begin(), devices.end(), [](const auto& device) { return device.learned; });
  if (wears) columns.push_back({console.in({"基准", "LEARNED"}), true, 0, 5});
  Table table(std::move(columns));
  for (const auto& device : devices) {
    std::vector<Cell> cells{{device.name},
                            word(device.health, console.language),
                            age_cell(device.last_answer_age, console.language),
                            count_cell(device.open_findings, Tone::bad),
                            {device.bus},
                            {std::to_string(device.unit)},
                            {std::to_string(device.points)},
                            {console.in(device.title)},
                            {device.model}};
    if (wears) cells.push_back(learned_cell(device.learned, console));
    table.row(std::move(cells));
  }
  return table.text(console);
}

std::string points_page(const Console& console, const std::vector<control::PointRow>& points) {
  const bool one_device = std::all_of(points.begin(), points.end(),
                                      [&](const auto& point) { return point.device == points.front().device; });
  Table table({{console.in({"测点", "POINT"})},
               {console.in({"数值", "VALUE"}), true},
               {console.in({"质量", "QUALITY"})},
               {console.in({"时间", "AGE"}), true},
               {console.in({"名称", "TITLE"}), false, 10, 2}});
  for (const auto& point : points) {
    table.row({{one_device ? point.point : point.device + '/' + point.point},
               {value_text(point, console.language)},
               word(point.reading.quality, point.reading.reason, console.language),
               age_cell(point.reading.age, console.language),
               {console.in(point.title)}});
  }
  return table.text(console);
}

}  // namespace inspect::cli
