#include "firmware-agent/cli/bus_view.hpp"

#include <nlohmann/json.hpp>

namespace inspect::cli {

namespace {

using Json = nlohmann::json;
using modbus::Nanoseconds;

double milliseconds(Nanoseconds time) { return std::chrono::duration<double, std::milli>(time).count(); }

Json share(Nanoseconds part, Nanoseconds whole) {
  if (whole.count() == 0) return nullptr;
  return static_cast<double>(part.count()) / static_cast<double>(whole.count());
}

}  // namespace

std::string BusView::json() const {
  const auto use = recent();
  Json units = Json::array();
  for (const auto& [number, unit] : total_.units) {
    const auto* device = decoder_.device(number);
    const auto now = use.units.find(number);
    Json row{{"unit", number},
             {"device", nullptr},
             {"health", nullptr},
             {"share", share(now == use.units.end() ? Nanoseconds{0} : now->second.busy(), use.span)},
             {"questions", unit.questions},
             {"answered", unit.answered},
             {"refused", unit.refused},
             {"unanswered", unit.unanswered},
             {"damaged", unit.damaged},
             {"late", unit.late},
             {"slowest_ms", nullptr}};
    if (device != nullptr) row["device"] = device->name;
    if (device != nullptr) row["health"] = name(health_of(device));
    if (unit.slowest.count() > 0) row["slowest_ms"] = milliseconds(unit.slowest);
    units.push_back(std::move(row));
  }
  Json line{{"at", rfc3339(decoder_.wall(now_))},
            {"bus", decoder_.head().bus},
            {"window_ms", milliseconds(use.span)},
            {"watched_ms", milliseconds(total_.span)},
            {"busy", share(use.busy, use.span)},
            {"silence", share(use.silence, use.span)},
            {"idle", share(use.idle, use.span)},
            {"shortest_gap_ms", nullptr},
            {"longest_gap_ms", nullptr},
            {"units", std::move(units)},
            {"foreign", total_.foreign},
            {"stray", total_.stray},
            {"echoes", total_.echoes},
            {"noise_bytes", total_.noise_bytes},
            {"doubtful", total_.doubtful},
            {"dropped", lost_}};
  if (use.shortest_gap) line["shortest_gap_ms"] = milliseconds(*use.shortest_gap);
  if (use.longest_gap) line["longest_gap_ms"] = milliseconds(*use.longest_gap);
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace inspect::cli
