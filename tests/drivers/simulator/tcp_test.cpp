#include "tests/drivers/simulator/played.hpp"
#include "tests/drivers/simulator/sites.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <random>

using namespace inspect::tests;
using namespace std::chrono_literals;

namespace {

Bytes framed(std::uint8_t transaction, std::uint8_t unit, const Bytes& pdu) {
  Bytes frame{0, transaction, 0, 0, 0, static_cast<std::uint8_t>(pdu.size() + 1), unit};
  frame.insert(frame.end(), pdu.begin(), pdu.end());
  return frame;
}

const Bytes read_states{2, 0, 96, 0, 6};

}  // namespace

TEST_CASE("a question over TCP is answered under its own transaction") {
  Played site(fast_site);
  auto client = Stream::tcp(site.port("tcp"));
  CHECK(client.ask(framed(7, 22, read_states), 10) == framed(7, 22, {2, 1, 0}));
  CHECK(client.ask(framed(8, 22, {5, 0, 1, 0xFF, 0}), 12) == framed(8, 22, {5, 0, 1, 0xFF, 0}));
  CHECK(comes_true([&] { return client.ask(framed(9, 22, read_states), 10) == framed(9, 22, {2, 1, 2}); }));
}

TEST_CASE("questions in one packet are answered in their order, a question in pieces when it is whole") {
  Played site(fast_site);
  auto client = Stream::tcp(site.port("tcp"));
  auto both = framed(1, 22, read_states);
  const auto second = framed(2, 22, {1, 0, 0, 0, 6});
  both.insert(both.end(), second.begin(), second.end());
  client.write(std::span(both).first(5));
  client.write(std::span(both).subspan(5));
  auto expected = framed(1, 22, {2, 1, 0});
  const auto next = framed(2, 22, {1, 1, 0});
  expected.insert(expected.end(), next.begin(), next.end());
  CHECK(client.read(20) == expected);
}

TEST_CASE("an absent unit is silence over TCP too, and a slow unit keeps its answers in order") {
  Played site(fast_site);
  auto client = Stream::tcp(site.port("tcp"));
  CHECK(client.ask(framed(1, 99, read_states), 1, 100ms).empty());
  site.must("break relay-2 late 150 once");
  client.write(framed(2, 22, read_states));
  client.write(framed(3, 22, read_states));
  const auto answers = client.read(20);
  REQUIRE(answers.size() == 20);
  CHECK(answers[1] == 2);
  CHECK(answers[11] == 3);
}

TEST_CASE("faults show over TCP as on the wire") {
  Played site(fast_site);
  auto client = Stream::tcp(site.port("tcp"));
  site.must("break relay-2 wrong-unit");
  CHECK(client.ask(framed(1, 22, read_states), 10) == framed(1, 23, {2, 1, 0}));
  site.must("mend relay-2");
  site.must("break relay-2 exception 4");
  CHECK(client.ask(framed(2, 22, read_states), 9) == framed(2, 22, {0x82, 4}));
  site.must("mend relay-2");
  site.must("break relay-2 dribble 20");
  const auto asked = Clock::now();
  CHECK(client.ask(framed(3, 22, read_states), 10) == framed(3, 22, {2, 1, 0}));
  CHECK(Clock::now() - asked >= 9 * 20ms);
  site.must("mend relay-2");
  site.must("break relay-2 truncated");
  CHECK(client.ask(framed(4, 22, read_states), 10, 200ms).size() == 5);
  site.must("mend relay-2");
  site.must("break relay-2 silent");
  CHECK(client.ask(framed(5, 22, read_states), 1, 100ms).empty());
}

TEST_CASE("a header that lies about its length or protocol ends the connection and nothing else") {
  Played site(fast_site);
  auto honest = Stream::tcp(site.port("tcp"));
  for (const Bytes& lie : {Bytes{0, 1, 0, 0, 0xFF, 0xFF, 22, 2}, Bytes{0, 1, 0, 0, 0, 0, 22, 2},
                           Bytes{0, 1, 0, 9, 0, 6, 22, 2, 0, 96, 0, 6}}) {
    auto liar = Stream::tcp(site.port("tcp"));
    liar.write(lie);
    CHECK(liar.closes());
  }
  CHECK(honest.ask(framed(1, 22, read_states), 10) == framed(1, 22, {2, 1, 0}));
}

TEST_CASE("one connection more than the device bears is closed, and there is room again when one leaves") {
  Played site(fast_site);
  auto one = Stream::tcp(site.port("tcp"));
  auto two = Stream::tcp(site.port("tcp"));
  {
    auto three = Stream::tcp(site.port("tcp"));
    CHECK(three.ask(framed(1, 22, read_states), 10).size() == 10);
    auto four = Stream::tcp(site.port("tcp"));
    CHECK(four.closes());
  }
  CHECK(comes_true([&] {
    auto again = Stream::tcp(site.port("tcp"));
    again.write(framed(2, 22, read_states));
    return again.read(10, 200ms).size() == 10;
  }));
}

TEST_CASE("a cut network is silent and an unplugged server refuses") {
  Played site(fast_site);
  auto client = Stream::tcp(site.port("tcp"));
  site.must("cut tcp");
  CHECK(client.ask(framed(1, 22, read_states), 1, 150ms).empty());
  site.must("join tcp");
  // What was sent into the cut is repeated by TCP itself and answered late, as on a real network.
  CHECK(client.read(10) == framed(1, 22, {2, 1, 0}));
  site.must("unplug tcp");
  CHECK(client.closes());
  site.must("plug tcp");
  auto again = Stream::tcp(site.port("tcp"));
  CHECK(again.ask(framed(2, 22, read_states), 10) == framed(2, 22, {2, 1, 0}));
}

TEST_CASE("ten thousand random frames over TCP are survived") {
  Played site(fast_site);
  std::mt19937 random(3);
  {
    auto client = Stream::tcp(site.port("tcp"));
    for (int i = 0; i < 10'000; ++i) {
      Bytes pdu(1 + random() % 12);
      for (auto& byte : pdu) byte = static_cast<std::uint8_t>(random());
      const auto frame = framed(static_cast<std::uint8_t>(i), random() % 2 == 0 ? 22 : 21, pdu);
      client.write(frame);
      client.read(4096, 0ms);
    }
    CHECK(comes_true([&] {
      client.read(4096, 10ms);
      return nlohmann::json::parse(site.say("list"))["lines"][1]["questions"] == 10'000;
    }));
  }
  for (int i = 0; i < 200; ++i) {
    auto client = Stream::tcp(site.port("tcp"));
    Bytes noise(random() % 300);
    for (auto& byte : noise) byte = static_cast<std::uint8_t>(random());
    client.write(noise);
  }
  CHECK(comes_true([&] {
    auto client = Stream::tcp(site.port("tcp"));
    client.write(framed(1, 22, {1, 0, 0, 0, 6}));
    return client.read(10, 300ms).size() == 10;
  }));
}
