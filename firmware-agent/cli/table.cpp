#include "firmware-agent/cli/table.hpp"

#include "firmware-agent/cli/text_width.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

namespace inspect::cli {

namespace {

constexpr std::size_t gap = 2;  ///< columns between two columns
constexpr int last_rank = 9;    ///< of Column::give_up

std::string padded(const Console& console, const Cell& cell, std::size_t width, bool right, bool last) {
  const auto text = cut(cell.text, width);
  const auto missing = width - width_of(text);
  const std::string space(missing, ' ');
  const auto painted = console.paint(text, cell.tone);
  if (right) return space + painted;
  return last ? painted : painted + space;
}

void trim(std::string& line) {
  while (!line.empty() && line.back() == ' ') line.pop_back();
}

}  // namespace

std::string Console::paint(std::string_view text, Tone tone) const {
  static constexpr std::array<std::string_view, 6> codes{"", "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[31m"};
  const auto code = codes.at(static_cast<std::size_t>(tone));
  if (!colour || code.empty() || text.empty()) return std::string(text);
  return std::string(code).append(text).append("\x1b[0m");
}

void Table::row(std::vector<Cell> cells, const std::string& below) {
  for (auto& cell : cells) cell.text = harmless(cell.text);
  cells.resize(columns_.size());
  rows_.push_back({std::move(cells), harmless(below)});
}

Table::Layout Table::layout(std::size_t width) const {
  Layout layout{std::vector<std::size_t>(columns_.size()), std::vector<bool>(columns_.size(), true)};
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    layout.widths[i] = width_of(columns_[i].title);
    for (const auto& row : rows_) layout.widths[i] = std::max(layout.widths[i], width_of(row.cells[i].text));
  }
  const auto total = [&] {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < columns_.size(); ++i) sum += layout.shown[i] ? layout.widths[i] + gap : 0;
    return sum - std::min(sum, gap);
  };
  // What stands last is cut first: the columns are in the order of their importance.
  const auto shrink = [&] {
    for (std::size_t i = columns_.size(); i-- > 0 && total() > width;) {
      if (!layout.shown[i] || columns_[i].cut_to == 0 || layout.widths[i] <= columns_[i].cut_to) continue;
      layout.widths[i] = std::max(columns_[i].cut_to, layout.widths[i] - std::min(layout.widths[i], total() - width));
    }
  };
  if (width == 0) return layout;
  const auto natural = layout.widths;
  for (int rank = 1; rank <= last_rank && total() > width; ++rank) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].give_up == rank) layout.shown[i] = false;
    }
    // The room that became free belongs to those that were cut.
    layout.widths = natural;
    shrink();
  }
  return layout;
}

std::string Table::text(const Console& console) const {
  const auto fit = layout(console.width);
  std::size_t last = 0;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (fit.shown[i]) last = i;
  }
  std::string out;
  const auto add = [&](const auto& cell_of) {
    std::string line;
    for (std::size_t i = 0; i <= last; ++i) {
      if (!fit.shown[i]) continue;
      if (!line.empty()) line.append(gap, ' ');
      line += padded(console, cell_of(i), fit.widths[i], columns_[i].right, i == last);
    }
    trim(line);
    out += line + '\n';
  };
  add([this](std::size_t i) { return Cell{columns_[i].title, Tone::title}; });
  for (const auto& row : rows_) {
    add([&row](std::size_t i) { return row.cells[i]; });
    if (!row.below.empty()) out += "  " + console.paint(row.below, Tone::quiet) + '\n';
  }
  return out;
}

std::string pairs(const Console& console, const std::vector<std::pair<std::string, Cell>>& lines) {
  std::size_t names = 0;
  for (const auto& [name, value] : lines) names = std::max(names, width_of(name));
  const std::string indent(names + gap, ' ');
  std::string out;
  for (const auto& [name, value] : lines) {
    const auto clean = harmless(value.text);
    auto text = console.width == 0 ? indent + clean : wrap(clean, console.width, indent);
    text.erase(0, indent.size());
    out += console.paint(name, Tone::title) + std::string(names + gap - width_of(name), ' ') +
           console.paint(text, value.tone);
    trim(out);
    out += '\n';
  }
  return out;
}

}  // namespace inspect::cli
