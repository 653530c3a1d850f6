#include "cloud-bridge/uplink/downlink.hpp"

#include "protocol/messages/message.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::bridge;

namespace {

const std::string epoch = "00000000000000f1";

MqttMessage receipt(std::vector<std::uint64_t> seqs, const std::string& gateway = "gw-01") {
  return {"site/" + gateway + "/down/receipt", messages::encode(messages::Receipt{gateway, epoch, std::move(seqs)})};
}
MqttMessage holdings(std::uint64_t last, const std::string& gateway = "gw-01") {
  return {"site/" + gateway + "/down/holdings", messages::encode(messages::Holdings{gateway, {{epoch, {{1, last}}}}})};
}

std::vector<News> all(Downlink& down) {
  std::vector<News> out;
  for (; !down.empty(); down.pop()) out.push_back(down.front());
  return out;
}

}  // namespace

TEST_CASE("what the centre says is kept in its order, and receipts that wait are told together") {
  Downlink down("gw-01");
  for (const auto& message : {receipt({1}), receipt({2, 3}), receipt({4}), holdings(4), receipt({5})}) {
    CHECK(down.put(message).has_value());
  }
  // The first may be on its way to the agent and is let alone.
  CHECK(all(down) == std::vector<News>{control::GiveReceipt{epoch, {1}}, control::GiveReceipt{epoch, {2, 3, 4}},
                                       control::GiveHoldings{{{epoch, {{1, 4}}}}}, control::GiveReceipt{epoch, {5}}});
}

TEST_CASE("of what the centre holds the newest word counts, at its own place") {
  Downlink down("gw-01");
  for (const auto& message : {holdings(1), receipt({2}), holdings(2), receipt({3}), holdings(3)}) {
    CHECK(down.put(message).has_value());
  }
  CHECK(all(down) == std::vector<News>{control::GiveHoldings{{{epoch, {{1, 1}}}}}, control::GiveReceipt{epoch, {2}},
                                       control::GiveReceipt{epoch, {3}}, control::GiveHoldings{{{epoch, {{1, 3}}}}}});
}

TEST_CASE("a receipt for many rows is not told in one with others beyond its bound") {
  Downlink down("gw-01");
  const std::vector<std::uint64_t> many(200, 7);
  for (int i = 0; i < 3; ++i) CHECK(down.put(receipt(many)).has_value());
  CHECK(all(down).size() == 3);
}

TEST_CASE("what is for another gateway, or nothing, is refused; what is too much is dropped and said") {
  Downlink down("gw-01");
  CHECK(down.put(receipt({1}, "gw-02")).error().code == Errc::malformed);
  CHECK(down.put(holdings(1, "gw-02")).error().code == Errc::malformed);
  CHECK(down.put({"site/gw-01/down/holdings", "{"}).error().code == Errc::malformed);
  CHECK(down.put({"site/gw-01/down/holdings", receipt({1}).payload}).error().code == Errc::malformed);
  CHECK(down.put(receipt({})).has_value());
  CHECK(down.empty());
  const std::vector<std::uint64_t> full(256, 7);
  for (std::size_t i = 0; i < Downlink::most; ++i) CHECK(down.put(receipt(full)).has_value());
  CHECK(down.put(receipt(full)).error().code == Errc::device_busy);
  CHECK(down.put(holdings(1)).error().code == Errc::device_busy);
  CHECK(all(down).size() == Downlink::most);
}
