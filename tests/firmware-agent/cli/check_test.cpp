// `inspectctl check` reads with the agent's own parsers and needs no running agent.
#include "firmware-agent/cli/check_report.hpp"
#include "tests/firmware-agent/cli/child.hpp"
#include "tests/firmware-agent/control/running_server.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

using namespace inspect;
using namespace inspect::tests;

namespace {

constexpr const char* site_text = R"([site]
name = "demo"
title = { zh = "演示", en = "Demo" }
gateway = "demo-gw-01"

[[bus]]
name = "line"
title = "line 1"
serial = { port = "/dev/ttyS0", baud = 9600, stop_bits = 2 }

[[device]]
name = "rail"
title = "12 V"
bus = "line"
unit = 3
profile = "pzem-017"

[end]
site = "demo"
)";

struct Files {
  TemporaryDirectory directory;
  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
    auto path = directory.path() + '/' + name;
    std::ofstream(path) << text;
    return path;
  }
};

Ended check(std::vector<std::string> words) {
  words.insert(words.begin(), "check");
  words.insert(words.end(), {"--profiles", "drivers/profiles"});
  return run_inspectctl({std::move(words), {}});
}

std::string shipped(const std::string& name) {
  std::ifstream file("drivers/profiles/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("a good site is told with what is in it") {
  const Files files;
  const auto ended = check({files.write("site.toml", site_text)});
  CHECK(ended.code == 0);
  CHECK(ended.err.empty());
  CHECK(ended.out.find(": well. Site demo; buses 1, devices 1, points ") != std::string::npos);
}

TEST_CASE("a bad site ends with 7, each problem on stderr as file:line:column with its cure") {
  const Files files;
  auto text = std::string(site_text);
  text.replace(text.find("\"line\"\nunit"), 6, "\"wire\"");
  const auto path = files.write("site.toml", text);
  const auto ended = check({path});
  CHECK(ended.code == 7);
  CHECK(ended.out.empty());
  CHECK(ended.err.rfind(path + ":14:", 0) == 0);
  CHECK(ended.err.find("wire") != std::string::npos);
  CHECK(ended.err.find("last good configuration") != std::string::npos);
}

TEST_CASE("directories of profiles that are not there are one problem, not one for each device") {
  const Files files;
  const auto path = files.write("site.toml", site_text);
  const auto ended = run_inspectctl({{"check", path, "--profiles", "/nowhere/a", "--profiles", "/nowhere/b"}, {}});
  CHECK(ended.code == 7);
  CHECK(ended.err.find("no such directory of profiles: /nowhere/a, /nowhere/b; ") != std::string::npos);
  CHECK(ended.err.find("there is no profile") == std::string::npos);
  CHECK(ended.err.find("problems: 1;") != std::string::npos);
}

TEST_CASE("problems are told in the person's language, and in JSON in both") {
  const Files files;
  auto text = std::string(site_text);
  text.replace(text.find("\"line\"\nunit"), 6, "\"lime\"");
  const auto path = files.write("site.toml", text);
  const auto zh = check({path, "--lang", "zh"});
  CHECK(zh.code == 7);
  CHECK(zh.err == path +
                      ":14:7: 没有总线 \"lime\"，是否为 \"line\"；请改正，或加一个 [[bus]]\n"
                      "问题：1。这份配置不会生效；正在运行的服务继续用上一份有效配置\n");
  CHECK(check({path}).err.rfind(
            path + ":14:7: there is no bus \"lime\", did you mean \"line\"; correct it or add a [[bus]]\n", 0) == 0);
  const auto json = check({path, "--json"});
  CHECK(json.out.find(R"("problems":[{"zh":")" + path + R"(:14:7: 没有总线)") != std::string::npos);
  CHECK(json.out.find(R"("en":")" + path + R"(:14:7: there is no bus)") != std::string::npos);
}

TEST_CASE("a profile with a problem stops every site that uses it, and the check says which line of it") {
  const Files files;
  auto text = shipped("pzem-017.toml");
  text.replace(text.find("input-register"), 14, "input-registar");
  const auto profile = files.write("pzem-017.toml", text);
  const auto ended = run_inspectctl(
      {{"check", files.write("site.toml", site_text), "--profiles", files.directory.path(), "--lang", "zh"}, {}});
  CHECK(ended.code == 7);
  CHECK(ended.err.rfind(profile + ':', 0) == 0);
  CHECK(ended.err.find("不认识 \"input-registar\"，是否为 \"input-register\"；可用 coil") != std::string::npos);
}

TEST_CASE("a site cut at any line is refused or well, and never ends the program otherwise") {
  const Files files;
  const std::string text = site_text;
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    const auto code = check({files.write("cut.toml", text.substr(0, at + 4))}).code;
    CAPTURE(at);
    CHECK((code == 0 || code == 7));
  }
}

TEST_CASE("a rule's kind of fault is looked up in the catalogue") {
  const Files files;
  auto text = std::string(site_text);
  text.insert(text.find("[end]"), R"([[watch]]
detector = "limit"
kind = "rail.lo"
point = "rail/output.voltage"
low = 11.4

)");
  const auto site = files.write("site.toml", text);
  const auto bad = check({site, "--catalogue", "protocol/catalogue"});
  CHECK(bad.code == 7);
  CHECK(bad.err.find("rail.low") != std::string::npos);
  // Where there is no catalogue the rest is checked all the same.
  CHECK(check({site, "--catalogue", "/no/such/directory"}).code == 0);
}

TEST_CASE("a file that is not there is a problem too") {
  const auto ended = check({"/no/such/site.toml"});
  CHECK(ended.code == 7);
  CHECK(ended.err.find("/no/such/site.toml") != std::string::npos);
}

TEST_CASE("a profile is checked by the drivers' parser") {
  const Files files;
  const auto good = check({"--profile", "drivers/profiles/pzem-017.toml"});
  CHECK(good.code == 0);
  CHECK(good.out.find("Model pzem-017") != std::string::npos);
  auto text = shipped("pzem-017.toml");
  text.replace(text.find("input-register"), 14, "input-registar");
  const auto path = files.write("pzem-017.toml", text);
  const auto bad = check({"--profile", path});
  CHECK(bad.code == 7);
  CHECK(bad.err.find(path + ':') != std::string::npos);
}

TEST_CASE("--json gives a report for scripts, good or bad") {
  const Files files;
  const auto path = files.write("site.toml", site_text);
  const auto good = check({path, "--json"});
  CHECK(good.code == 0);
  CHECK(good.out.rfind(R"({"ok":true,"file":")" + path +
                           R"(","problems":[],"warnings":[],"site":"demo","model":"","buses":1,"devices":1,)",
                       0) == 0);
  const auto bad = check({files.write("bad.toml", "nonsense"), "--json"});
  CHECK(bad.code == 7);
  CHECK(bad.out.rfind(R"({"ok":false,)", 0) == 0);
  CHECK(bad.err.empty());
}

TEST_CASE("a report of a file with broken bytes is still JSON") {
  cli::CheckReport report;
  report.file = "x";
  report.problems = {{"x:1:1: \xff 不是字", "x:1:1: \xff is no letter"}};
  CHECK(cli::to_json(report).find("\xEF\xBF\xBD") != std::string::npos);
}

TEST_CASE("a plan of leakage tests is known by its tables and read by its own parser") {
  const auto well = run_inspectctl({{"check", "examples/leakage-plan.toml", "--catalogue", "protocol/catalogue"}, {}});
  CHECK(well.code == 0);
  CHECK(well.out.find("A plan of leakage tests; tests 3") != std::string::npos);
  const Files files;
  std::ifstream shipped_plan("examples/leakage-plan.toml");
  std::ostringstream text;
  text << shipped_plan.rdbuf();
  auto spoilt = text.str();
  spoilt.replace(spoilt.find("gb4706-1.class-1.portable"), 25, "gb4706-1.class-1.portabel");
  const auto path = files.write("plan.toml", spoilt);
  const auto bad = run_inspectctl({{"check", path, "--catalogue", "protocol/catalogue"}, {}});
  CHECK(bad.code == 7);
  CHECK(bad.err.find(path + ":20:") == 0);
  CHECK(bad.err.find("did you mean \"gb4706-1.class-1.portable\"") != std::string::npos);
  CHECK(bad.err.find("no test of this plan can be run") != std::string::npos);
  const auto chinese = run_inspectctl({{"check", path, "--catalogue", "protocol/catalogue", "--lang", "zh"}, {}});
  CHECK(chinese.err.find("没有限值") != std::string::npos);
}

TEST_CASE("a profile is known by its table, without being asked for as one") {
  const auto ended = run_inspectctl({{"check", "drivers/profiles/pzem-017.toml"}, {}});
  CHECK(ended.code == 0);
  CHECK(ended.out.find("Model pzem-017") != std::string::npos);
}
