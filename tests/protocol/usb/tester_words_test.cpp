#include "protocol/usb/tester_words.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace inspect;
using namespace inspect::usb;

namespace {

/// As the manual page quoted in reference: devices, 4.4 has it.
TesterWords gpt() {
  TesterWords words;
  words.model = "GPT-98";
  words.commands = {{TesterJob::identify, "*IDN?", {}},
                    {TesterJob::configure, "MANU:ACW:CHISet {upper}", {}},
                    {TesterJob::configure, "MANU:ACW:TTIMe {time}", {}},
                    {TesterJob::start, "", {"起动命令未知", "the word for start is not known"}},
                    {TesterJob::fetch, "MEASure?", {}}};
  words.verdicts = {{"PASS", TesterVerdict::pass}, {"FAIL", TesterVerdict::fail}, {"VIEW", TesterVerdict::running}};
  words.fields = {{"test.verdict", true, "", false, 2, ""}, {"leakage.current", false, "", false, 4, "A"}};
  return words;
}

/// As reference: devices, 4.2 has it.
TesterWords ainuo() {
  TesterWords words;
  words.echoes = true;
  words.item_separator = ';';
  words.numbers.unknown = {"null"};
  words.commands = {{TesterJob::fetch, "TD?", {}}};
  words.verdicts = {{"ok", TesterVerdict::pass},
                    {"ng", TesterVerdict::fail},
                    {"testing", TesterVerdict::running},
                    {"null", TesterVerdict::none}};
  words.fields = {{"test.verdict", true, "", true, 1, ""}, {"leakage.current", false, "LC", false, 3, "A"}};
  return words;
}

}  // namespace

TEST_CASE("commands go out with their values, in the order of the profile") {
  using Commands = std::vector<std::string>;
  CHECK(commands_for(gpt(), TesterJob::configure, {{"upper", 0.75}, {"time", 2}}).value() ==
        Commands{"MANU:ACW:CHISet 0.75", "MANU:ACW:TTIMe 2"});
  CHECK(commands_for(gpt(), TesterJob::identify).value() == Commands{"*IDN?"});
}

TEST_CASE("a command without its value is our slip, never half a command") {
  const auto inf = std::numeric_limits<double>::infinity();
  CHECK(commands_for(gpt(), TesterJob::configure, {{"upper", 1}}).error().code == Errc::invalid_argument);
  CHECK(commands_for(gpt(), TesterJob::configure, {{"upper", inf}, {"time", 1}}).error().code ==
        Errc::invalid_argument);
  CHECK(commands_for(gpt(), TesterJob::configure, {{"upper", std::nan("")}, {"time", 1}}).error().code ==
        Errc::invalid_argument);
  auto open = gpt();
  open.commands[1].send = "X {upper";
  CHECK(!commands_for(open, TesterJob::configure, {{"upper", 1}, {"time", 1}}));
}

TEST_CASE("an unknown word is refused with its reason, and a missing one too") {
  const auto start = commands_for(gpt(), TesterJob::start);
  REQUIRE(!start);
  CHECK(start.error().code == Errc::unsupported_point);
  CHECK(start.error().message == "start: the word for start is not known");
  CHECK(why_not(gpt(), TesterJob::start)->zh == "起动命令未知");
  CHECK(commands_for(gpt(), TesterJob::stop).error().code == Errc::unsupported_point);
  CHECK(why_not(gpt(), TesterJob::fetch) == std::nullopt);
  // One unknown among several makes the job unknown: half a configuration is none.
  auto half = gpt();
  half.commands.push_back({TesterJob::configure, "", {"未知", "not known"}});
  CHECK(!commands_for(half, TesterJob::configure, {{"upper", 1}, {"time", 1}}));
}

TEST_CASE("a GPT's answer is read: verdict, and current in ampere") {
  const auto answer = read_answer(gpt(), "ACW, FAIL ,0.024kV ,0.013 mA,R=000.1S").value();
  CHECK(answer.verdict == TesterVerdict::fail);
  CHECK(answer.quantities.at("leakage.current").value == doctest::Approx(13e-6));
  CHECK(answer.quantities.at("leakage.current").unit == "A");
}

TEST_CASE("an AN9640B's answer is read with the command's word before it and without") {
  for (const std::string head : {"", "TD "}) {
    const auto answer = read_answer(ainuo(), head + "GB,10.0A,52m\xCE\xA9,ok,;LC,242V,0.131mA,ok,;ok;").value();
    CHECK(answer.verdict == TesterVerdict::pass);
    CHECK(answer.quantities.at("leakage.current").value == doctest::Approx(131e-6));
  }
  CHECK(read_answer(ainuo(), "LC,242V,null,null,;null;")->quantities.at("leakage.current").kind == NumberKind::unknown);
}

TEST_CASE("while it runs there are no numbers, and none are wanted") {
  const auto answer = read_answer(ainuo(), "testing;").value();
  CHECK(answer.verdict == TesterVerdict::running);
  CHECK(answer.quantities.empty());
}

TEST_CASE("a test that was aborted has its verdict, whatever else the answer holds") {
  auto words = ainuo();
  words.verdicts.push_back({"notTest", TesterVerdict::aborted});
  const auto answer = read_answer(words, "GB,10A,null,null,;notTest;").value();
  CHECK(answer.verdict == TesterVerdict::aborted);
  CHECK(answer.quantities.empty());
  CHECK(read_answer(words, "LC,x,y,z,;notTest;")->quantities.empty());
}

TEST_CASE("an answer without a verdict in the profile needs all its numbers") {
  auto words = gpt();
  words.fields.erase(words.fields.begin());
  CHECK(read_answer(words, "a,b,c,1mA")->quantities.at("leakage.current").value == doctest::Approx(1e-3));
  CHECK(!read_answer(words, "a,b,c").has_value());
}

TEST_CASE("an answer with an unknown verdict, a missing field or a wrong unit is damaged, never half read") {
  for (const auto* text : {"", "ACW", "ACW,PASS", "ACW,PASS,1kV", "ACW,PASS,1kV,abc,T", "ACW,PAS,1kV,1mA,T",
                           "ACW,PASS,1kV,1 mV,T", "ACW,\"PASS,1kV,1mA,T"}) {
    CAPTURE(text);
    CHECK(read_answer(gpt(), text).error().code == Errc::corrupt_frame);
  }
  CHECK(!read_answer(ainuo(), "GB,10A,52m\xCE\xA9,ok,;ok;"));  // no leakage in it
}

TEST_CASE("a bare number is counted in the profile's unit") {
  auto words = gpt();
  words.fields[1].unit = "mA";
  CHECK(read_answer(words, "ACW,PASS,1,0.5,T")->quantities.at("leakage.current").value == doctest::Approx(0.5e-3));
  words.fields[1].unit = "furlong";
  CHECK(read_answer(words, "ACW,PASS,1,0.5,T").error().code == Errc::invalid_argument);
}

TEST_CASE("the model is told by what the instrument answers") {
  CHECK(is_model(gpt(), {"", "GPT-9803", "X", "V1"}).value());
  CHECK_FALSE(is_model(gpt(), {"", "GPT-9901", "X", "V1"}).value());
  CHECK(is_model(ainuo(), {"", "AN9640B", "X", "V1"}).error().code == Errc::unsupported_point);
  auto kikusui = gpt();
  kikusui.maker = "KIKUSUI";
  CHECK_FALSE(is_model(kikusui, {"", "GPT-9803", "X", "V1"}).value());
}

TEST_CASE("what changes the instrument or the world needs a permit") {
  for (const auto job : {TesterJob::configure, TesterJob::start, TesterJob::stop}) CHECK(changes(job));
  for (const auto job : {TesterJob::identify, TesterJob::clear, TesterJob::wait, TesterJob::fetch, TesterJob::error}) {
    CHECK_FALSE(changes(job));
  }
  CHECK(name(TesterJob::error) == "error");
  CHECK(name(TesterVerdict::error) == "error");
}
