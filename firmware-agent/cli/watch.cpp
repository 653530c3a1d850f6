#include "firmware-agent/cli/commands.hpp"
#include "firmware-agent/cli/interrupts.hpp"
#include "firmware-agent/cli/time_limit.hpp"
#include "firmware-agent/cli/watch_view.hpp"

#include <chrono>
#include <ostream>

namespace inspect::cli {

namespace {

constexpr std::chrono::milliseconds redraw_every{200};  ///< faster than this nobody reads
constexpr std::chrono::milliseconds tick{1000};         ///< ages grow even when nothing comes

/// The agent's wall clock, carried on by a clock that nobody sets.
class AgentClock {
 public:
  explicit AgentClock(WallTime now) : base_(now), started_(std::chrono::steady_clock::now()) {}
  [[nodiscard]] WallTime now() const {
    return base_ + std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started_);
  }

 private:
  WallTime base_;
  std::chrono::steady_clock::time_point started_;
};

/// Shows events as they come, in the way that fits the output.
class Show {
 public:
  Show(const Options& options, const Console& console, std::vector<control::PointRow> points, WallTime now)
      : options_(options), console_(console), clock_(now), view_(std::move(points), now) {}

  [[nodiscard]] bool draws() const { return console_.terminal && !options_.json; }

  Got<ExitCode> take(const std::string& line) {
    const auto event = control::decode_event(line);
    if (!event) return Failure{ExitCode::failed, {event.error().message, event.error().message}, {}};
    if (options_.json) {
      console_.out << control::data_text(line).value() << '\n' << std::flush;
      return ExitCode::done;
    }
    const auto lines = view_.take(*event, console_, clock_.now());
    changed_ = true;
    if (draws()) return ExitCode::done;
    for (const auto& one : lines) console_.out << one << '\n';
    console_.out << std::flush;
    return ExitCode::done;
  }

  void draw() {
    const auto now = std::chrono::steady_clock::now();
    if (!draws() || now - drawn_ < (changed_ ? redraw_every : tick)) return;
    drawn_ = now;
    changed_ = false;
    // Home, the screen, and away with what was below it: nothing flickers.
    std::string text = "\x1b[H" + view_.screen(console_, clock_.now());
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 4) text.insert(at, "\x1b[K");
    console_.out << text << "\x1b[J" << std::flush;
  }

 private:
  const Options& options_;
  const Console& console_;
  AgentClock clock_;
  WatchView view_;
  bool changed_ = true;
  std::chrono::steady_clock::time_point drawn_{};
};

/// Everything that has come by now.
Got<ExitCode> take_all(Connection& connection, Show& show) {
  while (true) {
    auto taken = connection.take_line();
    if (auto* failure = std::get_if<Failure>(&taken)) return std::move(*failure);
    const auto& line = std::get<0>(taken);
    if (!line) return ExitCode::done;
    auto shown = show.take(*line);
    if (std::holds_alternative<Failure>(shown)) return shown;
  }
}

}  // namespace

ExitCode watch(const Options& options, const Console& console, const WatchCommand& command) {
  auto limit = TimeLimit::from(command.time, TimeLimit::Clock::now());
  if (const auto* failure = std::get_if<Failure>(&limit)) return report(console, *failure);
  auto opened = Connection::open(options.socket);
  if (const auto* failure = std::get_if<Failure>(&opened)) return report(console, *failure);
  auto& connection = std::get<Connection>(opened);
  const Interrupts interrupts;
  auto status = connection.get<control::Status>(control::AskStatus{});
  if (const auto* failure = std::get_if<Failure>(&status)) return report(console, *failure);
  auto line = connection.ask(control::AskWatch{command.target});
  if (const auto* failure = std::get_if<Failure>(&line)) return report(console, *failure);
  auto points = control::decode_answer<std::vector<control::PointRow>>(std::get<std::string>(line));
  if (!points) return report(console, {ExitCode::failed, {points.error().message, points.error().message}, {}});
  if (options.json) console.out << control::data_text(std::get<std::string>(line)).value() << '\n' << std::flush;
  Show show(options, console, std::move(*points), std::get<control::Status>(status).now);
  if (show.draws()) {
    console.out << "\x1b[2J";
  } else if (!options.json) {
    console.err << console.in({"正在监视，按 Ctrl-C 结束", "watching; Ctrl-C ends it"}) << '\n';
  }
  const auto over = [&] { return std::get<TimeLimit>(limit).over(TimeLimit::Clock::now()); };
  while (!interrupts.came() && !over()) {
    auto taken = take_all(connection, show);
    if (const auto* failure = std::get_if<Failure>(&taken)) return report(console, *failure);
    show.draw();
    if (!console.out) break;
    interrupts.wait(connection.descriptor(), redraw_every);
  }
  return ExitCode::done;
}

}  // namespace inspect::cli
