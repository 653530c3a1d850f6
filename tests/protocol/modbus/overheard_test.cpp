#include "protocol/modbus/overheard.hpp"
#include "tests/protocol/modbus/hex.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <random>

using namespace inspect;
using namespace inspect::modbus;
using namespace std::chrono_literals;
using inspect::tests::hex;
using What = Heard::What;

template <>
struct doctest::StringMaker<std::vector<What>> {
  static doctest::String convert(const std::vector<What>& list) {
    static constexpr std::array<const char*, 9> names{"question", "answer", "refusal", "unanswered", "echo",
                                                      "late",     "stray",  "damaged", "noise"};
    std::string text;
    for (const auto what : list) text += std::string(names.at(static_cast<std::size_t>(what))) + ' ';
    return text.c_str();
  }
};

namespace {

// From manuals, or computed with libmodbus' checksum; see also frame_test.cpp.
const auto ask_one = hex("01 03 00 01 00 01 D5 CA");
const auto one_is_on = hex("01 03 02 00 01 79 84");
const auto ask_relays = hex("01 01 00 00 00 08 3D CC");
const auto relays_off = hex("01 01 01 00 51 88");
const auto ask_supply = hex("01 03 00 02 00 02 65 CB");
const auto supply_5v = hex("01 03 04 01 F4 00 00 BA 3D");
const auto ask_pzem = hex("01 04 00 00 00 08 F1 CC");
const auto pzem_13v = hex("01 04 10 05 40 00 0A 00 0D 00 00 00 02 00 00 00 00 00 00 D6 29");
const auto coil_on = hex("01 05 00 00 FF 00 8C 3A");

/// A line at 9600 baud that is heard byte by byte, or in heaps.
class Line {
 public:
  void say(const Bytes& bytes, std::size_t heap = 1) {
    for (std::size_t at = 0; at < bytes.size(); at += heap) {
      const auto count = std::min(heap, bytes.size() - at);
      now += WireTime(9600).characters(count);
      ears.heard(BytesView(bytes).subspan(at, count), now, heard);
    }
  }
  void pause(Nanoseconds time) {
    const auto end = now + time;
    while (const auto wake = ears.wake()) {
      if (*wake > end) break;
      now = std::max(now, *wake);
      ears.heard({}, now, heard);
    }
    now = end;
  }
  std::vector<What> whats() const {
    std::vector<What> list;
    for (const auto& one : heard) list.push_back(one.what);
    return list;
  }
  std::size_t count(What what) const {
    const auto list = whats();
    return static_cast<std::size_t>(std::count(list.begin(), list.end(), what));
  }
  const Heard& last() const {
    REQUIRE_FALSE(heard.empty());
    return heard.back();
  }

  BootTime now{1h};
  LineCounters counters;
  Overheard ears{WireTime(9600), counters};
  std::vector<Heard> heard;
};

Bytes answer_to(const Request& request, std::mt19937& random) {
  Bytes frame{request.unit, request.function};
  if (is_read(request.function)) {
    const auto count = answer_pdu_length(request) - 2;
    frame.push_back(static_cast<std::uint8_t>(count));
    for (std::size_t i = 0; i < count; ++i) frame.push_back(static_cast<std::uint8_t>(random() & 0xFF));
  } else {
    const auto question = encode_rtu(request);
    frame.assign(question.begin(), question.begin() + 6);
  }
  const auto crc = crc16(frame);
  frame.push_back(static_cast<std::uint8_t>(crc & 0xFF));
  frame.push_back(static_cast<std::uint8_t>(crc >> 8));
  return frame;
}

}  // namespace

TEST_CASE("a question and its answer are paired, with the device's own time between them") {
  Line line;
  line.say(ask_pzem);
  line.pause(20ms);
  line.say(pzem_13v);
  REQUIRE(line.whats() == std::vector{What::question, What::answer});
  CHECK_FALSE(line.heard[0].ours);
  CHECK(line.heard[0].question == Request{1, 4, 0, 8, {}});
  CHECK(line.last().question == Request{1, 4, 0, 8, {}});
  CHECK(line.last().answer.values == std::vector<std::uint16_t>{0x0540, 10, 13, 0, 2, 0, 0, 0});
  CHECK(std::chrono::abs(line.last().delay - 20ms) < 1us);  // a character takes no whole nanoseconds
  CHECK(line.last().bytes == pzem_13v);
  CHECK_FALSE(line.last().doubtful);
}

TEST_CASE("however the bytes are heaped, the same is heard") {
  std::mt19937 random(5);
  Bytes all;
  for (const auto* frame : {&ask_one, &one_is_on, &ask_relays, &relays_off, &ask_supply, &supply_5v, &coil_on, &coil_on,
                            &ask_pzem, &pzem_13v}) {
    all.insert(all.end(), frame->begin(), frame->end());
  }
  for (int round = 0; round < 200; ++round) {
    Line line;
    for (std::size_t at = 0; at < all.size();) {
      const auto count = std::min<std::size_t>(1 + random() % (round < 100 ? 6 : 64), all.size() - at);
      line.now += WireTime(9600).characters(count);
      line.ears.heard(BytesView(all).subspan(at, count), line.now, line.heard);
      at += count;
    }
    CHECK(line.whats() == std::vector{What::question, What::answer, What::question, What::answer, What::question,
                                      What::answer, What::question, What::answer, What::question, What::answer});
    CHECK(line.last().answer.values[0] == 0x0540);
  }
}

TEST_CASE("a device that does not answer is told when the next question comes, and when none comes") {
  Line line;
  line.say(ask_one);
  line.pause(400ms);
  line.say(ask_pzem);
  REQUIRE(line.whats() == std::vector{What::question, What::unanswered, What::question});
  CHECK(line.heard[1].question == Request{1, 3, 1, 1, {}});
  CHECK(std::chrono::abs(line.heard[1].delay - 400ms) < 1us);
  CHECK_FALSE(line.heard[1].corrupt);
  line.pause(longest_heard_wait + 1s);
  CHECK(line.last().what == What::unanswered);
  CHECK(line.last().delay == longest_heard_wait);
  CHECK(line.counters.timeouts == 2);
}

TEST_CASE("a question asked again is a question, though it might be read as an answer") {
  Line line;
  // 0x04 is the high byte of the address and could be the byte count of the answer to two registers.
  const auto ask = encode_rtu({1, 3, 0x0400, 2, {}});
  line.say(ask);
  line.pause(200ms);
  line.say(ask);
  line.pause(10ms);
  line.say(supply_5v);
  CHECK(line.whats() == std::vector{What::question, What::unanswered, What::question, What::answer});
  CHECK(line.last().answer.values == std::vector<std::uint16_t>{500, 0});
  // Three bytes of bits make an answer as long as a question.
  const auto bits = encode_rtu({1, 1, 0x0310, 20, {}});
  line.say(bits);
  line.pause(200ms);
  line.say(bits);
  CHECK(line.last().what == What::question);
}

TEST_CASE("an answer whose first eight bytes are a question with a right checksum is waited for") {
  // One in 256 answers of two registers is so: python -c with the CRC of [Modbus serial line 1.02], annex B.
  const auto answer = hex("01 03 04 01 F4 00 53 FA 00");
  for (const std::size_t heap : {1U, 8U, 9U}) {
    Line line;
    line.say(ask_supply);
    line.pause(10ms);
    line.say(answer, heap);
    REQUIRE(line.whats() == std::vector{What::question, What::answer});
    CHECK(line.last().answer.values == std::vector<std::uint16_t>{500, 0x53});
  }
}

TEST_CASE("an answer that comes late is never paired with the question of other registers") {
  Line line;
  line.say(encode_rtu({1, 3, 0x0010, 1, {}}));
  line.pause(300ms);
  line.say(ask_one);
  // The answer to the first question, or to the second: the line does not tell.
  line.say(one_is_on);
  CHECK(line.last().what == What::answer);
  CHECK(line.last().doubtful);
  line.pause(late_horizon + 1s);
  line.say(ask_one);
  line.say(one_is_on);
  CHECK(line.last().what == What::answer);
  CHECK_FALSE(line.last().doubtful);
}

TEST_CASE("an answer of another length is beyond doubt, and so is one to the same question asked twice") {
  Line line;
  line.say(ask_one);
  line.pause(300ms);
  line.say(ask_supply);
  line.say(supply_5v);
  CHECK_FALSE(line.last().doubtful);
  line.say(ask_one);
  line.say(one_is_on);
  CHECK_FALSE(line.last().doubtful);
}

TEST_CASE("a late answer is told as late and answers nothing") {
  Line line;
  line.say(ask_one);
  line.pause(300ms);
  line.say(ask_pzem);
  line.say(one_is_on);
  line.say(pzem_13v);
  CHECK(line.whats() == std::vector{What::question, What::unanswered, What::question, What::late, What::answer});
}

TEST_CASE("refusals are paired too, and doubted while another may be meant") {
  Line line;
  line.say(coil_on);
  line.say(hex("01 85 03 02 91"));
  CHECK(line.last().what == What::refusal);
  CHECK(line.last().answer.exception == 3);
  CHECK(line.last().function == 5);
  CHECK_FALSE(line.last().doubtful);
  line.say(ask_one);
  line.pause(300ms);
  line.say(ask_supply);
  line.say(hex("01 83 02 C0 F1"));
  CHECK(line.last().what == What::refusal);
  CHECK(line.last().doubtful);
}

TEST_CASE("a damaged answer is told as damage, not as silence") {
  Line line;
  auto broken = pzem_13v;
  broken[7] ^= 0x10;
  line.say(ask_pzem);
  line.say(broken);
  line.pause(100ms);
  line.say(ask_one);
  line.say(one_is_on);
  CHECK(line.count(What::damaged) >= 1);
  const auto ended = std::find_if(line.heard.begin(), line.heard.end(),
                                  [](const Heard& heard) { return heard.what == What::unanswered; });
  REQUIRE(ended != line.heard.end());
  CHECK(ended->corrupt);
  CHECK(line.last().what == What::answer);
  CHECK(line.counters.corrupt == 1);
}

TEST_CASE("a glitch before an answer costs nothing, and one after a question is no answer") {
  Line line;
  line.say(ask_pzem);
  line.say({0x00});
  line.say(pzem_13v);
  CHECK(line.last().what == What::answer);
  CHECK(line.count(What::noise) == 1);
  line.say(ask_one);
  line.say({0xFE});
  line.pause(500ms);
  line.say(ask_pzem);
  const auto ended = std::find_if(line.heard.begin(), line.heard.end(),
                                  [](const Heard& heard) { return heard.what == What::unanswered; });
  REQUIRE(ended != line.heard.end());
  CHECK_FALSE(ended->corrupt);
}

TEST_CASE("who begins to listen in the middle of a frame is in step with the next one") {
  for (std::size_t cut = 1; cut < pzem_13v.size(); ++cut) {
    Line line;
    line.say(Bytes(pzem_13v.begin() + static_cast<std::ptrdiff_t>(cut), pzem_13v.end()));
    line.pause(5ms);
    line.say(ask_one);
    line.pause(5ms);
    line.say(one_is_on);
    line.pause(100ms);
    CAPTURE(cut);
    CHECK(line.count(What::question) == 1);
    CHECK(line.count(What::answer) == 1);
  }
}

TEST_CASE("a function that we do not speak is heard as a whole, and its answer with it") {
  Line line;
  const auto reset = hex("01 42 80 11");  // PZEM resets its energy
  line.say(reset, 4);
  line.pause(60ms);
  line.say(reset, 4);
  line.pause(60ms);
  CHECK(line.whats() == std::vector{What::question, What::answer});
  CHECK_FALSE(line.last().question);
  CHECK(line.last().function == 0x42);
}

TEST_CASE("a broadcast is waited for by nobody") {
  Line line;
  line.say(hex("00 06 40 00 00 01 5C 1B"));
  line.pause(10s);
  CHECK(line.whats() == std::vector{What::question});
  CHECK(line.counters.timeouts == 0);
}

TEST_CASE("on our own line questions are ours, and another master is told apart") {
  Line line;
  line.ears.sent(ask_one, line.now, line.heard);
  line.now += WireTime(9600).characters(ask_one.size());
  line.pause(10ms);
  line.say(one_is_on, 7);
  CHECK(line.whats() == std::vector{What::question, What::answer});
  CHECK(line.heard[0].ours);
  CHECK(line.last().ours);
  CHECK(std::chrono::abs(line.last().delay - 10ms) < 1us);
  CHECK(line.counters.foreign == 0);
  line.say(ask_pzem);
  CHECK(line.last().what == What::question);
  CHECK_FALSE(line.last().ours);
  CHECK(line.counters.foreign == 1);
  line.say(pzem_13v);
  CHECK_FALSE(line.last().ours);
}

TEST_CASE("our own words given back are an echo and no question of a stranger") {
  Line line;
  line.ears.sent(ask_one, line.now, line.heard);
  line.say(ask_one);
  line.say(one_is_on);
  CHECK(line.whats() == std::vector{What::question, What::echo, What::answer});
  CHECK(line.counters.foreign == 0);
}

TEST_CASE("a question of ours that is given up is told at once") {
  Line line;
  line.ears.sent(ask_one, line.now, line.heard);
  line.pause(300ms);
  line.ears.gave_up(line.now, line.heard);
  CHECK(line.last().what == What::unanswered);
  CHECK(line.last().ours);
  line.ears.gave_up(line.now, line.heard);
  CHECK(line.count(What::unanswered) == 1);
}

TEST_CASE("ten thousand exchanges of every kind are all understood, and no value is another's") {
  std::mt19937 random(20261124);
  Line line;
  std::size_t answers = 0;
  for (int round = 0; round < 10'000; ++round) {
    constexpr std::array<std::uint8_t, 8> functions{1, 2, 3, 4, 5, 6, 15, 16};
    Request request{static_cast<std::uint8_t>(1 + random() % 4),
                    functions[random() % functions.size()],
                    static_cast<std::uint16_t>(random() % 0xF000),
                    static_cast<std::uint16_t>(1 + random() % 60),
                    {}};
    if (request.function == 5 || request.function == 6) request.quantity = 1;
    if (!is_read(request.function)) request.values.assign(request.quantity, static_cast<std::uint16_t>(random() % 2));
    const auto answer = answer_to(request, random);
    line.heard.clear();
    line.say(encode_rtu(request), 1 + random() % 300);
    line.pause(std::chrono::milliseconds{2 + random() % 30});
    const bool read_back = is_read(request.function) && answer == encode_rtu(request);
    line.say(answer, 1 + random() % 300);
    line.pause(4ms);
    REQUIRE(line.whats() == std::vector{What::question, What::answer});
    CHECK_FALSE(read_back);
    CHECK(line.last().question == request);
    if (is_read(request.function)) {
      ++answers;
      CHECK(line.last().answer == decode_rtu(request, answer).value());
    }
  }
  CHECK(answers > 4000);
}

TEST_CASE("in noise, loss and lateness no answer beyond doubt is of other registers") {
  // A device whose registers hold their own address: a value in the wrong place shows.
  std::mt19937 random(7);
  Line line;
  std::size_t sure = 0;
  std::vector<Bytes> late;
  for (int round = 0; round < 20'000; ++round) {
    const Request request{
        1, 3, static_cast<std::uint16_t>(random() % 8), static_cast<std::uint16_t>(1 + random() % 2), {}};
    Bytes answer{1, 3, static_cast<std::uint8_t>(request.quantity * 2)};
    for (std::uint16_t i = 0; i < request.quantity; ++i) {
      answer.push_back(0xA0);
      answer.push_back(static_cast<std::uint8_t>(request.address + i));
    }
    const auto crc = crc16(answer);
    answer.push_back(static_cast<std::uint8_t>(crc & 0xFF));
    answer.push_back(static_cast<std::uint8_t>(crc >> 8));
    line.heard.clear();
    line.say(encode_rtu(request), 1 + random() % 20);
    line.pause(5ms);
    switch (random() % 20) {
      case 0: break;                          // lost
      case 1: late.push_back(answer); break;  // comes after some other question
      case 2: answer[random() % answer.size()] ^= static_cast<std::uint8_t>(1 + random() % 255); [[fallthrough]];
      default: line.say(answer, 1 + random() % 20);
    }
    line.pause(std::chrono::milliseconds{10 + random() % 100});
    if (!late.empty() && random() % 3 == 0) {
      line.say(encode_rtu({1, 3, static_cast<std::uint16_t>(random() % 8), 1, {}}));
      line.say(late.back());
      late.pop_back();
    }
    if (random() % 50 == 0) {
      late.clear();  // what has not come by then never does
      line.pause(late_horizon);
    }
    for (const auto& heard : line.heard) {
      if (heard.what != What::answer || heard.doubtful) continue;
      REQUIRE(heard.question);
      for (std::size_t i = 0; i < heard.answer.values.size(); ++i) {
        REQUIRE(heard.answer.values[i] == 0xA000 + heard.question->address + i);
        ++sure;
      }
    }
  }
  CHECK(sure > 2000);
}

TEST_CASE("garbage for an hour needs no room and is forgotten when it ends") {
  std::mt19937 random(11);
  Line line;
  for (int round = 0; round < 50'000; ++round) {
    Bytes bytes(1 + random() % 64);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random() % (round % 2 == 0 ? 256 : 6));
    line.say(bytes, 64);
    line.heard.clear();
  }
  line.pause(500ms);
  line.heard.clear();
  line.say(ask_pzem);
  line.say(pzem_13v);
  CHECK(line.last().what == What::answer);
}
