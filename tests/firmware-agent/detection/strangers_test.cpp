#include "firmware-agent/detection/strangers.hpp"

#include "tests/firmware-agent/detection/world.hpp"

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::agent::world;

namespace {

LineSigns foreign(std::uint32_t count = 1) {
  LineSigns signs;
  signs.foreign = count;
  return signs;
}
LineSigns echo() {
  LineSigns signs;
  signs.echoes = 1;
  return signs;
}

}  // namespace

TEST_CASE("another master is told after its third question within a minute, and gone after a minute without") {
  Strangers strangers;
  strangers.take(foreign(), true, moment(0s));
  strangers.take(foreign(), true, moment(20s));
  CHECK_FALSE(strangers.second_master(moment(20s).boot).has_value());
  CHECK(strangers.disturb(moment(40s).boot));
  strangers.take(foreign(), true, moment(40s));
  CHECK(strangers.second_master(moment(40s).boot) == moment(0s));
  CHECK(strangers.questions() == 3);
  CHECK(strangers.second_master(moment(100s).boot).has_value());
  CHECK_FALSE(strangers.second_master(moment(101s).boot).has_value());
  CHECK_FALSE(strangers.disturb(moment(101s).boot));
}

TEST_CASE("single foreign frames, minutes apart, are no master") {
  Strangers strangers;
  for (int i = 0; i < 20; ++i) {
    strangers.take(foreign(), true, moment(i * 61s));
    CHECK_FALSE(strangers.second_master(moment(i * 61s).boot).has_value());
  }
}

TEST_CASE("three questions heard at once are enough, and a flood is counted but bounded") {
  Strangers strangers;
  strangers.take(foreign(1'000'000), true, moment(5s));
  CHECK(strangers.second_master(moment(5s).boot) == moment(5s));
  CHECK(strangers.questions() == 3);
}

TEST_CASE(
    "an echo is told after five in a row, and gone after five answers without; lost questions count for neither") {
  Strangers strangers;
  for (int i = 0; i < 4; ++i) strangers.take(echo(), true, moment(i * 1s));
  strangers.take({}, false, moment(4s));
  CHECK_FALSE(strangers.echo().has_value());
  strangers.take(echo(), false, moment(5s));
  CHECK(strangers.echo() == moment(0s));
  for (int i = 0; i < 4; ++i) strangers.take({}, true, moment(6s));
  CHECK(strangers.echo().has_value());
  CHECK_FALSE(strangers.clear_of_echo());
  strangers.take({}, true, moment(7s));
  CHECK_FALSE(strangers.echo().has_value());
  CHECK(strangers.clear_of_echo());
}

TEST_CASE("a line that echoes now and then does not echo") {
  Strangers strangers;
  for (int i = 0; i < 50; ++i) {
    strangers.take(i % 3 == 0 ? LineSigns{} : echo(), true, moment(i * 1s));
    CHECK_FALSE(strangers.echo().has_value());
  }
}
