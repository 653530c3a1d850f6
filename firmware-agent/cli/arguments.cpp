#include "firmware-agent/cli/arguments.hpp"

#include "firmware-agent/cli/help.hpp"
#include "firmware-agent/cli/text_width.hpp"
#include "firmware-agent/cli/validators.hpp"
#include "protocol/settings/problems.hpp"
#include "protocol/settings/reader.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <sstream>
#include <utility>

namespace inspect::cli {

namespace {

/// Where the parser puts what it reads; a verb's callback says which command it became.
struct Sheet {
  Options options;
  std::string language;
  bool no_color = false;
  StatusCommand status;
  PointsCommand points;
  ReadCommand read;
  WatchCommand watch;
  HistoryCommand history;
  FindingsCommand findings;
  ShowFindingCommand show;
  AcknowledgeCommand acknowledge;
  ShelveCommand shelve;
  UnshelveCommand unshelve;
  CheckCommand check{"/etc/inspectd/site.toml",
                     false,
                     {"/etc/inspectd/profiles", "/usr/share/inspectd/profiles"},
                     "/usr/share/inspectd/catalogue"};
  NamesCommand names;
  ReplayCommand replay;
  AdoptUsbCommand adopt_usb;
  ProveUsbCommand prove_usb;
  BeginExamCommand begin_exam;
  EndExamCommand end_exam;
  OrderCommand order;
  ProveCommand prove;
  TestCommand test;
  BusWatchCommand bus_watch;
  BusTraceCommand bus_trace;
  BusScanCommand bus_scan{{}, "1-247", {"/etc/inspectd/profiles", "/usr/share/inspectd/profiles"}};
  TrendCommand trend;
  ForecastsCommand forecasts;
  PartReplacedCommand part_replaced;
  std::string shell;
};

/// Columns as a terminal counts them: the parser's own count bytes, of which a Chinese character has three.
class Columns : public CLI::Formatter {
 public:
  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    auto line = "  " + make_option_name(option, is_positional) + make_option_opts(option);
    const auto width = width_of(line);
    const auto room = get_column_width();
    line += width < room ? std::string(room - width, ' ') : '\n' + std::string(room, ' ');
    return line + make_option_desc(option) + '\n';
  }
};

/// The directories of "a:b", as a PATH is written.
std::vector<std::string> directories_in(const std::string& path) {
  std::vector<std::string> all;
  std::istringstream words(path);
  for (std::string word; std::getline(words, word, ':');) {
    if (!word.empty()) all.push_back(std::move(word));
  }
  return all;
}

class Builder {
 public:
  Builder(CLI::App& app, Sheet& sheet, Language language) : app_(app), sheet_(sheet), language_(language) {}

  void build() {
    app_.description(help_text("inspectctl", language_));
    app_.footer(help_examples("inspectctl", language_));
    app_.formatter(std::make_shared<Columns>());
    app_.get_formatter()->column_width(28);
    dress(app_);
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.set_version_flag("--version", std::string("inspectctl " INSPECT_VERSION), help_text("--version", language_));
    option(app_, "--socket", sheet_.options.socket)->type_name("PATH");
    flag(app_, "--json", sheet_.options.json);
    option(app_, "--lang", sheet_.language)->check(one_of({"zh", "en"}, language_))->type_name("zh|en");
    flag(app_, "--no-color", sheet_.no_color);
    add_views();
    add_readings();
    add_findings();
    add_buses();
    add_usb();
    add_acts();
    add_wear();
    add_tools();
  }

 private:
  /// The parser's own words in the person's language.
  void dress(CLI::App& app) const {
    const auto words = help_words(language_);
    app.set_help_flag("-h,--help", help_text("--help", language_));
    for (const auto& [from, to] : words) app.get_formatter()->label(from, to);
    app.option_defaults()->group(words.at("Options"));
    if (app.get_help_ptr() != nullptr) app.get_help_ptr()->group(words.at("Options"));
  }

  /// `key` finds its help where its own name does not.
  template <class Value>
  CLI::Option* option(CLI::App& app, const std::string& name, Value& value, const char* key = nullptr) {
    auto* made = app.add_option(name, value, help_text(key == nullptr ? name : key, language_));
    // A word's type says nothing to people that its name does not; options say it in theirs.
    if (made->get_positional()) made->type_name("");
    return made;
  }
  void flag(CLI::App& app, const std::string& name, bool& value) {
    app.add_flag(name, value, help_text(name, language_));
  }

  /// A verb below `parent`; `key` finds its help. When it is used, `command` becomes what is asked for.
  template <class MadeCommand>
  CLI::App* verb(CLI::App& parent, const std::string& name, const std::string& key, MadeCommand& command) {
    auto* app = parent.add_subcommand(name, help_text(key, language_));
    app->footer(help_examples(key, language_));
    app->group(help_words(language_).at("Subcommands"));
    dress(*app);
    app->callback([this, &command] {
      // A verb inside another one is called back first and stands.
      if (!std::exchange(chosen_, true)) sheet_.options.command = command;
    });
    return app;
  }

  void add_views() {
    flag(*verb(app_, "status", "status", sheet_.status), "--check", sheet_.status.check);
    verb(app_, "buses", "buses", buses_);
    verb(app_, "devices", "devices", devices_);
    option(*verb(app_, "points", "points", sheet_.points), "DEVICE", sheet_.points.device);
  }

  void add_readings() {
    auto* read = verb(app_, "read", "read", sheet_.read);
    option(*read, "TARGET", sheet_.read.target)->required();
    flag(*read, "--fresh", sheet_.read.fresh);
    auto* watch = verb(app_, "watch", "watch", sheet_.watch);
    option(*watch, "TARGET", sheet_.watch.target);
    option(*watch, "--for", sheet_.watch.time)->type_name("TIME");
    auto* history = verb(app_, "history", "history", sheet_.history);
    option(*history, "POINT", sheet_.history.target)->required();
    option(*history, "--since", sheet_.history.since)->type_name("TIME")->capture_default_str();
    option(*history, "--until", sheet_.history.until)->type_name("TIME");
    option(*history, "--most", sheet_.history.most)
        ->check(whole_number(1, 10'000, language_))
        ->type_name("N")
        ->capture_default_str();
  }

  void add_findings() {
    auto* findings = verb(app_, "findings", "findings", sheet_.findings);
    findings->require_subcommand(0, 1);
    add_list_options(*findings);
    add_list_options(*verb(*findings, "list", "findings list", sheet_.findings));
    auto* show = verb(*findings, "show", "findings show", sheet_.show);
    option(*show, "ID", sheet_.show.finding)->required();
    auto* acknowledge = verb(*findings, "acknowledge", "findings acknowledge", sheet_.acknowledge);
    option(*acknowledge, "ID", sheet_.acknowledge.finding)->required();
    option(*acknowledge, "--by", sheet_.acknowledge.by)->type_name("NAME");
    auto* shelve = verb(*findings, "shelve", "findings shelve", sheet_.shelve);
    option(*shelve, "ID", sheet_.shelve.finding)->required();
    option(*shelve, "--until", sheet_.shelve.until)->required()->type_name("TIME");
    option(*shelve, "--reason", sheet_.shelve.reason)->required()->type_name("TEXT");
    option(*shelve, "--by", sheet_.shelve.by)->type_name("NAME");
    auto* unshelve = verb(*findings, "unshelve", "findings unshelve", sheet_.unshelve);
    option(*unshelve, "ID", sheet_.unshelve.finding)->required();
    option(*unshelve, "--by", sheet_.unshelve.by)->type_name("NAME");
  }

  void add_list_options(CLI::App& app) {
    flag(app, "--ended", sheet_.findings.ended);
    flag(app, "--check", sheet_.findings.check);
    option(app, "--most", sheet_.findings.most)
        ->check(whole_number(1, 500, language_))
        ->type_name("N")
        ->capture_default_str();
  }

  void add_buses() {
    auto* bus = app_.add_subcommand("bus", help_text("bus", language_));
    bus->group(help_words(language_).at("Subcommands"));
    bus->footer(help_examples("bus", language_));
    dress(*bus);
    bus->require_subcommand(1);
    auto* watch = verb(*bus, "watch", "bus watch", sheet_.bus_watch);
    option(*watch, "BUS", sheet_.bus_watch.bus);
    option(*watch, "--for", sheet_.bus_watch.time)->type_name("TIME");
    auto* trace = verb(*bus, "trace", "bus trace", sheet_.bus_trace);
    option(*trace, "BUS", sheet_.bus_trace.bus);
    option(*trace, "--save", sheet_.bus_trace.save)->type_name("FILE");
    option(*trace, "--read", sheet_.bus_trace.read)->type_name("FILE");
    option(*trace, "--for", sheet_.bus_trace.time)->type_name("TIME");
    flag(*trace, "--hex", sheet_.bus_trace.hex);
    auto* scan = verb(*bus, "scan", "bus scan", sheet_.bus_scan);
    option(*scan, "BUS", sheet_.bus_scan.bus);
    option(*scan, "--units", sheet_.bus_scan.units)->type_name("FROM-TO")->capture_default_str();
    option(*scan, "--profiles", sheet_.bus_scan.profiles)->type_name("DIR")->allow_extra_args(false);
  }

  void add_usb() {
    auto* usb = verb(app_, "usb", "usb", usb_);
    usb->require_subcommand(0, 1);
    verb(*usb, "list", "usb list", usb_);
    auto* adopt = verb(*usb, "adopt", "usb adopt", sheet_.adopt_usb);
    option(*adopt, "DEVICE", sheet_.adopt_usb.device)->required();
    option(*adopt, "--by", sheet_.adopt_usb.by)->type_name("NAME");
    auto* prove = verb(*usb, "prove", "usb prove", sheet_.prove_usb);
    option(*prove, "DEVICE", sheet_.prove_usb.device)->required();
    auto* relay =
        option(*prove, "--relay", sheet_.prove_usb.relay)->check(whole_number(1, 64, language_))->type_name("N");
    auto* witness = option(*prove, "--witness", sheet_.prove_usb.witness)->type_name("DEVICE/POINT");
    relay->needs(witness);
    witness->needs(relay);
    option(*prove, "--by", sheet_.prove_usb.by)->type_name("NAME");
  }

  void add_acts() {
    auto* exam = verb(app_, "exam", "exam", exam_);
    exam->require_subcommand(0, 1);
    verb(*exam, "status", "exam status", exam_);
    auto* begin = verb(*exam, "begin", "exam begin", sheet_.begin_exam);
    option(*begin, "--for", sheet_.begin_exam.length, "exam --for")->type_name("TIME")->capture_default_str();
    option(*begin, "--by", sheet_.begin_exam.by)->type_name("NAME");
    option(*verb(*exam, "end", "exam end", sheet_.end_exam), "--by", sheet_.end_exam.by)->type_name("NAME");
    auto* order = verb(app_, "order", "order", sheet_.order);
    option(*order, "DEVICE", sheet_.order.device, "one DEVICE")->required();
    option(*order, "OUTPUT", sheet_.order.output)->required();
    option(*order, "WORD", sheet_.order.word)->required();
    option(*order, "--for", sheet_.order.length, "order --for")->type_name("TIME");
    option(*order, "--by", sheet_.order.by)->type_name("NAME");
    auto* test = verb(app_, "test", "test", sheet_.test);
    option(*test, "TEST", sheet_.test.test);
    option(*test, "--by", sheet_.test.by)->type_name("NAME");
    auto* prove = verb(app_, "prove", "prove", sheet_.prove);
    option(*prove, "DEVICE", sheet_.prove.device, "one DEVICE")->required();
    auto* output = option(*prove, "OUTPUT", sheet_.prove.output);
    auto* witness = option(*prove, "--witness", sheet_.prove.witness)->type_name("DEVICE/POINT");
    output->needs(witness);
    witness->needs(output);
    option(*prove, "--by", sheet_.prove.by)->type_name("NAME");
  }

  void add_wear() {
    auto* trend = verb(app_, "trend", "trend", sheet_.trend);
    option(*trend, "DEVICE", sheet_.trend.device, "one DEVICE")->required();
    option(*trend, "POINT", sheet_.trend.point, "its POINT")->required();
    option(*trend, "--svg", sheet_.trend.svg)->type_name("FILE");
    auto* forecasts = verb(app_, "forecasts", "forecasts", sheet_.forecasts);
    option(*forecasts, "--most", sheet_.forecasts.most)->check(whole_number(1, 500, language_))->type_name("N");
    auto* part = app_.add_subcommand("part", help_text("part", language_));
    part->group(help_words(language_).at("Subcommands"));
    part->footer(help_examples("part", language_));
    dress(*part);
    part->require_subcommand(1);
    auto* replaced = verb(*part, "replaced", "part replaced", sheet_.part_replaced);
    option(*replaced, "DEVICE", sheet_.part_replaced.device, "one DEVICE")->required();
    option(*replaced, "POINT", sheet_.part_replaced.point, "its POINT");
    option(*replaced, "--part", sheet_.part_replaced.part)->type_name("NAME");
    option(*replaced, "--by", sheet_.part_replaced.by)->type_name("NAME");
  }

  void add_tools() {
    verb(app_, "outbox", "outbox", outbox_);
    auto* check = verb(app_, "check", "check", sheet_.check);
    option(*check, "FILE", sheet_.check.file)->capture_default_str();
    flag(*check, "--profile", sheet_.check.is_profile);
    option(*check, "--profiles", sheet_.check.profiles)->type_name("DIR")->allow_extra_args(false);
    option(*check, "--catalogue", sheet_.check.catalogue)->type_name("DIR");
    auto* replay = verb(app_, "replay", "replay", sheet_.replay);
    option(*replay, "RECORD", sheet_.replay.record)->required();
    auto* completion = verb(app_, "completion", "completion", completion_);
    option(*completion, "SHELL", sheet_.shell)->required()->check(one_of({"bash"}, language_));
    auto* names = verb(app_, "complete", "complete", sheet_.names);
    // Asked by the shell, not by people.
    names->group("");
    names->add_option("WHAT", sheet_.names.what)
        ->required()
        ->check(one_of({"buses", "devices", "targets", "points", "findings", "tests"}, language_));
  }

  CLI::App& app_;
  Sheet& sheet_;
  Language language_;
  bool chosen_ = false;
  BusesCommand buses_;
  DevicesCommand devices_;
  OutboxCommand outbox_;
  UsbCommand usb_;
  ExamCommand exam_;
  CompletionCommand completion_;
};

/// The verb or option that an unknown word may have been meant for.
Text meant(const CLI::App& app, const std::string& word) {
  std::vector<std::string> known;
  for (const auto* at = &app; at != nullptr;) {
    const auto chosen = at->get_subcommands();
    for (const auto* option : at->get_options()) {
      for (const auto& name : option->get_lnames()) known.push_back("--" + name);
    }
    // Of the last verb that was understood; those without a group are asked by the shell, not by people.
    const auto fits = [&](const CLI::App* verb) { return chosen.empty() && !verb->get_group().empty(); };
    for (const auto* verb : at->get_subcommands(fits)) known.push_back(verb->get_name());
    at = chosen.empty() ? nullptr : chosen.front();
  }
  return settings::did_you_mean(word, {known.begin(), known.end()});
}

/// What is wrong in the person's words; the parser's own for what is seldom.
std::string wrong_use(const CLI::App& app, const CLI::ParseError& error, Language language) {
  const auto say = [language](const std::string& zh, const std::string& en) { return Text{zh, en}.in(language); };
  const std::string what = error.what();
  const auto extra = app.remaining(true);
  // An unknown verb must not be told as a missing one.
  if (!extra.empty() || dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const auto word = extra.empty() ? what : extra.front();
    const auto near = meant(app, word);
    return say("不认识 \"" + word + '"' + near.zh, '"' + word + "\" is not known here" + near.en);
  }
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    if (app.get_subcommands().empty() || what.rfind("A subcommand", 0) == 0) return say("缺少指令", "a verb is needed");
    const auto missing = what.substr(0, what.find(' '));
    return say("缺少 " + missing, missing + " is needed");
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    const auto option = what.substr(0, what.find(':'));
    return say(option + " 后面缺少值", option + " needs a value");
  }
  return error.what();
}

Finished explain(const CLI::App& app, const CLI::ParseError& error, Language language) {
  if (dynamic_cast<const CLI::CallForVersion*>(&error) != nullptr) {
    return {ExitCode::done, std::string(error.what()) + '\n', {}};
  }
  if (error.get_exit_code() == 0) return {ExitCode::done, app.help(), {}};
  const Text cure{"用 inspectctl --help 或 inspectctl <指令> --help 查看用法",
                  "inspectctl --help or inspectctl VERB --help shows how"};
  return {
      ExitCode::wrong_use, {}, "inspectctl: " + wrong_use(app, error, language) + "\n  " + cure.in(language) + '\n'};
}

}  // namespace

Language language_for(const std::vector<std::string>& arguments, const Environment& environment) {
  // Known before the words are parsed, because the help speaks it too.
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--lang" && i + 1 < arguments.size()) return language_of_locale(arguments[i + 1]);
    if (arguments[i].rfind("--lang=", 0) == 0) return language_of_locale(arguments[i].substr(7));
  }
  std::optional<std::string> held;
  return settings::language_of_reader([&](const char* name) {
    held = environment(name);
    return held ? held->c_str() : nullptr;
  });
}

std::variant<Options, Finished> parse_arguments(const std::vector<std::string>& arguments,
                                                const Environment& environment) {
  const auto language = language_for(arguments, environment);
  CLI::App app;
  app.name("inspectctl");
  Sheet sheet;
  sheet.options.language = language;
  sheet.options.socket = environment("INSPECT_SOCKET").value_or("/run/inspectd/control.sock");
  if (const auto path = environment("INSPECT_PROFILES"); path && !path->empty()) {
    sheet.check.profiles = sheet.bus_scan.profiles = directories_in(*path);
  }
  Builder builder(app, sheet, language);
  builder.build();
  try {
    auto reversed = arguments;
    std::reverse(reversed.begin(), reversed.end());
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    return explain(app, error, language);
  }
  sheet.options.colour = !sheet.no_color;
  return std::move(sheet.options);
}

}  // namespace inspect::cli
