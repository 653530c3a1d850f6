#include "protocol/usb/tester_run.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <vector>

using namespace inspect;
using namespace inspect::usb;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// A tester whose every word is known, as no shipped one is yet.
TesterWords whole() {
  TesterWords words;
  words.model = "T-1";
  words.commands = {{TesterJob::identify, "*IDN?", {}},
                    {TesterJob::clear, "*CLS", {}},
                    {TesterJob::configure, "UPP {upper}", {}},
                    {TesterJob::configure, "TIME {time}", {}},
                    {TesterJob::start, "START", {}},
                    {TesterJob::wait, "STATE?", {}},
                    {TesterJob::fetch, "RESULT?", {}},
                    {TesterJob::stop, "STOP", {}},
                    {TesterJob::error, "ERR?", {}}};
  words.verdicts = {{"RUN", TesterVerdict::running}, {"PASS", TesterVerdict::pass}, {"FAIL", TesterVerdict::fail}};
  words.fields = {{"test.verdict", true, "", false, 1, ""}, {"leakage.current", false, "", false, 2, "A"}};
  words.poll = milliseconds{200};
  words.longest = seconds{60};
  return words;
}

void unknown(TesterWords& words, TesterJob job) {
  for (auto& command : words.commands) {
    if (command.job == job) command.send.clear(), command.unknown = {"未知", "not in the manual"};
  }
}

/// An instrument by a script: question → answers in turn, the last for ever.
struct Script {
  std::map<std::string, std::deque<std::string>> answers{
      {"*IDN?", {"Maker,T-1,S1,1.0"}},
      {"ERR?", {"0,\"No error\""}},
      {"STATE?", {"RUN", "RUN", "PASS"}},
      {"RESULT?", {"FAIL,9E-3", "PASS,0.24E-3"}}};  // the last test's first
  std::string fails;                                ///< this command times out
  std::vector<std::string> sent;
  std::vector<std::string> permitted;
  BootTime now{std::chrono::hours{1}};

  Result<TesterAnswer> play(TesterRun& run) {
    for (int steps = 0; steps < 10'000; ++steps) {
      const auto step = run.next(now);
      if (step.what == RunStep::Do::done) return run.result();
      if (step.what == RunStep::Do::pause) {
        now = step.until;
        run.took("", now);
        continue;
      }
      now += milliseconds{10};
      sent.push_back(step.text);
      if (step.needs_permit) permitted.push_back(step.text);
      if (step.text == fails) {
        run.took(fail(Errc::timeout, "no answer"), now);
      } else if (step.what == RunStep::Do::tell) {
        run.took("", now);
      } else {
        auto& list = answers[step.text];
        REQUIRE_FALSE(list.empty());
        run.took(list.front(), now);
        if (list.size() > 1) list.pop_front();
      }
    }
    FAIL("the test does not end");
    return run.result();
  }
};

Result<TesterAnswer> play(Script& script, const TesterWords& words, TestPlan plan = {{{"upper", 0.75}, {"time", 2}}}) {
  TesterRun run(words, std::move(plan), script.now);
  return script.play(run);
}

using Sent = std::vector<std::string>;

}  // namespace

TEST_CASE("a test identifies, clears, configures, asks for errors, starts, waits and fetches, in this order") {
  Script script;
  const auto words = whole();
  const auto answer = play(script, words).value();
  CHECK(answer.verdict == TesterVerdict::pass);
  CHECK(answer.quantities.at("leakage.current").value == doctest::Approx(0.24e-3));
  CHECK(script.sent == Sent{"*IDN?", "*CLS", "UPP 0.75", "TIME 2", "ERR?", "RESULT?", "START", "STATE?", "STATE?",
                            "STATE?", "RESULT?"});
  CHECK(script.permitted == Sent{"UPP 0.75", "TIME 2", "START"});
}

TEST_CASE("the questions while it runs keep their distance") {
  Script script;
  const auto words = whole();
  const auto begun = script.now;
  REQUIRE(play(script, words).has_value());
  CHECK(script.now - begun == 11 * milliseconds{10} + 2 * words.poll);
}

TEST_CASE("without a word that is needed nothing is sent at all") {
  for (const auto job : {TesterJob::start, TesterJob::configure, TesterJob::fetch}) {
    Script script;
    auto words = whole();
    unknown(words, job);
    const auto answer = play(script, words);
    REQUIRE(!answer.has_value());
    CHECK(answer.error().code == Errc::unsupported_point);
    CHECK(answer.error().message.find("not in the manual") != std::string::npos);
    CHECK(script.sent.empty());
  }
  Script script;
  const auto words = whole();
  CHECK(play(script, words, {{{"upper", 0.75}}}).error().code == Errc::invalid_argument);
  CHECK(script.sent.empty());
}

TEST_CASE("a test that somebody starts by hand is waited for and read, and nothing is ordered") {
  Script script;
  auto words = whole();
  unknown(words, TesterJob::start);
  unknown(words, TesterJob::stop);
  TestPlan plan;
  plan.by_hand = true;
  CHECK(play(script, words, plan)->verdict == TesterVerdict::pass);
  CHECK(script.sent == Sent{"*IDN?", "*CLS", "RESULT?", "STATE?", "STATE?", "STATE?", "RESULT?"});
  CHECK(script.permitted.empty());
}

TEST_CASE("where waiting and fetching are one question its answer is the result") {
  Script script;
  auto words = whole();
  for (auto& command : words.commands) {
    if (command.job == TesterJob::wait) command.send = "RESULT?";
  }
  script.answers["RESULT?"] = {"PASS,1E-6", "RUN", "FAIL,9.9E37"};
  const auto answer = play(script, words).value();
  CHECK(answer.verdict == TesterVerdict::fail);
  CHECK(answer.quantities.at("leakage.current").kind == NumberKind::over);
  CHECK(std::count(script.sent.begin(), script.sent.end(), "RESULT?") == 3);
}

TEST_CASE("where there is no word to wait by, fetching tells that it still runs") {
  Script script;
  auto words = whole();
  std::erase_if(words.commands, [](const auto& command) { return command.job == TesterJob::wait; });
  script.answers["RESULT?"] = {"PASS,1E-6", "RUN", "RUN", "PASS,1E-6"};
  CHECK(play(script, words)->verdict == TesterVerdict::pass);
}

TEST_CASE("the result of the test before is never taken for this one's") {
  auto words = whole();
  std::erase_if(words.commands, [](const auto& command) { return command.job == TesterJob::wait; });
  for (const bool by_hand : {true, false}) {
    Script script;
    script.answers["RESULT?"] = {"PASS,0.1E-3"};  // for ever what it was
    TestPlan plan;
    plan.by_hand = by_hand;
    CHECK(play(script, words, plan).error().code == Errc::timeout);
    CHECK((script.sent.back() == "STOP") == !by_hand);
  }
  // An instrument that was never seen running: another text, and the same twice.
  Script script;
  script.answers["RESULT?"] = {"PASS,1E-4", "PASS,1E-4", "PASS,2E-4", "FAIL,5E-3", "FAIL,5E-3"};
  const auto answer = play(script, words, {{}, true}).value();
  CHECK(answer.verdict == TesterVerdict::fail);
  CHECK(answer.quantities.at("leakage.current").value == doctest::Approx(5e-3));
  CHECK(std::count(script.sent.begin(), script.sent.end(), "RESULT?") == 5);
}

TEST_CASE("an instrument that has nothing to show before its first test, or garbage, is tested all the same") {
  const auto words = whole();
  Script garbage;
  garbage.answers["RESULT?"] = {"nothing yet", "PASS,0.24E-3"};
  CHECK(play(garbage, words)->verdict == TesterVerdict::pass);
  TesterRun run(words, {}, garbage.now);
  for (int step = 0; step < 2; ++step) {
    (void)run.next(garbage.now);
    run.took(step == 0 ? "Maker,T-1,S1,1.0" : "", garbage.now);
  }
  CHECK(run.next(garbage.now).text == "RESULT?");
  run.took(fail(Errc::timeout, "no answer"), garbage.now);
  CHECK(run.next(garbage.now).text == "START");
}

TEST_CASE("another model is not configured and not started") {
  Script script;
  script.answers["*IDN?"] = {"Maker,X-9,S1,1.0"};
  const auto words = whole();
  const auto answer = play(script, words);
  REQUIRE(!answer.has_value());
  CHECK(answer.error().code == Errc::not_permitted);
  CHECK(script.sent == Sent{"*IDN?"});
}

TEST_CASE("an instrument that did not understand its configuration is not started") {
  Script script;
  script.answers["ERR?"] = {"-222,\"Data out of range\""};
  const auto words = whole();
  CHECK(play(script, words).error().code == Errc::device_refused);
  CHECK(std::count(script.sent.begin(), script.sent.end(), "START") == 0);
  CHECK(std::count(script.sent.begin(), script.sent.end(), "STOP") == 0);
}

TEST_CASE("after the start, whatever fails, the voltage is taken off once and then the first error is told") {
  const auto words = whole();
  for (const std::string failing : {"START", "STATE?", "RESULT?"}) {  // the first RESULT? is before the start
    CAPTURE(failing);
    Script script;
    script.fails = failing;
    CHECK(play(script, words).error().code == Errc::timeout);
    CHECK(script.sent.back() == "STOP");
    CHECK(std::count(script.sent.begin(), script.sent.end(), "STOP") == 1);
  }
  Script garbage;
  garbage.answers["STATE?"] = {"\x01\x02"};
  CHECK(play(garbage, words).error().code == Errc::corrupt_frame);
  CHECK(garbage.sent.back() == "STOP");
}

TEST_CASE("before the start nothing is stopped") {
  const auto words = whole();
  for (const std::string failing : {"*IDN?", "*CLS", "UPP 0.75", "TIME 2", "ERR?"}) {
    CAPTURE(failing);
    Script script;
    script.fails = failing;
    CHECK(play(script, words).error().code == Errc::timeout);
    CHECK(script.sent.back() == failing);
  }
}

TEST_CASE("a start that was not permitted was not sent, so nothing is stopped either") {
  const auto words = whole();
  Script script;
  TesterRun run(words, {}, script.now);
  for (int steps = 0; steps < 20; ++steps) {
    const auto step = run.next(script.now);
    if (step.what == RunStep::Do::done) break;
    CHECK(step.text != "STOP");
    if (step.needs_permit) {
      run.took(fail(Errc::not_permitted, "an exam is on"), script.now);
    } else {
      run.took(step.text == "*IDN?" ? "Maker,T-1,S1,1.0" : "", script.now);
    }
  }
  CHECK(run.result().error().code == Errc::not_permitted);
}

TEST_CASE("a test that never ends is stopped when its time is over") {
  Script script;
  script.answers["STATE?"] = {"RUN"};
  const auto words = whole();
  const auto begun = script.now;
  CHECK(play(script, words).error().code == Errc::timeout);
  CHECK(script.sent.back() == "STOP");
  CHECK(script.now - begun >= words.longest);
  CHECK(script.now - begun < words.longest + seconds{1});

  Script shorter;
  shorter.answers["STATE?"] = {"RUN"};
  TestPlan plan{{{"upper", 0.75}, {"time", 2}}};
  plan.limit = seconds{3};
  const auto then = shorter.now;
  CHECK(play(shorter, words, plan).error().code == Errc::timeout);
  CHECK(shorter.now - then < seconds{4});
}

TEST_CASE("a stop that fails too changes nothing of what is told") {
  auto words = whole();
  Script script;
  script.fails = "STOP";
  script.answers["STATE?"] = {"nonsense"};
  CHECK(play(script, words).error().code == Errc::corrupt_frame);
}

TEST_CASE("the identity is told as soon as it is known") {
  Script script;
  const auto words = whole();
  TesterRun run(words, {{{"upper", 0.75}, {"time", 2}}}, script.now);
  CHECK_FALSE(run.identity().has_value());
  REQUIRE(script.play(run).has_value());
  CHECK(run.identity()->serial == "S1");
}

TEST_CASE("a test that must not go on takes the voltage off, and before its start just ends") {
  TesterWords words = whole();
  Script script;
  TesterRun before(words, {{{"upper", 0.005}, {"time", 3}}}, script.now);
  before.abort(fail(Errc::not_permitted, "an exam is on"));
  CHECK(script.play(before).error().code == Errc::not_permitted);
  CHECK(script.sent.empty());

  TesterRun running(words, {{{"upper", 0.005}, {"time", 3}}}, script.now);
  while (script.sent.empty() || script.sent.back() != "START") {
    const auto step = running.next(script.now);
    script.sent.push_back(step.text);
    running.took(step.text == "*IDN?"  ? "Maker,T-1,S1,1.0"
                 : step.text == "ERR?" ? "0,\"No error\""
                                       : "RUN",
                 script.now);
  }
  running.abort(fail(Errc::not_permitted, "an exam is on"));
  CHECK(running.next(script.now).text == "STOP");
  running.abort(fail(Errc::timeout, "something else"));
  running.took("", script.now);
  CHECK(running.next(script.now).what == RunStep::Do::done);
  CHECK(running.result().error().message == "an exam is on");
}
