#include "firmware-agent/control/trace_ring.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::agent;
using namespace std::chrono_literals;
using control::Passage;

TEST_CASE("what passes comes out as it went, in its order, with its instants") {
  TraceRing ring;
  const std::vector<std::uint8_t> question{0x01, 0x03};
  const std::vector<std::uint8_t> answer{0xFF};
  ring.sent(question, BootTime{1s});
  ring.received(answer, BootTime{1500us + 1s});
  ring.ended(BootTime{2s});
  CHECK_FALSE(ring.empty());
  const auto first = ring.take(2);
  REQUIRE(first.size() == 2);
  CHECK(first[0] == control::TraceRecord{1'000'000, Passage::out, "01 03"});
  CHECK(first[1] == control::TraceRecord{1'001'500, Passage::in, "FF"});
  CHECK(ring.take(10) == std::vector{control::TraceRecord{2'000'000, Passage::end, ""}});
  CHECK(ring.empty());
  CHECK(ring.take(10).empty());
  CHECK(ring.take_dropped() == 0);
}

TEST_CASE("a full ring loses the oldest first and counts them, by records and by bytes") {
  TraceRing ring;
  const std::vector<std::uint8_t> byte{1};
  for (std::size_t i = 0; i < TraceRing::most_records + 10; ++i) ring.received(byte, BootTime{i * 1us});
  CHECK(ring.take_dropped() == 10);
  CHECK(ring.take_dropped() == 0);
  CHECK(ring.take(1)[0].us == 10);
  CHECK(ring.take(TraceRing::most_records).size() == TraceRing::most_records - 1);

  const std::vector<std::uint8_t> much(1000, 7);
  for (int i = 0; i < 200; ++i) ring.received(much, BootTime{});
  CHECK(ring.take_dropped() == 200 - TraceRing::most_bytes / 1000);
  std::size_t held = 0;
  for (const auto& record : ring.take(1000)) held += control::from_hex(record.hex)->size();
  CHECK(held <= TraceRing::most_bytes);
  CHECK(held > TraceRing::most_bytes - 1000);
}

TEST_CASE("an instant before the clock began is the beginning") {
  CHECK(trace_microseconds(BootTime{-5s}) == 0);
  CHECK(trace_microseconds(BootTime{1234567ns}) == 1234);
}
