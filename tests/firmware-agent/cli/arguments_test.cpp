#include "firmware-agent/cli/arguments.hpp"

#include "firmware-agent/cli/help.hpp"
#include "firmware-agent/cli/text_width.hpp"
#include "tests/firmware-agent/cli/child.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace inspect;
using namespace inspect::cli;

namespace {

using Words = std::vector<std::string>;

Environment with(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional<std::string>(found->second);
  };
}

Options good(const Words& words, std::map<std::string, std::string> variables = {}) {
  auto parsed = parse_arguments(words, with(std::move(variables)));
  if (const auto* finished = std::get_if<Finished>(&parsed)) FAIL(finished->err);
  return std::get<Options>(parsed);
}

Finished bad(const Words& words) {
  auto parsed = parse_arguments(words, with({}));
  REQUIRE(std::holds_alternative<Finished>(parsed));
  return std::get<Finished>(parsed);
}

template <class T>
T command(const Words& words) {
  const auto options = good(words);
  REQUIRE(std::holds_alternative<T>(options.command));
  return std::get<T>(options.command);
}

const std::vector<Words> verbs{{},
                               {"status"},
                               {"buses"},
                               {"devices"},
                               {"points"},
                               {"read"},
                               {"watch"},
                               {"history"},
                               {"findings"},
                               {"findings", "list"},
                               {"findings", "show"},
                               {"findings", "acknowledge"},
                               {"findings", "shelve"},
                               {"findings", "unshelve"},
                               {"outbox"},
                               {"usb"},
                               {"usb", "list"},
                               {"usb", "adopt"},
                               {"usb", "prove"},
                               {"exam"},
                               {"exam", "status"},
                               {"exam", "begin"},
                               {"exam", "end"},
                               {"order"},
                               {"prove"},
                               {"test"},
                               {"bus"},
                               {"bus", "watch"},
                               {"bus", "trace"},
                               {"bus", "scan"},
                               {"check"},
                               {"completion"}};

}  // namespace

TEST_CASE("each verb becomes its command, with what was said") {
  CHECK(command<StatusCommand>({"status", "--check"}).check);
  CHECK_FALSE(command<StatusCommand>({"status"}).check);
  command<BusesCommand>({"buses"});
  command<UsbCommand>({"usb"});
  command<UsbCommand>({"usb", "list"});
  CHECK(command<ProveUsbCommand>({"usb", "prove", "meter"}).relay == 0);
  CHECK(command<ProveUsbCommand>({"usb", "prove", "board-1", "--relay", "2", "--witness", "in/1"}).witness == "in/1");
  CHECK(command<AdoptUsbCommand>({"usb", "adopt", "board-1", "--by", "Li"}).device == "board-1");
  CHECK(command<AdoptUsbCommand>({"usb", "adopt", "board-1", "--by", "Li"}).by == "Li");
  command<ExamCommand>({"exam"});
  command<ExamCommand>({"exam", "status"});
  CHECK(command<BeginExamCommand>({"exam", "begin"}).length == "4h");
  CHECK(command<BeginExamCommand>({"exam", "begin", "--for", "90m", "--by", "Li"}).length == "90m");
  CHECK(command<EndExamCommand>({"exam", "end", "--by", "Li"}).by == "Li");
  const auto order = command<OrderCommand>({"order", "relay-3", "relay.3", "on", "--for", "10s", "--by", "Li"});
  CHECK(order.device + order.output + order.word + order.length + order.by == "relay-3relay.3on10sLi");
  CHECK(command<ProveCommand>({"prove", "relay-3", "relay.1", "--witness", "in/1"}).witness == "in/1");
  CHECK(command<ProveCommand>({"prove", "meter"}).output.empty());
  CHECK(command<TestCommand>({"test"}).test.empty());
  CHECK(command<TestCommand>({"test", "bench-3-drill", "--by", "Li"}).test == "bench-3-drill");
  command<DevicesCommand>({"devices"});
  CHECK(command<PointsCommand>({"points"}).device.empty());
  CHECK(command<PointsCommand>({"points", "power-1"}).device == "power-1");
  const auto read = command<ReadCommand>({"read", "power-1/output.voltage", "--fresh"});
  CHECK(read.target == "power-1/output.voltage");
  CHECK(read.fresh);
  CHECK(command<WatchCommand>({"watch"}).target.empty());
  CHECK(command<WatchCommand>({"watch", "power-1"}).target == "power-1");
  const auto history = command<HistoryCommand>({"history", "a/b", "--since", "8h", "--until", "1h", "--most", "7"});
  CHECK(history.since == "8h");
  CHECK(history.until == "1h");
  CHECK(history.most == 7);
  command<OutboxCommand>({"outbox"});
  command<CompletionCommand>({"completion", "bash"});
  CHECK(command<NamesCommand>({"complete", "devices"}).what == "devices");
}

TEST_CASE("findings is a list unless another action is named") {
  CHECK(command<FindingsCommand>({"findings", "--ended", "--most", "5"}).most == 5);
  const auto list = command<FindingsCommand>({"findings", "list", "--check", "--ended"});
  CHECK(list.check);
  CHECK(list.ended);
  CHECK(command<ShowFindingCommand>({"findings", "show", "x"}).finding == "x");
  CHECK(command<AcknowledgeCommand>({"findings", "acknowledge", "x", "--by", "张工"}).by == "张工");
  const auto shelve = command<ShelveCommand>({"findings", "shelve", "x", "--until", "2h", "--reason", "spare part"});
  CHECK(shelve.finding == "x");
  CHECK(shelve.until == "2h");
  CHECK(shelve.reason == "spare part");
  CHECK(command<UnshelveCommand>({"findings", "unshelve", "x"}).finding == "x");
}

TEST_CASE("check has the files of an installed agent unless others are named") {
  const auto plain = command<CheckCommand>({"check"});
  CHECK(plain.file == "/etc/inspectd/site.toml");
  CHECK(plain.profiles == Words{"/etc/inspectd/profiles", "/usr/share/inspectd/profiles"});
  const auto named = command<CheckCommand>({"check", "a.toml", "--profiles", "x", "--profiles", "y"});
  CHECK(named.file == "a.toml");
  CHECK(named.profiles == Words{"x", "y"});
  CHECK(command<CheckCommand>({"check", "--profile", "p.toml"}).is_profile);
}

TEST_CASE("what holds for all verbs may stand before or behind them") {
  for (const auto& words : std::vector<Words>{{"--json", "--socket", "/x", "status"},
                                              {"status", "--socket", "/x", "--json"},
                                              {"findings", "list", "--json", "--socket", "/x"}}) {
    const auto options = good(words);
    CHECK(options.json);
    CHECK(options.socket == "/x");
  }
  CHECK(good({"status"}).socket == "/run/inspectd/control.sock");
  CHECK(good({"status"}, {{"INSPECT_SOCKET", "/y"}}).socket == "/y");
  CHECK(good({"status"}).colour);
  CHECK_FALSE(good({"status", "--no-color"}).colour);
}

TEST_CASE("profiles are where it is said, else where the environment says, else where they are installed") {
  const auto scan = [](const Words& words, std::map<std::string, std::string> variables) {
    return std::get<BusScanCommand>(good(words, std::move(variables)).command).profiles;
  };
  CHECK(scan({"bus", "scan"}, {{"INSPECT_PROFILES", "/a:/b"}}) == Words{"/a", "/b"});
  CHECK(scan({"bus", "scan", "--profiles", "/c"}, {{"INSPECT_PROFILES", "/a:/b"}}) == Words{"/c"});
  CHECK(scan({"bus", "scan"}, {{"INSPECT_PROFILES", ""}}) ==
        Words{"/etc/inspectd/profiles", "/usr/share/inspectd/profiles"});
  CHECK(std::get<CheckCommand>(good({"check"}, {{"INSPECT_PROFILES", "/a"}}).command).profiles == Words{"/a"});
}

TEST_CASE("the language is what was said, else the locale in the order of POSIX") {
  const auto language = [](const Words& words, std::map<std::string, std::string> variables) {
    return language_for(words, with(std::move(variables)));
  };
  CHECK(language({}, {}) == Language::en);
  CHECK(language({}, {{"LANG", "zh_CN.UTF-8"}}) == Language::zh);
  CHECK(language({}, {{"LANG", "zh_CN.UTF-8"}, {"LC_MESSAGES", "en_US.UTF-8"}}) == Language::en);
  CHECK(language({}, {{"LC_MESSAGES", "en_US.UTF-8"}, {"LC_ALL", "zh_CN.UTF-8"}}) == Language::zh);
  CHECK(language({}, {{"LC_ALL", ""}, {"LANG", "zh_CN.UTF-8"}}) == Language::zh);
  CHECK(language({"--lang", "en"}, {{"LANG", "zh_CN.UTF-8"}}) == Language::en);
  CHECK(language({"status", "--lang=zh"}, {}) == Language::zh);
}

TEST_CASE("wrong use ends with 2, says what is wrong in the person's language, and prints nothing on stdout") {
  const std::vector<std::pair<Words, std::string>> table{
      {{}, "a verb is needed"},
      {{"dance"}, "\"dance\" is not known here\n"},
      {{"stauts"}, "\"stauts\" is not known here, did you mean \"status\"\n"},
      {{"findings", "shelv"}, "\"shelv\" is not known here, did you mean \"shelve\"\n"},
      {{"bus", "tarce"}, "\"tarce\" is not known here, did you mean \"trace\"\n"},
      {{"bus", "wach"}, "\"wach\" is not known here, did you mean \"watch\"\n"},
      {{"complet"}, "\"complet\" is not known here, did you mean \"completion\"\n"},
      {{"status", "--jsn"}, "\"--jsn\" is not known here, did you mean \"--json\"\n"},
      {{"history", "a/b", "--sinse", "8h"}, "\"--sinse\" is not known here, did you mean \"--since\"\n"},
      {{"status", "--dance"}, "\"--dance\" is not known here"},
      {{"points", "a", "b"}, "\"b\" is not known here"},
      {{"read"}, "TARGET is needed"},
      {{"findings", "shelve", "x", "--until", "2h"}, "--reason is needed"},
      {{"history", "x", "--most", "0"}, "--most"},
      {{"history", "x", "--most", "many"}, "--most"},
      {{"status", "--lang", "fr"}, "--lang"},
      {{"completion", "fish"}, "fish"}};
  for (const auto& [words, expected] : table) {
    const auto finished = bad(words);
    CAPTURE(finished.err);
    CHECK(finished.code == ExitCode::wrong_use);
    CHECK(finished.out.empty());
    CHECK(finished.err.find(expected) != std::string::npos);
  }
  CHECK(bad({"--lang", "zh", "dance"}).err ==
        "inspectctl: 不认识 \"dance\"\n  用 inspectctl --help 或 inspectctl <指令> --help 查看用法\n");
  CHECK(bad({"--lang", "zh", "read"}).err.find("缺少 TARGET") != std::string::npos);
  CHECK(bad({"--lang", "zh", "devises"}).err.find("不认识 \"devises\"，是否为 \"devices\"\n") != std::string::npos);
}

TEST_CASE("a value that will not do is told with those that will, in the person's language") {
  const auto said = [](Words words, const char* language) {
    words.insert(words.begin(), {"--lang", language});
    const auto text = bad(words).err;
    return text.substr(0, text.find('\n'));
  };
  CHECK(said({"findings", "--most", "0"}, "en") == "inspectctl: --most: \"0\" will not do; use 1 to 500");
  CHECK(said({"findings", "--most", "5x"}, "zh") == "inspectctl: --most: \"5x\" 不行；可用 1 到 500");
  CHECK(said({"history", "a/b", "--most", "-1"}, "zh") == "inspectctl: --most: \"-1\" 不行；可用 1 到 10000");
  CHECK(said({"history", "a/b", "--most"}, "zh") == "inspectctl: --most 后面缺少值");
  CHECK(said({"history", "a/b", "--most"}, "en") == "inspectctl: --most needs a value");
  CHECK(said({"completion", "fish"}, "zh") == "inspectctl: SHELL: \"fish\" 不行；可用 bash");
  CHECK(bad({"--lang", "fr", "status"}).err.find("--lang: \"fr\" will not do; use zh, en\n") != std::string::npos);
}

TEST_CASE("the help's columns stand under each other in Chinese too") {
  const auto help = bad({"findings", "shelve", "--help", "--lang", "zh"}).out;
  CHECK(help.find("  ID （必填）               故障编号") != std::string::npos);
  CHECK(help.find("  --until TIME （必填）     终点") != std::string::npos);
  CHECK(help.find("  --reason TEXT （必填）    为什么可以等") != std::string::npos);
  CHECK(help.find("  --by NAME                 您的姓名") != std::string::npos);
  // What is too long for its column has the text below it.
  CHECK(bad({"check", "--help"}).out.find("  FILE=/etc/inspectd/site.toml\n                            the site, or") !=
        std::string::npos);
}

TEST_CASE("every verb has help with examples in both languages, readable at 80 columns") {
  for (const auto* language : {"zh", "en"}) {
    for (const auto& verb : verbs) {
      auto words = verb;
      words.insert(words.end(), {"--help", "--lang", language});
      const auto help = bad(words);
      CHECK(help.code == ExitCode::done);
      CHECK(help.err.empty());
      CAPTURE(help.out);
      CHECK(help.out.find(std::string(language) == "zh" ? "用法: inspectctl" : "Usage: inspectctl") !=
            std::string::npos);
      for (const auto& line : tests::lines_of(help.out)) {
        CAPTURE(line);
        CHECK(width_of(line) <= 80);
      }
    }
  }
}

TEST_CASE("the help of a Chinese speaker holds no English sentence") {
  for (const auto& verb : verbs) {
    auto words = verb;
    words.insert(words.end(), {"--help", "--lang", "zh"});
    const auto help = bad(words);
    for (const auto* english : {"Print this", "REQUIRED", "Options", "Usage", "Positionals", "Subcommands", "needed"}) {
      CAPTURE(help.out);
      CHECK(help.out.find(english) == std::string::npos);
    }
  }
}

TEST_CASE("the completion's own verb is not shown to people") {
  CHECK(bad({"--help"}).out.find("complete ") == std::string::npos);
}

TEST_CASE("the version is told") {
  const auto version = bad({"--version"});
  CHECK(version.code == ExitCode::done);
  CHECK(version.out.rfind("inspectctl 0.", 0) == 0);
}

TEST_CASE("the bus's verbs take a bus, or find the only one, and what they need beside it") {
  CHECK(command<BusWatchCommand>({"bus", "watch"}).bus.empty());
  CHECK(command<BusWatchCommand>({"bus", "watch", "rs485-1"}).bus == "rs485-1");
  const auto trace = command<BusTraceCommand>({"bus", "trace", "rs485-1", "--save", "a", "--for", "10s", "--hex"});
  CHECK(trace.save == "a");
  CHECK(trace.time == "10s");
  CHECK(trace.hex);
  CHECK(command<BusTraceCommand>({"bus", "trace", "--read", "b"}).read == "b");
  const auto scan = command<BusScanCommand>({"bus", "scan", "--units", "1-32", "--profiles", "x", "--profiles", "y"});
  CHECK(scan.units == "1-32");
  CHECK(scan.profiles == Words{"x", "y"});
  CHECK(command<BusScanCommand>({"bus", "scan"}).units == "1-247");
  CHECK(bad({"bus"}).code == ExitCode::wrong_use);
  CHECK(bad({"bus"}).err.find("a verb is needed") != std::string::npos);
  CHECK(bad({"bus", "dance"}).code == ExitCode::wrong_use);
}
