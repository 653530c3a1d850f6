#include "firmware-agent/detection/link_wording.hpp"

#include "tests/firmware-agent/detection/world.hpp"

#include <set>

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::agent::world;

namespace {

bool says(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }

}  // namespace

TEST_CASE("each link fault has its own sentence in both languages, with numbers and date") {
  std::set<std::string> sentences;
  for (int i = 0; i <= static_cast<int>(LinkFault::supply_lost); ++i) {
    const auto fault = static_cast<LinkFault>(i);
    CAPTURE(i);
    LinkStep step;
    step.fault = fault;
    step.since = moment(0s);
    step.count = 3;
    step.numbers.asked = 63;
    step.numbers.late = 3;
    CHECK(sentences.insert(say_link(step, "").en).second);
    const auto text = say_link(step, "No such file");
    CHECK(says(text.en, "2026-11-24 08:00:00 UTC"));
    CHECK(says(text.zh, "2026-11-24 08:00:00 UTC"));
    CHECK(says(text.en, fault == LinkFault::bus_unavailable ? "No such file" : "3"));
    CHECK(says(text.zh, fault == LinkFault::bus_unavailable ? "No such file" : "3"));
  }
}

TEST_CASE("it is said that neighbours answer only when they did") {
  LinkStep step;
  step.neighbours_heard = true;
  CHECK(says(say_link(step, {}).en, "other devices on the same bus answer"));
  step.neighbours_heard = false;
  CHECK_FALSE(says(say_link(step, {}).en, "other devices"));
  CHECK(says(say_alive(moment(0s)).en, "last answered 2026-11-24 08:00:00 UTC"));
  CHECK(says(say_alive(std::nullopt).en, "never answered"));
}

TEST_CASE(
    "of a device alone on its bus it is said whether it ever answered: a dead one and a wrongly set one are not looked "
    "at alike") {
  LinkStep step;
  CHECK_FALSE(says(say_link(step, {}).en, "never answered"));
  step.newcomer = true;
  CHECK(says(say_link(step, {}).en, "never answered since it was configured: compare address, baud rate, parity"));
  CHECK(says(say_link(step, {}).zh, "自配置以来从未应答"));
}

TEST_CASE("every fault has a kind in the catalogue, on a line and on a connection") {
  for (int i = 0; i <= static_cast<int>(LinkFault::supply_lost); ++i) {
    for (const bool tcp : {false, true}) {
      CAPTURE(i);
      CAPTURE(tcp);
      CHECK(shipped_catalogue().kind(kind_of(static_cast<LinkFault>(i), tcp)) != nullptr);
    }
  }
}

TEST_CASE("what is silent and what cannot be connected to is one thing on a connection, and two on a line") {
  CHECK(kind_of(LinkFault::bus_down, true) == kind_of(LinkFault::bus_unavailable, true));
  CHECK(kind_of(LinkFault::bus_down, false) != kind_of(LinkFault::bus_unavailable, false));
}

TEST_CASE("a wrong address says who answered, or that nobody ever did") {
  LinkStep step;
  step.fault = LinkFault::wrong_address;
  step.count = 4;
  CHECK(says(say_link(step, {}).en, "never answered since it was configured"));
  CHECK(says(say_link(step, {}).en, "address, baud rate, parity and wiring"));
  CHECK(says(say_link(step, {}).zh, "核对站号、波特率、校验和接线"));
  step.numbers.other_unit = 17;
  CHECK(says(say_link(step, {}).en, "unit 17 answers in its place"));
  CHECK(says(say_link(step, {}).zh, "站号 17"));
}

TEST_CASE("a slow device says how long it took, noise how many bits it turns") {
  LinkStep step;
  step.fault = LinkFault::slow;
  step.numbers.late_by = 1340ms;
  CHECK(says(say_link(step, {}).en, "1.3 s"));
  step.fault = LinkFault::bus_noise;
  step.numbers.bit_errors = 0.00123;
  CHECK(says(say_link(step, {}).en, "1.2e-03 bit errors"));
}

TEST_CASE("those who fell silent together are named") {
  const std::vector<Text> two{{"甲", "A"}, {"乙", "B"}};
  CHECK(says(say_devices(two).en, "A, B"));
  CHECK(says(say_devices(two).zh, "甲、乙"));
  CHECK(says(say_moved(two).en, "A, B"));
}
