#include "firmware-agent/detection/confirmation.hpp"

#include "tests/firmware-agent/detection/world.hpp"

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::agent::world;

namespace {

struct Gate {
  Confirmation confirmation;
  Delays delays;
  Step see(Sight sight, std::chrono::milliseconds at, std::chrono::milliseconds lasts = 10s) {
    return confirmation.see(sight, moment(at), moment(at).boot + lasts, delays);
  }
};

}  // namespace

TEST_CASE("a fault opens on the second reading that shows it and is dated by the first") {
  Gate gate;
  CHECK(gate.see(Sight::fault, 0s) == Step::pending);
  CHECK_FALSE(gate.confirmation.open());
  CHECK(gate.see(Sight::fault, 1s) == Step::opened);
  CHECK(gate.confirmation.since() == moment(0s));
  CHECK(gate.see(Sight::fault, 2s) == Step::none);
}

TEST_CASE("the same reading seen twice confirms nothing") {
  Gate gate;
  CHECK(gate.see(Sight::fault, 0s) == Step::pending);
  CHECK(gate.see(Sight::fault, 0s) == Step::none);
  CHECK(gate.confirmation.pending());
}

TEST_CASE("one healthy reading between two faults starts it over") {
  for (const auto other : {Sight::healthy, Sight::between, Sight::not_judged}) {
    Gate gate;
    CHECK(gate.see(Sight::fault, 0s) == Step::pending);
    CHECK(gate.see(other, 1s) == Step::none);
    CHECK(gate.see(Sight::fault, 2s) == Step::pending);
  }
}

TEST_CASE("a reading that says nothing new changes nothing") {
  Gate gate;
  CHECK(gate.see(Sight::fault, 0s) == Step::pending);
  CHECK(gate.see(Sight::nothing_new, 1s) == Step::none);
  CHECK(gate.see(Sight::fault, 2s) == Step::opened);
}

TEST_CASE("the on-delay is measured between readings, not between calls") {
  Gate gate;
  gate.delays.on = 3s;
  CHECK(gate.see(Sight::fault, 0s) == Step::pending);
  CHECK(gate.see(Sight::fault, 1s) == Step::none);
  CHECK(gate.see(Sight::fault, 2999ms) == Step::none);
  CHECK(gate.see(Sight::fault, 3s) == Step::opened);
}

TEST_CASE("it closes on two healthy readings that span the off-delay; between the limits is not healthy") {
  Gate gate;
  gate.delays.off = 2s;
  gate.confirmation.hold_open();
  CHECK(gate.see(Sight::between, 0s) == Step::none);
  CHECK(gate.see(Sight::healthy, 1s) == Step::pending);
  CHECK(gate.see(Sight::healthy, 2s) == Step::none);
  CHECK(gate.see(Sight::between, 3s) == Step::none);
  CHECK(gate.see(Sight::healthy, 4s) == Step::pending);
  CHECK(gate.see(Sight::healthy, 6s) == Step::closed);
  CHECK_FALSE(gate.confirmation.open());
}

TEST_CASE("two readings with a hole between them do not belong together") {
  Gate gate;
  CHECK(gate.see(Sight::fault, 0s, 3s) == Step::pending);
  CHECK(gate.see(Sight::fault, 3001ms, 3s) == Step::pending);
  CHECK(gate.see(Sight::fault, 6s, 3s) == Step::opened);
}

TEST_CASE("a gap drops what is pending and keeps what is open") {
  Gate gate;
  gate.see(Sight::fault, 0s);
  gate.confirmation.gap();
  CHECK(gate.see(Sight::fault, 1s) == Step::pending);
  CHECK(gate.see(Sight::fault, 2s) == Step::opened);
  gate.confirmation.gap();
  CHECK(gate.confirmation.open());
}

TEST_CASE("the deciding reading is asked for once, when the delay has run out") {
  Gate gate;
  gate.delays.on = 3s;
  gate.see(Sight::fault, 0s, 60s);
  CHECK_FALSE(gate.confirmation.wants_reading(moment(2s).boot, gate.delays));
  CHECK(gate.confirmation.wants_reading(moment(3s).boot, gate.delays));
  CHECK_FALSE(gate.confirmation.wants_reading(moment(4s).boot, gate.delays));
  CHECK(gate.see(Sight::fault, 4s, 60s) == Step::opened);
  CHECK_FALSE(gate.confirmation.wants_reading(moment(9s).boot, gate.delays));
}

TEST_CASE("a reading older than the last one is not listened to") {
  Gate gate;
  CHECK(gate.see(Sight::healthy, 5s) == Step::none);
  CHECK(gate.see(Sight::fault, 4s) == Step::none);
  CHECK_FALSE(gate.confirmation.pending());
}
