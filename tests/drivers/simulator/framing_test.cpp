#include "drivers/simulator/framing.hpp"

#include "tests/drivers/simulator/fixtures.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace inspect;
using tests::Bytes;

TEST_CASE("frames of real devices open") {
  // reference: golden frames, captured from devices and manuals
  const std::vector<Bytes> captured{{0x01, 0x05, 0x00, 0x00, 0xFF, 0x00, 0x8C, 0x3A},
                                    {0x01, 0x01, 0x00, 0x00, 0x00, 0x08, 0x3D, 0xCC},
                                    {0x01, 0x0F, 0x00, 0x00, 0x00, 0x08, 0x01, 0xFF, 0xBE, 0xD5},
                                    {0xF8, 0x06, 0x00, 0x02, 0x00, 0x01, 0xFD, 0xA3},
                                    {0x01, 0x85, 0x03, 0x02, 0x91}};
  for (const auto& frame : captured) {
    const auto question = sim::open_rtu(frame);
    REQUIRE(question);
    CHECK(question->unit == frame[0]);
    CHECK(question->pdu == Bytes(frame.begin() + 1, frame.end() - 2));
    CHECK(sim::close_rtu(question->unit, question->pdu) == frame);
  }
}

TEST_CASE("the frame of the Acrel manual with a wrong CRC does not open") {
  const Bytes printed{0x01, 0x10, 0x00, 0x04, 0x00, 0x03, 0x06, 0x09, 0x0C, 0x01, 0x05, 0x0C, 0x00, 0x53, 0x3F};
  CHECK_FALSE(sim::open_rtu(printed));
}

TEST_CASE("a burst that is cut, too long or has one wrong bit does not open") {
  const Bytes frame{0x01, 0x05, 0x00, 0x00, 0xFF, 0x00, 0x8C, 0x3A};
  for (std::size_t length = 0; length < frame.size(); ++length) {
    CHECK_FALSE(sim::open_rtu(std::span(frame).first(length)));
  }
  for (std::size_t bit = 0; bit < frame.size() * 8; ++bit) {
    auto damaged = frame;
    damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ (1U << (bit % 8)));
    CHECK_FALSE(sim::open_rtu(damaged));
  }
  CHECK_FALSE(sim::open_rtu(sim::close_rtu(1, Bytes(254, 0))));
}

TEST_CASE("a TCP stream is cut into questions wherever its packets end") {
  Bytes stream{0x12, 0x34, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1, 0x12, 0x35, 0, 0, 0, 6, 2, 4, 0, 1, 0, 2};
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    sim::MbapReader reader;
    std::vector<sim::Question> questions;
    const auto feed = [&](std::span<const std::uint8_t> bytes) {
      reader.feed(bytes);
      while (auto question = reader.next()) questions.push_back(*question);
    };
    feed(std::span(stream).first(cut));
    feed(std::span(stream).subspan(cut));
    REQUIRE(questions.size() == 2);
    CHECK(questions[0].transaction == 0x1234);
    CHECK(questions[0].pdu == Bytes{3, 0, 0, 0, 1});
    CHECK(questions[1].unit == 2);
    CHECK(questions[1].pdu == Bytes{4, 0, 1, 0, 2});
    CHECK_FALSE(reader.lost());
  }
}

TEST_CASE("a header that lies about length or protocol loses the stream, and nothing comes after it") {
  for (const Bytes& header : {Bytes{0, 1, 0, 0, 0, 0, 1}, Bytes{0, 1, 0, 0, 0, 1, 1}, Bytes{0, 1, 0, 0, 0, 255, 1},
                              Bytes{0, 1, 0, 0, 0xFF, 0xFF, 1}, Bytes{0, 1, 0, 1, 0, 6, 1}}) {
    sim::MbapReader reader;
    reader.feed(header);
    CHECK_FALSE(reader.next());
    CHECK(reader.lost());
    reader.feed(Bytes{0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1});
    CHECK_FALSE(reader.next());
  }
}

TEST_CASE("a stream that is never cut into questions does not grow for ever") {
  sim::MbapReader reader;
  for (int i = 0; i < 10 && !reader.lost(); ++i) reader.feed(Bytes(1024, 0));
  CHECK(reader.lost());
}

TEST_CASE("an answer in TCP dress carries the question's transaction") {
  CHECK(sim::close_tcp(0x1234, 7, Bytes{3, 2, 0, 5}) == Bytes{0x12, 0x34, 0, 0, 0, 5, 7, 3, 2, 0, 5});
}

TEST_CASE("a question that contradicts itself is objected to before the tables are looked at") {
  CHECK_FALSE(sim::objection(Bytes{3, 0, 0, 0, 125}));
  CHECK(sim::objection(Bytes{3, 0, 0, 0, 126}) == 3);
  CHECK(sim::objection(Bytes{3, 0, 0, 0, 0}) == 3);
  CHECK(sim::objection(Bytes{3, 0, 0, 0}) == 3);
  CHECK_FALSE(sim::objection(Bytes{1, 0, 0, 0x07, 0xD0}));
  CHECK(sim::objection(Bytes{1, 0, 0, 0x07, 0xD1}) == 3);
  CHECK_FALSE(sim::objection(Bytes{15, 0, 0, 0, 8, 1, 0xFF}));
  CHECK(sim::objection(Bytes{15, 0, 0, 0, 9, 1, 0xFF}) == 3);
  CHECK_FALSE(sim::objection(Bytes{16, 0, 0, 0, 1, 2, 0, 1}));
  CHECK(sim::objection(Bytes{16, 0, 0, 0, 1, 2, 0}) == 3);
  CHECK(sim::objection(Bytes{16, 0, 0, 0, 1, 4, 0, 1, 0, 1}) == 3);
  CHECK(sim::objection(Bytes{0x42}) == 1);
  CHECK(sim::objection(Bytes{}) == 3);
}

TEST_CASE("a hundred thousand random bursts never open by more than chance") {
  std::mt19937 random(4);
  int opened = 0;
  for (int i = 0; i < 100'000; ++i) {
    Bytes burst(random() % 40);
    for (auto& byte : burst) byte = static_cast<std::uint8_t>(random());
    if (sim::open_rtu(burst)) ++opened;
  }
  CHECK(opened <= 8);  // expected 1.4 by the 16 bits of the CRC
}
