#include "protocol/modbus/rtu_machine.hpp"
#include "tests/protocol/modbus/hex.hpp"
#include "tests/wire/virtual_wire.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace inspect;
using namespace inspect::modbus;
using namespace std::chrono_literals;
using inspect::tests::hex;
using inspect::tests::honest_rtu;
using inspect::tests::sealed;
using inspect::tests::tells_its_address;
using inspect::tests::VirtualLine;

namespace {

constexpr WireTime wire{9600};
const Request r100{1, 3, 100, 1, {}};
const Request r101{1, 3, 101, 1, {}};

/// When an answer of this length is whole on our side, if the device takes `delay`.
BootTime whole_at(BootTime asked, std::size_t question, std::size_t answer, std::chrono::nanoseconds delay) {
  return asked + wire.characters(question) + delay + wire.characters(answer);
}

struct Line : VirtualLine {
  Line() : VirtualLine(wire) { answer_honestly(); }

  void answer_honestly(std::chrono::nanoseconds delay = 10ms) {
    peer = [this, delay](BytesView question, BootTime at) { say(honest_rtu(question), question, at, delay); };
  }
  void say(const Bytes& answer, BytesView question, BootTime at, std::chrono::nanoseconds delay = 10ms) {
    deliver(whole_at(at, question.size(), answer.size(), delay), answer);
  }
  void be_silent() {
    peer = [](BytesView, BootTime) {};
  }
  /// One transaction in which these bytes come instead of an answer.
  Result<Answer> with(const Bytes& bytes, const Request& request = r100) {
    peer = [&](BytesView question, BootTime at) { say(bytes, question, at); };
    auto result = transact(request);
    answer_honestly();
    return result;
  }
};

Errc code(const Result<Answer>& result) {
  REQUIRE(result.has_error());
  return result.error().code;
}

}  // namespace

TEST_CASE("an honest device is read, and the line rests 3.5 characters between frames") {
  Line line;
  std::vector<BootTime> asked;
  BootTime last_answer{};
  line.peer = [&](BytesView question, BootTime at) {
    asked.push_back(at);
    if (last_answer != BootTime{}) CHECK(at >= last_answer + wire.silence());
    const auto answer = honest_rtu(question);
    last_answer = whole_at(at, question.size(), answer.size(), 7ms);
    line.deliver(last_answer, answer);
  };
  for (std::uint16_t i = 0; i < 50; ++i) {
    const Request request{1, 3, i, 10, {}};
    const auto answer = line.transact(request);
    REQUIRE(answer.has_value());
    CHECK(tells_its_address(request, *answer));
    // No idle time either: at most an eighth of the device's delay is slept past the answer.
    if (i > 20) CHECK(line.now - last_answer <= 1ms);
  }
  CHECK(line.counters.answered == 50);
  CHECK(line.counters.timeouts == 0);
  CHECK(line.counters.noise_bytes == 0);
}

TEST_CASE("a device that needs a longer gap gets it") {
  Line line;
  REQUIRE(line.transact(r100).has_value());
  const auto answered = line.now;
  Allowance allowance;
  allowance.gap = 50ms;
  line.peer = [&](BytesView question, BootTime at) {
    CHECK(at >= answered + 50ms);
    line.say(honest_rtu(question), question, at);
  };
  CHECK(line.transact(r101, allowance).has_value());
}

TEST_CASE("an answer cut off at any length is a time-out, and the next read is right") {
  const auto whole = honest_rtu(encode_rtu(r100));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    Line line;
    CHECK(code(line.with(Bytes(whole.begin(), whole.begin() + static_cast<int>(length)))) == Errc::timeout);
    const auto next = line.transact(r101);
    REQUIRE(next.has_value());
    CHECK(tells_its_address(r101, *next));
  }
}

TEST_CASE("garbage before, inside or after an answer never makes a wrong value") {
  std::mt19937 random(3);
  const auto whole = honest_rtu(encode_rtu(r100));
  for (std::size_t place = 0; place <= whole.size(); ++place) {
    for (std::size_t count = 1; count < 12; ++count) {
      Line line;
      Bytes garbage(count);
      for (auto& byte : garbage) byte = static_cast<std::uint8_t>(random());
      auto bytes = whole;
      bytes.insert(bytes.begin() + static_cast<int>(place), garbage.begin(), garbage.end());
      const auto got = line.with(bytes);
      CAPTURE(place);
      CAPTURE(count);
      if (got) CHECK(tells_its_address(r100, *got));
      // Around an answer, garbage costs nothing; inside it costs this read.
      if (place == 0 || place == whole.size()) CHECK(got.has_value());
      const auto next = line.transact(r101);
      REQUIRE(next.has_value());
      CHECK(tells_its_address(r101, *next));
    }
  }
}

TEST_CASE("an answer that is not right in one thing is not taken, and the right one behind it is") {
  const auto right = honest_rtu(encode_rtu(r100));
  for (const auto* body : {"02 03 02 00 07",        // another unit
                           "01 04 02 00 07",        // another function
                           "01 84 02",              // another function's refusal
                           "01 03 04 00 07 00 07",  // more than was asked
                           "01 06 00 64 00 07"}) {  // an echo
    CAPTURE(body);
    Line alone;
    const auto refused = alone.with(sealed(hex(body)));
    CHECK(refused.has_error());
    CHECK(alone.counters.refused_frames == 1);

    Line line;
    line.peer = [&](BytesView question, BootTime at) {
      line.say(sealed(hex(body)), question, at, 10ms);
      line.say(right, question, at, 40ms);
    };
    const auto answer = line.transact(r100);
    REQUIRE(answer.has_value());
    CHECK(tells_its_address(r100, *answer));
  }
}

TEST_CASE("a write is done only when address and value came back") {
  const Request write{1, 6, 100, 1, {7}};
  for (const auto* body : {"01 06 00 65 00 07", "01 06 00 64 00 08"}) {
    Line line;
    REQUIRE(line.transact(r100).has_value());  // shows that the line does not echo
    CHECK(code(line.with(sealed(hex(body)), write)) == Errc::corrupt_frame);
  }
  Line line;
  REQUIRE(line.transact(r100).has_value());
  CHECK(line.transact(write).has_value());
}

TEST_CASE("a late answer is never taken for another register's, however late") {
  for (const auto late : {5ms, 20ms, 50ms, 100ms, 300ms, 700ms, 1000ms, 1500ms, 3000ms, 5000ms, 9999ms, 10'000ms}) {
    CAPTURE(late.count());
    Line line;
    for (std::uint16_t i = 0; i < 5; ++i) REQUIRE(line.transact(i % 2 == 0 ? r100 : r101).has_value());
    // The device answers `late` after the deadline; everything else in time, even before that: the order is not
    // trusted.
    const auto patience = line.machine.answer_time(1).patience(1s) + wire.characters(7);
    line.peer = [&](BytesView question, BootTime at) {
      line.deliver(at + wire.characters(question.size()) + patience + late, honest_rtu(question));
    };
    CHECK(code(line.transact(r100)) == Errc::timeout);
    line.answer_honestly();
    unsigned answered = 0;
    for (int i = 0; i < 800; ++i) {
      const auto& request = i % 2 == 0 ? r101 : r100;
      const auto answer = line.transact(request);
      if (answer) {
        ++answered;
        CHECK(tells_its_address(request, *answer));
      }
    }
    CHECK(answered == 800);
    CHECK(line.counters.late >= 1);
  }
}

TEST_CASE("where no longer read is possible the other registers are held back until the late answer came") {
  Line line;
  Allowance narrow;
  narrow.registers_per_read = 1;
  REQUIRE(line.transact(r100, narrow).has_value());
  line.peer = [&](BytesView question, BootTime at) { line.deliver(at + 3s, honest_rtu(question)); };
  CHECK(code(line.transact(r100, narrow)) == Errc::timeout);
  line.answer_honestly();
  const auto asked = line.questions;
  CHECK(code(line.transact(r101, narrow)) == Errc::device_busy);
  CHECK(line.questions == asked);  // nothing went out
  CHECK(line.counters.held_back == 1);
  CHECK(line.transact(r100, narrow).has_value());                // the same question is no danger
  CHECK(line.transact({1, 4, 101, 1, {}}, narrow).has_value());  // nor is another function
  CHECK(line.transact({2, 3, 101, 1, {}}, narrow).has_value());  // nor another unit

  line.idle(3s);  // the late answer lies on the line now
  CHECK(line.transact({2, 3, 101, 1, {}}, narrow).has_value());
  const auto freed = line.transact(r101, narrow);
  REQUIRE(freed.has_value());
  CHECK(tells_its_address(r101, *freed));
}

TEST_CASE("an answer that never comes holds nobody back for longer than its horizon") {
  Line line;
  Allowance narrow;
  narrow.registers_per_read = 1;
  line.be_silent();
  CHECK(code(line.transact(r100, narrow)) == Errc::timeout);
  const auto lost = line.now;
  line.answer_honestly();
  line.now = lost + late_horizon - 1ms;
  CHECK(code(line.transact(r101, narrow)) == Errc::device_busy);
  line.now = lost + late_horizon;
  CHECK(line.transact(r101, narrow).has_value());
}

TEST_CASE("one lost answer does not hold the other registers back for as long as the unit is polled") {
  const Request whole{1, 3, 0, 125, {}};
  const Request beside{1, 3, 200, 125, {}};
  Line line;
  REQUIRE(line.transact(whole).has_value());
  line.be_silent();
  REQUIRE(code(line.transact(whole)) == Errc::timeout);
  const auto lost = line.now;
  line.answer_honestly();
  while (line.now < lost + late_horizon) {
    REQUIRE(line.transact(whole).has_value());
    line.idle(1s);
  }
  const auto answer = line.transact(beside);
  REQUIRE(answer.has_value());
  CHECK(tells_its_address(beside, *answer));
}

TEST_CASE("a device that refuses the longer read is asked for one that begins earlier, within the same transaction") {
  Line line;
  REQUIRE(line.transact(r100).has_value());
  line.be_silent();
  CHECK(line.transact(r101).has_error());
  line.peer = [&](BytesView question, BootTime at) {
    const bool beyond = question[3] + question[5] > 101;  // it knows registers up to 100 only
    line.say(beyond ? sealed({question[0], static_cast<std::uint8_t>(question[1] | 0x80), 2}) : honest_rtu(question),
             question, at);
  };
  const auto answer = line.transact(r100);
  REQUIRE(answer.has_value());
  CHECK(tells_its_address(r100, *answer));
  CHECK(line.counters.exceptions == 0);  // the refusal concerned our own addition
  const auto questions = line.questions;
  CHECK(line.transact(r100).has_value());
  CHECK(line.questions == questions + 1);  // and it is remembered
}

TEST_CASE("a line that echoes is recognised, and the echo never taken for an answer") {
  Line line;
  const auto echoing = [&](BytesView question, BootTime at) {
    line.deliver(at + wire.characters(question.size()), question);
    line.say(honest_rtu(question), question, at);
  };
  line.peer = echoing;
  REQUIRE(line.transact(r100).has_value());
  CHECK(line.machine.echoing() == true);
  CHECK(line.counters.echoes == 1);
  CHECK(line.counters.noise_bytes == 0);

  const Request write{1, 6, 100, 1, {7}};
  CHECK(line.transact(write).has_value());
  // The echo alone is no proof that the device took it.
  line.peer = [&](BytesView question, BootTime at) { line.deliver(at + wire.characters(question.size()), question); };
  CHECK(code(line.transact(write)) == Errc::timeout);
}

TEST_CASE("before anything was read, a write that comes back once is not believed, and one that comes twice is") {
  const Request write{1, 6, 100, 1, {7}};
  Line once;
  CHECK(code(once.transact(write)) == Errc::timeout);
  Line twice;
  twice.peer = [&](BytesView question, BootTime at) {
    twice.deliver(at + wire.characters(question.size()), question);
    twice.say(honest_rtu(question), question, at);
  };
  CHECK(twice.transact(write).has_value());
  CHECK(twice.machine.echoing() == true);
}

TEST_CASE("a device that dribbles costs no more than two seconds") {
  Line line;
  const Request big{1, 3, 0, 125, {}};
  line.peer = [&](BytesView question, BootTime at) { line.dribble(at + 20ms, honest_rtu(question), 450ms); };
  const auto start = line.now;
  CHECK(code(line.transact(big)) == Errc::timeout);
  CHECK(line.now - start <= 2s);
  line.answer_honestly();
  // The rest dribbles on; other devices are read all the same, and nobody gets a wrong value.
  for (std::uint16_t i = 0; i < 200; ++i) {
    const Request other{2, 3, i, 2, {}};
    const auto answer = line.transact(other);
    if (answer) CHECK(tells_its_address(other, *answer));
  }
  CHECK(line.counters.answered > 100);
}

TEST_CASE("a damaged answer is known 50 ms later, not at the deadline, and nothing is owed for it") {
  Line line;
  auto damaged = honest_rtu(encode_rtu(r100));
  damaged[3] ^= 0x40;
  const auto start = line.now;
  CHECK(code(line.with(damaged)) == Errc::corrupt_frame);
  CHECK(line.now - start < 400ms);
  CHECK(line.machine.owed() == 0);
  const auto next = line.transact(r101);
  REQUIRE(next.has_value());
  CHECK(line.counters.reshaped == 0);
}

TEST_CASE("a line that is never quiet is given up after ten seconds, again and again") {
  Line line;
  REQUIRE(line.transact(r100).has_value());
  for (int i = 0; i < 30'000; ++i) line.deliver(line.now + i * 1ms, hex("EE"));
  for (int round = 0; round < 2; ++round) {
    const auto start = line.now;
    const auto result = line.transact(r100);
    CHECK(code(result) == Errc::corrupt_frame);
    CHECK(line.now - start <= 10'100ms);
  }
  line.idle(20s);
  CHECK(line.transact(r100).has_value());
  CHECK(line.counters.noise_bytes >= 30'000);
}

TEST_CASE("what lies on the line before a question is noticed, and the line rests before anything is sent") {
  Line line;
  REQUIRE(line.transact(r100).has_value());
  const auto before = line.counters.quarantines;
  line.idle(1s);
  line.deliver(line.now - 1ms, honest_rtu(encode_rtu(r101)));
  const auto noticed = line.now;
  line.peer = [&](BytesView question, BootTime at) {
    CHECK(at - noticed >= 16ms);
    line.say(honest_rtu(question), question, at);
  };
  const auto answer = line.transact(r100);
  REQUIRE(answer.has_value());
  CHECK(tells_its_address(r100, *answer));
  CHECK(line.counters.quarantines == before + 1);
}

TEST_CASE("another master is counted, and the answer to its question is never taken for ours") {
  for (const bool ours_first : {false, true}) {
    Line line;
    REQUIRE(line.transact(r100).has_value());
    line.peer = [&](BytesView question, BootTime at) {
      // It asks our unit for another register in the same breath; both answers would fit, in either order.
      const auto end = at + wire.characters(question.size());
      line.deliver(end + 5ms, encode_rtu(r101));
      line.deliver(end + (ours_first ? 60ms : 30ms), honest_rtu(encode_rtu(r101)));
      line.deliver(end + (ours_first ? 30ms : 60ms), honest_rtu(question));
    };
    CHECK(code(line.transact(r100)) == Errc::foreign_frame);
    CHECK(line.counters.foreign == 1);
    line.answer_honestly();
    for (int i = 0; i < 20; ++i) {
      const auto next = line.transact(i % 2 == 0 ? r100 : r101);
      REQUIRE(next.has_value());
      CHECK(tells_its_address(i % 2 == 0 ? r100 : r101, *next));
    }
  }
}

TEST_CASE("a refusal is an answer") {
  Line line;
  for (int code = 1; code < 12; ++code) {
    const auto answer = line.with(sealed({1, 0x83, static_cast<std::uint8_t>(code)}));
    REQUIRE(answer.has_value());
    CHECK(answer->exception == code);
  }
  CHECK(line.counters.exceptions == 11);
  CHECK(line.counters.quarantines == 1);  // only that of opening
}

TEST_CASE("after a late refusal was taken for ours, our own answer is still expected and cannot shift the next") {
  Line line;
  line.answer_honestly(150ms);
  REQUIRE(line.transact(r100).has_value());
  line.be_silent();
  CHECK(code(line.transact(r100)) == Errc::timeout);
  // The refusal of the first question arrives in place of the second's answer, which follows a little later.
  line.peer = [&](BytesView question, BootTime at) {
    line.say(sealed({1, 0x83, 11}), question, at, 5ms);
    line.say(honest_rtu(question), question, at, 100ms);
  };
  const Request two{1, 3, 300, 2, {}};
  const auto refused = line.transact(two);
  REQUIRE(refused.has_value());
  CHECK(refused->exception == 11);
  line.answer_honestly(150ms);
  const Request other{1, 3, 400, 2, {}};
  const auto next = line.transact(other);
  REQUIRE(next.has_value());
  CHECK(tells_its_address(other, *next));
}

TEST_CASE("the deadline follows what a device needs, up to its limit") {
  Line line;
  line.answer_honestly(30ms);
  for (int i = 0; i < 10; ++i) REQUIRE(line.transact(r100).has_value());
  line.be_silent();
  auto start = line.now;
  CHECK(line.transact(r100).has_error());
  CHECK(line.now - start >= wire.characters(15) + 120ms);
  CHECK(line.now - start < wire.characters(15) + 125ms);
  // The next question is more patient …
  start = line.now;
  CHECK(line.transact(r100).has_error());
  CHECK(line.now - start >= wire.characters(15) + 479ms);
  CHECK(line.now - start < wire.characters(15) + 481ms);
  // … and a probe is not.
  Allowance probe;
  probe.probe = 0ms;
  start = line.now;
  CHECK(line.transact(r100, probe).has_error());
  CHECK(line.now - start >= wire.characters(15) + 44ms);
  CHECK(line.now - start < wire.characters(15) + 46ms);

  Line strange;
  strange.be_silent();
  start = strange.now + 300ms;
  strange.idle(300ms);
  Allowance slow;
  slow.answer = 3s;
  CHECK(strange.transact(r100, slow).has_error());
  CHECK(strange.now - start >= 3s);
  CHECK(strange.now - start < 3100ms);
}

TEST_CASE("silence is known when the first character is overdue, however long the answer would be") {
  Line line;
  const Request longest{1, 3, 0, 125, {}};
  const auto trickle = [&](std::chrono::nanoseconds delay) {
    line.peer = [&line, delay](BytesView question, BootTime at) {
      const auto first = at + wire.characters(question.size() + 1) + delay;
      line.dribble(first, honest_rtu(question), wire.characters(1));
    };
  };
  trickle(5ms);
  for (int i = 0; i < 60; ++i) REQUIRE(line.transact(longest).has_value());
  line.be_silent();
  const auto start = line.now;
  CHECK(code(line.transact(longest)) == Errc::timeout);
  CHECK(line.now - start < wire.characters(8) + 45ms);  // its answer takes 292 ms on the wire
  // One that has begun is waited for.
  trickle(30ms);
  CHECK(line.transact(longest).has_value());
}

TEST_CASE("where frames come whole, late and at once, nobody is called silent while one is on the wire") {
  Line line;
  const Request longest{1, 3, 0, 125, {}};
  for (int i = 0; i < 200; ++i) {
    REQUIRE(line.transact({1, 3, 0, 10, {}}).has_value());  // teaches nothing about how long a long one hides
    line.answer_honestly(std::chrono::milliseconds(3 + i % 5));
  }
  CHECK(line.transact(longest).has_value());
  CHECK(line.counters.timeouts == 0);
}

TEST_CASE("the last character is waited for, not slept past, whatever comes in pieces of any size") {
  for (const std::size_t piece : {1, 4, 14, 64}) {
    CAPTURE(piece);
    Line line;
    BootTime last{};
    line.peer = [&](BytesView question, BootTime at) {
      const auto answer = honest_rtu(question);
      const auto start = at + wire.characters(question.size()) + 5ms;
      for (std::size_t i = 0; i < answer.size(); i += piece) {
        const auto end = std::min(i + piece, answer.size());
        last = start + wire.characters(end);
        line.deliver(last, BytesView(answer).subspan(i, end - i));
      }
    };
    for (std::uint16_t i = 0; i < 100; ++i) {
      REQUIRE(line.transact({1, 3, i, 10, {}}).has_value());
      if (i > 10) CHECK(line.now == last);
    }
  }
}

TEST_CASE(
    "after a silence only what its own device may still say is waited for, not what the slowest of the line takes") {
  Line line;
  for (const std::uint8_t unit : {std::uint8_t{2}, std::uint8_t{3}}) {
    line.answer_honestly(unit == 3 ? 300ms : 5ms);
    for (int i = 0; i < 10; ++i) REQUIRE(line.transact({unit, 3, 5, 1, {}}).has_value());
  }
  line.be_silent();
  Allowance probe;
  probe.probe = 0ms;
  CHECK(line.transact({2, 3, 5, 1, {}}, probe).has_error());
  const auto over = line.now;
  line.peer = [&](BytesView question, BootTime at) {
    CHECK(at - over < 1ms);
    line.say(honest_rtu(question), question, at, 300ms);
  };
  CHECK(line.transact({3, 3, 5, 1, {}}).has_value());
}

TEST_CASE("a computer that wakes late takes its own lateness for nobody's") {
  Line line;
  line.answer_honestly(5ms);
  for (int i = 0; i < 20; ++i) REQUIRE(line.transact(r100).has_value());
  const auto slowest = line.machine.answer_time(1).slowest();
  line.machine.begin(r100, {}, line.now);
  while (line.machine.next(line.now).what != Step::Do::send) {
    line.now = line.machine.next(line.now).until;
    line.machine.take({}, line.now);
  }
  const auto question = Bytes(line.machine.next(line.now).bytes.begin(), line.machine.next(line.now).bytes.end());
  line.machine.sent(line.now);
  REQUIRE(line.machine.next(line.now).what == Step::Do::sleep);
  line.now = line.machine.next(line.now).until + 20ms;
  line.machine.take(honest_rtu(question), line.now);
  REQUIRE(line.machine.result().has_value());
  CHECK(line.machine.answer_time(1).slowest() <= slowest + 1ms);
}

TEST_CASE("a silent device leaves no silence behind for its neighbours") {
  for (const bool probing : {false, true}) {
    CAPTURE(probing);
    Line line;
    line.answer_honestly(5ms);
    for (int i = 0; i < 10; ++i) REQUIRE(line.transact({2, 3, 5, 1, {}}).has_value());
    line.be_silent();
    Allowance allowance;
    if (probing) allowance.probe = 0ms;
    CHECK(line.transact(r100, allowance).has_error());
    const auto over = line.now;
    line.peer = [&](BytesView question, BootTime at) {
      CHECK(at == over);  // it was silent long enough while we waited
      line.say(honest_rtu(question), question, at);
    };
    CHECK(line.transact({2, 3, 5, 1, {}}).has_value());
  }
}

TEST_CASE("a slow answer that came late teaches, so the next is waited for") {
  Line line;
  for (int i = 0; i < 5; ++i) REQUIRE(line.transact(r100).has_value());
  line.answer_honestly(350ms);
  CHECK(code(line.transact(r100)) == Errc::timeout);
  line.idle(1s);
  line.transact({2, 3, 0, 1, {}});
  CHECK(line.machine.answer_time(1).patience(1s) >= 600ms);
  CHECK(line.transact(r100).has_value());
}

TEST_CASE("a port opened anew ends the transaction and forgets no debt") {
  Line line;
  line.be_silent();
  CHECK(line.transact(r100).has_error());
  CHECK(line.machine.owed() == 1);
  line.machine.begin({1, 4, 0, 1, {}}, {}, line.now);
  line.machine.opened(line.now);
  CHECK(line.machine.owed() == 1);
  line.answer_honestly();
  const auto answer = line.transact(r101);
  REQUIRE(answer.has_value());
  CHECK(line.counters.reshaped == 1);
}

TEST_CASE("a question that cannot be sent is refused without touching the line") {
  Line line;
  CHECK(code(line.transact({1, 3, 0, 126, {}})) == Errc::invalid_argument);
  CHECK(line.questions == 0);
}

TEST_CASE("an answer with a whole frame in its midst is waited for to its end") {
  // Registers 3 to 6 are 64 06 64 09 64 08 and crc(64 06 64 09 64 08) = 0x0B64: an order to unit 100.
  const Request request{2, 3, 100, 11, {}};
  const auto answer = hex("02 03 16 64 05 64 04 64 07 64 06 64 09 64 08 64 0B 64 0A 64 0D 64 0C 64 0F CE 9B");
  for (std::size_t first = 1; first < answer.size(); ++first) {
    CAPTURE(first);
    VirtualLine line{WireTime(9600)};
    line.peer = [&](BytesView, BootTime at) {
      line.deliver(at + 20ms, Bytes{0xFF});  // a glitch of the driver that is switched on
      line.deliver(at + 20ms, BytesView(answer).first(first));
      line.deliver(at + 21ms, BytesView(answer).subspan(first));
    };
    const auto result = line.transact(request);
    REQUIRE(result.has_value());
    CHECK(result->values.front() == 0x6405);
    CHECK(result->values.back() == 0x640F);
    CHECK(line.counters.foreign == 0);
  }
}

TEST_CASE("an answer whose beginning is a question with a right checksum is waited for to its end") {
  // Registers 0x8EEB and 0x8EEA: crc(0B 03 04 8E EB 8E) = 0xEFEA, so that the first eight bytes make a question.
  const Request request{11, 3, 100, 2, {}};
  const auto answer = hex("0B 03 04 8E EB 8E EA EF 00");
  for (std::size_t first = 1; first < answer.size(); ++first) {
    CAPTURE(first);
    VirtualLine line{WireTime(9600)};
    line.peer = [&](BytesView, BootTime at) {
      line.deliver(at + 20ms, BytesView(answer).first(first));
      line.deliver(at + 21ms, BytesView(answer).subspan(first));
    };
    const auto result = line.transact(request);
    REQUIRE(result.has_value());
    CHECK(result->values == std::vector<std::uint16_t>{0x8EEB, 0x8EEA});
    CHECK(line.counters.foreign == 0);
  }
}
