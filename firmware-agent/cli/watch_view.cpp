#include "firmware-agent/cli/watch_view.hpp"

#include "firmware-agent/cli/pages.hpp"
#include "firmware-agent/cli/text_width.hpp"
#include "firmware-agent/cli/times.hpp"
#include "firmware-agent/cli/words.hpp"

#include <algorithm>

namespace inspect::cli {

namespace {

constexpr std::size_t most_latest = 5;

bool looks_the_same(const control::ReadingRow& a, const control::ReadingRow& b) {
  return a.value == b.value && a.quality == b.quality && a.reason == b.reason;
}

}  // namespace

WatchView::WatchView(std::vector<control::PointRow> points, WallTime now) {
  for (auto& point : points) {
    places_[{point.device, point.point}] = rows_.size();
    rows_.push_back({std::move(point), now});
  }
}

std::vector<std::string> WatchView::take(const control::Event& event, const Console& console, WallTime now) {
  std::vector<std::string> lines;
  if (event.dropped > 0) {
    const auto count = std::to_string(event.dropped);
    lines.push_back(
        console.in({"（显示太慢，漏掉 " + count + " 个事件）", "(too slow; events left out: " + count + ')'}));
  }
  if (const auto* readings = std::get_if<control::ReadingsEvent>(&event.news)) {
    for (const auto& news : readings->readings) {
      if (auto line = take_reading(news, console, now); !line.empty()) lines.push_back(std::move(line));
    }
  }
  if (const auto* finding = std::get_if<control::FindingNews>(&event.news)) {
    lines.push_back(take_finding(finding->change, console));
  }
  if (const auto* health = std::get_if<control::HealthEvent>(&event.news)) {
    if (auto line = take_health(*health, console); !line.empty()) lines.push_back(std::move(line));
  }
  return lines;
}

std::string WatchView::take_reading(const control::ReadingNews& news, const Console& console, WallTime now) {
  const auto place = places_.find({news.device, news.point});
  if (place == places_.end()) return {};
  auto& row = rows_[place->second];
  const bool same = looks_the_same(row.point.reading, news.reading);
  row = {std::move(row.point), now};
  row.point.reading = news.reading;
  if (same) return {};
  const auto quality = word(news.reading.quality, news.reading.reason, console.language);
  return local_stamp(news.reading.measured_at.value_or(now)) + "  " + news.device + '/' + news.point + "  " +
         value_text(row.point, console.language) + "  " + console.paint(quality.text, quality.tone);
}

std::string WatchView::take_finding(const FindingChange& change, const Console& console) {
  const auto& f = change.finding;
  const auto text = "  " +
                    console.paint(word(change.event, console.language), word(f.fault_class, console.language).tone) +
                    "  " + short_id(f.id) + "  " + harmless(console.in(f.analysis.title));
  return note(f.changed.wall, text);
}

std::string WatchView::take_health(const control::HealthEvent& event, const Console& console) {
  if (!HealthChange{{}, event.before, event.health, {}}.tells()) return {};
  const auto health = word(event.health, console.language);
  return note(event.at, "  " + console.paint(health.text, health.tone) + "  " + event.device);
}

std::string WatchView::note(WallTime at, const std::string& text) {
  // Below a table the day is known, and the room is dear.
  latest_.push_back(local_time(at).substr(11) + text);
  if (latest_.size() > most_latest) latest_.erase(latest_.begin());
  return local_stamp(at) + text;
}

std::string WatchView::screen(const Console& console, WallTime now) const {
  std::vector<control::PointRow> shown;
  // Two lines stay for the table's head and for what is left out.
  const auto room = console.height > latest_.size() + 4 ? console.height - latest_.size() - 3 : 1;
  for (std::size_t i = 0; i < std::min(room, rows_.size()); ++i) {
    auto point = rows_[i].point;
    if (point.reading.age) *point.reading.age += now - rows_[i].at;
    // What nobody said again in time is stale here too, whether or not an event says so.
    if (point.reading.quality == Quality::good && point.reading.good_until && now > *point.reading.good_until) {
      point.reading.quality = Quality::uncertain;
      point.reading.reason = Reason::stale;
    }
    shown.push_back(std::move(point));
  }
  auto text = points_page(console, shown);
  if (rows_.size() > shown.size()) {
    const auto more = std::to_string(rows_.size() - shown.size());
    text += console.in({"…… 还有 " + more + " 个测点", "… points not shown: " + more}) + '\n';
  }
  for (const auto& line : latest_) text += (console.width == 0 ? line : cut(line, console.width)) + '\n';
  return text;
}

}  // namespace inspect::cli
