#include "firmware-agent/cli/commands.hpp"

#include "firmware-agent/cli/bus_commands.hpp"
#include "firmware-agent/cli/completion.hpp"
#include "firmware-agent/cli/pages.hpp"
#include "firmware-agent/cli/times.hpp"
#include "firmware-agent/cli/wear_commands.hpp"

#include <algorithm>
#include <chrono>
#include <ostream>
#include <set>
#include <utility>

namespace inspect::cli {

namespace {

Failure bad_time(const std::string& text) {
  return {ExitCode::wrong_use,
          {"看不懂的时间：" + text, "not understood as a time: " + text},
          {"例如 2h、3d、08:00、2026-11-24 08:00", "for example 2h, 3d, 08:00, 2026-11-24 08:00"}};
}

/// One command: connects, asks, shows. Each handler returns an exit code or why it could not.
class Runner {
 public:
  Runner(const Options& options, const Console& console) : options_(options), console_(console) {}

  using Outcome = Got<ExitCode>;

  Outcome operator()(const StatusCommand& command) {
    return show<control::Status>(control::AskStatus{}, [&](const control::Status& status) {
      print(status_page(console_, status));
      const auto& f = status.findings;
      return command.check && f.major + f.ordinary + f.preventive > 0 ? ExitCode::findings_open : ExitCode::done;
    });
  }

  Outcome operator()(const BusesCommand& /*command*/) {
    return show<std::vector<control::BusRow>>(control::AskBuses{}, [&](const auto& rows) {
      print(buses_page(console_, rows));
      return ExitCode::done;
    });
  }

  Outcome operator()(const DevicesCommand& /*command*/) {
    return show<std::vector<control::DeviceRow>>(control::AskDevices{}, [&](const auto& rows) {
      print(devices_page(console_, rows));
      return ExitCode::done;
    });
  }

  Outcome operator()(const PointsCommand& command) { return show_points(control::AskPoints{command.device}); }

  Outcome operator()(const ReadCommand& command) {
    return show_points(control::AskRead{command.target, command.fresh}, command.fresh);
  }

  Outcome operator()(const HistoryCommand& command) {
    return at_agent([&](Connection& connection, WallTime now) -> Outcome {
      const auto from = parse_when(command.since, now, -1);
      const auto to = command.until.empty() ? now : parse_when(command.until, now, -1);
      if (!from) return bad_time(command.since);
      if (!to) return bad_time(command.until);
      // The point's unit and role are not in the history itself.
      auto point = connection.get<std::vector<control::PointRow>>(control::AskRead{command.target, false});
      if (auto* failure = std::get_if<Failure>(&point)) return std::move(*failure);
      auto line = connection.ask(control::AskHistory{command.target, *from, *to, command.most});
      return present<std::vector<control::HistoryRow>>(std::move(line), [&](const auto& rows) {
        if (rows.empty()) talk({"这段时间没有保存的读数", "no readings are stored of that time"});
        if (!rows.empty()) print(history_page(console_, std::get<0>(point).front(), rows));
        return ExitCode::done;
      });
    });
  }

  Outcome operator()(const FindingsCommand& command) {
    return show_at<std::vector<Finding>>(control::AskFindings{command.ended, command.most},
                                         [&](const std::vector<Finding>& findings, WallTime now) {
                                           print(findings_page(console_, findings, now));
                                           if (findings.empty()) talk({"没有故障", "no findings"});
                                           bool open = false;
                                           for (const auto& finding : findings)
                                             open = open || finding.state != AlarmState::normal;
                                           return command.check && open ? ExitCode::findings_open : ExitCode::done;
                                         });
  }

  Outcome operator()(const ShowFindingCommand& command) {
    return show_finding(control::AskFinding{command.finding}, {});
  }

  Outcome operator()(const AcknowledgeCommand& command) {
    return show_finding(control::Acknowledge{command.finding, command.by}, {"已确认", "acknowledged"});
  }

  Outcome operator()(const ShelveCommand& command) {
    return at_agent([&](Connection& connection, WallTime now) -> Outcome {
      const auto until = parse_when(command.until, now, +1);
      if (!until) return bad_time(command.until);
      auto line = connection.ask(control::Shelve{command.finding, *until, command.reason, command.by});
      return present_finding(std::move(line), now, {"已搁置", "shelved"});
    });
  }

  Outcome operator()(const UnshelveCommand& command) {
    return show_finding(control::Unshelve{command.finding, command.by}, {"已取消搁置", "no longer shelved"});
  }

  Outcome operator()(const OutboxCommand& /*command*/) {
    return show_at<control::OutboxState>(control::AskOutbox{}, [&](const auto& state, WallTime now) {
      print(outbox_page(console_, state, now));
      return ExitCode::done;
    });
  }

  Outcome operator()(const UsbCommand& /*command*/) { return show_usb(control::AskUsb{}); }
  Outcome operator()(const AdoptUsbCommand& command) { return show_usb(control::AdoptUsb{command.device, command.by}); }
  Outcome operator()(const ProveUsbCommand& command) {
    return show_usb(
        control::ProveUsb{command.device, static_cast<std::uint8_t>(command.relay), command.witness, command.by});
  }

  Outcome operator()(const ExamCommand& /*command*/) { return show_exam(control::AskExam{}); }
  Outcome operator()(const BeginExamCommand& command) {
    const auto length = parse_span(command.length);
    if (!length) return bad_time(command.length);
    return show_exam(control::BeginExam{*length, command.by});
  }
  Outcome operator()(const EndExamCommand& command) { return show_exam(control::EndExam{command.by}); }

  Outcome operator()(const OrderCommand& command) {
    const auto length = command.length.empty() ? std::chrono::milliseconds{0} : parse_span(command.length);
    if (!length) return bad_time(command.length);
    const control::GiveOrder ask{command.device, command.output + '.' + command.word, *length, command.by};
    return show_at<control::OrderRow>(ask, [&](const control::OrderRow& row, WallTime now) {
      print(order_text(console_, row, now) + '\n');
      return ExitCode::done;
    });
  }
  Outcome operator()(const ProveCommand& command) {
    return show<control::IdentityRow>(
        control::Prove{command.device, command.output, command.witness, command.by}, [&](const auto& row) {
          const bool proven = row.identity == "proven";
          print(row.device + ": " + console_.in(proven ? Text{"已证实", "proven"} : Text{"可疑", "doubtful"}) + " (" +
                console_.in(row.why) + ")\n");
          return proven ? ExitCode::done : ExitCode::failed;
        });
  }

  Outcome operator()(const TestCommand& command) { return run_test(options_, console_, command); }
  Outcome operator()(const TrendCommand& command) { return show_trend(options_, console_, command); }
  Outcome operator()(const ForecastsCommand& command) { return show_forecasts(options_, console_, command); }
  Outcome operator()(const PartReplacedCommand& command) { return note_part(options_, console_, command); }
  Outcome operator()(const WatchCommand& command) { return watch(options_, console_, command); }
  Outcome operator()(const BusWatchCommand& command) { return bus_watch(options_, console_, command); }
  Outcome operator()(const BusTraceCommand& command) { return bus_trace(options_, console_, command); }
  Outcome operator()(const BusScanCommand& command) { return bus_scan(options_, console_, command); }
  Outcome operator()(const CheckCommand& command) { return check(options_, console_, command); }

  Outcome operator()(const ReplayCommand& command) { return replay(options_, console_, command); }

  Outcome operator()(const CompletionCommand& /*command*/) {
    console_.out << completion_script();
    return ExitCode::done;
  }

  Outcome operator()(const NamesCommand& command) {
    auto opened = Connection::open(options_.socket);
    // Completion must never disturb a line that is being typed.
    if (std::holds_alternative<Failure>(opened)) return ExitCode::unreachable;
    auto& connection = std::get<Connection>(opened);
    std::set<std::string> names;
    if (command.what == "findings") {
      each<Finding>(connection, control::AskFindings{}, [&](const auto& row) { names.insert(short_id(row.id)); });
    } else if (command.what == "tests") {
      each<control::TestRow>(connection, control::AskTests{}, [&](const auto& row) { names.insert(row.name); });
    } else if (command.what == "buses") {
      each<control::BusRow>(connection, control::AskBuses{}, [&](const auto& row) { names.insert(row.name); });
    } else {
      each<control::PointRow>(connection, control::AskPoints{}, [&](const auto& row) {
        if (command.what != "points") names.insert(row.device);
        if (command.what != "devices") names.insert(row.device + '/' + row.point);
      });
    }
    for (const auto& name : names) console_.out << name << '\n';
    return ExitCode::done;
  }

 private:
  /// A list that cannot be had is empty.
  template <class Row, class Take>
  static void each(Connection& connection, const control::Ask& ask, const Take& take) {
    const auto got = connection.get<std::vector<Row>>(ask);
    if (const auto* rows = std::get_if<0>(&got)) std::for_each(rows->begin(), rows->end(), take);
  }

  void print(const std::string& page) const {
    if (!options_.json) console_.out << page;
  }
  void talk(const Text& text) const {
    if (!options_.json) console_.err << console_.in(text) << '\n';
  }

  /// The answer as the person wants it: the agent's own JSON, or a page.
  template <class T, class Page>
  Outcome present(Got<std::string> line, const Page& page) {
    if (auto* failure = std::get_if<Failure>(&line)) return std::move(*failure);
    const auto& text = std::get<std::string>(line);
    auto data = control::decode_answer<T>(text);
    if (!data) return Failure{ExitCode::failed, {data.error().message, data.error().message}, {}};
    if (options_.json) console_.out << control::data_text(text).value() << '\n';
    return page(*data);
  }

  template <class T, class Page>
  Outcome show(const control::Ask& ask, const Page& page) {
    auto opened = Connection::open(options_.socket);
    if (auto* failure = std::get_if<Failure>(&opened)) return std::move(*failure);
    return present<T>(std::get<Connection>(opened).ask(ask), page);
  }

  /// Works with the agent's own "now": ages and spans are right however far away the person's clock is.
  template <class Work>
  Outcome at_agent(const Work& work) {
    auto opened = Connection::open(options_.socket);
    if (auto* failure = std::get_if<Failure>(&opened)) return std::move(*failure);
    auto& connection = std::get<Connection>(opened);
    auto status = connection.get<control::Status>(control::AskStatus{});
    if (auto* failure = std::get_if<Failure>(&status)) return std::move(*failure);
    return work(connection, std::get<control::Status>(status).now);
  }

  template <class T, class Page>
  Outcome show_at(const control::Ask& ask, const Page& page) {
    return at_agent([&](Connection& connection, WallTime now) {
      return present<T>(connection.ask(ask), [&](const T& data) { return page(data, now); });
    });
  }

  /// `must_be_there`: the bus was asked, and a point without a value is a failure.
  Outcome show_points(const control::Ask& ask, bool must_be_there = false) {
    return show<std::vector<control::PointRow>>(ask, [&](const std::vector<control::PointRow>& rows) {
      print(points_page(console_, rows));
      const bool bad =
          std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.reading.quality == Quality::bad; });
      return must_be_there && bad ? ExitCode::failed : ExitCode::done;
    });
  }

  Outcome show_exam(const control::Ask& ask) {
    return show_at<control::ExamRow>(ask, [&](const control::ExamRow& exam, WallTime now) {
      print(exam_text(console_, exam, now).text + '\n');
      return ExitCode::done;
    });
  }

  Outcome show_usb(const control::Ask& ask) {
    return show<std::vector<control::UsbRow>>(ask, [&](const auto& rows) {
      print(usb_page(console_, rows));
      if (rows.empty())
        talk({"现场没有 USB 设备，也没有插着的", "the site has no USB devices, and none is plugged in"});
      return ExitCode::done;
    });
  }

  /// `done`: what was done, said on `err`; empty when the finding was only asked for.
  Outcome present_finding(Got<std::string> line, WallTime now, const Text& done) {
    return present<Finding>(std::move(line), [&](const Finding& finding) {
      if (console_.in(done).empty()) print(finding_page(console_, finding, now));
      if (!console_.in(done).empty())
        talk({done.zh + "：" + short_id(finding.id), done.en + ": " + short_id(finding.id)});
      return ExitCode::done;
    });
  }

  Outcome show_finding(const control::Ask& ask, const Text& done) {
    return at_agent(
        [&](Connection& connection, WallTime now) { return present_finding(connection.ask(ask), now, done); });
  }

  const Options& options_;
  const Console& console_;
};

}  // namespace

ExitCode report(const Console& console, const Failure& failure) {
  console.err << console.paint("inspectctl: " + console.in(failure.message), Tone::bad) << '\n';
  if (!console.in(failure.cure).empty()) console.err << "  " << console.in(failure.cure) << '\n';
  return failure.code;
}

ExitCode run(const Options& options, const Console& console) {
  const auto outcome = std::visit(Runner(options, console), options.command);
  if (const auto* failure = std::get_if<Failure>(&outcome)) return report(console, *failure);
  return std::get<ExitCode>(outcome);
}

}  // namespace inspect::cli
