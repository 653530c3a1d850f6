#include "protocol/control/answer.hpp"
#include "protocol/control/shape.hpp"
#include "tests/protocol/control/samples.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace inspect;
using namespace inspect::control;

namespace {

template <class T>
Result<Data> decode_as(std::string_view line) {
  if constexpr (std::is_same_v<T, std::monostate>) {
    return Data{};
  } else {
    auto data = decode_answer<T>(line);
    if (!data) return data.error();
    return Data(std::move(*data));
  }
}

/// Decodes as the alternative that `like` holds.
Result<Data> decode_like(const Data& like, std::string_view line) {
  return std::visit([&](const auto& value) { return decode_as<std::decay_t<decltype(value)>>(line); }, like);
}

std::vector<Event> every_event() {
  return {
      {1, 0, ReadingsEvent{{{"power-1", "output.voltage", tests::sample_reading()}, {"a", "b", {}}}}},
      {2, 33, FindingNews{{FindingEvent::reopened, tests::sample_finding()}}},
      {5, 1, TraceEvent{{{7, Passage::out, "01 03"}, {9, Passage::in, "FF"}, {10, Passage::end, ""}}}},
      {6, 0,
       HealthEvent{"power-1", DeviceHealth::degraded, DeviceHealth::dormant, WallTime{} + std::chrono::days{20'000}}},
      {18'446'744'073'709'551'615ULL, 1, RowsAdded{}}};
}

}  // namespace

TEST_CASE("every kind of data comes back as it went") {
  for (const auto& data : tests::every_data()) {
    const auto line = encode_answer(9, data);
    REQUIRE(line.has_value());
    CAPTURE(*line);
    CHECK(line->find('\n') == std::string::npos);
    const auto head = decode_head(*line);
    REQUIRE(head.has_value());
    CHECK(head->id == 9);
    CHECK(head->kind == LineKind::answer);
    const auto decoded = decode_like(data, *line);
    REQUIRE(decoded.has_value());
    CHECK(*decoded == data);
  }
}

TEST_CASE("every event comes back as it went, with what was left out before it") {
  for (const auto& event : every_event()) {
    const auto line = encode_event(event);
    REQUIRE(line.has_value());
    CHECK(decode_head(*line)->kind == LineKind::event);
    const auto decoded = decode_event(*line);
    REQUIRE(decoded.has_value());
    CHECK(*decoded == event);
  }
}

TEST_CASE("a refusal comes back as it went") {
  const Trouble trouble{Refusal::not_found, {"没有", "no such"}, {"看看", "look"}};
  const auto line = encode_trouble(4, trouble);
  CHECK(
      line ==
      R"({"error":{"code":"not_found","cure":{"en":"look","zh":"看看"},"message":{"en":"no such","zh":"没有"}},"id":4,"ok":false})");
  CHECK(decode_head(line)->kind == LineKind::trouble);
  CHECK(*decode_trouble(line) == trouble);
}

TEST_CASE("the field names of the rows stay as they are documented") {
  CHECK(
      *encode_answer(1, std::vector<PointRow>{{"d", "p", {"甲", "a"}, "V", "measure", tests::sample_reading()}}) ==
      R"({"data":[{"device":"d","point":"p","reading":{"age_ms":5400,"clock":"rtc",)"
      R"("good_until":"2026-11-24T04:00:03.000Z","measured_at":"2026-11-24T04:00:00.250Z","quality":"uncertain",)"
      R"("reason":"stale","value":11.98},"role":"measure","title":{"en":"a","zh":"甲"},"unit":"V"}],"id":1,"ok":true})");
  CHECK(*encode_answer(1, Receipted{3}) == R"({"data":{"count":3},"id":1,"ok":true})");
  CHECK(*encode_answer(1, std::vector<OutboxRow>{{Stream::readings, "e", 5, "x"}}) ==
        R"({"data":[{"epoch":"e","payload":"x","seq":5,"stream":"readings"}],"id":1,"ok":true})");
  CHECK(
      *encode_event({3, 0, HealthEvent{"a", DeviceHealth::dormant, DeviceHealth::active, WallTime{}}}) ==
      R"({"event":{"at":"1970-01-01T00:00:00.000Z","before":"dormant","device":"a","dropped":0,"health":"active","type":"health"},"id":3})");
  CHECK(*encode_event({7, 2, RowsAdded{}}) == R"({"event":{"dropped":2,"type":"outbox"},"id":7})");
  const auto finding = *encode_answer(1, tests::sample_finding());
  for (const auto* field : {"\"id\":\"demo/relay-1/-/device.silent/3\"", "\"device\":\"relay-1\"", "\"point\":\"\"",
                            "\"kind\":\"device.silent\"", "\"class\":\"preventive\"", "\"since_clock\":\"floor\"",
                            "\"shelved_until\":\"2026-11-25T00:00:00.000Z\"", "\"held_back\":["}) {
    CAPTURE(field);
    CHECK(finding.find(field) != std::string::npos);
  }
}

TEST_CASE("the payload of an outbox row is byte for byte what it was, whatever UTF-8 it is") {
  std::mt19937 random(99);
  for (int round = 0; round < 500; ++round) {
    std::string payload;
    for (int i = 0; i < 200; ++i) {
      static const std::vector<std::string> pieces{"\"", "\\", "\n",      "\x01", "\x7f", "é",
                                                   "控", "😀",  "\\u0041", "/",    "{",    " "};
      payload += pieces[random() % pieces.size()];
    }
    const std::vector<OutboxRow> rows{{Stream::findings, "e", 1, payload}};
    CHECK(decode_answer<std::vector<OutboxRow>>(*encode_answer(1, rows))->front().payload == payload);
  }
}

TEST_CASE("a payload that is no UTF-8 is an error, never silently another payload") {
  const auto line = encode_answer(1, std::vector<OutboxRow>{{Stream::findings, "e", 1, "\xff"}});
  REQUIRE(line.has_error());
  CHECK(line.error().code == Errc::malformed);
}

TEST_CASE("an answer over 1 MiB is an error before it is sent") {
  const auto line =
      encode_answer(1, std::vector<OutboxRow>{{Stream::findings, "e", 1, std::string(largest_answer, 'x')}});
  REQUIRE(line.has_error());
  CHECK(line.error().code == Errc::invalid_argument);
}

TEST_CASE("rows are left out from the end until the line fits, and not one more than needed") {
  const std::string control_characters(30'000, '\x01');  // six bytes each on the line
  std::vector<OutboxRow> rows;
  for (std::uint64_t seq = 1; seq <= 20; ++seq) rows.push_back({Stream::findings, "e", seq, control_characters});
  fit_one_line(rows);
  CHECK(rows.size() == 5);
  CHECK(rows.back().seq == 5);
  CHECK(encode_answer(18'446'744'073'709'551'615ULL, rows).has_value());
  std::vector<OutboxRow> few{{Stream::findings, "e", 1, "x"}};
  fit_one_line(few);
  CHECK(few.size() == 1);
}

TEST_CASE("a newer agent's unknown fields are passed over") {
  const auto rows = decode_answer<Receipted>(R"({"id":1,"ok":true,"data":{"count":3,"new":{"a":[1]}},"more":1})");
  REQUIRE(rows.has_value());
  CHECK(rows->count == 3);
  CHECK(decode_event(R"({"id":1,"event":{"type":"outbox","dropped":0,"new":1}})").has_value());
}

TEST_CASE("an answer that is wrong says where") {
  const auto complaint = [](std::string_view line) { return decode_answer<std::vector<BusRow>>(line).error().message; };
  CHECK(complaint(R"({"id":1,"ok":true})") == "data: this field is missing");
  CHECK(complaint(R"({"id":1,"ok":true,"data":{}})") == "data: a list is expected");
  CHECK(complaint(R"({"id":1,"ok":true,"data":[{}]})") == "data[0].name: this field is missing");
  CHECK(decode_event(R"({"id":1,"event":{"type":"dance","dropped":0}})").error().message.find("dance") !=
        std::string::npos);
  CHECK(decode_event(R"({"id":1,"event":{"type":"readings","dropped":0}})").error().message ==
        "event.readings: this field is missing");
  CHECK(decode_event(R"({"id":1,"event":5})").has_error());
  CHECK(decode_head(R"({"ok":true})").has_error());
  CHECK(decode_head(R"({"id":1})").has_error());
  CHECK(decode_trouble(
            R"({"id":1,"ok":false,"error":{"code":"made_up","message":{"zh":"","en":""},"cure":{"zh":"","en":""}}})")
            .has_error());
  CHECK(decode_answer<Receipted>(std::string(largest_answer + 1, ' ')).error().message.find("1 MiB") !=
        std::string::npos);
  CHECK(decode_answer<Receipted>(std::string(deepest_line + 1, '[')).error().message.find("deeply") !=
        std::string::npos);
}

TEST_CASE("the data of a line is handed to scripts as it stands") {
  CHECK(*data_text(*encode_answer(1, Receipted{3})) == R"({"count":3})");
  CHECK(*data_text(*encode_event({1, 0, RowsAdded{}})) == R"({"dropped":0,"type":"outbox"})");
  CHECK(data_text(R"({"id":1,"ok":false,"error":{}})").has_error());
}

TEST_CASE("an answer cut at any byte is an error, never half an answer") {
  for (const auto& data : tests::every_data()) {
    if (std::holds_alternative<std::monostate>(data)) continue;
    const auto line = *encode_answer(1, data);
    for (std::size_t length = 0; length < line.size(); ++length) {
      CHECK(decode_like(data, line.substr(0, length)).has_error());
    }
  }
}

TEST_CASE("mutated answers and events are read or refused, and what is read encodes again") {
  std::mt19937 random(4711);
  const auto all = tests::every_data();
  const auto events = every_event();
  const auto mutate = [&](std::string line) {
    for (std::size_t i = 0; i <= random() % 3; ++i) {
      const auto place = random() % line.size();
      if (random() % 2 == 0)
        line[place] = static_cast<char>(random() % 256);
      else
        line.insert(place, line.substr(random() % line.size(), random() % 12));
    }
    return line;
  };
  for (int round = 0; round < 15'000; ++round) {
    const auto& data = all[random() % all.size()];
    const auto decoded = decode_like(data, mutate(*encode_answer(1, data)));
    if (decoded) CHECK(encode_answer(1, *decoded).has_value());
    const auto event = decode_event(mutate(*encode_event(events[random() % events.size()])));
    if (event) CHECK(encode_event(*event).has_value());
  }
}
