#include "protocol/core/error.hpp"

#include <doctest/doctest.h>

using namespace inspect;

TEST_CASE("an error gains context on its way up and keeps its code") {
  auto error = fail(Errc::timeout, "no answer in 300 ms").within("unit 3").within("bus rs485-1");
  CHECK(error.code == Errc::timeout);
  CHECK(error.message == "bus rs485-1: unit 3: no answer in 300 ms");
}

TEST_CASE("every code has a name of its own") {
  CHECK(name(Errc::timeout) == "timeout");
  CHECK(name(Errc::unreachable) == "unreachable");
}

TEST_CASE("taking the value of an error without looking is a programming error") {
  const Result<int> result = fail(Errc::storage, "disk full");
  CHECK_THROWS_AS(static_cast<void>(result.value()), BadResultAccess);
}
