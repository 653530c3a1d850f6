#include "protocol/control/trace.hpp"
#include "tests/protocol/control/samples.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::control;

namespace {
TraceHead head() {
  for (const auto& data : tests::every_data()) {
    if (const auto* found = std::get_if<TraceHead>(&data)) return *found;
  }
  FAIL("no sample");
  return {};
}
}  // namespace

TEST_CASE("a saved trace is read back line by line") {
  CHECK(decode_trace_head(encode_line(head())).value() == head());
  for (const auto& record : {TraceRecord{18'446'744'073'709'551'615ULL, Passage::out, "01 03"},
                             TraceRecord{1, Passage::in, "FF"}, TraceRecord{2, Passage::end, ""}}) {
    CHECK(decode_trace_record(encode_line(record)).value() == record);
  }
}

TEST_CASE("the format on disk is plain, and stays as it is") {
  CHECK(encode_line(TraceRecord{123456, Passage::in, "01 03 02"}) == R"({"dir":"in","hex":"01 03 02","us":123456})");
  CHECK(decode_trace_record(R"({"us":5,"dir":"end","later":"fields are passed over"})").value() ==
        TraceRecord{5, Passage::end, ""});
}

TEST_CASE("what is no trace is refused with the reason") {
  auto other = head();
  other.format = "pcap";
  CHECK(decode_trace_head(encode_line(other)).error().message.find("format") == 0);
  auto later = head();
  later.version = 2;
  CHECK(decode_trace_head(encode_line(later)).error().message.find("version") == 0);
  for (const auto* line : {"", "x", "[]", "{}", R"({"us":-1,"dir":"in"})", R"({"us":1,"dir":"up"})",
                           R"({"us":1,"dir":"in","hex":"0"})", R"({"us":1,"dir":"in","hex":7})"}) {
    CAPTURE(line);
    CHECK(decode_trace_record(line).has_error());
    CHECK(decode_trace_head(line).has_error());
  }
}
