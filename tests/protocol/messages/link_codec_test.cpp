#include "protocol/messages/message.hpp"
#include "tests/protocol/messages/sample.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::messages;
using namespace inspect::tests;

TEST_CASE("a receipt arrives as it was sent") {
  const auto bytes = encode(sample_receipt());
  CHECK(bytes == R"({"gateway":"gw-0001","epoch":"00112233445566ff","seqs":[1,2,9223372036854775807]})");
  const auto read = decode_receipt(bytes);
  REQUIRE(read.has_value());
  CHECK(read->gateway == "gw-0001");
  CHECK(read->epoch == "00112233445566ff");
  CHECK(read->seqs == sample_receipt().seqs);
}

TEST_CASE("a state arrives as it was sent") {
  const auto bytes = encode(sample_state());
  CHECK(bytes ==
        R"({"gateway":"gw-0001","online":true,"time":"1970-01-01T00:00:00.000Z","version":"0.1.0","watching":false,)"
        R"("agent_heard_at":"2025-11-24T16:00:00.123Z"})");
  const auto read = decode_state(bytes);
  REQUIRE(read.has_value());
  CHECK(read->online);
  CHECK(read->version == "0.1.0");
  CHECK(read->watching == false);
  CHECK(read->agent_heard_at == sample_state().agent_heard_at);
}

TEST_CASE("a state of an older bridge says nothing of the agent, and nothing is made up") {
  const auto* old = R"({"gateway":"gw-0001","online":true,"time":"1970-01-01T00:00:00.000Z","version":"0.1.0"})";
  const auto read = decode_state(old);
  REQUIRE_MESSAGE(read.has_value(), read.error().message);
  CHECK(read->online);
  CHECK_FALSE(read->watching.has_value());
  CHECK_FALSE(read->agent_heard_at.has_value());
  CHECK(encode(*read) == old);
}

TEST_CASE("a receipt that could free the wrong rows is refused") {
  for (const auto* text : {R"({"gateway":"+","epoch":"00112233445566ff","seqs":[1]})",
                           R"({"gateway":"gw-0001","epoch":"00112233445566f","seqs":[1]})",
                           R"({"gateway":"gw-0001","epoch":"00112233445566ff","seqs":[0]})",
                           R"({"gateway":"gw-0001","epoch":"00112233445566ff","seqs":[1.5]})",
                           R"({"gateway":"gw-0001","epoch":"00112233445566ff","seqs":["1"]})",
                           R"({"gateway":"gw-0001","epoch":"00112233445566ff","seqs":[9223372036854775808]})",
                           R"({"gateway":"gw-0001","epoch":"00112233445566ff","seqs":1})",
                           R"({"gateway":"gw-0001","epoch":"00112233445566ff"})",
                           R"({"gateway":"gw-0001","epoch":"00112233445566ff","seqs":[1],"upto":5})"}) {
    CAPTURE(text);
    CHECK(decode_receipt(text).has_error());
  }
}

TEST_CASE("a receipt holds at most 256 numbers, both ways") {
  auto receipt = sample_receipt();
  receipt.seqs.assign(300, 1);
  CHECK(decode_receipt(encode(receipt))->seqs.size() == 256);
  std::string list = "1";
  for (int i = 0; i < 256; ++i) list += ",1";
  const auto read = decode_receipt(R"({"gateway":"gw-0001","epoch":"00112233445566ff","seqs":[)" + list + "]}");
  REQUIRE(read.has_error());
  CHECK(read.error().message == "seqs: more than 256 entries");
}
