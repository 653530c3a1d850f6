#include "protocol/modbus/describe.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace inspect::modbus;

TEST_CASE("every function and exception has a name of its own in both languages, known or not") {
  std::set<std::string> functions;
  std::set<std::string> exceptions;
  for (unsigned code = 0; code < 256; ++code) {
    const auto function = function_name(static_cast<std::uint8_t>(code));
    const auto exception = exception_name(static_cast<std::uint8_t>(code));
    for (const auto* text : {&function.zh, &function.en}) {
      REQUIRE_FALSE(text->empty());
      CHECK(functions.insert(*text).second);
    }
    for (const auto* text : {&exception.zh, &exception.en}) {
      REQUIRE_FALSE(text->empty());
      CHECK(exceptions.insert(*text).second);
    }
  }
}

TEST_CASE("the names say what a technician looks for") {
  CHECK(function_name(3).en == "read holding registers");
  CHECK(function_name(5).zh == "写单个线圈");
  CHECK(function_name(0x42).en == "function 66");
  CHECK(exception_name(2).en == "no such address");
  CHECK(exception_name(200).zh == "异常码 200");
}
