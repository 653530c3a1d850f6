#include "protocol/modbus/line_meter.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::modbus;
using namespace std::chrono_literals;
using What = Heard::What;

namespace {

constexpr BootTime start{1h};
// 11 bits at 11 000 baud: a character a millisecond, a lawful silence of 3.5 ms.
const WireTime wire(11'000);

Heard heard(What what, std::uint8_t unit, Nanoseconds at, std::size_t bytes, Nanoseconds delay = {}, bool ours = true) {
  Heard one;
  one.what = what;
  one.ours = ours;
  one.unit = unit;
  one.at = start + at;
  one.delay = delay;
  one.bytes.assign(bytes, 0);
  return one;
}

}  // namespace

TEST_CASE("the time of a line is shared out: characters, waiting, lawful silence, idle") {
  LineMeter meter(wire, start);
  meter.take(heard(What::question, 1, 18ms, 8));      // begins at 10 ms
  meter.take(heard(What::answer, 1, 45ms, 7, 20ms));  // waits 20, speaks 7
  meter.take(heard(What::question, 2, 63ms, 8));      // begins at 55: a gap of 10
  meter.take(heard(What::unanswered, 2, 163ms, 0, 100ms));
  const auto use = meter.use(start + 200ms);
  CHECK(use.span == 200ms);
  CHECK(use.units.at(1).wire == 15ms);
  CHECK(use.units.at(1).waiting == 20ms);
  CHECK(use.units.at(1).slowest == 20ms);
  CHECK(use.units.at(2).busy() == 108ms);
  CHECK(use.units.at(2).unanswered == 1);
  CHECK(use.busy == 143ms);
  CHECK(use.silence == 7ms);  // two gaps of more than 3.5
  CHECK(use.idle == 50ms);
  CHECK(use.shortest_gap == 10ms);
  CHECK(use.longest_gap == 10ms);
}

TEST_CASE("shares never pass the whole, however long somebody waited") {
  LineMeter meter(wire, start);
  meter.take(heard(What::question, 1, 8ms, 8));
  auto use = meter.use(start + 100ms);
  CHECK(use.busy == 8ms);  // the wait is not over
  meter.take(heard(What::unanswered, 1, 5s, 0, 5s));
  use = meter.use(start + 5s);
  CHECK(use.units.at(1).waiting == 1s);  // longer no other master waits
  CHECK(use.busy + use.silence + use.idle == use.span);
  use = meter.use(start + 500ms);
  CHECK(use.busy == 500ms);
  CHECK(meter.use(start).busy == 0ms);
}

TEST_CASE("what nobody asked for is counted by its kind") {
  LineMeter meter(wire, start);
  meter.take(heard(What::question, 9, 10ms, 8, {}, false));
  meter.take(heard(What::late, 3, 20ms, 7));
  meter.take(heard(What::stray, 4, 30ms, 7));
  meter.take(heard(What::echo, 1, 40ms, 8));
  meter.take(heard(What::noise, 0, 50ms, 3));
  auto refusal = heard(What::refusal, 9, 60ms, 5, 5ms, false);
  refusal.doubtful = true;
  meter.take(refusal);
  auto damaged = heard(What::unanswered, 9, 70ms, 0, 5ms, false);
  damaged.corrupt = true;
  meter.take(damaged);
  const auto use = meter.use(start + 1s);
  CHECK(use.foreign == 1);
  CHECK(use.stray == 1);
  CHECK(use.echoes == 1);
  CHECK(use.noise_bytes == 3);
  CHECK(use.doubtful == 1);
  CHECK(use.units.at(3).late == 1);
  CHECK(use.units.at(9).refused == 1);
  CHECK(use.units.at(9).damaged == 1);
  CHECK(use.units.at(9).unanswered == 0);
}

TEST_CASE("after a restart only what follows counts, and the gap before it with it") {
  LineMeter meter(wire, start);
  meter.take(heard(What::question, 1, 8ms, 8));
  meter.take(heard(What::answer, 1, 30ms, 7, 15ms));
  meter.restart(start + 1s);
  CHECK(meter.use(start + 2s).units.empty());
  meter.take(heard(What::question, 1, 1508ms, 8));
  const auto use = meter.use(start + 2s);
  CHECK(use.span == 1s);
  CHECK(use.units.at(1).questions == 1);
  CHECK(use.longest_gap == 1470ms);
}

TEST_CASE("on a connection characters take no time of their own") {
  LineMeter meter(std::nullopt, start);
  meter.take(heard(What::question, 1, 10ms, 12));
  meter.take(heard(What::answer, 1, 15ms, 20, 5ms));
  const auto use = meter.use(start + 100ms);
  CHECK(use.busy == 5ms);
  CHECK(use.silence == 0ms);
  CHECK(use.idle == 95ms);
}

TEST_CASE("two stretches in a row add up to the whole") {
  const auto play = [](LineMeter& meter, Nanoseconds from) {
    meter.take(heard(What::question, 1, from + 18ms, 8));
    meter.take(heard(What::answer, 1, from + 45ms, 7, 20ms));
    meter.take(heard(What::question, 2, from + 63ms, 8, {}, false));
    meter.take(heard(What::unanswered, 2, from + 163ms, 0, 100ms, false));
    meter.take(heard(What::noise, 0, from + 170ms, 3));
    meter.take(heard(What::late, 2, from + 180ms, 7));
  };
  LineMeter whole(wire, start);
  LineMeter part(wire, start);
  play(whole, 0ms);
  play(part, 0ms);
  auto sum = part.use(start + 1s);
  part.restart(start + 1s);
  play(whole, 1s);
  play(part, 1s);
  sum.add(part.use(start + 2s));
  CHECK(sum == whole.use(start + 2s));
  CHECK(sum.units.at(1).questions == 2);
  CHECK(sum.span == 2s);
}
