#pragma once

#include "firmware-agent/cli/console.hpp"

#include <string>
#include <utility>
#include <vector>

namespace inspect::cli {

struct Cell {
  std::string text;
  Tone tone = Tone::plain;
};

/// A column of a table. Names a person must type again are never cut.
struct Column {
  std::string title;
  bool right = false;      ///< numbers
  std::size_t cut_to = 0;  ///< may be cut down to this width; 0: never
  /// Left out when the rest does not fit, lowest first; 1: before anything is cut; 0: never.
  int give_up = 0;
};

/// Rows in columns that fit the console; knows that Chinese characters are two columns wide.
class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// As many cells as columns. `below`: a line of its own under the row, e.g. a long name.
  void row(std::vector<Cell> cells, const std::string& below = {});
  [[nodiscard]] std::string text(const Console& console) const;

 private:
  struct Row {
    std::vector<Cell> cells;
    std::string below;
  };
  struct Layout {
    std::vector<std::size_t> widths;
    std::vector<bool> shown;
  };
  [[nodiscard]] Layout layout(std::size_t width) const;

  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

/// "name   value" lines; values wrap below themselves.
std::string pairs(const Console& console, const std::vector<std::pair<std::string, Cell>>& lines);

}  // namespace inspect::cli
