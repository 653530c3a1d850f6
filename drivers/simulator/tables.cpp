#include "drivers/simulator/tables.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace inspect::sim {

using modbus::PointMap;
using modbus::Table;
using modbus::ValueType;
using modbus::WordOrder;

namespace {

struct Span {
  std::uint32_t first;
  std::uint32_t end;
};

template <class Cell>
bool run_covers(const Run<Cell>& run, std::size_t address, std::size_t quantity) {
  if (quantity == 0 || address < run.first || address + quantity > run.first + run.cells.size()) return false;
  const auto begin = run.there.begin() + static_cast<std::ptrdiff_t>(address - run.first);
  return std::all_of(begin, begin + static_cast<std::ptrdiff_t>(quantity), [](bool there) { return there; });
}

/// Addresses between two points belong to the device as well when the hole is small enough to be read along.
template <class Cell>
Run<Cell> make_run(std::vector<Span> spans, std::uint32_t largest_hole) {
  Run<Cell> run;
  if (spans.empty()) return run;
  std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.first < b.first; });
  const auto last = std::max_element(spans.begin(), spans.end(), [](auto& a, auto& b) { return a.end < b.end; })->end;
  run.first = static_cast<std::uint16_t>(spans.front().first);
  run.cells.resize(last - run.first);
  run.there.resize(last - run.first);
  std::uint32_t reached = run.first;
  for (const auto& span : spans) {
    const bool joined = span.first <= reached + largest_hole;
    for (auto at = joined ? std::min(reached, span.first) : span.first; at < span.end; ++at) {
      run.there[at - run.first] = true;
    }
    reached = std::max(reached, span.end);
  }
  return run;
}

std::vector<Span> spans_of(const drivers::Profile& profile, Table table) {
  std::vector<Span> spans;
  for (const auto& point : profile.points) {
    if (point.map.table != table) continue;
    const std::uint32_t first = point.map.address;
    spans.push_back({first, std::min<std::uint32_t>(first + width(point.map), 0x10000U)});
  }
  return spans;
}

bool is_bit_table(Table table) { return table == Table::coil || table == Table::discrete_input; }

std::uint32_t to_counts(const PointMap& map, double value) {
  if (map.type == ValueType::f32) return std::bit_cast<std::uint32_t>(static_cast<float>(value));
  const double counts = std::round((value - map.offset) / (map.scale == 0 ? 1 : map.scale));
  if (!std::isfinite(counts)) return 0;
  double low = 0;
  double high = std::numeric_limits<std::uint16_t>::max();
  if (map.type == ValueType::s16) low = std::numeric_limits<std::int16_t>::min();
  if (map.type == ValueType::s16) high = std::numeric_limits<std::int16_t>::max();
  if (map.type == ValueType::u32) high = std::numeric_limits<std::uint32_t>::max();
  if (map.type == ValueType::s32) low = std::numeric_limits<std::int32_t>::min();
  if (map.type == ValueType::s32) high = std::numeric_limits<std::int32_t>::max();
  return static_cast<std::uint32_t>(static_cast<std::int64_t>(std::clamp(counts, low, high)));
}

double from_counts(const PointMap& map, std::uint32_t counts) {
  double raw = counts;
  if (map.type == ValueType::s16) raw = static_cast<std::int16_t>(counts);
  if (map.type == ValueType::s32) raw = static_cast<std::int32_t>(counts);
  if (map.type == ValueType::f32) raw = static_cast<double>(std::bit_cast<float>(counts));
  return raw * map.scale + map.offset;
}

}  // namespace

bool Tables::covers(Table table, std::uint16_t address, std::size_t quantity) const {
  switch (table) {
    case Table::coil: return run_covers(coils, address, quantity);
    case Table::discrete_input: return run_covers(inputs, address, quantity);
    case Table::input_register: return run_covers(input_registers, address, quantity);
    case Table::holding_register: return run_covers(holding_registers, address, quantity);
  }
  return false;
}

std::uint16_t Tables::raw(Table table, std::uint16_t address) const {
  if (!covers(table, address, 1)) return 0;
  switch (table) {
    case Table::coil: return coils.cells[address - coils.first];
    case Table::discrete_input: return inputs.cells[address - inputs.first];
    case Table::input_register: return input_registers.cells[address - input_registers.first];
    case Table::holding_register: return holding_registers.cells[address - holding_registers.first];
  }
  return 0;
}

void Tables::put(Table table, std::uint16_t address, std::uint16_t value) {
  if (!covers(table, address, 1)) return;
  const auto bit = static_cast<std::uint8_t>(value != 0 ? 1 : 0);
  switch (table) {
    case Table::coil: coils.cells[address - coils.first] = bit; return;
    case Table::discrete_input: inputs.cells[address - inputs.first] = bit; return;
    case Table::input_register: input_registers.cells[address - input_registers.first] = value; return;
    case Table::holding_register: holding_registers.cells[address - holding_registers.first] = value; return;
  }
}

std::uint16_t width(const PointMap& map) {
  if (is_bit_table(map.table)) return 1;
  return map.type == ValueType::u32 || map.type == ValueType::s32 || map.type == ValueType::f32 ? 2 : 1;
}

Tables make_tables(const drivers::Profile& profile) {
  const auto hole = profile.limits.largest_hole;
  Tables tables;
  tables.coils = make_run<std::uint8_t>(spans_of(profile, Table::coil), hole);
  tables.inputs = make_run<std::uint8_t>(spans_of(profile, Table::discrete_input), hole);
  tables.input_registers = make_run<std::uint16_t>(spans_of(profile, Table::input_register), hole);
  tables.holding_registers = make_run<std::uint16_t>(spans_of(profile, Table::holding_register), hole);
  return tables;
}

void encode(Tables& tables, const PointMap& map, double value) {
  if (is_bit_table(map.table)) {
    tables.put(map.table, map.address, value != 0 ? 1 : 0);
    return;
  }
  if (map.type == ValueType::bit) {
    const auto mask = 1U << (map.bit & 15U);
    const unsigned old = tables.raw(map.table, map.address);
    tables.put(map.table, map.address, static_cast<std::uint16_t>(value != 0 ? old | mask : old & ~mask));
    return;
  }
  const auto counts = to_counts(map, value);
  const auto low = static_cast<std::uint16_t>(counts & 0xFFFFU);
  const auto high = static_cast<std::uint16_t>(counts >> 16U);
  if (width(map) == 1) {
    tables.put(map.table, map.address, low);
    return;
  }
  const bool low_first = map.order == WordOrder::low_first;
  tables.put(map.table, map.address, low_first ? low : high);
  tables.put(map.table, static_cast<std::uint16_t>(map.address + 1), low_first ? high : low);
}

double decode(const Tables& tables, const PointMap& map) {
  const auto first = tables.raw(map.table, map.address);
  if (is_bit_table(map.table)) return first != 0 ? 1 : 0;
  if (map.type == ValueType::bit) return ((first >> (map.bit & 15U)) & 1U) != 0 ? 1 : 0;
  if (width(map) == 1) return from_counts(map, first);
  const std::uint32_t second = tables.raw(map.table, static_cast<std::uint16_t>(map.address + 1));
  const bool low_first = map.order == WordOrder::low_first;
  return from_counts(map, low_first ? (second << 16U) | first : (std::uint32_t{first} << 16U) | second);
}

}  // namespace inspect::sim
