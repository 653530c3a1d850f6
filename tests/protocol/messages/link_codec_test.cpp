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

TEST_CASE("what the centre holds arrives as it was sent") {
  const auto bytes = encode(sample_holdings());
  CHECK(bytes == R"({"gateway":"gw-0001","epochs":[{"epoch":"00112233445566ff","held":[{"first":1,"last":900},)"
                 R"({"first":902,"last":9223372036854775807}]},{"epoch":"aa112233445566ff","held":[]}]})");
  const auto read = decode_holdings(bytes);
  REQUIRE_MESSAGE(read.has_value(), read.error().message);
  CHECK(read->gateway == "gw-0001");
  CHECK(read->epochs == sample_holdings().epochs);
}

TEST_CASE("holdings that contradict themselves are refused") {
  const auto with = [](const std::string& held) {
    return R"({"gateway":"gw-0001","epochs":[{"epoch":"00112233445566ff","held":)" + held + "}]}";
  };
  CHECK(decode_holdings(with("[]")).has_value());
  for (const auto* held :
       {R"([{"first":0,"last":1}])", R"([{"first":5,"last":4}])", R"([{"first":1,"last":9223372036854775808}])",
        R"([{"first":1,"last":5},{"first":5,"last":6}])", R"([{"first":7,"last":8},{"first":1,"last":2}])",
        R"([{"first":1}])", R"([{"first":1,"last":2,"all":true}])", R"([[1,2]])", R"("1-2")", "null"}) {
    CAPTURE(held);
    CHECK(decode_holdings(with(held)).has_error());
  }
  CHECK(decode_holdings(R"({"gateway":"+","epochs":[]})").has_error());
  CHECK(decode_holdings(R"({"gateway":"gw-0001","epochs":[{"epoch":"x","held":[]}]})").has_error());
}

TEST_CASE("holdings keep their bounds, and what is left out is the oldest") {
  Holdings much{"gw-0001", {}};
  for (int i = 0; i < 20; ++i) {
    much.epochs.push_back({"00112233445566" + std::to_string(10 + i), {}});
    for (std::uint64_t n = 0; n < 40; ++n)
      much.epochs.back().held.push_back({n * 10 + largest_row / 2, n * 10 + largest_row / 2});
  }
  const auto bytes = encode(much);
  CHECK(bytes.size() < largest_message);
  const auto read = decode_holdings(bytes);
  REQUIRE_MESSAGE(read.has_value(), read.error().message);
  REQUIRE(read->epochs.size() == 16);
  CHECK(read->epochs.front().epoch == much.epochs.front().epoch);
  REQUIRE(read->epochs.front().held.size() == 32);
  CHECK(read->epochs.front().held.back() == much.epochs.front().held.back());
}
