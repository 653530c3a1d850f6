#include "cloud-bridge/ticketing/http/health.hpp"

#include "tests/cloud-bridge/ticketing/sample.hpp"

#include <nlohmann/json.hpp>

using namespace inspect;
using namespace inspect::ticketing;
using namespace inspect::ticketing::test;
using nlohmann::json;

TEST_CASE("healthy is 200 with both words, and nothing more than that") {
  const auto answer = health_answer({std::nullopt, true});
  CHECK(answer.status == 200);
  CHECK(json::parse(answer.body) == json{{"store", "ok"}, {"broker", "up"}});
}

TEST_CASE("a broker that is away is told and is no reason to be restarted") {
  const auto answer = health_answer({std::nullopt, false});
  CHECK(answer.status == 200);
  CHECK(json::parse(answer.body)["broker"] == "down");
}

TEST_CASE("a store that cannot write is 503, since when and why") {
  const auto answer = health_answer({StoreTrouble{noon, "commit: database or disk is full"}, true});
  CHECK(answer.status == 503);
  const auto told = json::parse(answer.body);
  CHECK(told["store"] == "cannot_write");
  CHECK(told["since"] == "2026-11-24T12:00:00.000Z");
  CHECK(told["why"] == "commit: database or disk is full");
  CHECK(told["broker"] == "up");
}

TEST_CASE("whatever the library says of its failure stays one line of JSON") {
  const auto text = health_json({StoreTrouble{noon, "a\n\"b\"\\ \xff" + std::string(5000, 'x')}, false});
  CHECK(text.find('\n') == std::string::npos);
  CHECK(text.size() < 1000);
  CHECK(json::accept(text));
}
