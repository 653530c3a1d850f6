#include "firmware-agent/cli/times.hpp"
#include "firmware-agent/cli/trend_page.hpp"
#include "firmware-agent/cli/trend_scale.hpp"
#include "protocol/model/reading.hpp"

#include <cmath>
#include <vector>

namespace inspect::cli {

namespace {

constexpr double width = 860, height = 400;
constexpr double left = 90, right = 840, top = 50, bottom = 350;

std::string number(double value) {
  const auto tenths = std::lround(10 * value);
  return std::to_string(tenths / 10) + "." + std::to_string(std::abs(tenths % 10));
}

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '"': safe += "&quot;"; break;
      default: safe += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return safe;
}

class Drawing {
 public:
  explicit Drawing(const control::TrendRow& trend) : trend_(trend), scale_(scale_of(trend)) {}

  std::string draw(Language language) {
    svg_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + number(width) + " " + number(height) +
           "\" font-family=\"sans-serif\" font-size=\"13\">\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n";
    label(left, 26, "start", "#111111", trend_.title.in(language) + "  " + trend_.device + "/" + trend_.point);
    band();
    level(trend_.usual, "#5a7d5a", "2 4");
    level(trend_.low, "#c0392b", "8 4");
    level(trend_.high, "#c0392b", "8 4");
    days();
    svg_ += "<rect x=\"" + number(left) + "\" y=\"" + number(top) + "\" width=\"" + number(right - left) +
            "\" height=\"" + number(bottom - top) + "\" fill=\"none\" stroke=\"#999999\"/>\n";
    label(left, bottom + 20, "start", "#444444", local_time(scale_.from).substr(0, 10));
    label(right, bottom + 20, "end", "#444444", local_time(scale_.to).substr(0, 10));
    forecast(language);
    return svg_ + "</svg>\n";
  }

 private:
  [[nodiscard]] double x(WallTime at) const { return left + (right - left) * scale_.x(at); }
  [[nodiscard]] double y(double level) const { return bottom - (bottom - top) * scale_.y(level); }
  [[nodiscard]] std::string point(WallTime at, double level) const {
    return number(x(at)) + "," + number(y(level)) + " ";
  }

  void label(double at_x, double at_y, const char* anchor, const char* colour, const std::string& text) {
    svg_ += "<text x=\"" + number(at_x) + "\" y=\"" + number(at_y) + "\" text-anchor=\"" + anchor + "\" fill=\"" +
            colour + "\">" + escaped(text) + "</text>\n";
  }
  void level(const std::optional<double>& value, const char* colour, const char* dashes) {
    if (!value || *value < scale_.low || *value > scale_.high) return;
    svg_ += "<line x1=\"" + number(left) + "\" x2=\"" + number(right) + "\" y1=\"" + number(y(*value)) + "\" y2=\"" +
            number(y(*value)) + "\" stroke=\"" + colour + "\" stroke-dasharray=\"" + dashes + "\"/>\n";
    label(left - 8, y(*value) + 4, "end", colour, quantity_text(*value, trend_.unit));
  }
  void days() {
    svg_ += "<polyline fill=\"none\" stroke=\"#1f5f99\" stroke-width=\"1.5\" points=\"";
    for (const auto& day : trend_.days) svg_ += point(day.at, day.level);
    svg_ += "\"/>\n";
  }
  /// From the last level to the limit at both ends of the interval; beyond the picture's end it is cut.
  void band() {
    if (!limit_ahead(trend_)) return;
    std::string edge, middle;
    std::vector<std::string> back;
    constexpr int steps = 40;
    const auto from = trend_.days.back().at;
    for (int i = 0; i <= steps; ++i) {
      const auto at = from + (scale_.to - from) * i / steps;
      const auto expected = *expected_at(trend_, at);
      edge += point(at, expected.fast);
      back.push_back(point(at, expected.slow));
      middle += point(at, expected.median);
    }
    for (auto i = back.rbegin(); i != back.rend(); ++i) edge += *i;
    svg_ += "<polygon fill=\"#f2c94c\" fill-opacity=\"0.35\" points=\"" + edge + "\"/>\n";
    svg_ += "<polyline fill=\"none\" stroke=\"#b7791f\" stroke-dasharray=\"6 4\" points=\"" + middle + "\"/>\n";
  }
  void forecast(Language language) {
    if (!trend_.forecast) return;
    const auto& f = *trend_.forecast;
    const auto percent = std::to_string(std::lround(100 * f.probability)) + " %";
    const auto about = local_time(f.crossing).substr(0, 10);
    const Text text{"60 天内越限概率 " + percent + "，约 " + about,
                    percent + " to cross within 60 days, about " + about};
    label(right, 26, "end", "#b7791f", text.in(language));
  }

  const control::TrendRow& trend_;
  TrendScale scale_;
  std::string svg_;
};

}  // namespace

std::string trend_svg(const control::TrendRow& trend, Language language) {
  if (trend.days.empty()) {
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 860 400\"><text x=\"90\" y=\"26\">" +
           escaped(trend.device + "/" + trend.point) + "</text></svg>\n";
  }
  return Drawing(trend).draw(language);
}

}  // namespace inspect::cli
