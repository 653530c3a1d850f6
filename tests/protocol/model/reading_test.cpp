#include "protocol/model/reading.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace std::chrono_literals;

TEST_CASE("a good value past its time says stale, a bad one keeps its reason") {
  Reading reading{PointIndex{1}, 12.0, Quality::good, Reason::none, Moment{BootTime{10s}, {}, {}}, BootTime{13s}};
  CHECK(as_of(reading, BootTime{13s}) == reading);
  const auto old = as_of(reading, BootTime{13s + 1ns});
  CHECK(old.quality == Quality::uncertain);
  CHECK(old.reason == Reason::stale);
  reading.quality = Quality::bad;
  reading.reason = Reason::no_answer;
  CHECK(as_of(reading, BootTime{99s}).reason == Reason::no_answer);
}

TEST_CASE("a serial number is shown to its last digit, a float register's value without the noise behind it") {
  CHECK(quantity_text(4'294'967'295.0, "") == "4294967295");
  CHECK(quantity_text(9'007'199'254'740'991.0, "") == "9007199254740991");
  CHECK(quantity_text(1'000'001, "1") == "1000001");
  CHECK(quantity_text(-2'147'483'648.0, "") == "-2147483648");
  CHECK(quantity_text(10.869999885559082, "V") == "10.87 V");  // 10.87 as binary32
  CHECK(quantity_text(1'234'567.89, "Wh") == "1234568 Wh");
  CHECK(quantity_text(1e18, "") == "1e+18");
  CHECK(quantity_text(0, "") == "0");
}

TEST_CASE("units are written as people write them") {
  CHECK(quantity_text(25.5, "Cel") == "25.5 °C");
  CHECK(quantity_text(4, "Ohm") == "4 Ω");
  CHECK(quantity_text(60, "%RH") == "60 %");
  CHECK(quantity_text(30, "mA") == "30 mA");
}
