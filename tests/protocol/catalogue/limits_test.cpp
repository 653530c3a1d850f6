#include "protocol/catalogue/limits.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <set>

using namespace inspect;
using namespace inspect::catalogue;

namespace {

const Limits& limits_shipped() {
  static const auto limits = [] {
    auto read = Limits::load("protocol/catalogue/limits.toml");
    REQUIRE_MESSAGE(read.has_value(), read.error().message);
    return std::move(*read);
  }();
  return limits;
}

Bounds bounds_of(std::string_view key, std::optional<double> rated = std::nullopt) {
  const auto* limit = limits_shipped().find(key);
  REQUIRE(limit != nullptr);
  return bounds(*limit, rated).value();
}

std::string problem(const std::string& rows) {
  const auto read = Limits::parse(
      "[[limit]]\nkey = \"x\"\ntitle = \"x\"\nwhat = \"touch-current\"\nunit = \"mA\"\nstandard = \"S\"\n"
      "edition = \"1\"\n" +
          rows + "\n[end]\nfile = \"limits\"\n",
      "limits.toml");
  return read ? "" : read.error().message;
}

}  // namespace

TEST_CASE("the numbers are those of reference: devices, section 7") {
  CHECK(bounds_of("gb4706-1.class-2").high == 0.25);
  CHECK(bounds_of("gb4706-1.class-0-01-3").high == 0.5);
  CHECK(bounds_of("gb4706-1.class-1.portable").high == 0.75);
  CHECK(bounds_of("gb4706-1.class-1.motor").high == 3.5);
  CHECK(bounds_of("iec61010-1.fault.rms").high == 3.5);
  CHECK(bounds_of("rcd.time.5x").high == 40);
  CHECK(bounds_of("rcd-s.time.1x").low == 130);
  CHECK(bounds_of("jgj46.main-board.product").high == 30);
  CHECK(bounds_of("jgj46.switch-box.wet.current").high == 15);
}

TEST_CASE("a limit by power is the larger of floor and share, and no more than its cap") {
  CHECK(bounds_of("gb4706-1.class-1.heating", 0.5).high == 0.75);
  CHECK(bounds_of("gb4706-1.class-1.heating", 2).high == 1.5);
  CHECK(bounds_of("gb4706-1.class-1.heating", 6.6).high == doctest::Approx(4.95));
  CHECK(bounds_of("gb4706-1.class-1.heating", 100).high == 5);
  CHECK(bounds_of("part-2.catering.public", 3).high == 6);
  CHECK(bounds_of("part-2.catering.public", 9).high == 10);
  CHECK(bounds_of("part-2.other", 1).high == 3.5);
  CHECK(bounds_of("part-2.other", 4).high == 4);
}

TEST_CASE("a 30 mA device operates above 15 and at or below 30 mA") {
  const auto window = bounds_of("rcd.operate-window", 30);
  CHECK(window.low == 15);
  CHECK(window.high == 30);
}

TEST_CASE("a rating that is missing or no rating is refused, not taken for 0") {
  const auto& heating = *limits_shipped().find("gb4706-1.class-1.heating");
  for (const auto rated : {std::optional<double>{}, std::optional(0.0), std::optional(-1.0),
                           std::optional(std::nan("")), std::optional(std::numeric_limits<double>::infinity())}) {
    CHECK(bounds(heating, rated).error().code == Errc::invalid_argument);
  }
}

TEST_CASE("every limit has standard and edition, and a source or the mark that it has none") {
  std::set<std::string> unsourced;
  for (const auto& limit : limits_shipped().all()) {
    CAPTURE(limit.key);
    CHECK_FALSE(limit.standard.empty());
    CHECK_FALSE(limit.edition.empty());
    CHECK_FALSE(limit.title.zh.empty());
    CHECK(bounds(limit, 1).has_value());
    if (!limit.sourced()) unsourced.insert(limit.key);
  }
  // What reference: devices tags "memory", and nothing else.
  CHECK(unsourced == std::set<std::string>{"iec60335-1.later.class-0-01-3", "iec60335-1.later.class-2",
                                           "iec61010-1.fault.dc", "iec61010-1.fault.peak", "iec61010-1.fault.rms",
                                           "iec61010-1.normal.dc", "iec61010-1.normal.peak", "iec61010-1.normal.rms",
                                           "rcd.time.2x"});
}

TEST_CASE("an unsourced limit is selected only by a plan that says so") {
  CHECK(limits_shipped().select("gb4706-1.class-2", false).has_value());
  CHECK(limits_shipped().select("rcd.time.2x", false).error().code == Errc::not_permitted);
  CHECK(limits_shipped().select("rcd.time.2x", true)->high == 150);
  const auto wrong = limits_shipped().select("gb4706-1.class2", true);
  REQUIRE(!wrong.has_value());
  CHECK(wrong.error().message == "no limit \"gb4706-1.class2\", did you mean \"gb4706-1.class-2\"");
}

TEST_CASE("a bad limit is told with its place and the cure") {
  CHECK(problem("high = 1\nsource = \"Y\"").empty());
  CHECK(problem("high = 1").find("limits.toml:1:1: write source, or from_memory = true") == 0);
  CHECK(problem("high = 1\nsource = \"Y\"\nfrom_memory = true").find("exactly one of the two") != std::string::npos);
  CHECK(problem("source = \"Y\"").find("it limits nothing; add high") != std::string::npos);
  CHECK(problem("high_per_rated = 1\nsource = \"Y\"").find("rated_in and _per_rated go together") != std::string::npos);
  CHECK(problem("low = 2\nhigh = 1\nsource = \"Y\"").find("exchange them") != std::string::npos);
  CHECK(problem("high = \"1\"\nsource = \"Y\"").find("limits.toml:8:") == 0);
  CHECK(problem("hihg = 1\nsource = \"Y\"").find("did you mean \"high\"") != std::string::npos);
  CHECK(Limits::parse("[[limit]]\n", "limits.toml").has_value() == false);
  CHECK(Limits::load("no/such/file").has_value() == false);
}

TEST_CASE("names are the words of the file") {
  CHECK(name(LimitOf::bond_resistance) == "bond-resistance");
  CHECK(name(Form::dc) == "dc");
}
