#include "tests/firmware-agent/judgement/small_site.hpp"

#include <doctest/doctest.h>

using namespace inspect::judgement;
using namespace inspect::judgement::tests;

namespace {
constexpr double day = 86400;
}

TEST_CASE("a fault that is seen a hundred times is told once") {
  const Site site;
  ClaimBook book;
  for (int i = 0; i < 100; ++i) book.see(i, site.id("k1"), site.point("k1", Role::feedback), Fault::R1);
  CHECK(told(book, site.plant) == "R1 k1");
  CHECK(book.stands(site.id("k1"), Fault::R1));
  CHECK_FALSE(book.stands(site.id("k2"), Fault::R1));
}

TEST_CASE("work on a component ends what was claimed of it and of nothing else") {
  const Site site;
  ClaimBook book;
  book.see(1, site.id("k1"), nowhere, Fault::R1);
  book.see(1, site.id("k2"), nowhere, Fault::R2);
  book.mended(2, site.id("k1"));
  CHECK(told(book, site.plant) == "R1 k1, R2 k2, -R1 k1");
  book.see(3, site.id("k1"), nowhere, Fault::R1);
  CHECK(told(book, site.plant) == "R1 k1, R2 k2, -R1 k1, R1 k1");
}

TEST_CASE("a claim outlives a closed week and ends when it was not seen for its quiet time") {
  const Site site;
  ClaimBook book;
  book.see(0, site.id("k1"), nowhere, Fault::R1);
  book.see(0, site.id("k2"), nowhere, Fault::R6);
  book.age(8 * day);
  CHECK(book.told.size() == 2);
  book.age(15 * day);
  CHECK(told(book, site.plant) == "R1 k1, R6 k2, -R1 k1");
  book.age(31 * day);
  CHECK(told(book, site.plant) == "R1 k1, R6 k2, -R1 k1, -R6 k2");
}

TEST_CASE("a forecast is told when it is news, and what it foretold is told when it is there") {
  const Site site;
  ClaimBook book;
  const auto point = site.point("m1", Role::output_ripple);
  const auto expect = [&](double time, double p) {
    book.expect(time, site.id("m1"), point, Fault::P2, {100 * day, 90 * day, 120 * day, p});
  };
  expect(1, 0.50);
  expect(2, 0.51);
  CHECK(book.told.size() == 1);
  expect(3, 0.60);
  CHECK(book.told.size() == 2);
  book.see(4, site.id("m1"), point, Fault::P2);
  REQUIRE(book.told.size() == 3);
  CHECK_FALSE(book.told.back().forecast.has_value());
  // What is there is not foretold any more.
  expect(5, 0.99);
  CHECK(book.told.size() == 3);
  book.withdraw(6, point, Fault::P2);
  CHECK(book.told.size() == 3);
}

TEST_CASE("a withdrawn forecast is over") {
  const Site site;
  ClaimBook book;
  book.expect(1, site.id("m1"), 3, Fault::P2, {2, 1, 3, 0.7});
  book.withdraw(2, 3, Fault::P2);
  CHECK(told(book, site.plant) == "P2 m1, -P2 m1");
}

TEST_CASE("more faults than the book holds are counted and not told") {
  ClaimBook book;
  for (std::uint16_t i = 0; i < ClaimBook::most + 5; ++i) book.see(1, i, nowhere, Fault::R1);
  CHECK(book.told.size() == ClaimBook::most);
  CHECK(book.dropped == 5);
}

TEST_CASE("every fault has a code of its own") {
  for (int a = 0; a <= static_cast<int>(Fault::T4); ++a) {
    for (int b = 0; b < a; ++b) CHECK(facts(static_cast<Fault>(a)).code != facts(static_cast<Fault>(b)).code);
  }
  CHECK(facts(Fault::B2).code == "B2");
  CHECK(facts(Fault::T4).code == "T4");
}
