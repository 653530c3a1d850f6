#include "cloud-bridge/ticketing/intake/fair_queue.hpp"

#include "tests/cloud-bridge/ticketing/sample.hpp"

using namespace inspect::ticketing;

namespace {

Incoming from(const std::string& gateway, std::string payload = "x") {
  return {"site/" + gateway + "/up/finding", std::move(payload)};
}

}  // namespace

TEST_CASE("a gateway that floods makes only itself wait") {
  FairQueue queue;
  for (int i = 0; i < 1000; ++i) CHECK(queue.put(from("flooder")));
  CHECK(queue.put(from("quiet")));
  const auto batch = queue.take(2);
  REQUIRE(batch.size() == 2);
  CHECK(batch[0].topic != batch[1].topic);
}

TEST_CASE("the messages of one gateway keep their order") {
  FairQueue queue;
  for (int i = 0; i < 5; ++i) {
    queue.put(from("gw-1", std::to_string(i)));
    queue.put(from("gw-2", std::to_string(i)));
  }
  std::map<std::string, std::string> seen;
  while (!queue.empty()) {
    for (const auto& message : queue.take(3)) seen[message.topic] += message.payload;
  }
  for (const auto& [topic, order] : seen) CHECK(order == "01234");
  CHECK(queue.bytes() == 0);
}

TEST_CASE("a full queue drops its newest and counts it; the others have room") {
  FairQueue queue;
  for (std::size_t i = 0; i < FairQueue::most_each; ++i) CHECK(queue.put(from("gw-1")));
  CHECK_FALSE(queue.put(from("gw-1")));
  CHECK(queue.dropped() == 1);
  CHECK(queue.put(from("gw-2")));
}

TEST_CASE("all together are bounded in bytes") {
  FairQueue queue;
  const std::string megabyte(1024 * 1024, 'x');
  std::size_t held = 0;
  for (int i = 0; i < 100; ++i) held += queue.put(from("gw-" + std::to_string(i), megabyte)) ? 1 : 0;
  CHECK(held == 63);
  CHECK(queue.bytes() <= FairQueue::most_bytes);
}
