#include "protocol/settings/problems.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace inspect::settings {
namespace {

/// Letters to change, add or drop; two neighbours exchanged count once, the commonest slip of fast fingers.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::vector<std::size_t> row(b.size() + 1, i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U);
      row[j] = std::min({changed, last[j] + 1, row[j - 1] + 1});
      const bool exchanged = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (exchanged) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = std::exchange(last, std::move(row));
  }
  return last[b.size()];
}

std::string filled_one(std::string_view pattern, std::initializer_list<Part> parts, const std::string Text::*language) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool mark = pattern[i] == '{' && i + 2 < pattern.size() && pattern[i + 2] == '}';
    const auto which = mark ? static_cast<std::size_t>(pattern[i + 1] - '1') : parts.size();
    if (which < parts.size()) {
      out += (parts.begin() + which)->text.*language;
      i += 2;
    } else {
      out += pattern[i];
    }
  }
  return out;
}

/// Problems quote the file, and the file may hold anything: one problem stays one line and moves no cursor.
std::string harmless(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return text;
}

}  // namespace

Text filled(const Text& pattern, std::initializer_list<Part> parts) {
  return {filled_one(pattern.zh, parts, &Text::zh), filled_one(pattern.en, parts, &Text::en)};
}

void Problems::add(Place place, const Text& what, std::initializer_list<Part> parts) {
  if (lines_.size() >= most) {
    ++left_off_;
    return;
  }
  auto where = file_;
  if (place.line > 0) where += ':' + std::to_string(place.line) + ':' + std::to_string(place.column);
  auto text = filled(what, parts);
  lines_.push_back({where + ": " + harmless(std::move(text.zh)), where + ": " + harmless(std::move(text.en))});
}

void Problems::append(const Problems& other) {
  for (auto& line : other.all()) lines_.push_back(std::move(line));
}

std::vector<Text> Problems::all() const {
  auto all = lines_;
  if (left_off_ > 0) all.push_back(filled({"{1}: 另有 {2} 处", "{1}: and {2} more"}, {file_, left_off_}));
  return all;
}

Error Problems::error() const {
  std::string text;
  for (const auto& line : all()) text += (text.empty() ? "" : "\n") + line.en;
  return fail(Errc::invalid_argument, std::move(text));
}

std::string_view nearest(std::string_view written, const std::vector<std::string_view>& known) {
  constexpr std::size_t longest_compared = 64;
  if (written.size() > longest_compared) return {};
  std::string_view best;
  // A third of the letters may be wrong; more would suggest at random.
  auto least = std::max<std::size_t>(written.size() / 3, 1) + 1;
  for (const auto word : known) {
    const auto distance = edit_distance(written, word.substr(0, longest_compared));
    if (distance < least) {
      least = distance;
      best = word;
    }
  }
  // "period" for "period_ms": the unit is easily forgotten.
  for (const auto word : known) {
    if (best.empty() && written.size() >= 3 && word.starts_with(written)) best = word;
  }
  return best;
}

Text did_you_mean(std::string_view written, const std::vector<std::string_view>& known) {
  const auto near = nearest(written, known);
  return near.empty() ? Text{} : filled({"，是否为 \"{1}\"", ", did you mean \"{1}\""}, {near});
}

}  // namespace inspect::settings
