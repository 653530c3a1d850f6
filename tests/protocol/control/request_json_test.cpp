#include "protocol/control/request.hpp"
#include "protocol/control/shape.hpp"
#include "tests/protocol/control/samples.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace inspect;
using namespace inspect::control;

namespace {

BadRequest bad(std::string_view line) {
  CAPTURE(line.substr(0, 200));
  auto decoded = decode_request(line);
  REQUIRE(std::holds_alternative<BadRequest>(decoded));
  return std::get<BadRequest>(decoded);
}

/// The field that the refusal of a malformed line names.
std::string complaint(std::string_view line) {
  const auto trouble = bad(line).trouble;
  CHECK(trouble.code == Refusal::malformed);
  return trouble.message.en;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("every request comes back as it went") {
  std::uint64_t id = 0;
  for (const auto& ask : tests::every_ask()) {
    const Request request{++id, ask};
    const auto line = encode(request);
    CAPTURE(line);
    CHECK(line.find('\n') == std::string::npos);
    const auto decoded = decode_request(line);
    REQUIRE(std::holds_alternative<Request>(decoded));
    CHECK(std::get<Request>(decoded) == request);
  }
}

TEST_CASE("requests are spelled as the documentation says") {
  CHECK(encode({1, AskStatus{}}) == R"({"args":{},"id":1,"verb":"status"})");
  CHECK(encode({2, AskRead{"power-1/output.voltage", true}}) ==
        R"({"args":{"fresh":true,"target":"power-1/output.voltage"},"id":2,"verb":"read"})");
  CHECK(encode({3, ClaimRows{20, {{"e", 7}}}}) ==
        R"({"args":{"most":20,"skip":[{"epoch":"e","seq":7}]},"id":3,"verb":"outbox.claim"})");
  CHECK(encode({4, GiveReceipt{"e", {1, 2}}}) ==
        R"({"args":{"epoch":"e","seqs":[1,2]},"id":4,"verb":"outbox.receipt"})");
}

TEST_CASE("what may be left out has its default") {
  const auto get = [](std::string_view line) { return std::get<Request>(decode_request(line)).ask; };
  CHECK(get(R"({"id":1,"verb":"status"})") == Ask(AskStatus{}));
  CHECK(get(R"({"id":1,"verb":"watch","args":{}})") == Ask(AskWatch{""}));
  CHECK(get(R"({"id":1,"verb":"findings"})") == Ask(AskFindings{false, 100}));
  CHECK(get(R"({"id":1,"verb":"outbox.claim"})") == Ask(ClaimRows{20, {}}));
  CHECK(get(R"({"id":1,"verb":"read","args":{"target":"a"}})") == Ask(AskRead{"a", false}));
}

TEST_CASE("what is no request is refused by the field that is wrong") {
  CHECK(contains(complaint(""), "JSON object"));
  CHECK(contains(complaint("[]"), "JSON object"));
  CHECK(contains(complaint("{"), "JSON object"));
  CHECK(contains(complaint(R"({"verb":"status"})"), "\"id\""));
  CHECK(contains(complaint(R"({"id":-1,"verb":"status"})"), "\"id\""));
  CHECK(contains(complaint(R"({"id":1.5,"verb":"status"})"), "\"id\""));
  CHECK(contains(complaint(R"({"id":1})"), "\"verb\""));
  CHECK(contains(complaint(R"({"id":1,"verb":2})"), "\"verb\""));
  CHECK(contains(complaint(R"({"id":1,"verb":"status","more":1})"), "only id, verb and args"));
  CHECK(contains(complaint(R"({"id":1,"verb":"status","more":1,"args":{}})"), "only id, verb and args"));
  CHECK(contains(complaint(R"({"id":1,"verb":"status","args":[]})"), "args: an object"));
  CHECK(contains(complaint(R"({"id":1,"verb":"status","args":{"x":1}})"), "args.x: this field is not known"));
  CHECK(contains(complaint(R"({"id":1,"verb":"read"})"), "args.target: this field is missing"));
  CHECK(contains(complaint(R"({"id":1,"verb":"read","args":{"target":5}})"), "args.target: a text"));
  CHECK(contains(complaint(R"({"id":1,"verb":"read","args":{"target":"a","fresh":1}})"), "args.fresh: true or false"));
  CHECK(contains(complaint(R"({"id":1,"verb":"findings","args":{"most":-3}})"), "args.most: a whole number"));
  CHECK(contains(complaint(R"({"id":1,"verb":"findings","args":{"most":4294967296}})"), "args.most: a whole number"));
  CHECK(contains(complaint(R"({"id":1,"verb":"history","args":{"target":"a","from":"noon","to":"x"}})"), "args.from"));
  CHECK(contains(complaint(R"({"id":1,"verb":"outbox.claim","args":{"skip":[{"epoch":"e"}]}})"), "args.skip[0].seq"));
  CHECK(contains(complaint(R"({"id":1,"verb":"outbox.receipt","args":{"epoch":"e","seqs":[1,"2"]}})"), "args.seqs[1]"));
}

TEST_CASE("the refusal carries the id when there was one") {
  CHECK(bad("nonsense").id == 0);
  CHECK(bad(R"({"id":77,"verb":5})").id == 77);
  CHECK(bad(R"({"id":78,"verb":"dance"})").id == 78);
  CHECK(bad(R"({"id":78,"verb":"dance"})").trouble.code == Refusal::unknown_verb);
  CHECK(bad(R"({"id":79,"verb":"findings","args":{"most":0}})").trouble.code == Refusal::invalid);
}

TEST_CASE("bytes that are no UTF-8 are refused, not repaired") {
  CHECK(contains(complaint("{\"id\":1,\"verb\":\"points\",\"args\":{\"device\":\"\xff\"}}"), "UTF-8"));
  CHECK(contains(complaint("{\"id\":1,\"verb\":\"points\",\"args\":{\"device\":\"\xc0\xaf\"}}"), "UTF-8"));
  CHECK(contains(complaint("{\"id\":1,\"verb\":\"points\",\"args\":{\"device\":\"\xed\xa0\x80\"}}"), "UTF-8"));
}

TEST_CASE("what nests too deeply is refused before it is parsed") {
  const std::string deep(deepest_line + 1, '[');
  CHECK(contains(complaint(deep), "nests too deeply"));
  CHECK(contains(complaint(std::string(60'000, '[')), "nests too deeply"));
}

TEST_CASE("a line over 64 KiB is refused unread") {
  const auto head = std::string(R"({"id":1,"verb":"points","args":{"device":")");
  const std::string tail = "\"}}";
  const auto fits = head + std::string(largest_request - head.size() - tail.size(), 'x') + tail;
  CHECK(std::holds_alternative<Request>(decode_request(fits)));
  CHECK(contains(complaint(fits + ' '), "64 KiB"));
}

TEST_CASE("a request cut at any byte is refused, and never believed to be another one") {
  for (const auto& ask : tests::every_ask()) {
    const auto line = encode({5, ask});
    for (std::size_t length = 0; length < line.size(); ++length) {
      CHECK(std::holds_alternative<BadRequest>(decode_request(line.substr(0, length))));
    }
  }
}

TEST_CASE("whatever is decoded from mutated lines is a request that encodes and keeps the rules") {
  std::mt19937 random(2026);
  const auto asks = tests::every_ask();
  std::size_t survived = 0;
  for (int round = 0; round < 40'000; ++round) {
    auto line = encode({round % 100U, asks[random() % asks.size()]});
    const auto changes = 1 + random() % 4;
    for (std::size_t i = 0; i < changes; ++i) {
      const auto place = random() % line.size();
      switch (random() % 3) {
        case 0: line[place] = static_cast<char>(random() % 256); break;
        case 1: line.erase(place, 1 + random() % 5); break;
        default: line.insert(place, line.substr(random() % line.size(), random() % 9)); break;
      }
      if (line.empty()) line = "{";
    }
    const auto decoded = decode_request(line);
    if (const auto* request = std::get_if<Request>(&decoded)) {
      ++survived;
      CAPTURE(line);
      CHECK(std::get<Request>(decode_request(encode(*request))) == *request);
    } else {
      CHECK_FALSE(std::get<BadRequest>(decoded).trouble.message.en.empty());
    }
  }
  CHECK(survived > 100);
}
