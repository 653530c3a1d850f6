#include "firmware-agent/cli/times.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>

using namespace inspect;
using namespace inspect::cli;
using namespace std::chrono_literals;

namespace {

/// The zone of the person; the C library reads it from the environment.
struct Zone {
  explicit Zone(const char* name) {
    setenv("TZ", name, 1);
    tzset();
  }
  ~Zone() {
    unsetenv("TZ");
    tzset();
  }
};

const auto now = *parse_rfc3339("2026-11-24T08:00:00.120Z");

}  // namespace

TEST_CASE("spans are numbers with their units") {
  CHECK(parse_span("90s") == 90s);
  CHECK(parse_span("15m") == 15min);
  CHECK(parse_span("2h30m") == 150min);
  CHECK(parse_span("7d") == 7 * 24h);
  CHECK(parse_span("400d") == 400 * 24h);
  CHECK(parse_span("0s") == 0s);
}

TEST_CASE("what is no span, or longer than 400 days, is none") {
  for (const auto* text :
       {"", "2", "h", "2x", "-2h", "2h-1m", "2 h", "401d", "400d1s", "99999999999999999999d", "1e3s"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_span(text));
  }
}

TEST_CASE("a time is a span before or after now, an instant, or local time") {
  const Zone shanghai("Asia/Shanghai");
  CHECK(parse_when("2h", now, -1) == now - 2h);
  CHECK(parse_when("2h", now, +1) == now + 2h);
  CHECK(parse_when("now", now, +1) == now);
  CHECK(parse_when("2026-11-24T01:02:03Z", now, -1) == *parse_rfc3339("2026-11-24T01:02:03Z"));
  CHECK(parse_when("2026-11-24 08:00", now, -1) == *parse_rfc3339("2026-11-24T00:00:00Z"));
  CHECK(parse_when("2026-11-24", now, -1) == *parse_rfc3339("2026-11-23T16:00:00Z"));
  CHECK(parse_when("08:30", now, -1) == *parse_rfc3339("2026-11-24T00:30:00Z"));
}

TEST_CASE("a time that is none is not guessed") {
  const Zone shanghai("Asia/Shanghai");
  for (const auto* text : {"", "yesterday", "25:61", "2026-13-01", "2026-02-30", "2026-11-24 08:00x", "08"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_when(text, now, -1));
  }
}

TEST_CASE("people read local time, machines read it with its offset") {
  {
    const Zone shanghai("Asia/Shanghai");
    CHECK(local_time(now) == "2026-11-24 16:00:00");
    CHECK(local_stamp(now) == "2026-11-24T16:00:00.120+08:00");
  }
  const Zone utc("UTC");
  CHECK(local_stamp(now) == "2026-11-24T08:00:00.120+00:00");
  CHECK(local_stamp(WallTime{-1ms}) == "1969-12-31T23:59:59.999+00:00");
}

TEST_CASE("an instant within a text is read in local time, and what only looks like one is left alone") {
  const Zone shanghai("Asia/Shanghai");
  CHECK(with_local_times("自 2026-11-24 08:00:05 UTC 起，已确认。") == "自 2026-11-24 16:00:05 起，已确认。");
  CHECK(with_local_times("2026-12-31 23:59:59 UTC and 2026-11-24 00:00:00 UTC (clock not set)") ==
        "2027-01-01 07:59:59 and 2026-11-24 08:00:00 (clock not set)");
  for (const auto* text : {"", " UTC", "in UTC", "2026-13-24 08:00:05 UTC", "x026-11-24 08:00:05 UTC",
                           "2026-11-24T08:00:05 UTC", "2026-11-24 08:00:05"}) {
    CHECK(with_local_times(text) == text);
  }
}

TEST_CASE("a span is told in two units at most") {
  CHECK(span_text(0ms, Language::en) == "0.0 s");
  CHECK(span_text(4250ms, Language::en) == "4.2 s");
  CHECK(span_text(59s, Language::en) == "59 s");
  CHECK(span_text(200s, Language::en) == "3 min 20 s");
  CHECK(span_text(60s, Language::en) == "1 min");
  CHECK(span_text(2h + 5min + 7s, Language::en) == "2 h 5 min");
  CHECK(span_text(76h, Language::zh) == "3 天 4 小时");
  CHECK(span_text(200s, Language::zh) == "3 分 20 秒");
  CHECK(span_text(-5s, Language::en) == "0.0 s");
}
