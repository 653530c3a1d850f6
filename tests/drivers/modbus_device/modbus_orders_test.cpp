#include "drivers/modbus_device/modbus_orders.hpp"

#include "drivers/profiles/load.hpp"
#include "firmware-agent/guard/guard.hpp"
#include "tests/wire/loop_runner.hpp"

#include <doctest/doctest.h>

#include <array>
#include <random>

using namespace inspect;
using namespace inspect::drivers;
using namespace std::chrono_literals;
using modbus::Answer;
using modbus::Request;

namespace {

BootTime orders_now{1h};

/// Eight relays that hear what their makers' pages say: coils (Waveshare), or command values in registers 1 to 8 (RYN),
/// by hand and not by the product's profiles. Writes down every write that reaches it.
class RelayBoardBus final : public Bus {
 public:
  boost::asio::awaitable<Result<Answer>> transact(Request request, AnswerLimits) override {
    requests.push_back(request);
    if (request.function >= 5) writes.push_back(request);
    if (refuses) co_return Answer{{}, std::uint8_t{1}};
    if (request.function == 5 && request.address < 8) set(request.address, request.values.at(0) == 0xFF00);
    if (request.function == 6 && request.address >= 1 && request.address <= 8) {
      set(request.address - 1U, (request.values.at(0) >> 8U) == 1);
    }
    if (request.function >= 5 && loses_answers) co_return fail(Errc::timeout, "no answer");
    if (request.function >= 5) co_return Answer{request.values, {}};
    if (blind) co_return fail(Errc::timeout, "no answer");
    const auto first = request.function == 1 ? request.address : request.address - 1U;
    co_return Answer{{static_cast<std::uint16_t>(relays.at(first) ? 1 : 0)}, {}};
  }
  [[nodiscard]] const BusCounters& counters() const override { return counters_; }
  void close() override {}

  std::array<bool, 8> relays{};
  std::vector<Request> requests;
  std::vector<Request> writes;
  bool refuses = false;
  bool loses_answers = false;
  bool stuck = false;  ///< answers and does nothing
  bool blind = false;  ///< takes orders and answers no read

 private:
  void set(std::size_t relay, bool on) {
    if (!stuck) relays.at(relay) = on;
  }
  BusCounters counters_;
};

struct OrderBench {
  explicit OrderBench(const std::string& model)
      : profile(load_profile("drivers/profiles/" + model + ".toml").value()),
        orders(bus, "relay-1", 7, profile, [] { return orders_now; }) {}

  /// As the guard gives it to an operator who is allowed all of the board.
  WritePermit permit(const std::string& action, const std::string& device = "relay-1") {
    guard::Guard guard({{{device, action}}, {}});
    return guard.permit({device, action}, guard::Identity::proven, {orders_now, WallTime{}, ClockTrust::none}).value();
  }
  Result<void> order(const std::string& action) {
    auto mine = permit(action);
    return tests::run(loop, orders.order(action, std::move(mine)));
  }

  boost::asio::io_context loop;
  RelayBoardBus bus;
  Profile profile;
  ModbusOrders orders;
};

}  // namespace

TEST_CASE("an order is one write by the profile, and is read back") {
  OrderBench bench("waveshare-relay-8ch");
  CHECK(bench.order("relay.3.on").has_value());
  CHECK(bench.bus.relays[2]);
  REQUIRE(bench.bus.requests.size() == 2);
  CHECK(bench.bus.requests[0] == Request{7, 5, 2, 1, {0xFF00}});
  CHECK(bench.bus.requests[1] == Request{7, 1, 2, 1, {}});
  CHECK(bench.order("relay.3.off").has_value());
  CHECK_FALSE(bench.bus.relays[2]);
}

TEST_CASE("a board whose command values are not its states is read back rightly") {
  OrderBench bench("ryn408f");
  CHECK(bench.order("relay.8.on").has_value());
  CHECK(bench.bus.relays[7]);
  CHECK(bench.bus.writes.back() == Request{7, 6, 8, 1, {0x0100}});
  CHECK(bench.order("relay.8.cancel").has_value());
  CHECK(bench.bus.writes.back() == Request{7, 6, 8, 1, {0x0600}});
  CHECK_FALSE(bench.bus.relays[7]);
}

TEST_CASE("a lost answer is settled by reading back and not by sending again") {
  OrderBench bench("waveshare-relay-8ch");
  bench.bus.loses_answers = true;
  CHECK(bench.order("relay.1.on").has_value());
  CHECK(bench.bus.writes.size() == 1);
  bench.bus.stuck = true;
  CHECK(bench.order("relay.1.off").error().code == Errc::device_refused);
  CHECK(bench.bus.writes.size() == 2);
}

TEST_CASE("what was answered and not done is refused, what cannot be read back is not known to be done") {
  OrderBench bench("waveshare-relay-8ch");
  bench.bus.stuck = true;
  CHECK(bench.order("relay.1.on").error().code == Errc::device_refused);
  bench.bus.stuck = false;
  bench.bus.blind = true;
  const auto unknown = bench.order("relay.1.on");
  CHECK(unknown.error().code == Errc::timeout);
  CHECK(unknown.error().message.find("reading back relay.1.command") == 0);
}

TEST_CASE("where nothing can be read back the answer counts, and a lost one is an error") {
  OrderBench bench("waveshare-relay-8ch");
  CHECK(bench.order("relay.all.off").has_value());
  CHECK(bench.bus.requests.size() == 1);
  bench.bus.loses_answers = true;
  CHECK(bench.order("relay.all.off").error().code == Errc::timeout);
}

TEST_CASE("a refusal of the device is told, and nothing more is asked") {
  OrderBench bench("waveshare-relay-8ch");
  bench.bus.refuses = true;
  CHECK(bench.order("relay.1.on").error().code == Errc::device_refused);
  CHECK(bench.bus.requests.size() == 1);
}

TEST_CASE("an action that the profile does not have is not sent") {
  OrderBench bench("waveshare-relay-8ch");
  CHECK(bench.order("relay.9.on").error().code == Errc::invalid_argument);
  CHECK(bench.bus.requests.empty());
}

TEST_CASE("what each verb leaves is known, and of others nothing is expected") {
  CHECK(leaves("relay.1.on") == true);
  CHECK(leaves("relay.1.pulse") == true);
  CHECK(leaves("relay.all.off") == false);
  CHECK(leaves("relay.2.cancel") == false);
  CHECK(leaves("output.voltage") == std::nullopt);
  CHECK(leaves("on") == true);
  CHECK(leaves("") == std::nullopt);
}

TEST_CASE("twenty thousand random orders with right, wrong, old and used permits: nothing is written without one") {
  OrderBench bench("waveshare-relay-8ch");
  std::mt19937_64 random(20261124);
  const auto pick = [&](std::uint64_t below) { return random() % below; };
  const auto began = orders_now;
  std::size_t right = 0;
  for (int n = 0; n < 20'000; ++n) {
    const auto action = "relay." + std::to_string(1 + pick(8)) + (pick(2) == 0 ? ".on" : ".off");
    const auto other = "relay." + std::to_string(1 + pick(8)) + ".on";
    const auto permitted = pick(3) == 0 ? other : action;
    const bool for_us = pick(4) != 0;
    auto permit = bench.permit(permitted, for_us ? "relay-1" : "relay-2");
    const bool spent = pick(5) == 0;
    if (spent) (void)std::move(permit).spend("relay-1", action, orders_now);
    const bool old = pick(5) == 0;
    if (old) orders_now += 2s;
    const bool may = for_us && permitted == action && !spent && !old;
    const auto before = bench.bus.writes.size();
    const auto done = tests::run(bench.loop, bench.orders.order(action, std::move(permit)));
    const auto written = bench.bus.writes.size() - before;
    REQUIRE(done.has_value() == may);
    REQUIRE(written == (may ? 1U : 0U));
    if (!may) REQUIRE(done.error().code == Errc::not_permitted);
    right += written;
  }
  CHECK(right > 3000);
  CHECK(right < 12'000);
  orders_now = began;
}
