#include "protocol/settings/problems.hpp"

#include <algorithm>
#include <numeric>

namespace inspect::settings {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const auto substituted = diagonal + (a[i] == b[j] ? 0U : 1U);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substituted, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

void Problems::add(Place place, std::string_view what) {
  if (lines_.size() == most) {
    ++left_off_;
    return;
  }
  auto line = file_ + ':' + std::to_string(place.line) + ':' + std::to_string(place.column) + ": ";
  // Problems quote the file, and the file may hold anything: one problem stays one line and moves no cursor.
  for (const char c : what) line += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
  lines_.push_back(std::move(line));
}

Error Problems::error() const {
  std::string text;
  for (const auto& line : lines_) {
    if (!text.empty()) text += '\n';
    text += line;
  }
  if (left_off_ > 0) text += "\n" + file_ + ": and " + std::to_string(left_off_) + " more";
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
  return best;
}

std::string did_you_mean(std::string_view written, const std::vector<std::string_view>& known) {
  const auto near = nearest(written, known);
  return near.empty() ? std::string() : ", did you mean \"" + std::string(near) + '"';
}

}  // namespace inspect::settings
