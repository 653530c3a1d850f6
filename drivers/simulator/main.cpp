#include "drivers/profiles/load.hpp"
#include "drivers/simulator/client.hpp"
#include "drivers/simulator/loop.hpp"
#include "drivers/simulator/messages_json.hpp"
#include "drivers/simulator/port.hpp"
#include "drivers/simulator/site_toml.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <cstdio>

namespace {

using inspect::sim::exit_refused;
using inspect::sim::exit_usage;

struct Options {
  std::string site;
  std::string profiles = "drivers/profiles";
  std::string socket;
  std::vector<std::string> defines;
  std::optional<std::uint64_t> seed;
  bool json = false;
  bool die_with_parent = false;
};

std::string footer() {
  return "Commands:\n" + inspect::sim::command_help() + R"(

Examples:
  sitesim --site examples/demo-sim.toml -D RUN=/tmp/site -D TCP_PORT=0 --socket /tmp/site/sim
  sitesim --socket /tmp/site/sim break relay-1 welded relay.3
  sitesim --socket /tmp/site/sim set rail-12v output.voltage 10.8
  sitesim --socket /tmp/site/sim --json status rail-12v

Exit codes: 0 done, 1 refused, 2 wrong options or site file, 3 no simulator at the socket.)";
}

int complain(const std::string& message, int code) {
  fmt::print(stderr, "sitesim: {}\n", message);
  return code;
}

/// What a command line lacks or has too much; empty: it says what to do.
std::string slip(const Options& options, const std::vector<std::string>& words) {
  // Of a command only the first word is ours to judge; "-0.1/min" is a word of it.
  if (!words.empty() && words[0].starts_with("-")) return "\"" + words[0] + "\" is no option here";
  for (const auto& define : options.defines) {
    if (define.find('=') == std::string::npos) {
      return fmt::format("\"-D {}\" has no value; write -D {}=VALUE", define, define);
    }
  }
  if (!options.site.empty() && !words.empty()) {
    return "\"" + words[0] + "\" with --site: play the site first, then give the command with --socket alone";
  }
  if (options.site.empty() && (options.socket.empty() || words.empty())) {
    return "give --site FILE to play a site, or --socket PATH and a command";
  }
  return {};
}

int serve(const Options& options) {
  if (options.die_with_parent) {
    const auto parent = ::getppid();
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) return exit_refused;
  }
  const auto profiles = [&](const std::string& model) {
    return inspect::drivers::load_profile(options.profiles + "/" + model + ".toml");
  };
  std::map<std::string, std::string> defines;
  for (const auto& define : options.defines) {
    const auto equals = define.find('=');
    defines[define.substr(0, equals)] = define.substr(equals + 1);
  }
  auto setup = inspect::sim::load_site(options.site, profiles, defines);
  if (!setup) return complain(setup.error().message, exit_usage);
  if (options.seed) setup->seed = *options.seed;
  auto library = inspect::sim::LibrarySide::make();
  if (!library) return complain(library.error().message, exit_refused);
  inspect::sim::Site site(std::move(*setup), std::move(*library), inspect::sim::boot_now());
  const auto ready = [&](const inspect::sim::Site& all) {
    fmt::print("{}\n", inspect::sim::ready_json(all, options.socket));
    std::fflush(stdout);
  };
  const auto played = inspect::sim::play(site, {options.socket, ready});
  return played ? 0 : complain(played.error().message, exit_refused);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{
      "Plays a site's devices on RS-485 (pseudo-terminal) and Modbus TCP, and breaks them on command.\n"
      "在伪终端和 Modbus TCP 上模拟整个考场的设备，并可按命令制造故障。"};
  app.footer(footer());
  app.prefix_command();
  app.add_option("--site", options.site, "site to play / 要模拟的站点文件 (TOML)");
  app.add_option("--profiles", options.profiles, "directory of the profiles / 设备档案目录")->capture_default_str();
  app.add_option("--socket", options.socket, "command channel / 命令通道 (UNIX socket)");
  app.add_option("-D,--define", options.defines, "NAME=VALUE replaces @NAME@ in the site file / 替换站点文件中的占位符")
      ->allow_extra_args(false);
  app.add_option("--seed", options.seed, "of noise and exam; wins over the file / 随机种子");
  app.add_flag("--json", options.json, "answers as they come on the socket / 输出 JSON");
  app.add_flag("--die-with-parent", options.die_with_parent, "end when the parent ends / 随父进程退出");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    return complain(std::string(error.what()) + "; sitesim --help shows how", exit_usage);
  }
  auto words = app.remaining();
  options.json = std::erase(words, "--json") > 0 || options.json;
  if (const auto what = slip(options, words); !what.empty()) {
    return complain(what + "; sitesim --help shows how", exit_usage);
  }
  if (words.empty()) return serve(options);
  std::string command;
  for (const auto& word : words) command += (command.empty() ? "" : " ") + word;
  return inspect::sim::run_client(options.socket, command, options.json);
}
