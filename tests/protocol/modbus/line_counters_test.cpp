#include "protocol/modbus/line_counters.hpp"

#include "tests/wire/virtual_wire.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::modbus;
using namespace std::chrono_literals;
using tests::honest_rtu;
using tests::VirtualLine;

namespace {

constexpr WireTime wire{9600};
const Request to_5{5, 4, 100, 2, {}};
const Request to_6{6, 4, 100, 2, {}};

/// A line, and what it showed since the last look.
struct Watched {
  VirtualLine line{wire};
  LineCounters before;

  Watched() {
    line.peer = [this](BytesView question, BootTime at) { answer(question, at); };
  }
  [[nodiscard]] BootTime asked(BytesView question, BootTime at) const {
    return at + wire.characters(question.size()) + 5ms;
  }
  void answer(BytesView question, BootTime at) { line.deliver(asked(question, at) + 20ms, honest_rtu(question)); }
  LineSigns signs() {
    const auto seen = signs_between(before, line.counters);
    before = line.counters;
    return seen;
  }
};

}  // namespace

TEST_CASE("a sound answer shows bytes and nothing else") {
  Watched w;
  REQUIRE(w.line.transact(to_5).has_value());
  LineSigns expected;
  expected.bytes_out = 8;
  expected.bytes_in = 9;
  CHECK(w.signs() == expected);
}

TEST_CASE("an answer whose head is right and whose checksum is not is damaged; bytes without a head are garbled") {
  Watched w;
  w.line.peer = [&](BytesView question, BootTime at) {
    auto frame = honest_rtu(question);
    frame[5] ^= 0x10;
    w.line.deliver(w.asked(question, at) + 20ms, frame);
  };
  CHECK_FALSE(w.line.transact(to_5).has_value());
  auto signs = w.signs();
  CHECK(signs.damaged == 1);
  CHECK(signs.garbled == 0);

  w.line.peer = [&](BytesView question, BootTime at) {
    w.line.deliver(w.asked(question, at) + 20ms, Bytes{0xF3, 0x7E, 0x00, 0xC1, 0x99, 0x20, 0x44, 0x8B, 0xF0});
  };
  CHECK_FALSE(w.line.transact(to_5).has_value());
  signs = w.signs();
  CHECK(signs.damaged == 0);
  CHECK(signs.garbled == 1);
}

TEST_CASE("an answer that stops after its head is damaged, one that stops before is garbled, silence is neither") {
  Watched w;
  for (const std::size_t length : {std::size_t{0}, std::size_t{2}, std::size_t{6}}) {
    w.line.peer = [&](BytesView question, BootTime at) {
      auto frame = honest_rtu(question);
      frame.resize(length);
      if (length > 0) w.line.deliver(w.asked(question, at) + 20ms, frame);
    };
    CHECK_FALSE(w.line.transact(to_5).has_value());
    const auto signs = w.signs();
    CAPTURE(length);
    CHECK(signs.damaged == (length == 6 ? 1 : 0));
    CHECK(signs.garbled == (length == 2 ? 1 : 0));
  }
}

TEST_CASE("a second answer to the same question is doubled, with its unit, before and during the next question") {
  Watched w;
  w.line.peer = [&](BytesView question, BootTime at) {
    w.answer(question, at);
    if (question[0] == 5) w.line.deliver(w.asked(question, at) + 45ms, honest_rtu(question));
  };
  REQUIRE(w.line.transact(to_5).has_value());
  w.line.idle(200ms);
  REQUIRE(w.line.transact(to_6).has_value());
  auto signs = w.signs();
  CHECK(signs.doubled == 1);
  CHECK(signs.doubled_unit == 5);
  REQUIRE(w.line.transact(to_5).has_value());
  REQUIRE(w.line.transact(to_6).has_value());
  CHECK(w.signs().doubled == 1);
}

TEST_CASE("an answer in another unit's name is told with that name") {
  Watched w;
  w.line.peer = [&](BytesView question, BootTime at) {
    Bytes other(question.begin(), question.end() - 2);
    other[0] = 9;
    w.line.deliver(w.asked(question, at) + 20ms, honest_rtu(tests::sealed(other)));
  };
  CHECK_FALSE(w.line.transact(to_5).has_value());
  const auto signs = w.signs();
  CHECK(signs.other_unit == 1);
  CHECK(signs.other_unit_number == 9);
  CHECK(signs.foreign == 0);
}

TEST_CASE("a late answer tells its unit and how late it was; one to another master tells only of the master") {
  Watched w;
  w.line.peer = [&](BytesView question, BootTime at) {
    w.line.deliver(w.asked(question, at) + 1300ms, honest_rtu(question));
  };
  CHECK_FALSE(w.line.transact(to_5, {500ms}).has_value());
  w.line.peer = [&](BytesView question, BootTime at) { w.answer(question, at); };
  w.line.idle(790ms);
  REQUIRE(w.line.transact(to_6).has_value());
  auto signs = w.signs();
  CHECK(signs.late == 1);
  CHECK(signs.late_unit == 5);
  CHECK(signs.late_by > 1290ms);
  CHECK(signs.late_by < 1320ms);

  const auto question = tests::sealed({5, 4, 0, 7, 0, 1});
  w.line.deliver(w.line.now + 10ms, question);
  w.line.deliver(w.line.now + 50ms, honest_rtu(question));
  w.line.idle(200ms);
  REQUIRE(w.line.transact(to_6).has_value());
  signs = w.signs();
  CHECK(signs.late == 0);
  CHECK(signs.foreign == 1);
}

TEST_CASE("a write that nobody here asked for is another master's") {
  Watched w;
  const auto write = tests::sealed({7, 5, 0, 1, 0xFF, 0});
  w.line.deliver(w.line.now + 10ms, write);
  w.line.deliver(w.line.now + 40ms, write);
  w.line.idle(200ms);
  REQUIRE(w.line.transact(to_5).has_value());
  CHECK(w.signs().foreign == 2);
}

TEST_CASE("an echo is told as one, and no answer to it is doubled") {
  Watched w;
  w.line.peer = [&](BytesView question, BootTime at) {
    w.line.deliver(at + wire.characters(question.size()), question);
    w.answer(question, at);
  };
  for (int i = 0; i < 5; ++i) {
    REQUIRE(w.line.transact(to_5).has_value());
    const auto signs = w.signs();
    CHECK(signs.echoes == 1);
    CHECK(signs.doubled == 0);
    CHECK(signs.damaged + signs.garbled + signs.foreign == 0);
  }
}
