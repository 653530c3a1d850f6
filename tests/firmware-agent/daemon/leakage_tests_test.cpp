#include "firmware-agent/daemon/leakage_tests.hpp"

#include "drivers/bus/clock.hpp"
#include "firmware-agent/guard/guard.hpp"

#include <doctest/doctest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <map>

using namespace inspect;
using namespace inspect::agent;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

using usb::TesterJob;

/// An instrument of which every word is known; answers by a script, the last of each for ever.
class PlayedInstrument final : public drivers::TesterWire {
 public:
  explicit PlayedInstrument(std::vector<std::string>& said) : said_(said) {}
  asio::awaitable<Result<void>> tell(std::string text, BootTime) override {
    said_.push_back(std::move(text));
    co_return Result<void>{};
  }
  asio::awaitable<Result<std::string>> ask(std::string text, BootTime) override {
    said_.push_back(text);
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    if (text == "*IDN?") co_return std::string("MAKER,M1,SN7,1.0");
    if (text == "BUSY?") co_return std::string(still_running-- > 0 ? "RUN" : "PASS");
    co_return result;
  }
  asio::awaitable<void> exchanged(std::optional<Errc>) override { co_return; }
  void close() override {}

  int still_running = 2;
  std::string result = "PASS,2.0E-4";

 private:
  std::vector<std::string>& said_;
};

usb::TesterWords instrument_words() {
  usb::TesterWords words;
  words.maker = "MAKER";
  words.model = "M1";
  words.commands = {{TesterJob::identify, "*IDN?", {}},
                    {TesterJob::start, "START", {}},
                    {TesterJob::wait, "BUSY?", {}},
                    {TesterJob::fetch, "READ?", {}},
                    {TesterJob::stop, "STOP", {}}};
  words.verdicts = {
      {"PASS", usb::TesterVerdict::pass}, {"FAIL", usb::TesterVerdict::fail}, {"RUN", usb::TesterVerdict::running}};
  words.fields = {{"test.verdict", true, "", false, 1, ""}, {"leakage.current", false, "", false, 2, "A"}};
  words.poll = 1ms;
  return words;
}

constexpr const char* plan_text = R"(
[[instrument]]
device = "meter"
form = "rms"
unit = "mA"
of_reading = 0.02
highest = 20
calibrated_until = "2027-05-01"
[[test]]
name = "drill"
title = { zh = "手电钻", en = "drill" }
device = "meter"
limit = "gb4706-1.class-1.portable"
[[test]]
name = "lamp"
title = { zh = "灯", en = "lamp" }
device = "meter"
limit = "gb4706-1.class-1.portable"
[[contact_test]]
name = "bench-1"
title = { zh = "1 号工位", en = "bench 1" }
start = "board/relay.2"
pass = "inputs/input.1"
fail = "inputs/input.2"
longest_ms = 1000
[end]
file = "leakage-plan"
)";

Site tested_site() {
  Site site;
  site.title = {"现场", "Site"};
  site.profiles.resize(1);
  for (const auto* name : {"input.1", "input.2"}) {
    drivers::PointSpec point;
    point.name = name;
    site.profiles[0].points.push_back(point);
  }
  site.devices.resize(3);
  site.devices[0].name = "meter";
  site.devices[1].name = "board";
  site.devices[2].name = "inputs";
  site.devices[2].point_count = 2;
  site.points = {{DeviceIndex{2}, 0}, {DeviceIndex{2}, 1}};
  return site;
}

struct TestsBench {
  TestsBench() {
    auto wire = std::make_unique<PlayedInstrument>(said);
    instrument = wire.get();
    tester = std::make_unique<drivers::Tester>("meter", words, std::move(wire));
    const auto limits = catalogue::Limits::load("protocol/catalogue/limits.toml").value();
    tests = std::make_unique<LeakageTests>(site, inspection::parse_leakage_plan(plan_text, "plan.toml", limits).value(),
                                           means(), loop.get_executor());
  }

  TestMeans means() {
    TestMeans means;
    means.now = [] {
      return Moment{drivers::boot_now(), parse_rfc3339("2026-11-24T08:00:00Z").value(), ClockTrust::ntp};
    };
    means.exam = [this]() -> std::optional<Text> {
      return exam ? std::optional(Text{"正在考试", "an exam is on"}) : std::nullopt;
    };
    means.tester = [this](DeviceIndex device) { return at(device) == 0 ? tester.get() : nullptr; };
    means.permit = [this](DeviceIndex device, std::string action) -> Result<drivers::WritePermit> {
      const drivers::WriteOrder order{site.devices[at(device)].name, std::move(action)};
      guard::Guard guard({{{"meter", "test.start"}}, {}});
      auto given = guard.permit(order, identity, {drivers::boot_now(), WallTime{}, ClockTrust::none});
      if (!given) return given.error().error();
      return std::move(*given);
    };
    means.start = [this](DeviceIndex, std::string output, std::chrono::milliseconds,
                         std::string) -> asio::awaitable<std::variant<control::OrderRow, control::Trouble>> {
      if (exam) co_return control::Trouble{control::Refusal::not_permitted, {"考试", "exam"}, {}};
      pulsed.push_back(output);
      co_return control::OrderRow{};
    };
    means.seen = [this](PointIndex point) -> asio::awaitable<Result<bool>> {
      co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
      if (blind) co_return fail(Errc::timeout, "no answer");
      co_return !pulsed.empty() && contacts.at(at(point));
    };
    means.keep = [this](std::string name, std::string text) -> asio::awaitable<Result<void>> {
      kept[name] = text;
      co_return Result<void>{};
    };
    means.notice = [this](const TestNotice& notice) { notices.push_back(notice); };
    return means;
  }

  control::TestRow run(const std::string& test) {
    const auto begun = tests->start(test, "Li");
    REQUIRE(std::holds_alternative<control::TestRow>(begun));
    CHECK(std::get<control::TestRow>(begun).state == "running");
    loop.restart();
    const auto end = std::chrono::steady_clock::now() + 5s;
    while (row(test).state == "running" && std::chrono::steady_clock::now() < end) loop.run_one_for(100ms);
    return row(test);
  }
  [[nodiscard]] control::TestRow row(const std::string& test) const {
    for (const auto& each : tests->rows()) {
      if (each.name == test) return each;
    }
    return {};
  }
  [[nodiscard]] bool was_said(const std::string& text) const {
    return std::find(said.begin(), said.end(), text) != said.end();
  }

  asio::io_context loop{1};
  Site site = tested_site();
  usb::TesterWords words = instrument_words();
  std::vector<std::string> said;
  PlayedInstrument* instrument = nullptr;
  std::unique_ptr<drivers::Tester> tester;
  std::unique_ptr<LeakageTests> tests;
  bool exam = false;
  bool blind = false;
  guard::Identity identity = guard::Identity::proven;
  std::vector<bool> contacts{false, false};
  std::vector<std::string> pulsed;
  std::map<std::string, std::string> kept;
  std::vector<TestNotice> notices;
};

}  // namespace

TEST_CASE("a test runs to our verdict by the plan's limit, is kept, and a failed one is told") {
  TestsBench bench;
  const auto passed = bench.run("drill");
  CHECK(passed.state == "pass");
  CHECK(passed.who == "Li");
  CHECK(passed.why.en.find("0.2 ± 0.004 mA") != std::string::npos);
  CHECK(passed.why.en.find("4706.1") != std::string::npos);
  REQUIRE(bench.notices.size() == 1);
  CHECK_FALSE(bench.notices[0].failed);

  bench.instrument->still_running = 2;
  bench.instrument->result = "FAIL,1.2E-3";
  CHECK(bench.run("drill").state == "fail");
  REQUIRE(bench.notices.size() == 2);
  CHECK(bench.notices[1].failed);
  CHECK(bench.notices[1].where.en == "Site, drill");

  TestsBench after;
  after.tests->restore("drill", bench.kept.at("test.drill"));
  CHECK(after.row("drill") == bench.row("drill"));
  for (const auto* spoilt : {"", "fail",
                             "fail\x1f"
                             "yesterday\x1f\x1f\x1f",
                             "\x1f\x1f\x1f"}) {
    after.tests->restore("lamp", spoilt);
    CHECK(after.row("lamp").state == "never");
  }
}

TEST_CASE("what the instrument cannot decide is no finding and ends none") {
  TestsBench bench;
  bench.instrument->result = "PASS,7.5E-4";  // the limit itself, within 2 %
  CHECK(bench.run("drill").state == "undecidable");
  CHECK(bench.notices.empty());
}

TEST_CASE("while an exam is on no test begins, and one that begins ends a running test with the voltage off") {
  TestsBench bench;
  bench.exam = true;
  const auto refused = bench.tests->start("drill", "Li");
  REQUIRE(std::holds_alternative<control::Trouble>(refused));
  CHECK(std::get<control::Trouble>(refused).code == control::Refusal::not_permitted);
  CHECK(bench.said.empty());

  bench.exam = false;
  bench.instrument->still_running = 1'000'000;
  REQUIRE(std::holds_alternative<control::TestRow>(bench.tests->start("drill", "Li")));
  const auto end = std::chrono::steady_clock::now() + 5s;
  while (!bench.was_said("BUSY?") && std::chrono::steady_clock::now() < end) bench.loop.run_one_for(100ms);
  CHECK_FALSE(bench.was_said("STOP"));
  bench.exam = true;
  while (bench.row("drill").state == "running" && std::chrono::steady_clock::now() < end) bench.loop.run_one_for(100ms);
  CHECK(bench.row("drill").state == "error");
  CHECK(bench.row("drill").why.en.find("exam") != std::string::npos);
  CHECK(bench.said.back() == "STOP");
  CHECK(bench.notices.empty());
}

TEST_CASE("an agent that ends takes the voltage off and begins no other test") {
  TestsBench bench;
  bench.instrument->still_running = 1'000'000;
  REQUIRE(std::holds_alternative<control::TestRow>(bench.tests->start("drill", "Li")));
  const auto end = std::chrono::steady_clock::now() + 5s;
  while (!bench.was_said("BUSY?") && std::chrono::steady_clock::now() < end) bench.loop.run_one_for(100ms);
  bool over = false;
  asio::co_spawn(bench.loop, bench.tests->end_all(), [&](const std::exception_ptr&) { over = true; });
  while (!over && std::chrono::steady_clock::now() < end) bench.loop.run_one_for(100ms);
  CHECK(over);
  CHECK(bench.said.back() == "STOP");
  CHECK(bench.row("drill").state == "error");
  CHECK(std::holds_alternative<control::Trouble>(bench.tests->start("lamp", "Li")));
}

TEST_CASE("an instrument that is not proven is asked and never started") {
  TestsBench bench;
  bench.identity = guard::Identity::unproven;
  const auto row = bench.run("drill");
  CHECK(row.state == "error");
  CHECK(row.why.en.find("proven") != std::string::npos);
  CHECK_FALSE(bench.was_said("START"));
}

TEST_CASE("one instrument does one test at a time, and another instrument is free") {
  TestsBench bench;
  REQUIRE(std::holds_alternative<control::TestRow>(bench.tests->start("drill", "Li")));
  const auto busy = bench.tests->start("lamp", "Zhang");
  REQUIRE(std::holds_alternative<control::Trouble>(busy));
  CHECK(std::get<control::Trouble>(busy).message.en.find("drill") != std::string::npos);
  CHECK(std::holds_alternative<control::TestRow>(bench.tests->start("bench-1", "Zhang")));
  CHECK(std::get<control::Trouble>(bench.tests->start("bench-9", "")).code == control::Refusal::not_found);
}

TEST_CASE("a test by contacts pulses the start relay once and takes the contact that closes") {
  TestsBench bench;
  bench.contacts = {true, false};
  CHECK(bench.run("bench-1").state == "pass");
  CHECK(bench.pulsed == std::vector<std::string>{"relay.2"});
  TestsBench failing;
  failing.contacts = {false, true};
  CHECK(failing.run("bench-1").state == "fail");
  CHECK(failing.notices.at(0).failed);
  TestsBench silent;
  CHECK(silent.run("bench-1").state == "undecidable");
  CHECK(silent.row("bench-1").why.en.find("time is over") != std::string::npos);
}

TEST_CASE("inputs that cannot be read are no verdict: before the start nothing is started") {
  TestsBench bench;
  bench.blind = true;
  CHECK(bench.run("bench-1").state == "error");
  CHECK(bench.pulsed.empty());
}

TEST_CASE("a finding of a test belongs to the instrument, or to the device that reads its contacts") {
  const TestsBench bench;
  CHECK(bench.tests->device_of("drill") == "meter");
  CHECK(bench.tests->device_of("bench-1") == "inputs");
  CHECK(bench.tests->device_of("nothing").empty());
}
