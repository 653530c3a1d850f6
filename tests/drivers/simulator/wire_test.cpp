#include "tests/drivers/simulator/played.hpp"
#include "tests/drivers/simulator/sites.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

using namespace inspect::tests;
using namespace std::chrono_literals;

namespace {

const Bytes read_meter = with_crc({3, 4, 0, 0, 0, 2});
const Bytes read_states = with_crc({21, 2, 0, 96, 0, 6});
const Bytes read_commands = with_crc({21, 1, 0, 0, 0, 6});

Bytes order(std::uint8_t relay, bool on) {
  return with_crc({21, 5, 0, relay, static_cast<std::uint8_t>(on ? 0xFF : 0), 0});
}

double ms_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

bool whole(const Bytes& frame) { return frame.size() > 4 && with_crc({frame.begin(), frame.end() - 2}) == frame; }

/// The answer's bits for relays 1…6; 99 when there was none.
int bits(Stream& wire, const Bytes& question) {
  const auto answer = wire.ask(question, 6, 1s);
  return answer.size() == 6 && whole(answer) ? answer[3] : 99;
}

}  // namespace

TEST_CASE("the captured conversations of real devices are had again, byte for byte") {
  Played site(factory_site);
  auto board = Stream::serial(site.pty("waveshare"));
  CHECK(board.ask({0x01, 0x01, 0x00, 0x00, 0x00, 0x08, 0x3D, 0xCC}, 6) == Bytes{0x01, 0x01, 0x01, 0x00, 0x51, 0x88});
  CHECK(board.ask({0x01, 0x02, 0x00, 0x00, 0x00, 0x08, 0x79, 0xCC}, 6) == Bytes{0x01, 0x02, 0x01, 0x00, 0xA1, 0x88});
  const Bytes on{0x01, 0x05, 0x00, 0x00, 0xFF, 0x00, 0x8C, 0x3A};
  CHECK(board.ask(on, 8) == on);
  const Bytes off{0x01, 0x05, 0x00, 0x00, 0x00, 0x00, 0xCD, 0xCA};
  CHECK(board.ask(off, 8) == off);
  const Bytes flash{0x01, 0x05, 0x02, 0x00, 0x00, 0x07, 0x8D, 0xB0};
  CHECK(board.ask(flash, 8) == flash);
  CHECK(board.ask({0x01, 0x0F, 0x00, 0x00, 0x00, 0x08, 0x01, 0xFF, 0xBE, 0xD5}, 8) ==
        with_crc({0x01, 0x0F, 0x00, 0x00, 0x00, 0x08}));

  auto commands = Stream::serial(site.pty("eletechsup"));
  const Bytes channel_on{0x01, 0x06, 0x00, 0x01, 0x01, 0x00, 0xD9, 0x9A};
  CHECK(commands.ask(channel_on, 8) == channel_on);
  CHECK(commands.ask({0x01, 0x03, 0x00, 0x01, 0x00, 0x01, 0xD5, 0xCA}, 7) ==
        Bytes{0x01, 0x03, 0x02, 0x00, 0x01, 0x79, 0x84});

  auto meter = Stream::serial(site.pty("meter"));
  CHECK(meter.ask({0x01, 0x04, 0x00, 0x00, 0x00, 0x08, 0xF1, 0xCC}, 21) ==
        Bytes{0x01, 0x04, 0x10, 0x05, 0x40, 0x00, 0x0A, 0x00, 0x0D, 0x00, 0x00,
              0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xD6, 0x29});

  auto supply = Stream::serial(site.pty("supply"));
  CHECK(supply.ask({0x01, 0x03, 0x00, 0x02, 0x00, 0x02, 0x65, 0xCB}, 9) ==
        Bytes{0x01, 0x03, 0x04, 0x01, 0xF4, 0x00, 0x00, 0xBA, 0x3D});
}

TEST_CASE("no byte of an answer comes before its time on the wire has ended, and the median not long after it") {
  Played site(slow_site);
  auto wire = Stream::serial(site.pty("rtu"), 5ms);
  const Bytes question{0x01, 0x04, 0x00, 0x00, 0x00, 0x08, 0xF1, 0xCC};
  const double character = 11e3 / 9600;
  // 8 characters of question, 3.5 of silence, 2 ms of the device, 21 of answer
  const double first = (8 + 3.5 + 1) * character + 2;
  const double last = first + 20 * character;
  std::vector<double> ends;
  for (int i = 0; i < 25; ++i) {
    REQUIRE(wire.ask(question, 21).size() == 21);
    for (std::size_t byte = 0; byte < 21; ++byte) {
      REQUIRE(ms_between(wire.asked(), wire.arrivals()[byte]) >= first + static_cast<double>(byte) * character);
    }
    ends.push_back(ms_between(wire.asked(), wire.arrivals().back()));
  }
  std::nth_element(ends.begin(), ends.begin() + 12, ends.end());
  MESSAGE("8 registers at 9600 8N2: by the wire " << last << " ms, median " << ends[12] << " ms");
  CHECK(ends[12] < last + 5);  // idle machine: 0.1 ms; the rest is for a machine that compiles beside it
}

TEST_CASE("an absent unit and a question with a wrong CRC stay unanswered, and are counted") {
  Played site(fast_site);
  auto wire = Stream::serial(site.pty("rtu"));
  CHECK(wire.ask(with_crc({99, 4, 0, 0, 0, 2}), 1, 100ms).empty());
  auto damaged = read_meter;
  damaged.back() = static_cast<std::uint8_t>(damaged.back() ^ 1U);
  CHECK(wire.ask(damaged, 1, 100ms).empty());
  CHECK(wire.ask(read_meter, 9).size() == 9);
  const auto status = site.say("status");
  CHECK(status.find("\"strangers\":1") != std::string::npos);
  CHECK(status.find("\"damaged\":1") != std::string::npos);
}

TEST_CASE("a silent device is silent until it is mended") {
  Played site(fast_site);
  auto wire = Stream::serial(site.pty("rtu"));
  site.must("break rail-12v silent");
  CHECK(wire.ask(read_meter, 1, 150ms).empty());
  CHECK(bits(wire, read_states) == 0);
  site.must("mend rail-12v");
  CHECK(whole(wire.ask(read_meter, 9)));
}

TEST_CASE("a slow device takes its time, a late one only now and then") {
  Played site(fast_site);
  auto wire = Stream::serial(site.pty("rtu"));
  site.must("break rail-12v slow 120");
  CHECK(whole(wire.ask(read_meter, 9)));
  CHECK(ms_between(wire.asked(), wire.arrivals().front()) >= 120);
  site.must("mend rail-12v");
  site.must("break rail-12v late 120 once");
  CHECK(whole(wire.ask(read_meter, 9)));
  CHECK(ms_between(wire.asked(), wire.arrivals().front()) >= 120);
  std::vector<double> times;
  for (int i = 0; i < 5; ++i) {
    CHECK(whole(wire.ask(read_meter, 9)));
    times.push_back(ms_between(wire.asked(), wire.arrivals().front()));
  }
  CHECK(*std::min_element(times.begin(), times.end()) < 100);
}

TEST_CASE("a late answer meets the next question: both are spoilt or it arrives as a stranger to it") {
  Played site(fast_site);
  auto wire = Stream::serial(site.pty("rtu"));
  site.must("break rail-12v late 200 once");
  CHECK(wire.ask(read_meter, 1, 100ms).empty());
  const auto other = wire.ask(read_commands, 6);
  CHECK(whole(other));
  CHECK(other[0] == 21);
  const auto late = wire.read(9, 1s);
  CHECK(whole(late));
  CHECK(late[0] == 3);
}

TEST_CASE("a dribbling device leaves gaps between its bytes") {
  Played site(fast_site);
  auto wire = Stream::serial(site.pty("rtu"));
  site.must("break rail-12v dribble 30");
  CHECK(whole(wire.ask(read_meter, 9)));
  CHECK(ms_between(wire.arrivals().front(), wire.arrivals().back()) >= 8 * 30 - 5);
}

TEST_CASE("garbage, a truncated answer, a wrong unit and an exception show on the wire") {
  Played site(fast_site);
  auto wire = Stream::serial(site.pty("rtu"));
  site.must("break rail-12v garbage");
  const auto garbage = wire.ask(read_meter, 9);
  CHECK(garbage.size() == 9);
  CHECK_FALSE(whole(garbage));
  site.must("mend rail-12v garbage");
  site.must("break rail-12v truncated");
  CHECK(wire.ask(read_meter, 9, 200ms).size() == 4);
  site.must("mend rail-12v truncated");
  site.must("break rail-12v wrong-unit");
  const auto stranger = wire.ask(read_meter, 9);
  CHECK(whole(stranger));
  CHECK(stranger[0] == 4);
  site.must("mend rail-12v wrong-unit");
  site.must("break rail-12v exception 6");
  CHECK(wire.ask(read_meter, 5) == with_crc({3, 0x84, 6}));
}

TEST_CASE("a wrong echo confirms what was not written") {
  Played site(fast_site);
  auto wire = Stream::serial(site.pty("rtu"));
  site.must("break relay-1 wrong-echo");
  const auto echo = wire.ask(order(2, true), 8);
  CHECK(whole(echo));
  CHECK(echo != order(2, true));
  site.must("mend relay-1");
  CHECK(wire.ask(order(2, false), 8) == order(2, false));
}

TEST_CASE("the real state follows its command, unless the contact is welded or the coil is dead") {
  Played site(fast_site);
  auto wire = Stream::serial(site.pty("rtu"));
  CHECK(wire.ask(order(2, true), 8) == order(2, true));
  CHECK(comes_true([&] { return bits(wire, read_states) == 4; }));
  site.must("break relay-1 welded relay.3");
  CHECK(wire.ask(order(2, false), 8) == order(2, false));
  wire.read(1, 50ms);
  CHECK(bits(wire, read_commands) == 0);
  CHECK(bits(wire, read_states) == 4);
  site.must("mend relay-1");
  CHECK(comes_true([&] { return bits(wire, read_states) == 0; }));
  site.must("break relay-1 no-pull-in relay.3");
  wire.ask(order(2, true), 8);
  wire.read(1, 50ms);
  CHECK(bits(wire, read_commands) == 4);
  CHECK(bits(wire, read_states) == 0);
}

TEST_CASE("a value is set, drifts, sticks and lives again") {
  Played site(fast_site);
  auto wire = Stream::serial(site.pty("rtu"));
  const auto counts = [&] {
    const auto answer = wire.ask(read_meter, 9);
    return answer.size() == 9 && whole(answer) ? (answer[3] << 8) | answer[4] : -1;
  };
  site.must("set rail-12v output.voltage 10.8");
  CHECK(std::abs(counts() - 1080) <= 2);
  site.must("drift rail-12v output.voltage -600/min");
  CHECK(comes_true([&] { return counts() < 1000; }));
  site.must("break rail-12v stuck output.voltage");
  const auto stuck = counts();
  wire.read(1, 250ms);
  CHECK(counts() == stuck);
  site.must("mend rail-12v");
  CHECK(std::abs(counts() - 1200) <= 2);
  CHECK(comes_true([&, first = counts()] { return counts() != first; }));
}

TEST_CASE("a noisy line damages questions and answers, and an echo comes before the answer") {
  Played site(fast_site);
  auto wire = Stream::serial(site.pty("rtu"));
  site.must("break rtu noise 0.05");
  int damaged = 0;
  for (int i = 0; i < 20; ++i) {
    if (!whole(wire.ask(read_meter, 9, 20ms))) ++damaged;
  }
  CHECK(damaged >= 15);  // 136 bits at 5 %: one in a thousand gets through
  site.must("mend rtu");
  site.must("break rtu echo");
  wire.read(64, 20ms);
  const auto both = wire.ask(read_meter, 17);
  REQUIRE(both.size() == 17);
  CHECK(Bytes(both.begin(), both.begin() + 8) == read_meter);
  CHECK(whole({both.begin() + 8, both.end()}));
}

TEST_CASE("a cut line carries nothing and keeps its port; joined it answers again") {
  Played site(fast_site);
  auto wire = Stream::serial(site.pty("rtu"));
  site.must("cut rtu");
  CHECK(wire.ask(read_meter, 1, 150ms).empty());
  site.must("join rtu");
  CHECK(whole(wire.ask(read_meter, 9)));
}

TEST_CASE("an unplugged adapter hangs up and takes its name with it; plugged in it comes back under the same name") {
  Played site(fast_site);
  const auto path = site.pty("rtu");
  {
    auto wire = Stream::serial(path);
    site.must("unplug rtu");
    CHECK(wire.closes());
  }
  CHECK_FALSE(std::filesystem::exists(std::filesystem::symlink_status(path)));
  site.must("plug rtu");
  REQUIRE(comes_true([&] { return std::filesystem::exists(path); }));
  auto wire = Stream::serial(path);
  CHECK(whole(wire.ask(read_meter, 9)));
}

TEST_CASE("another master is heard to ask, and so is the answer he gets") {
  Played site(fast_site);
  auto wire = Stream::serial(site.pty("rtu"));
  site.must("break rtu master 50");
  const auto heard = wire.ask({}, 13, 2s);
  REQUIRE(heard.size() == 13);
  CHECK(whole({heard.begin(), heard.begin() + 8}));
  CHECK(heard[1] == 4);
  CHECK(heard[8] == heard[0]);
  site.must("mend rtu");
}

TEST_CASE("two devices of one number answer longer than one, and rarely as one") {
  Played site(fast_site);
  auto wire = Stream::serial(site.pty("rtu"));
  site.must("break rail-12v twin 1");
  int longer = 0;
  int spoilt = 0;
  for (int i = 0; i < 20; ++i) {
    const auto heard = wire.ask(read_meter, 18, 100ms);
    REQUIRE(heard.size() >= 9);
    longer += heard.size() > 9 ? 1 : 0;
    spoilt += whole({heard.begin(), heard.begin() + 9}) ? 0 : 1;
  }
  CHECK(longer >= 10);
  CHECK(spoilt >= 5);
  site.must("mend rail-12v");
  CHECK(whole(wire.ask(read_meter, 9)));
}
