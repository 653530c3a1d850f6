#include "drivers/tester/tester.hpp"
#include "drivers/profiles/load.hpp"
#include "tests/drivers/relay_board/permits.hpp"
#include "tests/drivers/usb/run.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

using namespace inspect;
using namespace inspect::drivers;
using namespace std::chrono_literals;
using inspect::tests::permit;
using inspect::tests::run;
using usb::TesterJob;

namespace {

BootTime clock_now{1h};
BootTime now() {
  clock_now += 10ms;
  return clock_now;
}

struct Script {
  std::map<std::string, std::string> first;  ///< given once, before `answers`
  std::map<std::string, Result<std::string>> answers;
  std::vector<std::string> said;
  std::vector<std::optional<Errc>> exchanges;
};

class ScriptedWire final : public TesterWire {
 public:
  explicit ScriptedWire(Script& script) : script_(script) {}
  boost::asio::awaitable<Result<void>> tell(std::string text, BootTime) override {
    script_.said.push_back(text);
    co_return Result<void>{};
  }
  boost::asio::awaitable<Result<std::string>> ask(std::string text, BootTime) override {
    script_.said.push_back(text);
    if (const auto once = script_.first.extract(text)) co_return once.mapped();
    const auto found = script_.answers.find(text);
    if (found == script_.answers.end()) co_return fail(Errc::timeout, "no answer");
    co_return found->second;
  }
  boost::asio::awaitable<void> exchanged(std::optional<Errc> failure) override {
    script_.exchanges.push_back(failure);
    co_return;
  }
  void close() override {}

 private:
  Script& script_;
};

/// An instrument of which every word is known.
usb::TesterWords known_words() {
  usb::TesterWords words;
  words.maker = "MAKER";
  words.model = "M1";
  words.commands = {{TesterJob::identify, "*IDN?", {}}, {TesterJob::configure, "LIMIT {upper}", {}},
                    {TesterJob::start, "START", {}},    {TesterJob::wait, "BUSY?", {}},
                    {TesterJob::fetch, "READ?", {}},    {TesterJob::stop, "STOP", {}}};
  words.verdicts = {{"PASS", usb::TesterVerdict::pass}, {"FAIL", usb::TesterVerdict::fail}};
  words.fields = {{"test.verdict", true, "", false, 1, ""}, {"leakage.current", false, "", false, 2, "A"}};
  words.poll = 1ms;
  return words;
}

struct Played {
  explicit Played(usb::TesterWords the_words) : words(std::move(the_words)) {}

  Result<usb::TesterAnswer> test(bool allowed, const std::string& only = "") {
    usb::TestPlan plan;
    plan.values = {{"upper", 0.005}};
    return run(loop, tester.run(plan, [=, this](std::string action) -> Result<WritePermit> {
      asked.push_back(action);
      if (!allowed || (!only.empty() && action != only)) return fail(Errc::not_permitted, "no");
      return permit("meter", action, clock_now);
    }));
  }
  [[nodiscard]] bool said(const std::string& text) const {
    return std::find(script.said.begin(), script.said.end(), text) != script.said.end();
  }

  boost::asio::io_context loop;
  usb::TesterWords words;
  Script script;
  mutable std::vector<std::string> asked;
  Tester tester{"meter", words, std::make_unique<ScriptedWire>(script), &now};
};

}  // namespace

TEST_CASE("an instrument says who it is, and another model is refused") {
  Played played(known_words());
  played.script.answers.emplace("*IDN?", "MAKER,M1,SN7,1.0");
  CHECK(run(played.loop, played.tester.identify())->serial == "SN7");
  CHECK(played.tester.identity()->serial == "SN7");
  Played other(known_words());
  other.script.answers.emplace("*IDN?", "MAKER,X9,SN7,1.0");
  CHECK(run(other.loop, other.tester.identify()).error().code == Errc::device_refused);
  CHECK_FALSE(other.tester.identity().has_value());
}

TEST_CASE("silence comes up as a time-out and is an exchange that failed") {
  Played played(known_words());
  CHECK(run(played.loop, played.tester.identify()).error().code == Errc::timeout);
  CHECK(played.script.exchanges == std::vector<std::optional<Errc>>{Errc::timeout});
}

TEST_CASE("what it shows is fetched without changing anything") {
  Played played(known_words());
  played.script.answers.emplace("READ?", "PASS,1.25E-03");
  const auto answer = run(played.loop, played.tester.fetch());
  REQUIRE(answer.has_value());
  CHECK(answer->verdict == usb::TesterVerdict::pass);
  CHECK(answer->quantities.at("leakage.current").value == doctest::Approx(0.00125));
  CHECK(played.script.said == std::vector<std::string>{"READ?"});
}

TEST_CASE("without a permit no word that changes anything is sent") {
  Played played(known_words());
  played.script.answers.emplace("*IDN?", "MAKER,M1,SN7,1.0");
  CHECK_FALSE(played.test(false).has_value());
  for (const auto* word : {"LIMIT 0.005", "START", "STOP"}) CHECK_FALSE(played.said(word));
  CHECK_FALSE(played.asked.empty());
}

TEST_CASE("who may configure but not start does not start") {
  Played played(known_words());
  played.script.answers.emplace("*IDN?", "MAKER,M1,SN7,1.0");
  CHECK_FALSE(played.test(true, "test.configure").has_value());
  CHECK_FALSE(played.said("START"));
}

TEST_CASE("a started test that goes silent is stopped, although stop alone was never permitted") {
  Played played(known_words());
  played.script.answers.emplace("*IDN?", "MAKER,M1,SN7,1.0");
  CHECK_FALSE(played.test(true).has_value());
  CHECK(played.said("START"));
  CHECK(played.said("STOP"));
  CHECK(std::count(played.asked.begin(), played.asked.end(), "test.stop") == 0);
}

TEST_CASE("a whole test ends with its verdict and its number") {
  Played played(known_words());
  played.script.answers.emplace("*IDN?", "MAKER,M1,SN7,1.0");
  played.script.answers.emplace("BUSY?", "PASS,1.25E-03");
  played.script.first.emplace("READ?", "FAIL,9E-03");  // the test before
  played.script.answers.emplace("READ?", "PASS,1.25E-03");
  const auto answer = played.test(true);
  REQUIRE(answer.has_value());
  CHECK(answer->verdict == usb::TesterVerdict::pass);
  CHECK(played.tester.results()->quantities.at("leakage.current").value == doctest::Approx(0.00125));
}

TEST_CASE("what no source tells of a shipped model is refused before anything is sent") {
  const auto profile = load_profile("drivers/profiles/tos3200.toml").value();
  Played played(*profile.tester);
  CHECK(played.test(true).error().code == Errc::unsupported_point);
  CHECK(played.script.said.empty());
  CHECK(run(played.loop, played.tester.fetch()).error().code == Errc::unsupported_point);
}
