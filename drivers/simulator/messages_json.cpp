#include "drivers/simulator/messages_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace inspect::sim {

using Json = nlohmann::ordered_json;

namespace {

Json json_of(const LineSetup& setup) {
  Json json{{"name", setup.name}};
  if (setup.kind == LineKind::rtu) {
    json["kind"] = "rtu";
    json["pty"] = setup.pty;
    json["baud"] = setup.format.baud;
  } else if (setup.kind == LineKind::usb) {
    json["kind"] = "usb";
    json["usb"] = setup.usb;
    json["port"] = setup.port;
  } else {
    json["kind"] = "tcp";
    json["port"] = setup.port;
  }
  return json;
}

Json json_of(const LineView& view) {
  auto json = json_of(view.setup);
  json["state"] = view.state;
  json["faults"] = view.faults;
  json["questions"] = view.counters.questions;
  json["strangers"] = view.counters.strangers;
  json["damaged"] = view.counters.damaged;
  json["collisions"] = view.counters.collisions;
  json["connections"] = view.counters.connections;
  return json;
}

Json json_of(const DeviceView& view) {
  Json json{{"name", view.name},
            {"model", view.model},
            {"line", view.line},
            {"unit", view.unit},
            {"faults", view.faults},
            {"questions", view.counters.questions},
            {"answers", view.counters.answers},
            {"exceptions", view.counters.exceptions},
            {"unanswered", view.counters.unanswered}};
  for (const auto& point : view.points) json["points"][point.name] = {{"value", point.value}, {"unit", point.unit}};
  return json;
}

/// Words of a stranger are shown back to him; what is no UTF-8 in them is replaced.
std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

std::string to_json(const Reply& reply) {
  Json json{{"ok", reply.ok}, {"text", reply.text}};
  if (reply.exam) json["exam"] = *reply.exam;
  for (const auto& line : reply.lines) json["lines"].push_back(json_of(line));
  for (const auto& device : reply.devices) json["devices"].push_back(json_of(device));
  return dump(json);
}

std::string to_json(const Event& event, BootTime at) {
  const auto seconds = std::chrono::duration<double>(at.time_since_epoch()).count();
  return dump({{"event", event.what}, {"where", event.where}, {"detail", event.detail}, {"at", seconds}});
}

std::string ready_json(const Site& site, const std::string& socket) {
  Json json{{"ready", true}, {"socket", socket}, {"lines", Json::array()}, {"devices", site.devices().size()}};
  for (const auto& line : site.lines()) json["lines"].push_back(json_of(line.setup));
  return dump(json);
}

std::optional<Heard> heard(const std::string& line) {
  const auto json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto text = [&](const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  if (json.contains("event")) {
    return Heard{true, fmt::format("{:<12} {:<12} {}", text("where"), text("event"), text("detail"))};
  }
  const auto ok = json.find("ok");
  if (ok == json.end() || !ok->is_boolean()) return std::nullopt;
  return Heard{ok->get<bool>(), text("text")};
}

}  // namespace inspect::sim
