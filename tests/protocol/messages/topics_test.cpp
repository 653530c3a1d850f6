#include "protocol/messages/topics.hpp"

#include "protocol/messages/message.hpp"

#include <doctest/doctest.h>

using namespace inspect::messages;

TEST_CASE("a topic names its gateway and channel, there and back") {
  CHECK(topic(Channel::finding, "gw-0001") == "site/gw-0001/up/finding");
  CHECK(topic(Channel::readings, "gw-0001") == "site/gw-0001/up/readings");
  CHECK(topic(Channel::state, "gw-0001") == "site/gw-0001/up/state");
  CHECK(topic(Channel::receipt, "gw-0001") == "site/gw-0001/down/receipt");
  CHECK(topic(Channel::holdings, "gw-0001") == "site/gw-0001/down/holdings");
  CHECK(topic_of_all(Channel::finding) == "site/+/up/finding");
  for (const auto channel :
       {Channel::finding, Channel::readings, Channel::state, Channel::receipt, Channel::holdings}) {
    const auto parsed = parse_topic(topic(channel, "abc"));
    REQUIRE(parsed);
    CHECK(parsed->channel == channel);
    CHECK(parsed->gateway == "abc");
  }
}

TEST_CASE("topics that are not ours, or would be wildcards, are nobody's") {
  for (const auto* text :
       {"", "site", "site/", "site/gw-0001", "site/gw-0001/up", "site/gw-0001/up/findings", "site/+/up/finding",
        "site/#", "site/gw-0001/down/finding", "Site/gw-0001/up/finding", "site//up/finding",
        "site/gw-0001/up/finding/", "/site/gw-0001/up/finding", "site/gw 01/up/finding", "site/GW-0001/up/finding"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_topic(text));
  }
}

TEST_CASE("a gateway's id has 3 to 31 characters that no access list can mistake") {
  CHECK(is_gateway_id("abc"));
  CHECK(is_gateway_id("0-1"));
  CHECK(is_gateway_id(std::string(31, 'a')));
  for (const std::string& id :
       {std::string(), std::string("ab"), std::string(32, 'a'), std::string("-ab"), std::string("a+b"),
        std::string("a/b"), std::string("a#b"), std::string("aB1"), std::string("网关一"), std::string("a\0b", 3)}) {
    CAPTURE(id);
    CHECK_FALSE(is_gateway_id(id));
  }
}
