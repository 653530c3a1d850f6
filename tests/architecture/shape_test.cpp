#include "tests/architecture/source_tree.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <set>

using inspect::tests::source_tree;

namespace {

/// "protocol/core/clock.cpp" → "tests/protocol/core/clock_test.cpp".
std::string test_of(const std::string& path) { return "tests/" + path.substr(0, path.size() - 4) + "_test.cpp"; }

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("no file of product code is longer than 400 lines") {
  for (const auto& source : source_tree()) {
    if (source.is_below("tests")) continue;
    CAPTURE(source.path);
    CHECK(source.lines.size() <= 400);
  }
}

/// A thread that sleeps is held up; a coroutine that waits for a timer is not, whatever it is called.
bool sleeps(const std::string& line) {
  static const std::string thread = std::string("this_thread::") + "sleep_";
  static const std::string micro = std::string("u") + "sleep(";
  static const std::string plain = std::string("::") + "sleep(";
  return contains(line, thread) || contains(line, micro) || contains(line, plain);
}

TEST_CASE("product code does not sleep") {
  for (const auto& source : source_tree()) {
    if (source.is_below("tests")) continue;
    for (const auto& line : source.lines) {
      CAPTURE(source.path);
      CAPTURE(line);
      CHECK_FALSE(sleeps(line));
    }
  }
}

TEST_CASE("no test sleeps, save those that play a wire or a whole system") {
  for (const auto& source : source_tree()) {
    if (!source.is_below("tests") || source.is_below("tests/wire") || source.is_below("tests/end_to_end") ||
        source.is_below("tests/faults") || source.is_below("tests/bench")) {
      continue;
    }
    for (const auto& line : source.lines) {
      CAPTURE(source.path);
      CAPTURE(line);
      CHECK_FALSE(sleeps(line));
    }
  }
}

TEST_CASE("tests stay at least 0.8 of the product, counted in lines") {
  std::size_t product = 0;
  std::size_t tests = 0;
  for (const auto& source : source_tree()) (source.is_below("tests") ? tests : product) += source.lines.size();
  MESSAGE("product " << product << " lines, tests " << tests << " lines, ratio "
                     << static_cast<double>(tests) / static_cast<double>(product));
  CHECK(static_cast<double>(tests) >= 0.8 * static_cast<double>(product));
}

TEST_CASE("every pure source has a test file of its own") {
  for (const auto& source : source_tree()) {
    const bool pure = source.is_below("protocol") || source.is_below("firmware-agent/detection") ||
                      source.is_below("firmware-agent/guard") || source.is_below("firmware-agent/inspection") ||
                      source.is_below("firmware-agent/polling");
    if (!pure || !source.path.ends_with(".cpp")) continue;
    // Tables of names are tested together.
    if (source.is_below("protocol/model")) continue;
    CAPTURE(source.path);
    CHECK(std::filesystem::exists(test_of(source.path)));
  }
}
