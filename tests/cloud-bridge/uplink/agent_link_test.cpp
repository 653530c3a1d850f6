#include "cloud-bridge/uplink/agent_link.hpp"

#include "tests/cloud-bridge/mqtt/loop.hpp"
#include "tests/cloud-bridge/mqtt/private_broker.hpp"
#include "tests/cloud-bridge/uplink/fake_agent.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::bridge;
using namespace inspect::tests;
using namespace std::chrono_literals;

namespace {

constexpr auto epoch = "00000000000000f1";

/// An agent and a link to it on one loop.
struct Pair {
  TempDir dir;
  asio::io_context loop;
  FakeAgent agent{loop, dir / "agent.sock"};
  AgentLink link;

  explicit Pair(std::chrono::milliseconds limit = 5s) : link(loop.get_executor(), dir / "agent.sock", limit) {}

  /// Waits for the answer, at most as long as any test waits.
  template <class T>
  T answer(asio::awaitable<T> question) {
    std::optional<T> got;
    asio::co_spawn(loop, std::move(question), [&](const std::exception_ptr& thrown, T value) {
      CHECK(thrown == nullptr);
      got = std::move(value);
    });
    REQUIRE(run_until(loop, [&] { return got.has_value(); }));
    return std::move(*got);
  }
  Result<std::vector<control::OutboxRow>> claim(std::uint32_t most = 10,
                                                std::vector<std::pair<std::string, std::uint64_t>> skip = {}) {
    control::ClaimRows what;
    what.most = most;
    what.skip = std::move(skip);
    return answer(link.claim(std::move(what)));
  }
};

}  // namespace

TEST_CASE("the link opens itself, asks and is answered, many times on one connection") {
  Pair pair;
  pair.agent.open();
  for (int i = 0; i < 20; ++i) {
    const auto status = pair.answer(pair.link.status());
    REQUIRE(status.has_value());
    CHECK(status->gateway == "gw-01");
  }
}

TEST_CASE("rows are claimed in their order, without those that are on their way, and receipts take them out") {
  Pair pair;
  pair.agent.open();
  for (std::uint64_t seq = 1; seq <= 5; ++seq) pair.agent.add(control::Stream::findings, seq, "row");
  const auto rows = pair.claim(2, {{epoch, 1}, {epoch, 3}});
  REQUIRE(rows.has_value());
  REQUIRE(rows->size() == 2);
  CHECK(rows->at(0).seq == 2);
  CHECK(rows->at(1).seq == 4);
  const auto told = pair.answer(pair.link.receipt({epoch, {1, 2, 99}}));
  REQUIRE(told.has_value());
  CHECK(told->count == 2);
  CHECK(pair.agent.waiting() == 3);
}

TEST_CASE("an agent that is not there is unreachable, with the path, and is found when it comes") {
  Pair pair;
  const auto missing = pair.answer(pair.link.status());
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().code == Errc::unreachable);
  CHECK(missing.error().message.find("agent.sock") != std::string::npos);
  pair.agent.open();
  CHECK(pair.answer(pair.link.status()).has_value());
}

TEST_CASE("a connection that the agent closed in between costs no question") {
  Pair pair;
  pair.agent.open();
  REQUIRE(pair.answer(pair.link.status()).has_value());
  pair.agent.hang_up();
  CHECK(pair.answer(pair.link.status()).has_value());
  pair.agent.close();
  pair.agent.open();
  CHECK(pair.answer(pair.link.status()).has_value());
}

TEST_CASE("an agent that says nothing is given up after the limit, and the late answer is taken for no other") {
  Pair pair(100ms);
  pair.agent.open();
  pair.agent.silent = true;
  const auto silent = pair.answer(pair.link.status());
  REQUIRE_FALSE(silent.has_value());
  CHECK(silent.error().code == Errc::unreachable);
  CHECK(silent.error().message.find("within the limit") != std::string::npos);
  pair.agent.silent = false;
  CHECK(pair.answer(pair.link.status()).has_value());
}

TEST_CASE("what cannot be read is malformed and ends the connection, the next question has a new one") {
  Pair pair;
  pair.agent.open();
  pair.agent.talk_nonsense = true;
  const auto nonsense = pair.answer(pair.link.status());
  REQUIRE_FALSE(nonsense.has_value());
  CHECK(nonsense.error().code == Errc::malformed);
  pair.agent.talk_nonsense = false;
  CHECK(pair.answer(pair.link.status()).has_value());
}

TEST_CASE("a refusal comes in the agent's own words and keeps the connection") {
  Pair pair;
  pair.agent.open();
  pair.agent.refuse_all = true;
  const auto refused = pair.answer(pair.link.status());
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Errc::invalid_argument);
  CHECK(refused.error().message.find("not today") != std::string::npos);
  pair.agent.refuse_all = false;
  CHECK(pair.answer(pair.link.status()).has_value());
}

TEST_CASE("who subscribed hears of new rows, one event for many, and of the end of the connection") {
  Pair pair;
  pair.agent.open();
  REQUIRE(pair.answer(pair.link.subscribe()).has_value());
  for (std::uint64_t seq = 1; seq <= 3; ++seq) pair.agent.add(control::Stream::findings, seq, "row");
  CHECK(pair.answer(pair.link.next_event()).has_value());
  pair.agent.hang_up();
  const auto ended = pair.answer(pair.link.next_event());
  REQUIRE_FALSE(ended.has_value());
  CHECK(ended.error().code == Errc::unreachable);
}

TEST_CASE("closing the link ends a wait for events") {
  Pair pair;
  pair.agent.open();
  REQUIRE(pair.answer(pair.link.subscribe()).has_value());
  asio::post(pair.loop, [&] { pair.link.close(); });
  CHECK_FALSE(pair.answer(pair.link.next_event()).has_value());
}

TEST_CASE("a link that goes away in the middle of a question leaves nothing behind that touches it") {
  TempDir dir;
  asio::io_context loop;
  FakeAgent agent(loop, dir / "agent.sock");
  agent.open();
  agent.silent = true;
  bool done = false;
  {
    AgentLink link(loop.get_executor(), dir / "agent.sock", 50ms);
    asio::co_spawn(loop, link.status(), [&](const std::exception_ptr& thrown, const Result<control::Status>& answer) {
      CHECK(thrown == nullptr);
      REQUIRE_FALSE(answer.has_value());
      CHECK(answer.error().code == Errc::unreachable);
      done = true;
    });
    REQUIRE(run_until(loop, [&] { return agent.asked == 1; }));
  }
  CHECK(run_until(loop, [&] { return done; }));
}
