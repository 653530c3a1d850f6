#include "firmware-agent/judgement/record_csv.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace inspect::judgement {

namespace {

constexpr std::size_t most = nowhere - 1;

std::vector<std::string> fields_of(std::string line) {
  if (!line.empty() && line.back() == '\r') line.pop_back();
  std::vector<std::string> fields(1);
  for (const char c : line) {
    if (c == ',') {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

/// A table whose columns are asked for by name.
class Table {
 public:
  Table(std::istream& in, std::string what) : in_(in), what_(std::move(what)) {
    std::string line;
    std::getline(in_, line);
    header_ = fields_of(line);
  }

  /// The next row that is not empty.
  bool next() {
    std::string line;
    while (std::getline(in_, line)) {
      ++line_;
      if (line.empty()) continue;
      row_ = fields_of(line);
      return true;
    }
    return false;
  }
  [[nodiscard]] Result<std::string> text(std::string_view column) const {
    const auto found = std::find(header_.begin(), header_.end(), column);
    const auto at = static_cast<std::size_t>(found - header_.begin());
    if (found == header_.end() || at >= row_.size()) return fault("has no " + std::string(column));
    return row_[at];
  }
  /// `absent` for an empty field.
  [[nodiscard]] Result<double> number(std::string_view column, double absent) const {
    const auto field = text(column);
    if (!field) return field.error();
    if (field->empty()) return absent;
    char* end = nullptr;
    const double value = std::strtod(field->c_str(), &end);
    if (end != field->c_str() + field->size() || !std::isfinite(value)) return fault("is no number: " + *field);
    return value;
  }
  [[nodiscard]] Error fault(const std::string& why) const {
    return fail(Errc::malformed, what_ + ":" + std::to_string(line_) + ": " + why);
  }

 private:
  std::istream& in_;
  std::string what_;
  std::vector<std::string> header_, row_;
  std::size_t line_ = 1;
};

Result<std::uint16_t> reference(const Table& table, std::string_view column, const Plant& plant) {
  const auto name = table.text(column);
  if (!name) return name.error();
  if (name->empty()) return nowhere;
  const auto component = plant.component(*name);
  if (component == nowhere) return table.fault("unknown component " + *name);
  return component;
}

Result<Plant> read_components(std::istream& in) {
  Plant plant;
  std::vector<std::pair<std::string, std::string>> above;
  Table table(in, "topology.csv");
  while (table.next()) {
    const auto name = table.text("component");
    const auto powered = table.text("powered_by");
    const auto linked = table.text("linked_by");
    if (!name) return name.error();
    if (!powered) return powered.error();
    if (!linked) return linked.error();
    if (plant.components.size() >= most) return table.fault("too many components");
    plant.components.push_back({*name, nowhere, nowhere, {}});
    above.emplace_back(*powered, *linked);
  }
  for (std::size_t i = 0; i < above.size(); ++i) {
    for (const auto& [field, text] :
         {std::pair{&Component::powered_by, above[i].first}, std::pair{&Component::linked_by, above[i].second}}) {
      if (text.empty()) continue;
      plant.components[i].*field = plant.component(text);
      if (plant.components[i].*field == nowhere) return table.fault("unknown component " + text);
    }
  }
  return plant;
}

Result<Point> point_of(const Table& table, const Plant& plant) {
  constexpr auto none = std::numeric_limits<double>::infinity();
  Point p;
  const auto device = table.text("device");
  const auto name = table.text("point");
  const auto role = table.text("role");
  const auto nominal = table.number("nominal", 0);
  const auto low = table.number("low_limit", -none);
  const auto high = table.number("high_limit", none);
  const auto component = reference(table, "component", plant);
  for (const auto* text : {&device, &name, &role}) {
    if (!*text) return text->error();
  }
  for (const auto* number : {&nominal, &low, &high}) {
    if (!*number) return number->error();
  }
  if (!component) return component.error();
  return Point{*device, *name, role_from(*role), *nominal, *low, *high, *component};
}

}  // namespace

Result<Plant> read_plant(std::istream& plant_csv, std::istream& topology_csv) {
  auto plant = read_components(topology_csv);
  if (!plant) return plant;
  Table table(plant_csv, "plant.csv");
  while (table.next()) {
    auto point = point_of(table, *plant);
    if (!point) return point.error();
    if (plant->points.size() >= most) return table.fault("too many points");
    if (point->component != nowhere) {
      plant->components[point->component].points.push_back(static_cast<std::uint16_t>(plant->points.size()));
    }
    plant->points.push_back(std::move(*point));
  }
  return plant;
}

Result<Calendar> read_calendar(std::istream& in, const Plant& plant) {
  Calendar calendar;
  Table table(in, "calendar.csv");
  while (table.next()) {
    const auto start = table.number("t_start", 0);
    const auto end = table.number("t_end", 0);
    const auto what = table.text("what");
    if (!start) return start.error();
    if (!end) return end.error();
    if (!what) return what.error();
    if (*what == "exam" || *what == "training") calendar.sessions.push_back({*start, *end, *what == "exam"});
    if (*what != "maintenance") continue;
    const auto component = reference(table, "component", plant);
    if (!component) return component.error();
    calendar.maintenance.push_back({*start, *component});
  }
  const auto by_start = [](const Session& a, const Session& b) { return a.start < b.start; };
  const auto by_time = [](const Maintenance& a, const Maintenance& b) { return a.time < b.time; };
  std::stable_sort(calendar.sessions.begin(), calendar.sessions.end(), by_start);
  std::stable_sort(calendar.maintenance.begin(), calendar.maintenance.end(), by_time);
  return calendar;
}

}  // namespace inspect::judgement
