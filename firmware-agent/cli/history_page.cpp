#include "firmware-agent/cli/pages.hpp"
#include "firmware-agent/cli/table.hpp"
#include "firmware-agent/cli/times.hpp"
#include "firmware-agent/cli/words.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace inspect::cli {

std::string sparkline(const std::vector<control::HistoryRow>& rows, std::size_t columns, bool state) {
  static constexpr std::array<const char*, 8> steps{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  if (rows.size() < 2 || columns == 0) return {};
  double low = std::numeric_limits<double>::max();
  double high = std::numeric_limits<double>::lowest();
  for (const auto& row : rows) {
    if (!row.value) continue;
    low = std::min(low, *row.value);
    high = std::max(high, *row.value);
  }
  if (low > high) return {};
  // A relay that stayed on is not half on.
  if (state) {
    low = std::min(low, 0.0);
    high = std::max(high, 1.0);
  }
  const auto begin = rows.front().at;
  const auto span = std::max<double>(1, static_cast<double>((rows.back().at - begin).count()));
  // The last value of each column stands: time is even across the line, however uneven the rows are.
  std::vector<std::optional<double>> cells(columns);
  std::vector<bool> seen(columns, false);
  for (const auto& row : rows) {
    const auto share = static_cast<double>((row.at - begin).count()) / span;
    const auto place = std::min(columns - 1, static_cast<std::size_t>(share * static_cast<double>(columns)));
    cells[place] = row.value;
    seen[place] = true;
  }
  std::string line;
  std::optional<double> current;
  for (std::size_t i = 0; i < columns; ++i) {
    if (seen[i]) current = cells[i];
    if (!current) {
      line += ' ';
      continue;
    }
    const auto share = high > low ? (*current - low) / (high - low) : 0.5;
    line += steps.at(std::min<std::size_t>(steps.size() - 1, static_cast<std::size_t>(share * steps.size())));
  }
  return line;
}

std::string history_page(const Console& console, const control::PointRow& point,
                         const std::vector<control::HistoryRow>& rows) {
  std::string page;
  if (console.terminal) {
    const auto curve =
        sparkline(rows, std::min<std::size_t>(console.width == 0 ? 60 : console.width - 2, 100), is_state(point));
    if (!curve.empty()) page += curve + "\n\n";
  }
  Table table(
      {{console.in({"时间", "TIME"})}, {console.in({"数值", "VALUE"}), true}, {console.in({"质量", "QUALITY"})}});
  for (const auto& row : rows) {
    table.row({{local_time(row.at)},
               {value_text(row.value, point.unit, is_state(point), console.language)},
               word(row.quality, row.reason, console.language)});
  }
  return page + table.text(console);
}

}  // namespace inspect::cli
