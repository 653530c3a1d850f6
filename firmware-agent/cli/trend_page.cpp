#include "firmware-agent/cli/trend_page.hpp"

#include "firmware-agent/cli/table.hpp"
#include "firmware-agent/cli/text_width.hpp"
#include "firmware-agent/cli/times.hpp"
#include "firmware-agent/cli/trend_scale.hpp"
#include "protocol/model/reading.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace inspect::cli {

namespace {

constexpr std::size_t rows_drawn = 14;
constexpr std::size_t widest = 110, label_width = 12;

std::string day_text(WallTime at) { return local_time(at).substr(0, 10); }
std::string percent(double share) { return std::to_string(std::lround(100 * share)) + " %"; }

/// Rows of one character cells, drawn from the back to the front.
class Canvas {
 public:
  Canvas(const control::TrendRow& trend, std::size_t columns)
      : trend_(trend),
        scale_(scale_of(trend)),
        columns_(columns),
        cells_(rows_drawn, std::vector<const char*>(columns, " ")) {}

  void draw() {
    band();
    if (trend_.usual) line(*trend_.usual, "·");
    if (trend_.low) line(*trend_.low, "─");
    if (trend_.high) line(*trend_.high, "─");
    for (const auto& day : trend_.days) put(scale_.x(day.at), day.level, "●");
  }

  [[nodiscard]] std::string text(const Console& console) const {
    std::string text;
    for (std::size_t r = 0; r < rows_drawn; ++r) {
      const auto name = label(r);
      text += std::string(label_width - std::min(label_width, width_of(name)), ' ') + name + " ┤";
      for (const auto* cell : cells_[r]) {
        const bool limit = std::string_view(cell) == "─";
        text += limit ? console.paint(cell, Tone::bad) : cell;
      }
      text += '\n';
    }
    const auto first = day_text(scale_.from), last = day_text(scale_.to);
    text += std::string(label_width + 2, ' ') + first;
    text += std::string(columns_ > 20 ? columns_ - 20 : 1, ' ') + last + '\n';
    return text;
  }

 private:
  [[nodiscard]] std::size_t row_of(double level) const {
    const auto up = static_cast<std::size_t>(std::lround(scale_.y(level) * (rows_drawn - 1)));
    return rows_drawn - 1 - up;
  }
  [[nodiscard]] bool inside(double level) const { return level >= scale_.low && level <= scale_.high; }
  void put(double x, double level, const char* what) {
    const auto column = static_cast<std::size_t>(x * static_cast<double>(columns_ - 1));
    cells_[row_of(level)][std::min(columns_ - 1, column)] = what;
  }
  void line(double level, const char* what) {
    if (!inside(level)) return;
    auto& row = cells_[row_of(level)];
    for (auto& cell : row) {
      if (std::string_view(cell) == " ") cell = what;
    }
  }
  void band() {
    for (std::size_t c = 0; c < columns_; ++c) {
      const auto span = std::chrono::duration<double, std::milli>(scale_.to - scale_.from);
      const auto at = scale_.from + std::chrono::milliseconds{std::llround(span.count() * static_cast<double>(c) /
                                                                           static_cast<double>(columns_ - 1))};
      const auto expected = expected_at(trend_, at);
      if (!expected) continue;
      const auto [upper, lower] = std::minmax(row_of(expected->slow), row_of(expected->fast));
      for (auto r = upper; r <= lower; ++r) cells_[r][c] = "░";
      cells_[row_of(expected->median)][c] = "▒";
    }
  }
  [[nodiscard]] std::string label(std::size_t row) const {
    const auto here = [&](const std::optional<double>& level) {
      return level && inside(*level) && row_of(*level) == row;
    };
    for (const auto& level : {trend_.high, trend_.low, trend_.usual}) {
      if (here(level)) return quantity_text(*level, trend_.unit);
    }
    return {};
  }

  const control::TrendRow& trend_;
  TrendScale scale_;
  std::size_t columns_;
  std::vector<std::vector<const char*>> cells_;
};

std::string limits_text(const control::TrendRow& trend) {
  std::string text;
  if (trend.low) text = "≥ " + quantity_text(*trend.low, trend.unit);
  if (trend.high) text += (text.empty() ? "" : ", ") + ("≤ " + quantity_text(*trend.high, trend.unit));
  return text.empty() ? "–" : text;
}

/// From 0.9 on it is a finding, from 0.5 on worth a look.
Tone tone_of(double probability) {
  return probability >= 0.9 ? Tone::bad : probability >= 0.5 ? Tone::doubt : Tone::plain;
}

Cell forecast_cell(const Console& console, const control::TrendRow& trend) {
  if (!trend.forecast) return {console.in({"不会越限的迹象", "no sign that a limit will be crossed"}), Tone::good};
  const auto& f = *trend.forecast;
  const auto dates = day_text(f.earliest) + " … " + day_text(f.latest);
  return {console.in({"60 天内越限的概率 " + percent(f.probability) + "，约 " + day_text(f.crossing) + "（90 % 区间 " +
                          dates + "）",
                      "crosses its limit within 60 days with a probability of " + percent(f.probability) + ", about " +
                          day_text(f.crossing) + " (90 %: " + dates + ")"}),
          tone_of(f.probability)};
}

Cell learned_cell(const Console& console, const control::TrendRow& trend) {
  if (trend.usual) return {quantity_text(*trend.usual, trend.unit) + console.in({"（已冻结）", " (frozen)"})};
  return {
      console.in({"正在学习，已有 " + percent(trend.learned), "being learned, " + percent(trend.learned) + " of it"}),
      Tone::doubt};
}

Cell probability_cell(const control::ForecastRow& row) {
  return {percent(row.probability), row.outcome == "open" ? tone_of(row.probability) : Tone::plain};
}

Cell outcome_cell(const Console& console, const control::ForecastRow& row) {
  if (row.outcome == "crossed")
    return {console.in({"已越限", "crossed"}), row.probability >= 0.5 ? Tone::good : Tone::bad};
  if (row.outcome == "held") return {console.in({"未越限", "held"}), row.probability < 0.5 ? Tone::good : Tone::bad};
  if (row.outcome == "moot") return {console.in({"已换件", "moot"}), Tone::quiet};
  return {console.in({"未到期", "open"})};
}

std::string decimals(double value) {
  auto text = std::to_string(value);
  return text.substr(0, text.find('.') + 4);
}

}  // namespace

std::string trend_page(const Console& console, const control::TrendRow& trend) {
  std::string page = console.in(trend.title) + "  " + trend.device + "/" + trend.point + "\n\n";
  if (trend.days.empty()) {
    page += console.in({"还没有一整天的读数", "there is no whole day of readings yet"}) + "\n\n";
  } else {
    const auto room = console.width == 0 ? 80 : console.width;
    Canvas canvas(trend, std::clamp<std::size_t>(room, label_width + 32, widest) - label_width - 2);
    canvas.draw();
    page += canvas.text(console) + '\n';
  }
  std::vector<std::pair<std::string, Cell>> lines{{console.in({"平时", "usual"}), learned_cell(console, trend)},
                                                  {console.in({"限值", "limits"}), {limits_text(trend)}}};
  if (!trend.days.empty()) {
    const auto& last = trend.days.back();
    lines.push_back({console.in({"现在", "now"}), {quantity_text(last.level, trend.unit) + "  " + day_text(last.at)}});
    lines.push_back({console.in({"预测", "forecast"}), forecast_cell(console, trend)});
  }
  for (const auto& part : trend.replaced)
    lines.push_back({console.in({"换件", "replaced"}), {part_line(console, part)}});
  return page + pairs(console, lines);
}

std::string forecasts_page(const Console& console, const control::ForecastList& list) {
  Table table({{console.in({"预测于", "MADE"})},
               {console.in({"测点", "POINT"})},
               {console.in({"故障", "KIND"}), false, 0, 2},
               {console.in({"概率", "PROBABILITY"}), true},
               {console.in({"约", "ABOUT"})},
               {console.in({"90 % 区间", "90 % INTERVAL"}), false, 0, 1},
               {console.in({"结果", "OUTCOME"})}});
  for (const auto& row : list.forecasts) {
    table.row({{day_text(row.made)},
               {row.device + "/" + row.point},
               {row.kind},
               probability_cell(row),
               {day_text(row.crossing)},
               {day_text(row.earliest) + " … " + day_text(row.latest)},
               outcome_cell(console, row)});
  }
  auto page = list.forecasts.empty() ? std::string() : table.text(console);
  if (list.skills.empty()) return page;
  Table skills({{console.in({"故障", "KIND"})},
                {console.in({"已评", "GRADED"}), true},
                {console.in({"误差", "BRIER"}), true},
                {console.in({"报警限误差", "ALERT LIMIT'S"}), true},
                {console.in({"使用", "USED"})}});
  for (const auto& s : list.skills) {
    std::string off;
    for (const auto& expert : s.experts_off) off += (off.empty() ? "" : ", ") + expert;
    Cell used{console.in({"是", "yes"}), Tone::good};
    if (!s.trusted) {
      used = {console.in({"停用：不如报警限", "switched off: worse than an alert limit"}), Tone::bad};
    } else if (!off.empty()) {
      used = {console.in({"停用方法：" + off, "without " + off}), Tone::doubt};
    }
    skills.row({{s.kind}, {std::to_string(s.graded)}, {decimals(s.brier)}, {decimals(s.alert_brier)}, used});
  }
  return page + (page.empty() ? "" : "\n") + skills.text(console);
}

std::string part_line(const Console& console, const control::PartRow& part) {
  auto line = local_time(part.at) + "  " + part.device + (part.point.empty() ? "" : "/" + part.point);
  line += "  " + (part.why == "replaced" ? console.in({"已更换", "replaced"}) : part.why);
  if (!part.part.empty()) line += "  " + part.part;
  if (!part.by.empty()) line += console.in({"  由 ", "  by "}) + part.by;
  return harmless(line);
}

}  // namespace inspect::cli
