#include "firmware-agent/usb/polled_relay.hpp"
#include "drivers/profiles/load.hpp"
#include "tests/drivers/relay_board/permits.hpp"
#include "tests/drivers/usb/run.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::agent;
using inspect::tests::permit;
using inspect::tests::run;

namespace {

class Wire final : public drivers::RelayWire {
 public:
  explicit Wire(Result<usb::RelayStates>& states) : states_(states) {}
  boost::asio::awaitable<Result<void>> send(usb::Bytes) override { co_return Result<void>{}; }
  boost::asio::awaitable<Result<usb::RelayStates>> states() override { co_return states_; }
  boost::asio::awaitable<void> exchanged(std::optional<Errc>) override { co_return; }
  void close() override {}

 private:
  Result<usb::RelayStates>& states_;
};

struct Played {
  explicit Played(const std::string& model)
      : profile(drivers::load_profile("drivers/profiles/" + model + ".toml").value()) {}

  Sweep read() { return run(loop, polled.read(0)); }

  boost::asio::io_context loop;
  drivers::Profile profile;
  Result<usb::RelayStates> states = usb::RelayStates{{true, false, true, false}, "HURTM", true};
  drivers::RelayBoard board{"relay", *profile.relay, std::make_unique<Wire>(states)};
  PolledRelay polled{board, profile, {}};
};

}  // namespace

TEST_CASE("each output is a point, and good as long as the board tells it") {
  Played played("dcttech-4");
  CHECK(played.polled.blocks() == 1);
  CHECK(played.polled.points(0).size() == played.profile.points.size());
  const auto sweep = played.read();
  CHECK_FALSE(sweep.failure.has_value());
  REQUIRE(sweep.values.size() == 4);
  CHECK(sweep.values[0].value == 1);
  CHECK(sweep.values[1].value == 0);
  CHECK(sweep.values[1].quality == Quality::good);
}

TEST_CASE("a board that fails makes every point bad, with the reason") {
  Played played("dcttech-4");
  played.states = fail(Errc::timeout, "silence");
  const auto sweep = played.read();
  CHECK(sweep.failure->code == Errc::timeout);
  for (const auto& value : sweep.values) CHECK(value.reason == Reason::no_answer);
}

TEST_CASE("a board that cannot tell is no failure, and says in every reading that it was not read") {
  Played played("ucreatefun-hidrelay");
  played.states = fail(Errc::unsupported_point, "cannot tell");
  auto sweep = played.read();
  CHECK_FALSE(sweep.failure.has_value());
  for (const auto& value : sweep.values) {
    CHECK(value.quality == Quality::bad);
    CHECK(value.reason == Reason::never_read);
  }
  auto allowed = permit("relay", "relay.2.on", drivers::boot_now());
  CHECK(run(played.loop, played.board.order({2, true}, "relay.2.on", std::move(allowed))).has_value());
  sweep = played.read();
  CHECK(sweep.values[1].quality == Quality::uncertain);
  CHECK(sweep.values[1].reason == Reason::never_read);
  CHECK(sweep.values[1].value == 1);
  CHECK(sweep.values[0].quality == Quality::bad);
}

TEST_CASE("a second read confirms only what was asked for") {
  Played played("dcttech-4");
  const auto sweep = run(played.loop, played.polled.read_again(0, {2}));
  REQUIRE(sweep.values.size() == 1);
  CHECK(sweep.values[0].point == 2);
}
