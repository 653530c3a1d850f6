#include "firmware-agent/cli/bus_commands.hpp"
#include "firmware-agent/cli/bus_stream.hpp"
#include "firmware-agent/cli/bus_view.hpp"
#include "firmware-agent/cli/interrupts.hpp"
#include "firmware-agent/cli/time_limit.hpp"

#include <chrono>
#include <iostream>

namespace inspect::cli {

namespace {

using namespace std::chrono_literals;

constexpr auto redraw_every = 1s;
constexpr int seconds_a_page = 10;  ///< into a pipe

/// The trace's clock, carried on while nothing passes.
class TraceClock {
 public:
  explicit TraceClock(BootTime now) : base_(now), started_(std::chrono::steady_clock::now()) {}
  [[nodiscard]] BootTime now() const { return base_ + (std::chrono::steady_clock::now() - started_); }

 private:
  BootTime base_;
  std::chrono::steady_clock::time_point started_;
};

void draw(const Console& console, const BusView& view) {
  // Home, the screen, and away with what was below it: nothing flickers.
  std::string text = "\x1b[H" + view.screen(console);
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 4) text.insert(at, "\x1b[K");
  console.out << text << "\x1b[J" << std::flush;
}

void show(const Options& options, const Console& console, const BusView& view, int second) {
  if (options.json) {
    console.out << view.json() << '\n' << std::flush;
  } else if (console.terminal) {
    draw(console, view);
  } else if (second % seconds_a_page == 0) {
    console.out << view.screen(console) << '\n' << std::flush;
  }
}

/// Everything that has come by now.
Got<ExitCode> take_all(BusStream& stream, TraceDecoder& decoder, BusView& view) {
  std::vector<modbus::Heard> heard;
  while (true) {
    auto next = stream.next();
    if (auto* failure = std::get_if<Failure>(&next)) return std::move(*failure);
    const auto& event = std::get<std::optional<control::Event>>(next);
    if (!event) return ExitCode::done;
    if (event->dropped > 0) {
      decoder.lost();
      view.lost(event->dropped);
    }
    if (const auto* change = std::get_if<control::HealthEvent>(&event->news))
      view.health(change->device, change->health);
    const auto* trace = std::get_if<control::TraceEvent>(&event->news);
    if (trace == nullptr) continue;
    for (const auto& record : trace->records) {
      heard.clear();
      decoder.take(record, heard);
      for (const auto& one : heard) view.take(one);
    }
  }
}

}  // namespace

Got<ExitCode> bus_watch(const Options& options, const Console& console, const BusWatchCommand& command) {
  auto limit = TimeLimit::from(command.time, TimeLimit::Clock::now());
  if (auto* failure = std::get_if<Failure>(&limit)) return std::move(*failure);
  const Interrupts interrupts;
  auto opened = BusStream::open(options, command.bus);
  if (auto* failure = std::get_if<Failure>(&opened)) return std::move(*failure);
  auto& stream = std::get<BusStream>(opened);
  TraceDecoder decoder(stream.head());
  BusView view(decoder);
  for (const auto& device : stream.devices()) view.health(device.name, device.health);
  const TraceClock clock(decoder.now());
  if (console.terminal && !options.json) {
    console.out << "\x1b[2J";
    draw(console, view);
  } else if (!options.json) {
    console.err << console.in({"正在监视，按 Ctrl-C 结束", "watching; Ctrl-C ends it"}) << '\n';
  }
  auto due = clock.now() + redraw_every;
  const auto over = [&] { return std::get<TimeLimit>(limit).over(TimeLimit::Clock::now()); };
  for (int second = 0; !interrupts.came() && !over() && console.out;) {
    auto taken = take_all(stream, decoder, view);
    if (auto* failure = std::get_if<Failure>(&taken)) return std::move(*failure);
    if (clock.now() >= due) {
      // What is shown ends at a whole second, so that shares are of the same span each time.
      view.second(due);
      due += redraw_every;
      show(options, console, view, ++second);
      continue;
    }
    interrupts.wait(stream.descriptor(), 100ms);
  }
  return ExitCode::done;
}

}  // namespace inspect::cli
