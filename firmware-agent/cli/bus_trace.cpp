#include "firmware-agent/cli/bus_commands.hpp"
#include "firmware-agent/cli/bus_stream.hpp"
#include "firmware-agent/cli/interrupts.hpp"
#include "firmware-agent/cli/time_limit.hpp"
#include "firmware-agent/cli/trace_page.hpp"

#include <chrono>
#include <fstream>
#include <iostream>
#include <optional>
#include <utility>

namespace inspect::cli {

namespace {

using namespace std::chrono_literals;

Failure bad_file(const std::string& path, const Text& why) {
  return {ExitCode::failed, {path + "：" + why.zh, path + ": " + why.en}, {}};
}

/// Prints what is decoded, in the way the person wants it.
class Printer {
 public:
  Printer(const Options& options, const Console& console, const BusTraceCommand& command, control::TraceHead head)
      : options_(options), console_(console), command_(command), decoder_(std::move(head)) {
    if (options_.json) return;
    console_.out << trace_title(console_, decoder_.head());
    console_.out.flush();
  }

  void take(const control::TraceRecord& record) {
    heard_.clear();
    decoder_.take(record, heard_);
    show();
  }
  void lost(std::uint64_t records) {
    decoder_.lost();
    const auto count = std::to_string(records);
    console_.err << console_.in(
                        {"（显示太慢，漏掉 " + count + " 段）", "(too slow: " + count + " pieces were left out)"})
                 << '\n';
  }
  void finish() {
    heard_.clear();
    decoder_.finish(heard_);
    show();
  }

 private:
  void show() {
    for (const auto& heard : heard_) {
      console_.out << (options_.json ? trace_line_json(decoder_, heard) + '\n'
                                     : trace_line(console_, decoder_, heard, command_.hex));
    }
    console_.out.flush();
  }

  const Options& options_;
  const Console& console_;
  const BusTraceCommand& command_;
  TraceDecoder decoder_;
  std::vector<modbus::Heard> heard_;
};

Got<ExitCode> read_file(const Options& options, const Console& console, const BusTraceCommand& command) {
  std::ifstream file(command.read);
  if (!file) return bad_file(command.read, {"打不开", "cannot be opened"});
  std::string line;
  std::getline(file, line);
  auto head = control::decode_trace_head(line);
  if (!head) return bad_file(command.read, {head.error().message, head.error().message});
  Printer printer(options, console, command, std::move(*head));
  for (std::size_t number = 2; std::getline(file, line); ++number) {
    if (line.empty()) continue;
    const auto record = control::decode_trace_record(line);
    if (!record) {
      const auto where = std::to_string(number) + ": " + record.error().message;
      return bad_file(command.read, {where, where});
    }
    printer.take(*record);
    if (!console.out) break;
  }
  printer.finish();
  return ExitCode::done;
}

Got<ExitCode> save(std::ofstream& file, const std::string& path, const std::string& line) {
  if (!file.is_open()) return ExitCode::done;
  file << line << '\n';
  if (!file.flush()) return bad_file(path, {"写不进去", "cannot be written"});
  return ExitCode::done;
}

}  // namespace

Got<ExitCode> bus_trace(const Options& options, const Console& console, const BusTraceCommand& command) {
  if (!command.read.empty()) return read_file(options, console, command);
  auto limit = TimeLimit::from(command.time, TimeLimit::Clock::now());
  if (auto* failure = std::get_if<Failure>(&limit)) return std::move(*failure);
  const Interrupts interrupts;
  auto opened = BusStream::open(options, command.bus);
  if (auto* failure = std::get_if<Failure>(&opened)) return std::move(*failure);
  auto& stream = std::get<BusStream>(opened);
  std::ofstream file;
  if (!command.save.empty()) {
    file.open(command.save, std::ios::trunc);
    if (!file) return bad_file(command.save, {"打不开", "cannot be opened"});
  }
  auto saved = save(file, command.save, control::encode_line(stream.head()));
  Printer printer(options, console, command, stream.head());
  const auto over = [&] { return std::get<TimeLimit>(limit).over(TimeLimit::Clock::now()); };
  while (!interrupts.came() && !over() && console.out) {
    auto next = stream.next();
    if (auto* failure = std::get_if<Failure>(&next)) return std::move(*failure);
    const auto& event = std::get<std::optional<control::Event>>(next);
    if (!event) {
      interrupts.wait(stream.descriptor(), 200ms);
      continue;
    }
    if (event->dropped > 0) printer.lost(event->dropped);
    const auto* trace = std::get_if<control::TraceEvent>(&event->news);
    if (trace == nullptr) continue;
    for (const auto& record : trace->records) {
      saved = save(file, command.save, control::encode_line(record));
      if (auto* failure = std::get_if<Failure>(&saved)) return std::move(*failure);
      printer.take(record);
    }
  }
  return ExitCode::done;
}

}  // namespace inspect::cli
