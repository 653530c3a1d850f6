#include "protocol/messages/message.hpp"
#include "tests/protocol/messages/sample.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace inspect;
using namespace inspect::messages;
using namespace inspect::tests;

namespace {

/// The sample with one piece of its text exchanged.
std::string with(const std::string& old_part, const std::string& new_part) {
  auto text = encode(sample_finding());
  const auto at = text.find(old_part);
  REQUIRE_MESSAGE(at != std::string::npos, old_part);
  return text.replace(at, old_part.size(), new_part);
}

std::string complaint(const std::string& text) {
  const auto read = decode_finding(text);
  REQUIRE(read.has_error());
  CHECK(read.error().code == Errc::malformed);
  return read.error().message;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a finding arrives as it was sent, and its bytes are always the same") {
  const auto sent = sample_finding();
  const auto bytes = encode(sent);
  CHECK(bytes == encode(sample_finding()));
  const auto read = decode_finding(bytes);
  REQUIRE_MESSAGE(read.has_value(), read.error().message);
  CHECK(read->change == sent.change);
  CHECK(read->site_title == sent.site_title);
  CHECK(read->device_title == sent.device_title);
  CHECK(read->model == sent.model);
  CHECK(read->envelope.gateway == "gw-0001");
  CHECK(read->envelope.epoch == "00112233445566ff");
  CHECK(read->envelope.seq == 42);
  CHECK(read->envelope.time == sent.envelope.time);
  CHECK(encode(*read) == bytes);
}

TEST_CASE("the envelope is the one of CloudEvents 1.0, byte for byte") {
  CHECK(encode(sample_finding())
            .starts_with(R"({"specversion":"1.0","id":"00112233445566ff-42","source":"/gateways/gw-0001",)"
                         R"("type":"inspect.finding.v1","time":"2025-11-24T16:00:00.123Z",)"
                         R"("datacontenttype":"application/json","data":{"site_title":{"zh":"一号考场",)"));
}

TEST_CASE("any finding within the bounds goes there and back unchanged") {
  Inventor inventor(11);
  for (int i = 0; i < 1000; ++i) {
    auto sent = inventor.finding();
    for (auto* name : {&sent.change.finding.id.site, &sent.change.finding.id.device, &sent.change.finding.id.kind}) {
      REQUIRE(name->find('/') == std::string::npos);
    }
    const auto bytes = encode(sent);
    CHECK(bytes.size() <= largest_message);
    const auto read = decode_finding(bytes);
    REQUIRE_MESSAGE(read.has_value(), read.error().message);
    CHECK(read->change == sent.change);
    CHECK(encode(*read) == bytes);
  }
}

TEST_CASE("what is wrong is named with its path") {
  CHECK(complaint(with("\"quality\":\"good\"", "\"quality\":\"fine\"")) ==
        "data.finding.analysis.evidence[0].quality: \"fine\" is not one of the known values");
  CHECK(has(complaint(with("\"unit\":\"A\"", "\"unit\":\"" + std::string(17, 'A') + '"')),
            "data.finding.analysis.evidence[1].unit: longer than 16 bytes"));
  CHECK(has(complaint(with("\"confidence\":0.95", "\"confidence\":1.5")), "data.finding.analysis.confidence"));
  CHECK(has(complaint(with("\"occurrence\":2", "\"occurrence\":0")), "data.finding.id.occurrence"));
  CHECK(has(complaint(with("\"occurrence\":2", "\"occurrence\":2.0")), "data.finding.id.occurrence"));
  CHECK(has(complaint(with("\"active\":false", "\"active\":0")), "data.finding.active"));
  CHECK(has(complaint(with("\"device\":\"relays\"", "\"device\":\"a/b\"")), "holds a slash"));
  CHECK(has(complaint(with("\"event\":\"shelved\",", "")), "data.event: missing"));
  CHECK(has(complaint(with("\"repeats\":3", "\"repeats\":3,\"note\":1")), "data.finding.note: unknown field"));
  CHECK(has(complaint(with("\"by\":\"li.wei\"", "\"by\":\"a\",\"by\":\"b\"")), "\"by\" twice"));
  CHECK(has(complaint(with("\"by\":\"li.wei\"", "\"by\":\"a\\nb\"")), "data.finding.by: holds a control character"));
  CHECK(has(complaint(with("\"boot_ns\":7000000", "\"boot_ns\":-1")), "data.finding.since.boot_ns"));
  CHECK(has(complaint(with("2025-11-24T16:00:00.123Z", "yesterday")), "time: "));
  CHECK(has(complaint(with("\"value\":null", "\"value\":1")), "null when bad and only then"));
  CHECK(has(complaint(with("\"value\":-0.25", "\"value\":null")), "null when bad and only then"));
}

TEST_CASE("a name with a control or hidden character is refused, because it could pass for another") {
  const std::vector<std::pair<std::string, std::string>> names{
      {R"("site":"hall-1")", "data.finding.id.site"},
      {R"("device":"relays","point":"relay.3.state","kind")", "data.finding.id.device"},
      {R"("point":"relay.3.state","kind")", "data.finding.id.point"},
      {R"("kind":"relay.welded")", "data.finding.id.kind"},
      {R"("device":"meter","point":"current")", "data.finding.analysis.evidence[1].device"},
      {R"("point":"current")", "data.finding.analysis.evidence[1].point"},
      {R"("part":"SRD-05VDC-SL-C")", "data.finding.analysis.part"},
      {R"("department":"electrical")", "data.finding.analysis.department"},
      {R"("model":"waveshare-modbus-rtu-relay-8ch")", "data.model"}};
  for (const std::string bad : {"\u202E", "\u202A", "\u2066", "\u2069", "\u200B", "\u2028", "\u0085", "\x7F", "\\u202e",
                                "\\u0000", "\\u001b"}) {
    for (const auto& [name, path] : names) {
      auto spoilt = name;
      spoilt.insert(spoilt.find(":\"") + 3, bad);
      CAPTURE(spoilt);
      CHECK(has(complaint(with(name, spoilt)), path + ": holds a "));
    }
  }
  for (const std::string bad : {"\u202E", "\u2066", "\x7F"}) {
    CHECK(has(complaint(with("/gateways/gw-0001", "/gateways/gw-" + bad + "0001")), "source: "));
  }
}

TEST_CASE("in a sentence a hidden character becomes a space, and the finding still arrives") {
  for (const std::string bad : {"\u202E", "\u2067", "\u200B", "\\u202e"}) {
    CAPTURE(bad);
    const auto read = decode_finding(with("spare part ordered", "spare " + bad + "trap"));
    REQUIRE_MESSAGE(read.has_value(), read.error().message);
    CHECK(read->change.finding.reason == "spare  trap");
    const auto titled = decode_finding(with("Relay board", "Relay" + bad + "board"));
    REQUIRE_MESSAGE(titled.has_value(), titled.error().message);
    CHECK(titled->device_title.en == "Relay board");
    const auto held = decode_finding(with("meter/current/frozen", "meter/" + bad + "frozen"));
    REQUIRE_MESSAGE(held.has_value(), held.error().message);
    CHECK(held->change.finding.analysis.held_back.front() == "meter/ frozen");
  }
  auto sent = sample_finding();
  sent.change.finding.reason = "a\u202Eb";
  CHECK(decode_finding(encode(sent))->change.finding.reason == "a b");
}

TEST_CASE("an envelope of another kind, gateway or numbering is refused") {
  CHECK(has(complaint(with("inspect.finding.v1", "inspect.readings.v1")), "type: "));
  CHECK(has(complaint(with("/gateways/gw-0001", "/gateways/GW")), "source: "));
  CHECK(has(complaint(with("/gateways/gw-0001", "/sites/gw-0001")), "source: "));
  CHECK(has(complaint(with("\"1.0\"", "\"0.3\"")), "specversion: "));
  for (const auto* id : {"00112233445566ff-0", "00112233445566ff-007", "00112233445566FF-1", "00112233445566ff-",
                         "00112233445566f-1", "00112233445566ff-9223372036854775808", "00112233445566ff-1 ", "42"}) {
    CAPTURE(id);
    CHECK(has(complaint(with("00112233445566ff-42", id)), "id: "));
  }
}

TEST_CASE("encoding bounds what it is given: a finding never becomes too large or unreadable") {
  auto huge = sample_finding();
  const std::string quotes(5000, '"');
  auto& finding = huge.change.finding;
  finding.reason = std::string("line\nbreak \xFF and \xC2\x9B") + quotes;
  finding.analysis.what = {quotes, quotes};
  finding.analysis.checks.assign(100, {quotes, quotes});
  finding.analysis.evidence.assign(100, {quotes, quotes, 1, quotes, Quality::good, {}, {quotes, quotes}});
  finding.analysis.held_back.assign(1000, quotes);
  finding.analysis.confidence = std::numeric_limits<double>::quiet_NaN();
  finding.analysis.evidence[0].value = std::numeric_limits<double>::infinity();
  finding.since.wall = WallTime{std::chrono::milliseconds(std::numeric_limits<std::int64_t>::max() / 2)};
  const auto bytes = encode(huge);
  CHECK(bytes.size() <= largest_message);
  const auto read = decode_finding(bytes);
  REQUIRE_MESSAGE(read.has_value(), read.error().message);
  CHECK(read->change.finding.reason.starts_with("line break \xEF\xBF\xBD and  \""));
  CHECK(read->change.finding.analysis.confidence == 0);
  CHECK(read->change.finding.analysis.evidence.at(0).quality == Quality::bad);
  CHECK(read->change.finding.id == finding.id);
}
