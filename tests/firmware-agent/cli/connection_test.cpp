#include "firmware-agent/cli/connection.hpp"

#include "tests/firmware-agent/control/running_server.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <thread>

using namespace inspect;
using namespace inspect::cli;
using namespace inspect::control;
using inspect::tests::TemporaryDirectory;

namespace {

/// An agent that takes one connection, waits for a request, says these bytes and leaves.
class Script {
 public:
  explicit Script(std::string bytes) : bytes_(std::move(bytes)) {
    auto opened = agent::ListenSocket::open({path(), "", 0600});
    REQUIRE(opened.has_value());
    const int listening = opened->release();
    file_.emplace(std::move(*opened));
    // The client's connection waits in the backlog, so that nothing here is a race.
    thread_ = std::thread([this, listening] { play(listening); });
  }
  ~Script() { thread_.join(); }
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;
  [[nodiscard]] std::string path() const { return directory_.path() + "/agent.sock"; }

 private:
  void play(int listening) const {
    int peer = -1;
    while (peer < 0) peer = ::accept(listening, nullptr, nullptr);
    char byte = 0;
    while (::recv(peer, &byte, 1, 0) == 1 && byte != '\n') {
    }
    ::send(peer, bytes_.data(), bytes_.size(), MSG_NOSIGNAL);
    ::close(peer);
    ::close(listening);
  }

  std::string bytes_;
  TemporaryDirectory directory_;
  std::optional<agent::ListenSocket> file_;
  std::thread thread_;
};

/// Asks for the outbox of an agent that says these bytes.
Got<Receipted> hear(const std::string& bytes) {
  const Script script(bytes);
  auto opened = Connection::open(script.path());
  REQUIRE(std::holds_alternative<Connection>(opened));
  return std::get<Connection>(opened).get<Receipted>(GiveReceipt{"e", {1}});
}

Failure failure(const std::string& bytes) {
  auto got = hear(bytes);
  REQUIRE(std::holds_alternative<Failure>(got));
  return std::get<Failure>(got);
}

}  // namespace

TEST_CASE("an answer is found among events and the answers to others") {
  const auto got = hear(*encode_event({1, 0, RowsAdded{}}) + '\n' + *encode_answer(99, Receipted{5}) + '\n' +
                        *encode_answer(1, Receipted{7}) + '\n');
  REQUIRE(std::holds_alternative<Receipted>(got));
  CHECK(std::get<Receipted>(got).count == 7);
}

TEST_CASE("what is no answer is said to be not understood") {
  for (const auto* bytes : {"garbage\n", "{}\n", "{\"id\":1}\n", "{\"id\":1,\"ok\":true,\"data\":{\"count\":-1}}\n",
                            "{\"id\":1,\"ok\":false}\n"}) {
    CAPTURE(bytes);
    const auto told = failure(bytes);
    CHECK(told.code == ExitCode::failed);
    CHECK(told.message.en.find("not understood") != std::string::npos);
    CHECK(told.message.zh.find("看不懂") != std::string::npos);
    CHECK_FALSE(told.cure.en.empty());
  }
}

TEST_CASE("a line over the bound is not held in memory for ever") {
  const auto told = failure(std::string(largest_answer + 10, 'x') + '\n');
  CHECK(told.message.en.find("1 MiB") != std::string::npos);
}

TEST_CASE("an agent that leaves without an answer is not reachable") {
  CHECK(failure("").code == ExitCode::unreachable);
  CHECK(failure("{\"id\":1,\"ok\":tr").code == ExitCode::unreachable);
}

TEST_CASE("a refusal of the connection itself is understood, whatever was asked") {
  const auto told = failure(encode_trouble(0, {Refusal::too_many, {"满", "full"}, {"等", "wait"}}) + '\n');
  CHECK(told.code == ExitCode::unreachable);
  CHECK(told.message.en == "full");
  CHECK(told.cure.zh == "等");
}

TEST_CASE("each refusal has the exit code of the documentation") {
  const std::vector<std::pair<Refusal, ExitCode>> table{{Refusal::malformed, ExitCode::failed},
                                                        {Refusal::unknown_verb, ExitCode::failed},
                                                        {Refusal::invalid, ExitCode::wrong_use},
                                                        {Refusal::not_found, ExitCode::not_found},
                                                        {Refusal::not_permitted, ExitCode::not_permitted},
                                                        {Refusal::too_large, ExitCode::failed},
                                                        {Refusal::too_many, ExitCode::unreachable},
                                                        {Refusal::device, ExitCode::failed},
                                                        {Refusal::storage, ExitCode::failed},
                                                        {Refusal::internal, ExitCode::failed}};
  for (const auto& [refusal, code] : table) {
    CAPTURE(name(refusal));
    CHECK(failure_of({refusal, {"a", "b"}, {"c", "d"}}).code == code);
  }
}

TEST_CASE("a path that cannot be a socket's is not reachable, and named") {
  const auto opened = Connection::open("/" + std::string(200, 'x'));
  REQUIRE(std::holds_alternative<Failure>(opened));
  CHECK(std::get<Failure>(opened).code == ExitCode::unreachable);
  const TemporaryDirectory directory;
  const auto nobody = Connection::open(directory.path() + "/none.sock");
  REQUIRE(std::holds_alternative<Failure>(nobody));
  CHECK(std::get<Failure>(nobody).message.en.find("none.sock") != std::string::npos);
}
