#include "firmware-agent/cli/watch_view.hpp"

#include "tests/firmware-agent/cli/child.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>
#include <sstream>

using namespace inspect;
using namespace inspect::cli;
using namespace inspect::control;
using namespace std::chrono_literals;

namespace {

const auto now = *parse_rfc3339("2026-11-24T08:00:00Z");

ReadingRow reading(double value, WallTime at) {
  return {value, Quality::good, Reason::none, at, ClockTrust::ntp, 0ms, at + 3s};
}

PointRow point(const std::string& name, double value) {
  return {"power-1", name, {"电压", "Voltage"}, "V", "measure", reading(value, now)};
}

struct Screen {
  Screen() {
    setenv("TZ", "Asia/Shanghai", 1);
    tzset();
    console.width = 80;
  }
  ~Screen() {
    unsetenv("TZ");
    tzset();
  }
  std::ostringstream out;
  std::ostringstream err;
  Console console{out, err};
};

Event news(double value, WallTime at, std::uint64_t dropped = 0) {
  return {1, dropped, ReadingsEvent{{{"power-1", "output.voltage", reading(value, at)}}}};
}

Event finding_news(FindingEvent what) {
  FindingChange change;
  change.event = what;
  change.finding.id = {"demo", "power-1", "output.voltage", "rail.low", 1};
  change.finding.changed.wall = now;
  change.finding.analysis.title = {"电压低", "Voltage low"};
  return {1, 0, FindingNews{change}};
}

}  // namespace

TEST_CASE("a line comes for each change, and none when a reading says the same again") {
  Screen screen;
  WatchView view({point("output.voltage", 12)}, now);
  CHECK(view.take(news(12, now + 1s), screen.console, now + 1s).empty());
  CHECK(view.take(news(11.5, now + 2s), screen.console, now + 2s) ==
        std::vector<std::string>{"2026-11-24T16:00:02.000+08:00  power-1/output.voltage  11.5 V  good"});
  CHECK(view.take(news(11.5, now + 3s), screen.console, now + 3s).empty());
}

TEST_CASE("a quality that changes is a change, though the value is the same") {
  Screen screen;
  WatchView view({point("output.voltage", 12)}, now);
  auto event = news(12, now + 1s);
  auto& row = std::get<ReadingsEvent>(event.news).readings[0].reading;
  row.quality = Quality::bad;
  row.reason = Reason::no_answer;
  row.value.reset();
  CHECK(view.take(event, screen.console, now + 1s) ==
        std::vector<std::string>{"2026-11-24T16:00:01.000+08:00  power-1/output.voltage  –  no answer"});
}

TEST_CASE("findings are lines of their own, and stand below the table") {
  Screen screen;
  WatchView view({point("output.voltage", 12)}, now);
  const auto lines = view.take(finding_news(FindingEvent::opened), screen.console, now);
  CHECK(lines == std::vector<std::string>{
                     "2026-11-24T16:00:00.000+08:00  opened  power-1/output.voltage/rail.low/1  Voltage low"});
  for (int i = 0; i < 10; ++i) view.take(finding_news(FindingEvent::updated), screen.console, now);
  const auto shown = tests::lines_of(view.screen(screen.console, now));
  // A head, a point and the last five changes.
  CHECK(shown.size() == 7);
}

TEST_CASE("a device that falls silent or comes back is a line at once; one missed answer is none") {
  Screen screen;
  WatchView view({point("output.voltage", 12)}, now);
  const auto told = [&](DeviceHealth before, DeviceHealth health) {
    return view.take({1, 0, HealthEvent{"power-1", before, health, now}}, screen.console, now);
  };
  CHECK(told(DeviceHealth::active, DeviceHealth::degraded).empty());
  CHECK(told(DeviceHealth::degraded, DeviceHealth::dormant) ==
        std::vector<std::string>{"2026-11-24T16:00:00.000+08:00  dormant  power-1"});
  CHECK(told(DeviceHealth::dormant, DeviceHealth::active) ==
        std::vector<std::string>{"2026-11-24T16:00:00.000+08:00  active  power-1"});
  CHECK(view.screen(screen.console, now).find("16:00:00  dormant  power-1") != std::string::npos);
}

TEST_CASE("what was left out is said") {
  Screen screen;
  WatchView view({point("output.voltage", 12)}, now);
  const auto lines = view.take(news(11, now, 17), screen.console, now);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == "(too slow; events left out: 17)");
}

TEST_CASE("a point nobody asked for is not shown") {
  Screen screen;
  WatchView view({point("output.current", 1)}, now);
  CHECK(view.take(news(11, now), screen.console, now).empty());
}

TEST_CASE("ages grow on the screen, and what is not told again in time is stale") {
  Screen screen;
  WatchView view({point("output.voltage", 12)}, now);
  CHECK(view.screen(screen.console, now + 2s) ==
        "POINT           VALUE  QUALITY    AGE  TITLE\n"
        "output.voltage   12 V  good     2.0 s  Voltage\n");
  CHECK(view.screen(screen.console, now + 4s) ==
        "POINT           VALUE  QUALITY    AGE  TITLE\n"
        "output.voltage   12 V  stale    4.0 s  Voltage\n");
  view.take(news(12, now + 4s), screen.console, now + 4s);
  CHECK(view.screen(screen.console, now + 4s).find("good     0.0 s") != std::string::npos);
}

TEST_CASE("a screen is never higher than the terminal") {
  Screen screen;
  screen.console.height = 10;
  std::vector<PointRow> points;
  for (int i = 0; i < 50; ++i) points.push_back(point("p" + std::to_string(i), i));
  WatchView view(points, now);
  for (int i = 0; i < 9; ++i) view.take(finding_news(FindingEvent::opened), screen.console, now);
  const auto shown = view.screen(screen.console, now);
  CHECK(tests::lines_of(shown).size() <= 10);
  CHECK(shown.find("points not shown: ") != std::string::npos);
}
