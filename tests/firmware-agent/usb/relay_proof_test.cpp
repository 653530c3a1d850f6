#include "firmware-agent/usb/relay_proof.hpp"
#include "tests/drivers/relay_board/permits.hpp"
#include "tests/drivers/usb/run.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::agent;
using inspect::tests::permit;
using inspect::tests::run;

namespace {

/// A board of which relay 2 is wired to an input.
struct World {
  std::vector<bool> outputs{false, true, false, false};
  std::vector<usb::Bytes> sent;
  bool answers = true;
};

class Wire final : public drivers::RelayWire {
 public:
  explicit Wire(World& world) : world_(world) {}
  boost::asio::awaitable<Result<void>> send(usb::Bytes order) override {
    world_.sent.push_back(order);
    world_.outputs.at(order[1] - 1U) = order[0] == 0xFF;
    co_return Result<void>{};
  }
  boost::asio::awaitable<Result<usb::RelayStates>> states() override {
    if (!world_.answers) co_return fail(Errc::timeout, "silence");
    co_return usb::RelayStates{world_.outputs, "HURTM", true};
  }
  boost::asio::awaitable<void> exchanged(std::optional<Errc>) override { co_return; }
  void close() override {}

 private:
  World& world_;
};

usb::RelayLayout layout() {
  usb::RelayLayout layout;
  layout.channels = 4;
  layout.on = *usb::OrderPattern::parse("FF n");
  layout.off = *usb::OrderPattern::parse("FD n");
  layout.state = usb::RelayState::feature;
  return layout;
}

struct Played {
  boost::asio::io_context loop;
  World world;
  drivers::RelayBoard board{"relay", layout(), std::make_unique<Wire>(world)};
  std::function<bool()> input = [this] { return bool{world.outputs[1]}; };
  bool permitted = true;
  std::vector<std::string> asked;

  Result<void> prove(std::uint8_t channel = 2) {
    ProofMeans means;
    means.witness = [this]() -> boost::asio::awaitable<Result<bool>> { co_return input(); };
    means.settle = []() -> boost::asio::awaitable<void> { co_return; };
    means.permit = [this](const std::string& action) -> Result<drivers::WritePermit> {
      asked.push_back(action);
      if (!permitted) return fail(Errc::not_permitted, "an exam is on");
      return permit("relay", action, drivers::boot_now());
    };
    return run(loop, prove_relay(board, channel, std::move(means)));
  }
};

}  // namespace

TEST_CASE("a relay that its input follows is proven, moved twice and left as it was") {
  Played played;
  CHECK(played.prove().has_value());
  CHECK(played.world.sent.size() == 4);
  CHECK(played.world.outputs == std::vector<bool>{false, true, false, false});
  CHECK(played.asked == std::vector<std::string>{"relay.2.off", "relay.2.on", "relay.2.off", "relay.2.on"});
}

TEST_CASE("an input that follows the inverse proves it as well") {
  Played played;
  played.input = [&] { return !played.world.outputs[1]; };
  CHECK(played.prove().has_value());
}

TEST_CASE("an input that stays, as it does when the twin was moved, proves nothing, and the relay is put back") {
  Played played;
  played.input = [] { return true; };
  CHECK(played.prove().error().code == Errc::device_refused);
  CHECK(played.world.outputs[1]);
}

TEST_CASE("an input that moves by itself once proves nothing") {
  Played played;
  int looks = 0;
  played.input = [&] { return ++looks != 2; };  // followed the first move by chance
  CHECK(played.prove().error().code == Errc::device_refused);
}

TEST_CASE("without a permit nothing is moved; a relay that is not there and a silent board are refused") {
  Played played;
  played.permitted = false;
  CHECK(played.prove().error().code == Errc::not_permitted);
  CHECK(played.world.sent.empty());
  CHECK(played.prove(5).error().code == Errc::invalid_argument);
  played.world.answers = false;
  CHECK(played.prove().error().code == Errc::timeout);
}
