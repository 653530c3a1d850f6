#include "firmware-agent/cli/trace_decoder.hpp"

#include "tests/firmware-agent/cli/traces.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::tests;
using namespace std::chrono_literals;
using What = modbus::Heard::What;

TEST_CASE("a trace is decoded as the line was heard, with the agent's wall clock") {
  Played played;
  played.after(100).out("01 03 00 01 00 01 D5 CA").after(40).in("01 03 02").after(5).in("00 01 79 84").end();
  REQUIRE(played.heard.size() == 2);
  CHECK(played.heard[0].what == What::question);
  CHECK(played.heard[0].ours);
  CHECK(played.heard[1].what == What::answer);
  CHECK(played.heard[1].answer.values == std::vector<std::uint16_t>{1});
  CHECK(rfc3339(played.decoder.wall(played.heard[1].at)) == "2026-11-24T08:00:00.145Z");
  CHECK(played.decoder.device(1)->name == "relay-1");
  CHECK(played.decoder.device(2) == nullptr);
  CHECK(played.decoder.wire());
}

TEST_CASE("what ended unanswered is told at its end, and on a line that is only heard in its time") {
  Played master;
  master.out("01 03 00 01 00 01 D5 CA").after(300).end();
  REQUIRE(master.heard.size() == 2);
  CHECK(master.heard[1].what == What::unanswered);

  auto head = trace_head();
  head.mode = "listen";
  Played listener(head);
  listener.after(10).in("01 03 00 01 00 01 D5 CA").after(10'000).in("01 03 00 01 00 01 D5 CA");
  REQUIRE(listener.heard.size() == 3);
  CHECK_FALSE(listener.heard[0].ours);
  CHECK(listener.heard[1].what == What::unanswered);
  CHECK(listener.heard[1].delay == modbus::longest_heard_wait);
  listener.decoder.finish(listener.heard);
  CHECK(listener.heard.back().what == What::unanswered);
}

TEST_CASE("after lost records nothing half heard is paired") {
  Played played;
  played.out("01 03 00 01 00 01 D5 CA").after(10).in("01 03");
  played.decoder.lost();
  played.after(10).in("02 00 01 79 84").after(100).out("01 03 00 01 00 01 D5 CA").after(30).in("01 03 02 00 01 79 84");
  REQUIRE(played.heard.size() == 3);
  CHECK(played.heard[2].what == What::answer);
}

TEST_CASE("a trace of a connection is decoded by its headers") {
  auto head = trace_head();
  head.framing = "tcp";
  head.baud = 0;
  Played played(head);
  played.out("00 07 00 00 00 06 01 03 00 04 00 01").after(20).in("00 07 00 00 00 05 01 03 02 00 05").end();
  REQUIRE(played.heard.size() == 2);
  CHECK(played.heard[1].delay == 20ms);
  CHECK_FALSE(played.decoder.wire());
  played.decoder.finish(played.heard);
  CHECK(played.heard.size() == 2);
}

TEST_CASE("a file whose clock runs backwards or away is read to its end") {
  Played played;
  played.after(1000).out("01 03 00 01 00 01 D5 CA");
  played.us = 0;
  played.in("01 03 02 00 01 79 84");
  played.us = ~std::uint64_t{0};
  played.out("01 03 00 01 00 01 D5 CA");
  CHECK(played.heard.size() >= 3);
}
