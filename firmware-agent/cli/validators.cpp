#include "firmware-agent/cli/validators.hpp"

#include <charconv>
#include <utility>

namespace inspect::cli {

CLI::Validator whole_number(std::uint32_t low, std::uint32_t high, Language language) {
  const auto check = [=](const std::string& word) {
    std::uint32_t value = 0;
    const auto* last = word.data() + word.size();
    const auto [stop, code] = std::from_chars(word.data(), last, value);
    if (code == std::errc{} && stop == last && value >= low && value <= high) return std::string();
    const auto ends = std::to_string(low) + Text{" 到 ", " to "}.in(language) + std::to_string(high);
    return '"' + word + Text{"\" 不行；可用 ", "\" will not do; use "}.in(language) + ends;
  };
  return {check, ""};
}

CLI::Validator one_of(std::vector<std::string> known, Language language) {
  const auto check = [known = std::move(known), language](const std::string& word) {
    std::string all;
    for (const auto& each : known) {
      if (each == word) return std::string();
      all += (all.empty() ? "" : ", ") + each;
    }
    return '"' + word + Text{"\" 不行；可用 ", "\" will not do; use "}.in(language) + all;
  };
  return {check, ""};
}

}  // namespace inspect::cli
