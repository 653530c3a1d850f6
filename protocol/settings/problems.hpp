#pragma once

#include "protocol/core/error.hpp"
#include "protocol/settings/node.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace inspect::settings {

/// What is wrong with one file: several at once, so that a technician drives to the site once. Bounded: after
/// `most` problems the rest is only counted.
class Problems {
 public:
  static constexpr std::size_t most = 20;

  explicit Problems(std::string file) : file_(std::move(file)) {}

  /// `what` says what is wrong and the cure: "unit is 300; use 1 to 247".
  void add(Place place, std::string_view what);
  [[nodiscard]] bool empty() const { return lines_.empty(); }
  [[nodiscard]] std::size_t count() const { return lines_.size() + left_off_; }
  [[nodiscard]] const std::string& file() const { return file_; }
  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }

  /// `Errc::invalid_argument` with one line per problem, each "file:line:column: what is wrong; the cure".
  [[nodiscard]] Error error() const;

 private:
  std::string file_;
  std::vector<std::string> lines_;
  std::size_t left_off_ = 0;
};

/// The known word nearest to what was written, or empty when nothing is near.
std::string_view nearest(std::string_view written, const std::vector<std::string_view>& known);
/// ", did you mean \"x\"" or nothing.
std::string did_you_mean(std::string_view written, const std::vector<std::string_view>& known);

}  // namespace inspect::settings
