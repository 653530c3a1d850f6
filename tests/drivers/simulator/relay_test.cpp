#include "drivers/simulator/relay.hpp"

#include "tests/drivers/simulator/fixtures.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using tests::at_ms;

TEST_CASE("a contact closes 10 ms after the order and opens 5 ms after it") {
  sim::Relay relay;
  relay.order(true, at_ms(0));
  CHECK(relay.next() == at_ms(10));
  CHECK_FALSE(relay.advance(at_ms(9)));
  CHECK_FALSE(relay.contact);
  CHECK(relay.advance(at_ms(10)));
  CHECK(relay.contact);
  relay.order(false, at_ms(20));
  CHECK_FALSE(relay.advance(at_ms(24)));
  CHECK(relay.advance(at_ms(25)));
  CHECK_FALSE(relay.contact);
  CHECK_FALSE(relay.next());
}

TEST_CASE("an order taken back before the contact moved leaves it where it was") {
  sim::Relay relay;
  relay.order(true, at_ms(0));
  relay.order(false, at_ms(5));
  CHECK_FALSE(relay.advance(at_ms(100)));
  CHECK_FALSE(relay.contact);
}

TEST_CASE("a welded contact stays closed whatever is ordered, and opens when it is mended") {
  sim::Relay relay;
  relay.order(true, at_ms(0));
  relay.advance(at_ms(10));
  relay.weld();
  relay.order(false, at_ms(20));
  CHECK_FALSE(relay.advance(at_ms(1000)));
  CHECK(relay.contact);
  CHECK_FALSE(relay.ordered);
  relay.mend(at_ms(2000));
  CHECK(relay.advance(at_ms(2005)));
  CHECK_FALSE(relay.contact);
}

TEST_CASE("a relay that does not pull in stays open, and closes when it is mended under its order") {
  sim::Relay relay;
  relay.lame();
  relay.order(true, at_ms(0));
  CHECK_FALSE(relay.advance(at_ms(1000)));
  CHECK_FALSE(relay.contact);
  CHECK(relay.ordered);
  relay.mend(at_ms(2000));
  relay.advance(at_ms(2010));
  CHECK(relay.contact);
}

TEST_CASE("a relay has one of the two faults at a time: the last one") {
  sim::Relay relay;
  relay.lame();
  relay.weld();
  CHECK(relay.contact);
  CHECK_FALSE(relay.no_pull_in);
  relay.lame();
  CHECK_FALSE(relay.contact);
  CHECK_FALSE(relay.welded);
}

TEST_CASE("a pulse ends by itself") {
  sim::Relay relay;
  relay.order(true, at_ms(0));
  relay.drops = at_ms(1000);
  relay.advance(at_ms(10));
  CHECK(relay.contact);
  CHECK(relay.next() == at_ms(1000));
  relay.advance(at_ms(1000));
  CHECK_FALSE(relay.ordered);
  relay.advance(at_ms(1005));
  CHECK_FALSE(relay.contact);
}
