// The completion as bash runs it: the script is sourced, a line is set, and what it offers is read.
#include "firmware-agent/cli/completion.hpp"

#include "tests/firmware-agent/cli/child.hpp"
#include "tests/firmware-agent/control/running_server.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <sstream>

using namespace inspect;
using namespace inspect::tests;

namespace {

/// What bash offers for the last of the words.
std::vector<std::string> offers(const std::vector<std::string>& words, const std::string& socket) {
  const auto* folder = std::getenv("INSPECT_BIN");
  const std::string program = std::string(folder == nullptr ? "build/dev/bin" : folder) + "/inspectctl";
  std::string line = "COMP_WORDS=('" + program + "'";
  for (const auto& word : words) line += " '" + word + "'";
  line += "); COMP_CWORD=" + std::to_string(words.size());
  const TemporaryDirectory directory;
  const auto script = directory.path() + "/run.bash";
  std::ofstream(script) << "set -u\nexport INSPECT_SOCKET='" << socket << "'\nsource <('" << program
                        << "' completion bash)\n"
                        << line << "\n_inspectctl\n"
                        << "for one in \"${COMPREPLY[@]}\"; do echo \"$one\"; done\n";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(("bash " + script + " 2>&1").c_str(), "r"), pclose);
  std::string out;
  std::array<char, 4096> buffer{};
  while (const auto count = fread(buffer.data(), 1, buffer.size(), pipe.get())) out.append(buffer.data(), count);
  return lines_of(out);
}

using Words = std::vector<std::string>;

/// The options that stand first on a line of a help text.
std::set<std::string> options_in(const std::string& help) {
  std::set<std::string> found;
  for (const auto& line : lines_of(help)) {
    // Deeper lines are examples.
    if (!line.starts_with("  -")) continue;
    const auto begin = line.find("--");
    if (begin == std::string::npos) continue;
    found.insert(line.substr(begin, line.find_first_not_of("abcdefghijklmnopqrstuvwxyz-", begin) - begin));
  }
  return found;
}

}  // namespace

TEST_CASE("the built-in script is the file that is installed") {
  std::ifstream file("firmware-agent/cli/inspectctl.bash-completion");
  std::ostringstream text;
  text << file.rdbuf();
  REQUIRE_FALSE(text.str().empty());
  CHECK(cli::completion_script() == text.str());
}

TEST_CASE("verbs, actions and options complete without an agent") {
  CHECK(offers({"st"}, "/no/such.sock") == Words{"status"});
  CHECK(offers({"d"}, "/no/such.sock") == Words{"devices"});
  CHECK(offers({"findings", "s"}, "/no/such.sock") == Words{"show", "shelve"});
  CHECK(offers({"status", "--ch"}, "/no/such.sock") == Words{"--check"});
  CHECK(offers({"--lang", ""}, "/no/such.sock") == Words{"zh", "en"});
  CHECK(offers({"findings", "shelve", "x", "--until", "2"}, "/no/such.sock") == Words{"2h"});
  CHECK(offers({"completion", ""}, "/no/such.sock") == Words{"bash"});
  CHECK(offers({"--socket", "/x", "--json", "out"}, "/no/such.sock") == Words{"outbox"});
}

TEST_CASE("every verb completes exactly the options that its help shows, and those that go everywhere") {
  std::set<std::string> actions;
  for (const auto& action : offers({"findings", ""}, "/no/such.sock")) actions.insert("findings " + action);
  for (const auto& action : offers({"bus", ""}, "/no/such.sock")) actions.insert("bus " + action);
  auto verbs = offers({""}, "/no/such.sock");
  verbs.insert(verbs.end(), actions.begin(), actions.end());
  REQUIRE(verbs.size() > 15);
  for (const auto& verb : verbs) {
    CAPTURE(verb);
    std::istringstream words(verb);
    Words line{std::istream_iterator<std::string>(words), {}};
    auto asked = line;
    asked.push_back("--help");
    auto wanted = options_in(run_inspectctl({asked, {}}).out);
    wanted.insert({"--socket", "--json", "--lang", "--no-color", "--help"});
    line.push_back("-");
    const auto offered = offers(line, "/no/such.sock");
    CHECK(std::set<std::string>(offered.begin(), offered.end()) == wanted);
  }
  const auto everywhere = offers({"-"}, "/no/such.sock");
  CHECK(std::set<std::string>(everywhere.begin(), everywhere.end()) ==
        options_in(run_inspectctl({{"--help"}, {}}).out));
}

TEST_CASE("the value of an option is not taken for a word of the command") {
  CHECK(offers({"check", "--catalogue", "/x", "--profiles", "/y", "--profile"}, "/no/such.sock") ==
        Words{"--profile", "--profiles"});
  CHECK(offers({"--catalogue", "/x", "stat"}, "/no/such.sock") == Words{"status"});
  CHECK(offers({"check", "--catalogue", "/us"}, "/no/such.sock") == Words{"/usr"});
  CHECK(offers({"history", "--most", "5"}, "/no/such.sock").empty());
}

TEST_CASE("names of devices, points and findings come from the running agent") {
  const RunningServer server;
  CHECK(offers({"points", ""}, server.path()) == Words{"power-1", "relay-1"});
  CHECK(offers({"history", "power-1/output.v"}, server.path()) == Words{"power-1/output.voltage"});
  CHECK(offers({"bus", "watch", ""}, server.path()).size() == 2);
  CHECK(offers({"read", "rel"}, server.path()) == Words{"relay-1", "relay-1/relay.1.command", "relay-1/relay.1.state"});
  CHECK(offers({"findings", "show", "rel"}, server.path()) == Words{"relay-1/relay.1.state/relay.welded/1"});
  CHECK(offers({"--socket", server.path(), "points", "p"}, "/no/such.sock") == Words{"power-1"});
}

TEST_CASE("an agent that does not run offers nothing and disturbs nothing") {
  CHECK(offers({"points", ""}, "/no/such.sock").empty());
}
