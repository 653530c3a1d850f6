#include "firmware-agent/judgement/relay_rules.hpp"
#include "tests/firmware-agent/judgement/small_site.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::judgement;
using namespace inspect::judgement::tests;

namespace {

struct Relay {
  Site site;
  RelayRules rules{site.plant, site.id("k1")};
  ClaimBook book;
  double time = 1000;

  void take(double at, Role role, double value, Reason reason = Reason::none) {
    rules.take(role, site.sample(at, "k1", role, value, reason), book);
  }
  void poll(bool command, bool closed) {
    take(time, Role::command, command);
    take(time, Role::feedback, closed);
  }
  /// One operation of 20 s: what the contact showed after ON and after OFF.
  void operate(bool closed, bool open) {
    poll(true, closed);
    time += 10;
    poll(false, !open);
    time += 10;
  }
  std::string verdict() { return told(book, site.plant); }
};

}  // namespace

TEST_CASE("a sound relay says nothing, however often it works") {
  Relay r;
  for (int i = 0; i < 1000; ++i) r.operate(true, true);
  CHECK(r.verdict().empty());
  CHECK(r.rules.operations() == 999);  // the first command is not known to be a change
}

TEST_CASE("welded: the second OFF that is not followed, once it had time to be put right") {
  Relay r;
  r.operate(true, true);
  r.operate(true, false);
  r.rules.settle(r.time, r.book);
  CHECK(r.verdict().empty());
  r.operate(true, false);
  r.rules.settle(r.time, r.book);
  CHECK(r.verdict() == "R1 k1");
}

TEST_CASE("open: the second ON that is not followed") {
  Relay r;
  r.operate(true, true);
  r.operate(false, true);
  r.operate(false, true);
  CHECK(r.verdict() == "R2 k1");
}

TEST_CASE("a hundred polls of one contradiction within a minute are one sight") {
  Relay r;
  r.operate(true, true);
  r.operate(true, false);
  for (int i = 0; i < 40; ++i, r.time += 1) r.poll(false, true);
  CHECK(r.verdict().empty());
  r.time += 60;
  r.poll(false, true);
  r.rules.settle(r.time + 3, r.book);
  CHECK(r.verdict() == "R1 k1");
}

TEST_CASE("a contact that is a second late at every operation is no fault") {
  Relay r;
  for (int i = 0; i < 50; ++i) {
    r.poll(true, false);
    r.take(r.time + 1, Role::feedback, 1);
    r.time += 10;
    r.poll(false, true);
    r.take(r.time + 1, Role::feedback, 0);
    r.time += 10;
  }
  CHECK(r.verdict().empty());
}

TEST_CASE("a lost command is no contradiction of the feedback that came without it") {
  Relay r;
  r.operate(true, true);
  for (int i = 0; i < 20; ++i) {
    r.take(r.time, Role::feedback, 1);  // ON was lost
    r.time += 10;
    r.poll(false, false);
    r.time += 10;
  }
  CHECK(r.verdict().empty());
}

TEST_CASE("a contact that falls off and comes back twice in a day chatters; once is an event") {
  Relay r;
  r.operate(true, true);
  r.poll(true, true);
  r.take(r.time + 4, Role::feedback, 0);
  r.take(r.time + 5, Role::feedback, 1);
  CHECK(r.verdict().empty());
  r.take(r.time + 7, Role::feedback, 0);
  r.take(r.time + 8, Role::feedback, 1);
  CHECK(r.verdict() == "R6 k1");
}

TEST_CASE("film: closings far above the usual in quick succession, and not a slow growth") {
  Relay r;
  double level = 40;
  const auto closing = [&](double value) { r.take(r.time += 10, Role::contact_resistance, value); };
  for (int i = 0; i < 3000; ++i) closing(level *= 1.001);
  CHECK(r.verdict().empty());
  for (int i = 0; i < 12; ++i) {
    closing(10 * level);
    closing(level);
  }
  CHECK(r.verdict() == "R4 k1");
}

TEST_CASE("damaged readings a second after the release point at the diode; clean ones do not") {
  Relay r;
  r.operate(true, true);
  for (int i = 0; i < 200; ++i) r.operate(true, true);
  for (int i = 0; i < 60; ++i) {
    r.operate(true, true);
    if (i % 6 == 0) r.take(r.time - 9, Role::feedback, 0, Reason::line);
  }
  CHECK(r.verdict() == "D1 k1");
}

TEST_CASE("a new relay begins anew") {
  Relay r;
  r.operate(true, true);
  r.operate(true, false);
  r.rules.settle(r.time, r.book);
  r.rules.replaced();
  r.operate(true, false);
  r.rules.settle(r.time, r.book);
  CHECK(r.verdict().empty());
}

TEST_CASE(
    "a feedback that is read before the order it follows is no chatter, nor is a poll in two requests a late one") {
  Relay r;
  r.poll(true, true);
  r.time += 60;
  for (int i = 0; i < 20; ++i) {
    // Off and on again within five seconds; each time the contact is read a moment before its order.
    r.take(r.time, Role::feedback, 0);
    r.take(r.time + 0.6, Role::command, 0);
    r.take(r.time + 1.9, Role::command, 1);
    r.take(r.time + 3.6, Role::feedback, 1);
    r.time += 600;
  }
  CHECK(r.verdict().empty());
  Relay welded;
  welded.operate(true, true);
  for (int i = 0; i < 2; ++i) {
    welded.poll(true, true);
    welded.time += 10;
    welded.take(welded.time, Role::command, 0);
    welded.take(welded.time + 0.3, Role::feedback, 1);
    welded.time += 10;
  }
  welded.rules.settle(welded.time, welded.book);
  CHECK(welded.verdict() == "R1 k1");
}
