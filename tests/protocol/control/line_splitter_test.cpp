#include "protocol/control/line_splitter.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <random>
#include <vector>

using inspect::control::LineSplitter;

namespace {

/// Everything that comes out when the bytes come in pieces of these sizes; an overlong line shows as "<overlong>".
std::vector<std::string> split(std::size_t largest, const std::string& bytes,
                               const std::function<std::size_t()>& piece) {
  LineSplitter splitter(largest);
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto size = std::min(piece(), bytes.size() - at);
    splitter.feed(std::string_view(bytes).substr(at, size));
    at += size;
    while (auto line = splitter.next()) lines.push_back(line->overlong ? "<overlong>" : line->text);
  }
  return lines;
}

}  // namespace

TEST_CASE("lines come out whole, however they went in") {
  const std::string bytes = "one\ntwo\r\n\nthree\nhalf";
  const std::vector<std::string> expected{"one", "two", "", "three"};
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    CHECK(split(100, bytes, [size] { return size; }) == expected);
  }
}

TEST_CASE("a line of the largest size passes, one byte more does not") {
  CHECK(split(4, "abcd\n", [] { return 1; }) == std::vector<std::string>{"abcd"});
  CHECK(split(4, "abcd\r\n", [] { return 1; }) == std::vector<std::string>{"abcd"});
  CHECK(split(4, "abcde\nok\n", [] { return 1; }) == std::vector<std::string>{"<overlong>", "ok"});
  CHECK(split(4, "abcde\r\nok\n", [] { return 100; }) == std::vector<std::string>{"<overlong>", "ok"});
}

TEST_CASE("an overlong line is reported once, at its end, and the stream goes on behind it") {
  std::string bytes(1'000'000, 'x');
  bytes += "\nnext\n" + std::string(50, 'y') + "\nlast\n";
  const std::vector<std::string> expected{"<overlong>", "next", "<overlong>", "last"};
  for (const std::size_t size : {1UL, 7UL, 4096UL, 2'000'000UL}) {
    CHECK(split(16, bytes, [size] { return size; }) == expected);
  }
}

TEST_CASE("random cuts never change what comes out") {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::string bytes;
    for (int i = 0; i < 400; ++i) bytes += "ab\r\n"[random() % 4];
    const auto whole = split(6, bytes, [&] { return bytes.size(); });
    const auto cut = split(6, bytes, [&] { return 1 + random() % 9; });
    CHECK(cut == whole);
  }
}
