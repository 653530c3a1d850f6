#include "protocol/usb/line_reader.hpp"

#include <doctest/doctest.h>

using namespace inspect::usb;

namespace {

void feed(LineReader& reader, const std::string& text) { reader.take(Bytes(text.begin(), text.end())); }

}  // namespace

TEST_CASE("lines end with LF, CR or both, however they are cut") {
  for (const std::string end : {"\n", "\r", "\r\n"}) {
    LineReader reader;
    const auto text = "GPT-9803,A,V1.00" + end + end + "PASS" + end;
    for (const char c : text) feed(reader, {c});
    CHECK(reader.next() == "GPT-9803,A,V1.00");
    CHECK(reader.next() == "PASS");
    CHECK(reader.next() == std::nullopt);
    CHECK(reader.dropped() == 0);
  }
}

TEST_CASE("a line is nothing before its end") {
  LineReader reader;
  feed(reader, "0.24");
  CHECK(reader.next() == std::nullopt);
  feed(reader, "E-3\n");
  CHECK(reader.next() == "0.24E-3");
}

TEST_CASE("bytes over 127 stay, control characters spoil their line only") {
  LineReader reader;
  feed(reader, "10.0m\xCE\xA9\n");
  CHECK(reader.next() == "10.0m\xCE\xA9");
  feed(reader, std::string("1.2\0"
                           "3\n4\x7F\n5\t6\n",
                           13));
  CHECK(reader.next() == "5\t6");
  CHECK(reader.dropped() == 2);
}

TEST_CASE("a line that does not end is dropped to its end, and the next is whole") {
  LineReader reader;
  feed(reader, std::string(LineReader::longest, 'x') + "\n");
  CHECK(reader.next()->size() == LineReader::longest);
  for (int n = 0; n < 10'000; ++n) feed(reader, std::string(100, 'x'));
  feed(reader, "\nwhole\n");
  CHECK(reader.next() == "whole");
  CHECK(reader.dropped() == 1);
}

TEST_CASE("of lines that nobody fetches the oldest are dropped") {
  LineReader reader;
  for (int n = 0; n < 100; ++n) feed(reader, std::to_string(n) + "\n");
  CHECK(reader.dropped() == 36);
  CHECK(reader.next() == "36");
}

TEST_CASE("a reset forgets what was heard, and half a line too") {
  LineReader reader;
  feed(reader, "old\nhalf");
  reader.reset();
  feed(reader, "new\n");
  CHECK(reader.next() == "new");
  CHECK(reader.next() == std::nullopt);
}
