#include "firmware-agent/detection/culprit.hpp"

#include "tests/firmware-agent/detection/world.hpp"

#include <cmath>

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::agent::world;

namespace {

enum class End : std::uint8_t { sound, lost, damaged, garbled, spoilt };

DeviceAttempt ended(End end) {
  DeviceAttempt attempt{DeviceIndex{}, BusIndex{}, moment(0s), std::nullopt, DeviceHealth::unknown, {}};
  attempt.signs.bytes_out = 8;
  if (end == End::sound) attempt.signs.bytes_in = 25;
  if (end == End::lost) attempt.failure = Errc::timeout;
  if (end == End::damaged || end == End::garbled || end == End::spoilt) attempt.failure = Errc::corrupt_frame;
  attempt.signs.damaged = end == End::damaged ? 1 : 0;
  attempt.signs.garbled = end == End::garbled ? 1 : 0;
  return attempt;
}

/// A line of devices with their logs.
struct Line {
  std::vector<QuestionLog> logs;
  std::vector<Suffering> devices;

  explicit Line(std::size_t count) : logs(count), devices(count) {
    for (auto& log : logs) add(log, End::sound, 20);
  }
  static void add(QuestionLog& log, End end, int times) {
    for (int i = 0; i < times; ++i) log.take(ended(end));
  }
  Line& add(std::size_t device, End end, int times = 1) {
    add(logs[device], end, times);
    devices[device].troubled = true;
    return *this;
  }
  std::optional<Naming> name(bool loses = false, bool disturbed = false) {
    for (std::size_t i = 0; i < logs.size(); ++i) devices[i].log = &logs[i];
    return name_trouble(devices, loses, disturbed);
  }
};

bool names(const std::optional<Naming>& naming, LinkFault fault, std::size_t device = 0) {
  return naming && naming->fault == fault && naming->device == device;
}

}  // namespace

TEST_CASE("the tail of the binomial distribution is right, from the plain to the rare") {
  CHECK(binomial_tail(10, 0, 0.5) == 1);
  CHECK(binomial_tail(10, 11, 0.5) == 0);
  CHECK(binomial_tail(4, 4, 0.5) == doctest::Approx(0.0625));
  CHECK(binomial_tail(10, 3, 0.1) == doctest::Approx(0.0701908264));  // python: 1 - sum(comb(10,k)*.1**k*.9**(10-k))
  CHECK(binomial_tail(30, 12, 1.0 / 32) == doctest::Approx(4.31e-11).epsilon(0.02));
  CHECK(binomial_tail(5, 2, 1) == 1);
}

TEST_CASE("a sound line names nobody") { CHECK_FALSE(Line(4).name().has_value()); }

TEST_CASE("answers of one device that are damaged and never lost are two devices with one address") {
  Line line(6);
  line.add(2, End::damaged, 4);
  CHECK_FALSE(names(line.name(), LinkFault::degraded, 2));
  line.add(2, End::damaged, 8);
  REQUIRE(names(line.name(), LinkFault::conflict, 2));
  CHECK(line.name()->certainty > 0.999);
  CHECK(line.name()->numbers.damaged == 12);
}

TEST_CASE("an answer that was lost long before a second device came does not make a bad contact of it") {
  for (const int sound : {10, 30, 45}) {
    Line line(4);
    for (auto& log : line.logs) Line::add(log, End::sound, 44);
    line.add(1, End::lost).add(1, End::sound, sound).add(1, End::damaged, 12);
    CAPTURE(sound);
    CHECK(names(line.name(), LinkFault::conflict, 1));
  }
  // Lost a moment before, it speaks for the contact.
  Line line(4);
  line.add(1, End::lost, 3).add(1, End::sound, 4).add(1, End::damaged, 10);
  CHECK(names(line.name(), LinkFault::degraded, 1));
}

TEST_CASE("answers of one device that are lost as well as damaged are a bad contact") {
  Line line(6);
  for (int i = 0; i < 6; ++i) line.add(2, End::damaged, 2).add(2, End::lost);
  CHECK(names(line.name(), LinkFault::degraded, 2));
}

TEST_CASE("damage without a shape, of one device, is its bad link") {
  CHECK(names(Line(6).add(2, End::spoilt, 8).name(), LinkFault::degraded, 2));
}

TEST_CASE("twelve answers of one device without a head, and none sound, are another baud rate") {
  Line line(6);
  line.add(3, End::garbled, 11);
  CHECK_FALSE(line.name().has_value());
  line.add(3, End::garbled);
  CHECK(names(line.name(), LinkFault::wrong_format, 3));
}

TEST_CASE("bytes from everybody and no head from anybody are the port's baud rate") {
  Line line(3);
  for (std::size_t i = 0; i < 3; ++i) line.add(i, End::garbled, 2);
  CHECK_FALSE(line.name().has_value());
  for (std::size_t i = 0; i < 3; ++i) line.add(i, End::garbled, 1);
  CHECK(names(line.name(), LinkFault::bus_wrong_format));
}

TEST_CASE("damage shared out over the devices is noise, with an estimate of its bit errors") {
  Line line(4);
  for (std::size_t i = 0; i < 4; ++i) line.add(i, End::damaged, 3).add(i, End::lost, 1).add(i, End::sound, 10);
  const auto named = line.name();
  REQUIRE(names(named, LinkFault::bus_noise));
  CHECK(named->numbers.lost == 4);
  CHECK(named->numbers.damaged == 12);
  // 16 of 136 questions of 330 bits.
  CHECK(named->numbers.bit_errors == doctest::Approx(-std::log(1 - 16.0 / 136) / 330).epsilon(0.01));
}

TEST_CASE("one failure in thirty over all is a line's quality and no finding") {
  Line line(8);
  for (std::size_t i = 0; i < 8; ++i) line.add(i, End::damaged, 2).add(i, End::sound, 40);
  CHECK_FALSE(line.name().has_value());
}

TEST_CASE("a device that took the first failures of a line by chance is not blamed for them") {
  // Of two devices one takes the first four one time in eight.
  CHECK_FALSE(Line(2).add(0, End::damaged, 4).name().has_value());
  CHECK_FALSE(Line(2).add(0, End::damaged, 8).add(1, End::damaged, 1).name().has_value());
}

TEST_CASE("the only device of a line is blamed, since there is nobody to compare it with") {
  CHECK(names(Line(1).add(0, End::spoilt, 3).name(), LinkFault::degraded, 0));
}

TEST_CASE("losses and damage of several on a connection are a line in trouble whose cause is not known") {
  Line line(3);
  line.add(0, End::spoilt, 3).add(1, End::spoilt, 2);
  CHECK(names(line.name(), LinkFault::bus_degraded));
}

TEST_CASE("what an answer says in so many words needs no statistics and no quiet line") {
  Line other(4);
  other.add(1, End::lost);
  other.logs[1].mark(Trace::other_unit);
  CHECK_FALSE(other.name().has_value());
  other.add(1, End::lost);
  other.logs[1].mark(Trace::other_unit);
  other.devices[1].other_unit = 77;
  REQUIRE(names(other.name(true, true), LinkFault::wrong_address, 1));
  CHECK(other.name()->numbers.other_unit == 77);

  Line doubled(4);
  for (int i = 0; i < 2; ++i) {
    doubled.add(3, End::sound);
    doubled.logs[3].mark(Trace::doubled);
  }
  CHECK(names(doubled.name(true, true), LinkFault::conflict, 3));
}

TEST_CASE("late answers make a device slow when they are as many as half of those missed, and undamaged") {
  const auto slow = [](int lost, int late, int damaged) {
    Line line(4);
    line.add(1, End::damaged, damaged);
    for (int i = 0; i < lost; ++i) {
      line.add(1, End::lost);
      if (i < late) line.logs[1].mark(Trace::late);
    }
    line.devices[1].late_by = 1300ms;
    const auto named = line.name();
    return named && named->fault == LinkFault::slow && named->numbers.late_by == 1300ms;
  };
  CHECK(slow(4, 2, 0));
  CHECK_FALSE(slow(4, 1, 0));
  CHECK_FALSE(slow(12, 2, 0));
  CHECK_FALSE(slow(4, 2, 5));
}

TEST_CASE("on a line that another disturbs, or that was interrupted, damage and losses blame nobody") {
  CHECK_FALSE(Line(6).add(2, End::damaged, 12).name(false, true).has_value());
  CHECK_FALSE(Line(6).add(2, End::lost, 12).name(true, false).has_value());
}

TEST_CASE("a device that has its own finding, or is silent, says nothing about the line") {
  Line line(4);
  line.add(0, End::damaged, 20);
  line.devices[0].out = true;
  CHECK_FALSE(line.name().has_value());
  line.devices[0].out = false;
  line.devices[0].silent = true;
  CHECK_FALSE(line.name().has_value());
}

TEST_CASE("a silence is weighed against what noise does to the neighbours") {
  Line line(3);
  line.name();
  CHECK(chance_of_silence(line.devices, 0, 4) == 0);
  line.add(1, End::damaged, 8).add(1, End::lost, 8).add(2, End::damaged, 8).add(2, End::lost, 8);
  line.name();
  // 16 of the last 32 were lost: a half, and four in a row are no rarity.
  CHECK(chance_of_silence(line.devices, 0, 4) == doctest::Approx(0.0625));
  CHECK(chance_of_silence(line.devices, 0, 20) < 1e-6);
}
