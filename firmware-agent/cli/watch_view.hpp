#pragma once

#include "firmware-agent/cli/console.hpp"
#include "protocol/control/answer.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace inspect::cli {

/// What a live view knows: the points as they were and as events changed them. Pure; the time is given.
class WatchView {
 public:
  /// `now`: wall time of the answer with these points.
  WatchView(std::vector<control::PointRow> points, WallTime now);

  /// Takes an event and returns a line for each change a person should see (value or quality of a point, a finding's
  /// state, a device that fell silent or is back); a reading that says the same again gives none.
  std::vector<std::string> take(const control::Event& event, const Console& console, WallTime now);

  /// The points as a table of at most `console.height` lines, ages counted to `now`.
  [[nodiscard]] std::string screen(const Console& console, WallTime now) const;

 private:
  struct Row {
    control::PointRow point;
    WallTime at{};  ///< when the reading's age was right
  };
  std::string take_reading(const control::ReadingNews& news, const Console& console, WallTime now);
  std::string take_finding(const FindingChange& change, const Console& console);
  std::string take_health(const control::HealthEvent& event, const Console& console);
  std::string note(WallTime at, const std::string& text);

  std::vector<Row> rows_;
  std::map<std::pair<std::string, std::string>, std::size_t> places_;
  std::vector<std::string> latest_;  ///< changes of findings and health, newest last, shown below the table
};

}  // namespace inspect::cli
