#pragma once

#include "protocol/control/answer.hpp"
#include "tests/firmware-agent/control/running_server.hpp"

#include <doctest/doctest.h>

#include <string>

namespace inspect::tests {

/// Sends one request and returns the data of its answer; a refusal fails the test.
template <class T>
T ask(RawClient& client, const control::Ask& what, std::uint64_t id = 1) {
  REQUIRE(client.send(control::encode({id, what}) + '\n'));
  const auto line = client.line();
  REQUIRE(line.has_value());
  CAPTURE(*line);
  const auto head = control::decode_head(*line);
  REQUIRE(head.has_value());
  CHECK(head->id == id);
  REQUIRE(head->kind == control::LineKind::answer);
  auto data = control::decode_answer<T>(*line);
  REQUIRE(data.has_value());
  return *data;
}

/// The refusal in the client's next line.
inline control::Trouble refusal(RawClient& client) {
  const auto line = client.line();
  REQUIRE(line.has_value());
  CAPTURE(*line);
  REQUIRE(control::decode_head(*line)->kind == control::LineKind::trouble);
  return *control::decode_trouble(*line);
}

inline control::Trouble ask_in_vain(RawClient& client, const control::Ask& what, std::uint64_t id = 1) {
  REQUIRE(client.send(control::encode({id, what}) + '\n'));
  return refusal(client);
}

inline control::Event event(RawClient& client) {
  const auto line = client.line();
  REQUIRE(line.has_value());
  CAPTURE(line->substr(0, 200));
  auto read = control::decode_event(*line);
  REQUIRE(read.has_value());
  return *read;
}

}  // namespace inspect::tests
