#include "protocol/control/request.hpp"
#include "tests/protocol/control/samples.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace inspect;
using namespace inspect::control;

TEST_CASE("each verb is spelled as the documentation says, in the order of the variant") {
  const std::vector<std::string> expected{
      "status",      "buses",          "devices",         "points",       "read",      "watch",  "history",
      "findings",    "finding",        "acknowledge",     "shelve",       "unshelve",  "outbox", "outbox.claim",
      "outbox.wait", "outbox.receipt", "outbox.holdings", "bus.trace",    "bus.probe", "usb",    "usb.adopt",
      "usb.prove",   "exam",           "exam.begin",      "exam.end",     "order",     "prove",  "tests",
      "test.start",  "trend",          "forecasts",       "part.replaced"};
  const auto asks = tests::every_ask();
  REQUIRE(asks.size() == expected.size());
  for (std::size_t i = 0; i < asks.size(); ++i) {
    CHECK(asks[i].index() == i);
    CHECK(verb(asks[i]) == expected[i]);
  }
}

TEST_CASE("refusals and streams go to their names and back, and nothing else does") {
  for (const auto refusal :
       {Refusal::malformed, Refusal::unknown_verb, Refusal::invalid, Refusal::not_found, Refusal::not_permitted,
        Refusal::too_large, Refusal::too_many, Refusal::device, Refusal::storage, Refusal::internal}) {
    CHECK(refusal_from(name(refusal)) == refusal);
  }
  CHECK(name(Refusal::not_found) == "not_found");
  CHECK(stream_from(name(Stream::findings)) == Stream::findings);
  CHECK(stream_from(name(Stream::readings)) == Stream::readings);
  for (const auto* wrong : {"", "Findings", "notfound", "not_found "}) {
    CHECK_FALSE(refusal_from(wrong));
    CHECK_FALSE(stream_from(wrong));
  }
}
