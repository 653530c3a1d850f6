#include "protocol/modbus/owed_answers.hpp"
#include "tests/wire/virtual_wire.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::modbus;
using namespace std::chrono_literals;
using Fit = OwedAnswers::Fit;

namespace {
constexpr BootTime start{1h};
constexpr auto until = start + 12s;
const Request a{1, 3, 100, 2, {}};

Bytes answer_to(const Request& request) { return tests::honest_rtu(encode_rtu(request)); }
}  // namespace

TEST_CASE("an answer that is owed fits another read of the same unit, function and length, and nothing else") {
  OwedAnswers owed;
  CHECK(owed.fit(a) == Fit::none);
  owed.add(a, start, 1s, until);
  CHECK(owed.fit(a) == Fit::same);
  CHECK(owed.fit({1, 3, 101, 2, {}}) == Fit::other);
  CHECK(owed.fit({1, 3, 101, 3, {}}) == Fit::none);
  CHECK(owed.fit({1, 4, 101, 2, {}}) == Fit::none);
  CHECK(owed.fit({2, 3, 101, 2, {}}) == Fit::none);
  CHECK(owed.refusal_expected({1, 3, 7, 9, {}}));
  CHECK_FALSE(owed.refusal_expected({1, 4, 7, 9, {}}));
}

TEST_CASE("reads of bits fit each other when they take as many bytes") {
  OwedAnswers owed;
  owed.add({1, 1, 0, 8, {}}, start, 1s, until);
  CHECK(owed.fit({1, 1, 8, 8, {}}) == Fit::other);
  CHECK(owed.fit({1, 1, 0, 3, {}}) == Fit::other);
  CHECK(owed.fit({1, 1, 0, 9, {}}) == Fit::none);
}

TEST_CASE("what is owed is forgotten at its horizon, not before") {
  OwedAnswers owed;
  owed.add(a, start, 1s, until);
  owed.forget_before(until - 1ns);
  CHECK(owed.fit(a) == Fit::same);
  owed.forget_before(until);
  CHECK(owed.empty());
}

TEST_CASE("a late answer crosses out the one question that it fits") {
  OwedAnswers owed;
  owed.add(a, start, 1s, until);
  owed.add({1, 4, 100, 2, {}}, start, 1s, until);
  CHECK(owed.expects(answer_to(a)));
  const auto settled = owed.settle(answer_to(a), start + 300ms);
  REQUIRE(settled.has_value());
  CHECK(settled->unit == 1);
  CHECK(settled->delay == 300ms);
  CHECK(owed.fit(a) == Fit::none);
  CHECK(owed.fit({1, 4, 101, 2, {}}) == Fit::other);
}

TEST_CASE("a late answer that fits two questions crosses out neither") {
  OwedAnswers owed;
  owed.add(a, start, 1s, until);
  owed.add({1, 3, 200, 2, {}}, start, 1s, until);
  CHECK_FALSE(owed.settle(answer_to(a), start + 300ms).has_value());
  CHECK(owed.size() == 2);
}

TEST_CASE("two answers to the same question are both waited for") {
  OwedAnswers owed;
  owed.add(a, start, 1s, until);
  owed.add(a, start + 1s, 1s, until + 1s);
  CHECK(owed.settle(answer_to(a), start + 2s).has_value());
  CHECK(owed.fit(a) == Fit::same);
  CHECK(owed.settle(answer_to(a), start + 2s).has_value());
  CHECK(owed.fit(a) == Fit::none);
}

TEST_CASE("what a late answer teaches is cut at the unit's limit") {
  OwedAnswers owed;
  owed.add(a, start, 500ms, until);
  CHECK(owed.settle(answer_to(a), start + 9s)->delay == 500ms);
}

TEST_CASE("a list that is full holds the unit as a whole, and lets it go at the horizon") {
  OwedAnswers owed;
  owed.forget_before(start);
  for (std::uint16_t i = 0; i < 96; ++i) owed.add({1, 3, i, 1, {}}, start, 1s, until);
  CHECK(owed.fit({9, 3, 0, 5, {}}) == Fit::none);
  owed.add({9, 3, 0, 4, {}}, start, 1s, until);
  CHECK(owed.size() == 96);
  CHECK(owed.fit({9, 3, 0, 5, {}}) == Fit::other);
  CHECK(owed.fit({8, 3, 0, 5, {}}) == Fit::none);
  owed.forget_before(until);
  CHECK(owed.fit({9, 3, 0, 5, {}}) == Fit::none);
}
