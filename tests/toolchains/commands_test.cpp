// The commands of the README with words they do not know: in a copy of their folder, where there is nothing to build.
#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

namespace fs = std::filesystem;

namespace {

struct Ended {
  int code = -1;
  std::string said;
};

class Copy {
 public:
  Copy() {
    REQUIRE(::mkdtemp(path_.data()) != nullptr);
    fs::copy("toolchains", path_ + "/toolchains", fs::copy_options::recursive);
  }
  ~Copy() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;

  [[nodiscard]] Ended run(const std::string& command) const {
    auto* pipe = ::popen(("cd " + path_ + " && exec timeout 20 bash -c '" + command + "' 2>&1").c_str(), "r");
    REQUIRE(pipe != nullptr);
    Ended ended;
    std::array<char, 4096> buffer{};
    while (const auto count = std::fread(buffer.data(), 1, buffer.size(), pipe))
      ended.said.append(buffer.data(), count);
    const auto status = ::pclose(pipe);
    ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ended;
  }

 private:
  std::string path_ = (fs::temp_directory_path() / "toolchains-XXXXXX").string();
};

}  // namespace

TEST_CASE("a word that a command does not know ends it with 2 and is named, before anything is done") {
  const Copy copy;
  const auto refused = [&](const std::string& command, const std::string& what) {
    const auto ended = copy.run(command);
    CAPTURE(command);
    CAPTURE(ended.said);
    CHECK(ended.code == 2);
    CHECK(ended.said.find(what) != std::string::npos);
    CHECK(ended.said.find('\n') == ended.said.size() - 1);
  };
  refused("./toolchains/check bogus", "no step \"bogus\"; there are: test format tidy asan tsan");
  refused("./toolchains/check format --all", "no step \"--all\"");
  refused("./toolchains/build inspectd", "no preset \"inspectd\"; there are: dev release asan tsan");
  refused("./toolchains/build --clean", "no preset \"--clean\"");
  refused("./toolchains/test --fast", "\"--fast\" is not an option; see ./toolchains/test --help");
  refused("./toolchains/demo --prot 1", "\"--prot\" is not an option; see ./toolchains/demo --help");
  refused("./toolchains/install --quiet", "\"--quiet\" is not an option");
  for (const auto* port : {"abc", "0", "65536", "080", "-1", "1e3", ""}) {
    refused(std::string("./toolchains/demo --port \"") + port + '"', "a number from 1 to 65535");
  }
  refused("./toolchains/demo --port", "a number from 1 to 65535");
}

TEST_CASE("each command tells its use") {
  const Copy copy;
  for (const auto* name : {"build", "check", "test", "demo", "install"}) {
    const auto ended = copy.run(std::string("./toolchains/") + name + " --help");
    CAPTURE(ended.said);
    CHECK(ended.code == 0);
    CHECK(ended.said.size() > 40);
    CHECK(ended.said.find('#') == std::string::npos);
  }
  CHECK(copy.run("./toolchains/check --help").said.find("all of them: test format tidy asan tsan") !=
        std::string::npos);
}

TEST_CASE("a second demo in one folder is refused with the process of the first, which keeps its run") {
  const Copy copy;
  const auto ended = copy.run("mkdir build; exec 7<>build/demo.lock; flock 7; echo 4711 >&7; ./toolchains/demo");
  CAPTURE(ended.said);
  CHECK(ended.code == 1);
  CHECK(ended.said.find("running in this folder already, as process 4711") != std::string::npos);
}

TEST_CASE("the demo's commands know their run and the profiles, and leave the user's own options alone") {
  const Copy copy;
  // The lines of the demo that write the two commands, with programs that say how they were called.
  const auto called = [&](const std::string& words) {
    return copy
        .run(
            "unset INSPECT_SOCKET INSPECT_PROFILES; mkdir -p run bin; run=$PWD/run bin=bin; "
            "printf \"#!/bin/sh\\necho \\$INSPECT_SOCKET \\$INSPECT_PROFILES \\$#: \\\"\\$@\\\"\\n\" | "
            "tee bin/inspectctl >bin/sitesim; chmod +x bin/*; "
            "sed -n \"/^cat .*inspectctl/,/^chmod/p\" toolchains/demo >lines; . ./lines; run/" +
            words + " | sed \"s#$PWD#@#g\"")
        .said;
  };
  CHECK(called("inspectctl bus scan") == "@/run/control.sock @/drivers/profiles 2: bus scan\n");
  CHECK(called("inspectctl --socket /x status") == "@/run/control.sock @/drivers/profiles 3: --socket /x status\n");
  CHECK(called("sitesim list") == "3: --socket @/run/sim list\n");
  CHECK(called("sitesim --socket /x list") == "3: --socket /x list\n");
}
