#include "drivers/relay_board/relay_board.hpp"
#include "tests/drivers/relay_board/permits.hpp"
#include "tests/drivers/usb/run.hpp"

#include <doctest/doctest.h>

#include <deque>

using namespace inspect;
using namespace inspect::drivers;
using namespace std::chrono_literals;
using inspect::tests::permit;
using inspect::tests::run;

namespace {

BootTime clock_now{1h};
BootTime now() { return clock_now; }

usb::RelayLayout layout() {
  usb::RelayLayout layout;
  layout.channels = 4;
  layout.on = *usb::OrderPattern::parse("FF n");
  layout.off = *usb::OrderPattern::parse("FD n");
  layout.state = usb::RelayState::feature;
  return layout;
}

/// What happened on the wire, and what is answered: the script first, then the outputs as they are.
struct Script {
  std::deque<Result<usb::RelayStates>> answers;
  usb::RelayStates outputs{{false, false, false, false}, "HURTM", true};
  std::vector<usb::Bytes> sent;
  std::vector<std::optional<Errc>> exchanges;
  unsigned reads = 0;
  bool takes_orders = true;
};

class ScriptedWire final : public RelayWire {
 public:
  explicit ScriptedWire(Script& script) : script_(script) {}
  boost::asio::awaitable<Result<void>> send(usb::Bytes order) override {
    script_.sent.push_back(order);
    if (script_.takes_orders && order[1] >= 1) script_.outputs.on.at(order[1] - 1U) = order[0] == 0xFF;
    co_return Result<void>{};
  }
  boost::asio::awaitable<Result<usb::RelayStates>> states() override {
    ++script_.reads;
    if (script_.answers.empty()) co_return script_.outputs;
    auto answer = std::move(script_.answers.front());
    script_.answers.pop_front();
    co_return answer;
  }
  boost::asio::awaitable<void> exchanged(std::optional<Errc> failure) override {
    script_.exchanges.push_back(failure);
    co_return;
  }
  void close() override {}

 private:
  Script& script_;
};

struct Played {
  boost::asio::io_context loop;
  Script script;
  RelayBoard board{"relay", layout(), std::make_unique<ScriptedWire>(script), &now};

  Result<usb::RelayStates> read() { return run(loop, board.read()); }
  Result<void> order(usb::RelayOrder order, const std::string& action, WritePermit allowed) {
    return run(loop, board.order(order, action, std::move(allowed)));
  }
};

}  // namespace

TEST_CASE("a read that fails once or twice and then comes is the board's health and no failure") {
  Played played;
  played.script.answers = {fail(Errc::device_refused, "STALL"), fail(Errc::corrupt_frame, "zeros")};
  CHECK(played.read().has_value());
  CHECK(played.board.counters().retried == 1);
  CHECK(played.board.counters().failed == 0);
  CHECK(played.script.exchanges == std::vector<std::optional<Errc>>{std::nullopt});
}

TEST_CASE("three failures in a row are one failed exchange") {
  Played played;
  for (int i = 0; i < 3; ++i) played.script.answers.push_back(fail(Errc::device_refused, "STALL"));
  CHECK(played.read().error().code == Errc::device_refused);
  CHECK(played.script.reads == 3);
  CHECK(played.board.counters().failed == 1);
  CHECK(played.script.exchanges == std::vector<std::optional<Errc>>{Errc::device_refused});
}

TEST_CASE("a board that hangs is asked twice and not thrice, one that is gone only once") {
  Played hanging;
  for (int i = 0; i < 3; ++i) hanging.script.answers.push_back(fail(Errc::timeout, "silence"));
  CHECK_FALSE(hanging.read().has_value());
  CHECK(hanging.script.reads == 2);
  Played gone;
  for (int i = 0; i < 3; ++i) gone.script.answers.push_back(fail(Errc::bus_unavailable, "unplugged"));
  CHECK_FALSE(gone.read().has_value());
  CHECK(gone.script.reads == 1);
}

TEST_CASE("one read in a hundred fails: ten thousand reads are all answered, and what failed is counted") {
  Played played;
  for (int i = 1; i <= 10'000; ++i) {
    if (i % 100 == 0) played.script.answers.push_back(fail(Errc::device_refused, "STALL"));
    REQUIRE(played.read().has_value());
  }
  CHECK(played.board.counters().retried == 100);
  CHECK(played.board.counters().failed == 0);
}

TEST_CASE("a corrupt ID is counted, the outputs are good, and the last whole ID is kept") {
  Played played;
  CHECK(played.read().has_value());
  played.script.outputs.id = "?URTM";
  played.script.outputs.id_intact = false;
  CHECK(played.read().has_value());
  CHECK(played.board.counters().corrupt_ids == 1);
  CHECK(played.board.id() == "HURTM");
}

TEST_CASE("an order is sent as the layout says and read back") {
  Played played;
  CHECK(played.order({3, true}, "relay.3.on", permit("relay", "relay.3.on", now())).has_value());
  REQUIRE(played.script.sent.size() == 1);
  CHECK(played.script.sent[0] == usb::Bytes{0xFF, 3, 0, 0, 0, 0, 0, 0});
  CHECK(played.script.reads == 1);
  CHECK(played.board.ordered()[2] == true);
}

TEST_CASE("an order that the board confirms and does not follow is refused and counted") {
  Played played;
  played.script.takes_orders = false;
  CHECK(played.order({3, true}, "relay.3.on", permit("relay", "relay.3.on", now())).error().code ==
        Errc::device_refused);
  CHECK(played.board.counters().not_taken == 1);
}

TEST_CASE("without a permit for this very order nothing is sent") {
  Played played;
  const auto refused = [&](WritePermit wrong) {
    return played.order({3, true}, "relay.3.on", std::move(wrong)).error().code == Errc::not_permitted;
  };
  CHECK(refused(permit("relay", "relay.2.on", now())));
  CHECK(refused(permit("other", "relay.3.on", now())));
  CHECK(refused(permit("relay", "relay.3.on", now() - 1h)));
  auto spent = permit("relay", "relay.3.on", now());
  CHECK(std::move(spent).spend("relay", "relay.3.on", now()).has_value());
  CHECK(refused(std::move(spent)));
  CHECK(played.script.sent.empty());
}

TEST_CASE("a board that cannot tell takes the order, remembers it, and forgets it when it was away") {
  Played played;
  const auto blind = [&] { played.script.answers.push_back(fail(Errc::unsupported_point, "cannot tell")); };
  blind();
  CHECK(played.order({1, true}, "relay.1.on", permit("relay", "relay.1.on", now())).has_value());
  CHECK(played.board.ordered()[0] == true);
  CHECK_FALSE(played.board.ordered()[1].has_value());
  blind();
  CHECK(played.read().error().code == Errc::unsupported_point);
  CHECK(played.board.ordered()[0] == true);
  CHECK(played.script.exchanges.back() == std::nullopt);
  played.script.answers.push_back(fail(Errc::bus_unavailable, "unplugged"));
  CHECK_FALSE(played.read().has_value());
  CHECK_FALSE(played.board.ordered()[0].has_value());
}
