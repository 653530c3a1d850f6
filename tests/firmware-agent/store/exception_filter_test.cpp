#include "firmware-agent/store/exception_filter.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace inspect;
using namespace inspect::agent::storage;

namespace {
const auto fine = pack(Quality::good, Reason::none);
const auto silent = pack(Quality::bad, Reason::no_answer);
const auto refused = pack(Quality::bad, Reason::refused);
}  // namespace

TEST_CASE("the first value travels, then only what moved beyond the deadband") {
  ExceptionFilter filter({{0.5, 900'000}});
  CHECK(filter.take(0, 0, 12.0, fine));
  CHECK_FALSE(filter.take(0, 1000, 12.5, fine));
  CHECK_FALSE(filter.take(0, 2000, 11.5, fine));
  CHECK(filter.take(0, 3000, 12.6, fine));
  // Held against what travelled last, so that a slow drift is seen.
  CHECK_FALSE(filter.take(0, 4000, 12.2, fine));
  CHECK(filter.take(0, 5000, 12.0, fine));
}

TEST_CASE("without a deadband every change travels, and no repeat") {
  ExceptionFilter filter({{0, 900'000}});
  CHECK(filter.take(0, 0, 1, fine));
  CHECK_FALSE(filter.take(0, 1000, 1, fine));
  CHECK(filter.take(0, 2000, 0, fine));
}

TEST_CASE("not answered, refused and back again all travel, whatever the value") {
  ExceptionFilter filter({{100, 900'000}});
  CHECK(filter.take(0, 0, 12, fine));
  CHECK(filter.take(0, 1000, 0, silent));
  CHECK_FALSE(filter.take(0, 2000, 55, silent));
  CHECK(filter.take(0, 3000, 0, refused));
  CHECK(filter.take(0, 4000, 12, fine));
}

TEST_CASE("the longest age makes a steady value travel, forwards and after a clock set back") {
  ExceptionFilter filter({{1, 900'000}});
  CHECK(filter.take(0, 10'000'000, 12, fine));
  CHECK_FALSE(filter.take(0, 10'899'999, 12, fine));
  CHECK(filter.take(0, 10'900'000, 12, fine));
  CHECK_FALSE(filter.take(0, 10'100'000, 12, fine));
  CHECK(filter.take(0, 10'000'000, 12, fine));
}

TEST_CASE("a value that is no number is a change from any number") {
  ExceptionFilter filter({{1000, 900'000}});
  CHECK(filter.take(0, 0, 12, fine));
  CHECK(filter.take(0, 1000, std::numeric_limits<double>::quiet_NaN(), fine));
}

TEST_CASE("a value that never rests travels once in its shortest time; what is bad, and back, travels at once") {
  ExceptionFilter filter({{0.5, 900'000, 900}});
  CHECK(filter.take(0, 0, 0, fine));
  int travelled = 0;
  for (int ms = 100; ms <= 9000; ms += 100) travelled += filter.take(0, ms, ms, fine) ? 1 : 0;
  CHECK(travelled == 10);
  CHECK(filter.take(0, 9100, 0, silent));
  CHECK(filter.take(0, 9200, 9000, fine));
  // A move that did not last until it might travel is told by the history, and by nobody else.
  CHECK_FALSE(filter.take(0, 9300, 5000, fine));
  CHECK_FALSE(filter.take(0, 10'300, 9000, fine));
}
