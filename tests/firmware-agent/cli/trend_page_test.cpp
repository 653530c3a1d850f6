#include "firmware-agent/cli/trend_page.hpp"

#include "firmware-agent/cli/text_width.hpp"
#include "firmware-agent/cli/trend_scale.hpp"
#include "tests/protocol/control/samples.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <sstream>

using namespace inspect;
using namespace inspect::cli;
using namespace std::chrono_literals;

namespace {

const auto first_day = tests::at("2026-09-01T00:00:00Z");

/// Falls from 12 V towards its limit of 11.4 V by a centivolt a day.
control::TrendRow falling(int days = 40) {
  control::TrendRow trend;
  trend.device = "psu-5v";
  trend.point = "output.voltage";
  trend.title = {"输出电压 <甲>", "output voltage <A>"};
  trend.unit = "V";
  trend.learned = 1;
  trend.usual = 12;
  trend.low = 11.4;
  trend.high = 12.6;
  for (int i = 0; i < days; ++i) trend.days.push_back({first_day + 24h * i, 12 - 0.01 * i});
  const auto last = trend.days.back().at;
  trend.forecast = control::TrendForecast{0.93, last + 24h * 21, last + 24h * 14, last + 24h * 40};
  return trend;
}

struct Sheet {
  explicit Sheet(Language language, std::size_t width = 80) {
    console.language = language;
    console.width = width;
  }
  std::ostringstream out, err;
  Console console{out, err};
};

std::size_t count(const std::string& text, std::string_view what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("a picture holds all days, the limits and the forecast's way to its limit") {
  const auto trend = falling();
  const auto scale = scale_of(trend);
  CHECK(scale.x(first_day) == 0);
  CHECK(scale.to == trend.forecast->latest);
  CHECK(scale.low < 11.4);
  CHECK(scale.high > 12.6);
  CHECK(limit_ahead(trend) == 11.4);
  const auto last = trend.days.back();
  CHECK_FALSE(expected_at(trend, last.at - 1h).has_value());
  CHECK(expected_at(trend, last.at)->median == doctest::Approx(last.level));
  CHECK(expected_at(trend, trend.forecast->crossing)->median == doctest::Approx(11.4));
  const auto between = expected_at(trend, last.at + 24h * 10);
  CHECK(between->fast < between->median);
  CHECK(between->median < between->slow);
  CHECK(expected_at(trend, last.at + 24h * 300)->slow == doctest::Approx(11.4));
}

TEST_CASE("a limit that is far away does not flatten the curve; one that is foretold is always in the picture") {
  auto trend = falling(5);
  trend.high = 1000;
  trend.low = -1000;
  trend.forecast.reset();
  CHECK(scale_of(trend).high < 13);
  trend.forecast = falling().forecast;
  CHECK(scale_of(trend).low < -1000);
}

TEST_CASE("a value that never moved, and a single day, can be drawn") {
  auto trend = falling(1);
  trend.forecast.reset();
  trend.usual.reset();
  trend.low.reset();
  trend.high.reset();
  const auto scale = scale_of(trend);
  CHECK(std::isfinite(scale.y(12)));
  CHECK(scale.low < 12);
  CHECK(scale.high > 12);
  Sheet sheet(Language::en);
  CHECK(count(trend_page(sheet.console, trend), "●") == 1);
}

TEST_CASE("the page draws the days and says what is to be expected, in both languages, within the terminal") {
  for (const auto language : {Language::en, Language::zh}) {
    for (const std::size_t width : {60U, 80U, 200U}) {
      Sheet sheet(language, width);
      const auto page = trend_page(sheet.console, falling());
      CHECK(count(page, "●") >= 15);
      CHECK(count(page, "░") > 5);
      CHECK(page.find("93 %") != std::string::npos);
      CHECK(page.find("11.4 V") != std::string::npos);
      std::istringstream lines(page);
      for (std::string line; std::getline(lines, line);) CHECK(width_of(line) <= width);
    }
  }
}

TEST_CASE("while it is learned the page says how far it is; a replaced part is listed") {
  auto trend = falling(5);
  trend.learned = 0.38;
  trend.usual.reset();
  trend.forecast.reset();
  trend.replaced.push_back({first_day, "psu-5v", "", "LM2596S", "zhang\x1b[31m", "replaced"});
  Sheet sheet(Language::en, 100);
  const auto page = trend_page(sheet.console, trend);
  CHECK(page.find("38 %") != std::string::npos);
  CHECK(page.find("LM2596S") != std::string::npos);
  CHECK(page.find('\x1b') == std::string::npos);
  trend.days.clear();
  CHECK(trend_page(sheet.console, trend).find("no whole day") != std::string::npos);
}

TEST_CASE("the SVG is the same picture: well formed, its texts escaped, days and band in it") {
  for (const auto language : {Language::en, Language::zh}) {
    const auto svg = trend_svg(falling(), language);
    CHECK(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
    CHECK(svg.find("&lt;") != std::string::npos);
    CHECK(svg.find("<A>") == std::string::npos);
    CHECK(count(svg, "<polyline") == 2);
    CHECK(count(svg, "<polygon") == 1);
    CHECK(svg.find("93 %") != std::string::npos);
    CHECK(svg.find("nan") == std::string::npos);
    // Every element is closed by itself or by its end.
    CHECK(count(svg, "<text") == count(svg, "</text>"));
    CHECK(count(svg, "<svg") == count(svg, "</svg>"));
  }
  auto empty = falling(1);
  empty.days.clear();
  CHECK(trend_svg(empty, Language::en).find("</svg>") != std::string::npos);
}

TEST_CASE("forecasts are listed with what came of them, and what was switched off says so") {
  control::ForecastList list;
  control::ForecastRow row{"psu-5v", "output.voltage", "rail.drift",     first_day,
                           0.93,     first_day + 480h, first_day + 300h, first_day + 900h,
                           true,     "crossed",        first_day + 500h};
  list.forecasts.push_back(row);
  row.outcome = "held";
  list.forecasts.push_back(row);
  list.skills.push_back({"rail.drift", 30, 14, 0.31, 0.12, false, {}});
  list.skills.push_back({"rail.capacitor-ageing", 30, 14, 0.05, 0.12, true, {"root", "straight"}});
  Sheet sheet(Language::en, 120);
  const auto page = forecasts_page(sheet.console, list);
  CHECK(page.find("crossed") != std::string::npos);
  CHECK(page.find("held") != std::string::npos);
  CHECK(page.find("switched off: worse than an alert limit") != std::string::npos);
  CHECK(page.find("without root, straight") != std::string::npos);
  CHECK(page.find("0.310") != std::string::npos);
  CHECK(forecasts_page(sheet.console, {}).empty());
}
