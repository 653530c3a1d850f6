#include "protocol/modbus/read_shape.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::modbus;
using namespace std::chrono_literals;

namespace {
constexpr BootTime start{1h};
constexpr auto until = start + 12s;

OwedAnswers owing(std::vector<Request> requests) {
  OwedAnswers owed;
  for (const auto& request : requests) owed.add(request, start, 1s, until);
  return owed;
}
}  // namespace

TEST_CASE("nothing owed: the question goes out as it is") {
  ReadShape shape;
  const Request wanted{1, 3, 10, 4, {}};
  CHECK(shape.choose(wanted, {}, owing({})));
  CHECK(shape.asked() == wanted);
  CHECK_FALSE(shape.changed());
  CHECK(shape.cut({{1, 2, 3, 4}, std::nullopt}).values == std::vector<std::uint16_t>{1, 2, 3, 4});
}

TEST_CASE("a read that an owed answer would fit is made longer, and the answer cut back") {
  ReadShape shape;
  const Request wanted{1, 3, 10, 2, {}};
  CHECK(shape.choose(wanted, {}, owing({{1, 3, 50, 2, {}}, {1, 3, 60, 3, {}}})));
  CHECK(shape.asked() == Request{1, 3, 10, 4, {}});
  CHECK(shape.changed());
  CHECK(shape.cut({{1, 2, 3, 4}, std::nullopt}).values == std::vector<std::uint16_t>{1, 2});
}

TEST_CASE("bits grow by whole bytes, because their answers tell bytes only") {
  ReadShape shape;
  CHECK(shape.choose({1, 1, 0, 8, {}}, {}, owing({{1, 1, 8, 8, {}}})));
  CHECK(shape.asked() == Request{1, 1, 0, 16, {}});
}

TEST_CASE("the same question may be asked again as it is") {
  ReadShape shape;
  const Request wanted{1, 3, 10, 2, {}};
  CHECK(shape.choose(wanted, {}, owing({wanted})));
  CHECK_FALSE(shape.changed());
}

TEST_CASE("what a device refused is not tried again: first behind, then before, then not at all") {
  ReadShape shape;
  modbus::Allowance allowance;
  allowance.registers_per_read = 3;
  const Request wanted{1, 3, 10, 2, {}};
  const auto owed = owing({{1, 3, 50, 2, {}}});
  REQUIRE(shape.choose(wanted, allowance, owed));
  CHECK(shape.asked() == Request{1, 3, 10, 3, {}});
  shape.refused();
  REQUIRE(shape.choose(wanted, allowance, owed));
  CHECK(shape.asked() == Request{1, 3, 9, 3, {}});
  CHECK(shape.cut({{1, 2, 3}, std::nullopt}).values == std::vector<std::uint16_t>{2, 3});
  shape.refused();
  CHECK_FALSE(shape.choose(wanted, allowance, owed));
  CHECK(shape.choose(wanted, allowance, owing({})));
}

TEST_CASE("a read at the end of the address space grows downwards, and a full one not at all") {
  ReadShape shape;
  CHECK(shape.choose({1, 3, 0xFFFF, 1, {}}, {}, owing({{1, 3, 0, 1, {}}})));
  CHECK(shape.asked() == Request{1, 3, 0xFFFE, 2, {}});
  CHECK_FALSE(shape.choose({1, 3, 0, 125, {}}, {}, owing({{1, 3, 200, 125, {}}})));
}

TEST_CASE("a write is never changed and never held back") {
  ReadShape shape;
  const Request off{1, 16, 4, 1, {0}};
  CHECK(shape.choose(off, {}, owing({{1, 16, 4, 1, {1}}})));
  CHECK(shape.asked() == off);
}
