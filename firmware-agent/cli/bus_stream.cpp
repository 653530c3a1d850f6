#include "firmware-agent/cli/bus_stream.hpp"

#include "firmware-agent/cli/bus_commands.hpp"

#include <utility>

namespace inspect::cli {

Got<std::string> choose_bus(Connection& connection, const std::string& named) {
  if (!named.empty()) return named;
  auto got = connection.get<std::vector<control::BusRow>>(control::AskBuses{});
  if (auto* failure = std::get_if<Failure>(&got)) return std::move(*failure);
  const auto& buses = std::get<0>(got);
  if (buses.size() == 1) return buses.front().name;
  std::string names;
  for (const auto& bus : buses) names += (names.empty() ? "" : ", ") + bus.name;
  return Failure{ExitCode::wrong_use,
                 {"有多条总线，请写明是哪一条：" + names, "there are several buses, name one of them: " + names},
                 {}};
}

Got<BusStream> BusStream::open(const Options& options, const std::string& named) {
  auto opened = Connection::open(options.socket);
  if (auto* failure = std::get_if<Failure>(&opened)) return std::move(*failure);
  auto& connection = std::get<Connection>(opened);
  auto bus = choose_bus(connection, named);
  if (auto* failure = std::get_if<Failure>(&bus)) return std::move(*failure);
  auto devices = connection.get<std::vector<control::DeviceRow>>(control::AskDevices{});
  if (auto* failure = std::get_if<Failure>(&devices)) return std::move(*failure);
  auto& rows = std::get<std::vector<control::DeviceRow>>(devices);
  std::erase_if(rows, [&](const auto& row) { return row.bus != std::get<std::string>(bus); });
  auto head = connection.get<control::TraceHead>(control::AskTrace{std::get<std::string>(bus)});
  if (auto* failure = std::get_if<Failure>(&head)) return std::move(*failure);
  return BusStream(std::move(connection), std::move(std::get<control::TraceHead>(head)), std::move(rows));
}

Got<std::optional<control::Event>> BusStream::next() {
  auto taken = connection_.take_line();
  if (auto* failure = std::get_if<Failure>(&taken)) return std::move(*failure);
  const auto& line = std::get<std::optional<std::string>>(taken);
  if (!line) return std::optional<control::Event>();
  auto event = control::decode_event(*line);
  if (!event) return Failure{ExitCode::failed, {event.error().message, event.error().message}, {}};
  return std::optional<control::Event>(std::move(*event));
}

}  // namespace inspect::cli
