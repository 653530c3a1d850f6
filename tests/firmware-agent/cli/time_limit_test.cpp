#include "firmware-agent/cli/time_limit.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::cli;
using namespace std::chrono_literals;

TEST_CASE("a limit is over when its span has passed, and without a word it never is") {
  const TimeLimit::Clock::time_point now{1h};
  const auto ten = std::get<TimeLimit>(TimeLimit::from("10s", now));
  CHECK_FALSE(ten.over(now));
  CHECK_FALSE(ten.over(now + 9999ms));
  CHECK(ten.over(now + 10s));
  CHECK_FALSE(std::get<TimeLimit>(TimeLimit::from("", now)).over(now + 24h * 400));
}

TEST_CASE("what is no span is wrong use, told with an example in both languages") {
  for (const auto* word : {"soon", "10", "-5s", "10 s"}) {
    CAPTURE(word);
    const auto limit = TimeLimit::from(word, {});
    const auto* failure = std::get_if<Failure>(&limit);
    REQUIRE(failure != nullptr);
    CHECK(failure->code == ExitCode::wrong_use);
    CHECK(failure->message.en == std::string("not understood as a span: ") + word);
    CHECK(failure->cure.zh.find("10s") != std::string::npos);
  }
}
