#include "firmware-agent/daemon/orders.hpp"

#include "drivers/profiles/load.hpp"
#include "firmware-agent/guard/site_rules.hpp"

#include <doctest/doctest.h>
#include <spdlog/spdlog.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <random>
#include <set>

using namespace inspect;
using namespace inspect::agent;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

using Sent = std::vector<drivers::WriteOrder>;

/// A board of eight relays with a timer of its own, one that nothing releases, and a supply.
Site ordered_site() {
  Site site;
  site.profiles.push_back(drivers::load_profile("drivers/profiles/waveshare-relay-8ch.toml").value());
  site.profiles.push_back(drivers::load_profile("drivers/profiles/dcttech-4.toml").value());
  for (auto& action : site.profiles[1].actions) action.unsafe_if_left = action.name == "relay.2.on";
  site.devices.resize(2);
  site.devices[0].name = "timed";
  site.devices[0].allow = {"relay.1.on", "relay.1.off", "relay.2.pulse", "relay.2.off"};
  site.devices[1].name = "plain";
  site.devices[1].profile = 1;
  site.devices[1].allow = {"relay.1.on", "relay.1.off", "relay.2.on"};
  return site;
}

/// Orders against devices that write down what reaches them; nothing does without a permit that fits.
struct OrdersBench {
  OrdersBench() {
    // Held outputs are sent again every 10 ms, so that nobody has to wait for that.
    site.profiles[0].release.within = 20ms;
    OrderMeans means;
    means.now = [this] { return Moment{BootTime{std::chrono::steady_clock::now().time_since_epoch()}, wall, trust}; };
    means.identity = [this](DeviceIndex device) { return known[at(device)]; };
    means.send = [this](DeviceIndex device, std::string action, OrderMeans::Permit permit) {
      return send(device, std::move(action), std::move(permit));
    };
    orders = std::make_unique<Orders>(site, guard, std::move(means), loop.get_executor());
  }

  asio::awaitable<Result<void>> send(DeviceIndex device, std::string action, OrderMeans::Permit permit) {
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);  // its turn of the bus
    auto mine = permit();
    if (!mine) co_return mine.error();
    const auto now = BootTime{std::chrono::steady_clock::now().time_since_epoch()};
    const auto& name = site.devices[at(device)].name;
    auto spent = std::move(*mine).spend(name, action, now);
    REQUIRE(spent.has_value());
    if (broken) co_return fail(Errc::timeout, "no answer");
    sent.push_back({name, action});
    if (on_sent) on_sent();
    co_return Result<void>{};
  }

  Found<control::OrderRow> order(std::uint32_t device, guard::OrderWish wish) {
    std::optional<Found<control::OrderRow>> outcome;
    asio::co_spawn(loop, orders->order(DeviceIndex{device}, std::move(wish), "Li"),
                   [&](const std::exception_ptr&, Found<control::OrderRow> got) { outcome = std::move(got); });
    until([&] { return outcome.has_value(); });
    return *outcome;
  }
  void until(const std::function<bool()>& condition) {
    loop.restart();
    const auto end = std::chrono::steady_clock::now() + 5s;
    while (!condition() && std::chrono::steady_clock::now() < end) loop.run_one_for(100ms);
    REQUIRE(condition());
  }
  [[nodiscard]] std::size_t count(const std::string& action) const {
    return static_cast<std::size_t>(
        std::count_if(sent.begin(), sent.end(), [&](const auto& each) { return each.action == action; }));
  }

  asio::io_context loop{1};
  Site site = ordered_site();
  guard::Guard guard{guard::rules_of(site)};
  std::vector<guard::Identity> known{guard::Identity::proven, guard::Identity::proven};
  WallTime wall = parse_rfc3339("2026-11-24T08:00:00Z").value();
  ClockTrust trust = ClockTrust::ntp;
  Sent sent;
  std::function<void()> on_sent;
  bool broken = false;
  std::unique_ptr<Orders> orders;
};

const control::OrderRow& done(const Found<control::OrderRow>& outcome) {
  const auto* trouble = std::get_if<control::Trouble>(&outcome);
  REQUIRE_MESSAGE(trouble == nullptr, trouble->message.en);
  return std::get<control::OrderRow>(outcome);
}

const control::Trouble& why(const Found<control::OrderRow>& outcome) {
  REQUIRE(std::holds_alternative<control::Trouble>(outcome));
  return std::get<control::Trouble>(outcome);
}

}  // namespace

TEST_CASE("an order that is permitted reaches the device once, and is answered with what was sent") {
  OrdersBench bench;
  const auto row = done(bench.order(0, {"relay.1.on"}));
  CHECK(row.sent == "relay.1.on");
  CHECK_FALSE(row.until);
  CHECK(bench.sent == Sent{{"timed", "relay.1.on"}});
  CHECK(bench.orders->wanted() == 0);
}

TEST_CASE("an order that the guard refuses reaches nobody, and is refused with the guard's reason in both languages") {
  OrdersBench bench;
  CHECK(why(bench.order(0, {"relay.3.on"})).message.zh.find("allow") != std::string::npos);
  bench.known[0] = guard::Identity::unproven;
  CHECK(why(bench.order(0, {"relay.1.on"})).message.en.find("proven") != std::string::npos);
  bench.known[0] = guard::Identity::doubtful;
  CHECK(why(bench.order(0, {"relay.1.off"})).code == control::Refusal::not_permitted);
  bench.known[0] = guard::Identity::proven;
  REQUIRE(bench.guard.exam_switch()
              .begin(1h, "Li", {BootTime{std::chrono::steady_clock::now().time_since_epoch()}, bench.wall, bench.trust})
              .has_value());
  CHECK(why(bench.order(0, {"relay.1.on"})).message.zh.find("考试") != std::string::npos);
  CHECK(why(bench.order(1, {"relay.2.on"})).message.en.find("let go") != std::string::npos);
  CHECK(bench.sent.empty());
}

TEST_CASE("an output that must not be left is sent again and again while it is wanted, and switched off at the end") {
  OrdersBench bench;
  const auto row = done(bench.order(0, {"relay.2.on", 100ms}));
  CHECK(row.action == "relay.2.on");
  CHECK(row.sent == "relay.2.pulse");
  CHECK(row.again == 10ms);
  CHECK(row.until == bench.wall + 100ms);
  bench.until([&] { return bench.count("relay.2.off") == 1; });
  CHECK(bench.sent.back().action == "relay.2.off");
  CHECK(bench.count("relay.2.pulse") >= 3);
  CHECK(bench.orders->wanted() == 0);
}

TEST_CASE("another order for the output ends the hold, also one that is lost") {
  OrdersBench bench;
  done(bench.order(0, {"relay.2.on", 1min}));
  bench.until([&] { return bench.count("relay.2.pulse") >= 2; });
  bench.broken = true;
  CHECK(why(bench.order(0, {"relay.2.off"})).code == control::Refusal::device);
  bench.broken = false;
  CHECK(bench.orders->wanted() == 0);
  const auto before = bench.count("relay.2.pulse");
  bench.loop.run_for(50ms);
  CHECK(bench.count("relay.2.pulse") == before);
}

TEST_CASE("a board that does not answer for a moment is still held") {
  OrdersBench bench;
  done(bench.order(0, {"relay.2.on", 1min}));
  bench.broken = true;
  bench.loop.restart();
  bench.loop.run_for(30ms);
  bench.broken = false;
  const auto before = bench.count("relay.2.pulse");
  bench.until([&] { return bench.count("relay.2.pulse") > before; });
}

TEST_CASE("an exam that begins ends a hold: nothing more is sent, not even off, and the board's timer lets go") {
  OrdersBench bench;
  done(bench.order(0, {"relay.2.on", 1min}));
  bench.until([&] { return bench.count("relay.2.pulse") >= 2; });
  const Moment now{BootTime{std::chrono::steady_clock::now().time_since_epoch()}, bench.wall, bench.trust};
  REQUIRE(bench.guard.exam_switch().begin(1h, "Li", now).has_value());
  const auto before = bench.sent.size();
  bench.until([&] { return bench.orders->wanted() == 0; });
  CHECK(bench.sent.size() == before);
}

TEST_CASE("what is wanted for a while is switched off when the agent ends") {
  OrdersBench bench;
  done(bench.order(0, {"relay.2.on", 1min}));
  done(bench.order(0, {"relay.1.on", 1min}));
  bool over = false;
  asio::co_spawn(bench.loop, bench.orders->end_all(), [&](const std::exception_ptr&) { over = true; });
  bench.until([&] { return over; });
  CHECK(bench.count("relay.1.off") == 1);
  CHECK(bench.count("relay.2.off") == 1);
  CHECK(bench.orders->wanted() == 0);
}

TEST_CASE("twenty thousand random orders: nothing reaches a device that was not allowed, proven and outside an exam") {
  OrdersBench bench;
  std::mt19937_64 random(20261125);
  const auto pick = [&](std::uint64_t below) { return random() % below; };
  const std::vector<std::string> outputs{"relay.1", "relay.2", "relay.3", "relay.all", "", "relay.9"};
  const std::vector<std::string> words{"on", "off", "pulse", "cancel", "ON", ""};
  // By its own rule, word for word: the guard's code is not asked.
  const std::set<std::pair<std::string, std::string>> allowed{
      {"timed", "relay.1.on"}, {"timed", "relay.1.off"}, {"timed", "relay.2.pulse"}, {"timed", "relay.2.off"},
      {"plain", "relay.1.on"}, {"plain", "relay.1.off"}, {"plain", "relay.2.on"}};
  bool exam = false;
  std::size_t wrong = 0;
  spdlog::set_level(spdlog::level::off);  // one line for each
  bench.on_sent = [&] {
    const auto& last = bench.sent.back();
    const auto device = last.device == "timed" ? 0U : 1U;
    const bool may = allowed.count({last.device, last.action}) == 1 && !exam &&
                     bench.known[device] == guard::Identity::proven && last.action != "relay.2.on";
    if (!may) ++wrong;
  };
  for (int n = 0; n < 20'000; ++n) {
    const Moment now{BootTime{std::chrono::steady_clock::now().time_since_epoch()}, bench.wall, bench.trust};
    if (pick(40) == 0) {
      exam = pick(3) == 0;
      if (exam) REQUIRE(bench.guard.exam_switch().begin(24h, "", now).has_value());
      if (!exam) bench.guard.exam_switch().end(now.boot);
    }
    if (pick(40) == 0) bench.known[pick(2)] = static_cast<guard::Identity>(pick(3));
    bench.broken = pick(20) == 0;
    const auto few = pick(2) == 0;  // half of them among those that may be right
    guard::OrderWish wish{outputs[pick(few ? 2 : outputs.size())] + '.' + words[pick(few ? 3 : words.size())]};
    if (pick(3) == 0) wish.length = std::chrono::milliseconds{static_cast<int>(pick(30)) - 2};
    bench.order(static_cast<std::uint32_t>(pick(2)), std::move(wish));
  }
  spdlog::set_level(spdlog::level::info);
  CHECK(wrong == 0);
  CHECK(bench.sent.size() > 500);  // the test has seen both
}
