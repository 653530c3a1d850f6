#include "drivers/profiles/load.hpp"
#include "firmware-agent/cli/bus_commands.hpp"
#include "firmware-agent/cli/interrupts.hpp"
#include "firmware-agent/cli/scan_page.hpp"
#include "firmware-agent/cli/times.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <utility>

namespace inspect::cli {

namespace {

/// One search, from the first question to the last or to Ctrl-C.
class Scan {
 public:
  Scan(const Options& options, const Console& console, Connection& connection, std::string bus)
      : options_(options), console_(console), connection_(connection), bus_(std::move(bus)) {
    connection_.on_waiting([this] { return interrupts_.came(); });
  }

  Got<ExitCode> run(Search search) {
    started_ = std::chrono::steady_clock::now();
    say({"先听 5 秒，确认没有别的主机……", "listening for 5 s, in case another master asks here …"});
    while (const auto question = search.next()) {
      if (interrupts_.came() || !console_.out) return end(search, false);
      auto reply = connection_.get<control::ProbeRow>(
          control::AskProbe{bus_, question->unit, question->function, question->address, question->quantity});
      if (auto* failure = std::get_if<Failure>(&reply)) {
        clear();
        if (interrupts_.came()) return end(search, false);
        return std::move(*failure);
      }
      const auto& row = std::get<control::ProbeRow>(reply);
      std::optional<modbus::Answer> answer;
      if (row.answered) answer = modbus::Answer{row.values, row.exception};
      if (const auto found = search.take(answer)) show(*found);
      progress(search, question->unit);
    }
    return end(search, true);
  }

 private:
  void show(const FoundUnit& found) {
    clear();
    console_.out << (options_.json ? found_json(found) + '\n' : found_line(console_, found)) << std::flush;
  }

  void say(const Text& text) const {
    if (!options_.json) console_.err << console_.in(text) << '\n' << std::flush;
  }

  void clear() const {
    if (console_.terminal && !options_.json) console_.err << "\r\x1b[K" << std::flush;
  }

  /// One line, drawn over itself.
  void progress(const Search& search, std::uint8_t unit) const {
    if (!console_.terminal || options_.json || search.asked() == 0) return;
    const auto spent = std::chrono::steady_clock::now() - started_;
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(spent / search.asked() * search.to_ask());
    const auto total = std::to_string(search.asked() + search.to_ask());
    const auto asked = std::to_string(search.asked());
    const auto units = std::to_string(unit);
    const auto time = span_text(left, console_.language);
    clear();
    console_.err << console_.in({"已问 " + asked + "/" + total + "，站号 " + units + "，约还需 " + time,
                                 "asked " + asked + " of " + total + ", unit " + units + ", about " + time + " left"})
                 << std::flush;
  }

  Got<ExitCode> end(const Search& search, bool complete) const {
    clear();
    if (options_.json) {
      console_.out << summary_json({bus_, search.asked(), search.found(), complete}) << '\n';
      return complete ? ExitCode::done : ExitCode::failed;
    }
    const auto asked = std::to_string(search.asked());
    const auto found = std::to_string(search.found());
    if (complete) {
      say({"完成：问了 " + asked + " 次，找到 " + found + " 台", "done: asked " + asked + " times, found " + found});
      return ExitCode::done;
    }
    say({"已取消：问了 " + asked + " 次，找到 " + found + " 台；还有 " + std::to_string(search.to_ask()) + " 问没有问",
         "cancelled: asked " + asked + " times, found " + found + "; " + std::to_string(search.to_ask()) +
             " questions were not asked"});
    return ExitCode::failed;
  }

  const Options& options_;
  const Console& console_;
  Connection& connection_;
  std::string bus_;
  Interrupts interrupts_;
  std::chrono::steady_clock::time_point started_{};
};

/// Takes out what the site knows already, and says so.
std::string take_known(const std::vector<control::DeviceRow>& devices, const std::string& bus,
                       std::vector<std::uint8_t>& units) {
  std::string names;
  for (const auto& device : devices) {
    if (device.bus != bus) continue;
    const auto erased = std::erase_if(units, [&](std::uint8_t unit) { return unit == device.unit; });
    if (erased > 0) names += (names.empty() ? "" : ", ") + device.name + '(' + std::to_string(device.unit) + ')';
  }
  return names;
}

}  // namespace

Got<ExitCode> bus_scan(const Options& options, const Console& console, const BusScanCommand& command) {
  auto units = units_in(command.units);
  if (!units) {
    return Failure{ExitCode::wrong_use,
                   {"站号范围不对：" + command.units, "not understood as units: " + command.units},
                   {"例如 1-247 或 7", "for example 1-247 or 7"}};
  }
  const auto profiles = drivers::load_profiles(command.profiles);
  if (!profiles) return Failure{ExitCode::bad_configuration, {profiles.error().message, profiles.error().message}, {}};
  auto opened = Connection::open(options.socket);
  if (auto* failure = std::get_if<Failure>(&opened)) return std::move(*failure);
  auto& connection = std::get<Connection>(opened);
  auto bus = choose_bus(connection, command.bus);
  if (auto* failure = std::get_if<Failure>(&bus)) return std::move(*failure);
  const auto& name = std::get<std::string>(bus);
  auto buses = connection.get<std::vector<control::BusRow>>(control::AskBuses{});
  if (auto* failure = std::get_if<Failure>(&buses)) return std::move(*failure);
  auto devices = connection.get<std::vector<control::DeviceRow>>(control::AskDevices{});
  if (auto* failure = std::get_if<Failure>(&devices)) return std::move(*failure);

  std::optional<drivers::LineFormat> format;
  for (const auto& row : std::get<0>(buses)) {
    if (row.name == name) format = format_in(row.transport);
  }
  const auto known = take_known(std::get<0>(devices), name, *units);
  if (!known.empty() && !options.json) {
    console.err << console.in({"已配置，不问：", "configured, and not asked: "}) << known << '\n';
  }
  if (profiles->empty() && !options.json) {
    console.err << console.in({"没有型号文件，只能找到设备，不能认出型号",
                               "there are no profiles: devices are found, but not recognised"})
                << '\n';
  }
  return Scan(options, console, connection, name).run(Search(std::move(*units), *profiles, format));
}

}  // namespace inspect::cli
