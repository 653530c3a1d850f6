#include "firmware-agent/detection/refusals.hpp"

#include "tests/firmware-agent/detection/world.hpp"

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::agent::world;

TEST_CASE("three refusals over five seconds are told, once; fewer or quicker are not") {
  Refusals refusals;
  refusals.refused(moment(0s));
  refusals.refused(moment(1s));
  CHECK_FALSE(refusals.opens(moment(9s).boot, false));
  refusals.refused(moment(2s));
  CHECK_FALSE(refusals.opens(moment(4s).boot, false));
  CHECK(refusals.opens(moment(5s).boot, false));
  CHECK_FALSE(refusals.opens(moment(6s).boot, false));
  CHECK(refusals.since() == moment(0s));
  CHECK(refusals.count() == 3);
}

TEST_CASE("busy is borne for a minute") {
  Refusals refusals;
  for (int i = 0; i < 3; ++i) refusals.refused(moment(0s));
  CHECK_FALSE(refusals.opens(moment(59s).boot, true));
  CHECK(refusals.opens(moment(60s).boot, true));
}

TEST_CASE("more answers than refusals forget them; as many do not") {
  Refusals often;
  Refusals seldom;
  for (int i = 0; i < 10; ++i) {
    often.refused(moment(i * 1s));
    often.answered();
    seldom.refused(moment(i * 1s));
    for (int k = 0; k < 2; ++k) seldom.answered();
  }
  CHECK(often.opens(moment(10s).boot, false));
  CHECK_FALSE(seldom.opens(moment(10s).boot, false));
}

TEST_CASE("it closes on more answers in a row than there ever were between two refusals") {
  Refusals refusals;
  for (int i = 0; i < 6; ++i) {
    for (int k = 0; k < 2; ++k) refusals.refused(moment(i * 1s));
    for (int k = 0; k < 2; ++k) refusals.answered();
  }
  REQUIRE(refusals.opens(moment(7s).boot, false));
  CHECK_FALSE(refusals.of_everything());
  CHECK_FALSE(refusals.closes());
  refusals.answered();
  CHECK(refusals.closes());
  CHECK_FALSE(refusals.closes());
}

TEST_CASE("what was told before a restart is of everything until something is answered, and a silence interrupts it") {
  Refusals refusals;
  refusals.hold_open();
  CHECK(refusals.of_everything());
  refusals.answered();
  CHECK_FALSE(refusals.of_everything());
  refusals.interrupted();
  CHECK(refusals.of_everything());
  for (int i = 0; i < 2; ++i) refusals.answered();
  CHECK(refusals.closes());
}
