#include "drivers/profiles/load.hpp"
#include "tests/drivers/profiles/profile_text.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::drivers;
using inspect::tests::good_profile;
using inspect::tests::with;

namespace {

std::string problem(std::string_view from, std::string_view to) {
  return tests::problem_of(parse_profile(with(good_profile(), from, to), "board.toml"));
}

void tells(std::string_view from, std::string_view to, std::string_view what) { tests::says(problem(from, to), what); }

}  // namespace

TEST_CASE("a profile says who makes it and where its facts are from") {
  tells("maker = \"Nobody\"\n", "", "\"maker\" is missing in profile");
  tells("sources = [\"a bench\"]\n", "", "\"sources\" is missing in profile; add it: where the facts are from");
  tells("sources = [\"a bench\"]", "sources = [5]", "this is a whole number; write a text in quotes");
  tells("en = \"test board\"", "fr = \"carte\"", "unknown language \"fr\"; use zh and en");
}

TEST_CASE("limits are those of the protocol") {
  CHECK(problem("registers_per_read = 20", "registers_per_read = 125") == "no problem");
  tells("registers_per_read = 20", "registers_per_read = 126", "126 is out of range; use 1 to 125");
  tells("registers_per_read = 20", "bits_per_read = 2001", "2001 is out of range; use 1 to 2000");
  tells("registers_per_read = 20", "largest_hole = 125", "125 is out of range; use 0 to 124");
  tells("answer_ms = 300", "answer_ms = 0", "0 is out of range; use 1 to 60000");
  tells("answer_ms = 300", "connections = 0", "0 is out of range; use 1 to 32");
}

TEST_CASE("a point's table, type, order and role are words that are known") {
  tells("\"holding-register\"", "\"holding\"", "is not known");
  tells("\"s32\"", "\"i32\"", "\"i32\" is not known, did you mean");
  tells("\"low-first\"", "\"little\"", "use high-first, low-first");
  tells("role = \"state\"", "role = \"status\"", "\"status\" is not known, did you mean \"state\"");
  tells("address = 100", "address = -1", "-1 is out of range; use 0 to 65535");
  tells("address = 100", "address = 40001.0", "this is a number; write a whole number");
}

TEST_CASE("a point's numbers are bounded") {
  tells("period_ms = 5000", "period_ms = 49", "49 is out of range; use 50 to 86400000");
  tells("deadband = 0.25", "deadband = -0.1", "-0.1 is out of range");
  tells("scale = 0.5", "scale = nan", "nan is out of range");
  tells("scale = 0.5", "scale = inf", "inf is out of range");
  tells("repeat = 3", "repeat = 0", "0 is out of range; use 1 to 64");
  tells("stride = 2", "stride = 257", "257 is out of range; use 1 to 256");
  tells("longest_age_s = 60", "longest_age_s = 0", "0 is out of range; use 1 to 86400");
}

TEST_CASE("a slip in a key is told with the key meant, a strange one with all there are") {
  tells("address = 100", "adress = 100", "unknown key \"adress\" in point, did you mean \"address\"");
  tells("[limits]", "[limit]", "unknown key \"limit\" in profile file, did you mean \"limits\"");
  tells("maker =", "shell = \"rm\"\nmaker =",
        "unknown key \"shell\" in profile; known are driver, maker, title, sources");
}
