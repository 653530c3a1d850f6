#include "drivers/profiles/load.hpp"
#include "protocol/catalogue/catalogue.hpp"
#include "protocol/settings/docs.hpp"
#include "tests/protocol/settings/golden.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <iomanip>
#include <map>
#include <set>
#include <sstream>

using namespace inspect;
using namespace inspect::drivers;

namespace {

const std::vector<Profile>& shipped() {
  static const auto profiles = [] {
    auto read = load_profiles({"drivers/profiles"});
    REQUIRE_MESSAGE(read.has_value(), read.error().message);
    return std::move(*read);
  }();
  return profiles;
}

const Profile& profile(std::string_view model) {
  for (const auto& each : shipped()) {
    if (each.model == model) return each;
  }
  FAIL("no profile " << model);
  return shipped().front();
}

const PointSpec& point(const Profile& of, std::string_view name) {
  for (const auto& each : of.points) {
    if (each.name == name) return each;
  }
  FAIL("no point " << name);
  return of.points.front();
}

std::string word(modbus::Table table) {
  constexpr std::array<const char*, 4> words{"coil", "discrete", "input", "holding"};
  return words.at(static_cast<std::size_t>(table));
}
std::string word(modbus::ValueType type) {
  constexpr std::array<const char*, 6> words{"bit", "u16", "s16", "u32", "s32", "f32"};
  return words.at(static_cast<std::size_t>(type));
}
std::string word(Role role) {
  constexpr std::array<const char*, 5> words{"measure", "state", "command", "setting", "identity"};
  return words.at(static_cast<std::size_t>(role));
}

/// The shortest text that reads back as the same number: a stream would round a counter's end.
std::string exact(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed).ptr;
  return {text.data(), end};
}

/// The value of a register, or of two, that holds nothing but ones: what a broken line or chip says.
double all_ones(const modbus::PointMap& map) {
  switch (map.type) {
    case modbus::ValueType::u16: return 65535.0 * map.scale + map.offset;
    case modbus::ValueType::u32: return 4294967295.0 * map.scale + map.offset;
    default: return std::nan("");
  }
}

void list(std::ostream& out, const modbus::PointMap& map) {
  out << "  " << word(map.table) << ' ' << map.address;
  if (map.bit != 0) out << '.' << int{map.bit};
  out << ' ' << word(map.type);
  if (map.order == modbus::WordOrder::low_first) out << " low-first";
  if (map.scale != 1) out << " x" << map.scale;
  if (map.offset != 0) out << " +" << map.offset;
}

void list(std::ostream& out, const PointSpec& spec, DriverKind driver) {
  out << "  " << spec.name;
  if (driver == DriverKind::modbus) list(out, spec.map);
  if (!spec.unit.empty()) out << ' ' << spec.unit;
  if (spec.lowest) out << " from " << exact(*spec.lowest);
  if (spec.highest) out << " to " << exact(*spec.highest);
  out << ' ' << word(spec.role) << ' ' << spec.period.count() << "ms";
  if (spec.quantity != Quantity::other) out << " tells " << name(spec.quantity);
  out << '\n';
}

void list(std::ostream& out, const Rule& rule) {
  out << "  rule " << name(rule.detector) << ' ' << rule.kind << " at " << rule.point;
  if (!rule.against.empty()) out << " against " << rule.against;
  if (rule.when) out << (*rule.when ? " when on" : " when off");
  if (rule.low) out << " low " << *rule.low;
  if (rule.high) out << " high " << *rule.high;
  out << " on " << rule.on_delay.count() << "ms off " << rule.off_delay.count() << "ms settle " << rule.settle.count()
      << "ms\n";
}

std::string hex(const usb::Bytes& bytes) {
  std::ostringstream out;
  for (const auto byte : bytes)
    out << ' ' << std::hex << std::uppercase << std::setw(2) << std::setfill('0') << int{byte};
  return out.str();
}

void list(std::ostream& out, const ActionSpec& action, const Profile& of) {
  out << "  action " << action.name;
  if (action.relay) {
    out << "  sends" << hex(usb::encode_order(of.relay.value(), *action.relay).value());
  } else if (!action.job) {
    out << "  function " << int{action.function} << " at " << action.address << " writes";
    for (const auto value : action.values) out << ' ' << value;
  }
  if (action.unsafe_if_left) out << " (unsafe if left)";
  if (!action.readback.empty()) out << " seen at " << action.readback;
  if (!action.trap.en.empty()) out << " (trap)";
  out << '\n';
}

void list(std::ostream& out, const usb::TesterWords& words) {
  for (const auto& command : words.commands) {
    out << "  command " << name(command.job) << "  " << (command.send.empty() ? "unknown" : command.send) << '\n';
  }
  for (const auto& verdict : words.verdicts)
    out << "  verdict " << verdict.word << " means " << name(verdict.means) << '\n';
  for (const auto& field : words.fields) {
    out << "  field " << int{field.field} << (field.item.empty() ? "" : " of " + field.item)
        << (field.last ? " of the last" : "") << " is " << field.point << '\n';
  }
}

/// How the models that are no Modbus devices are reached and told.
void list_board(std::ostream& out, const Profile& of) {
  if (of.driver != DriverKind::modbus) out << "  driver " << name(of.driver) << '\n';
  for (const auto& ids : of.usb) {
    out << "  usb " << std::hex << std::setfill('0') << std::setw(4) << ids.vendor << ':' << std::setw(4) << ids.product
        << std::dec << ' ' << ids.maker_text << ' ' << ids.product_text << (ids.textless ? "no texts" : "") << '\n';
  }
  if (of.relay) {
    constexpr std::array<const char*, 3> ways{"feature", "output", "serial"};
    constexpr std::array<const char*, 3> states{"cannot be read", "by feature report", "by answer to FF"};
    out << "  relay board " << int{of.relay->channels} << " by " << ways.at(static_cast<std::size_t>(of.relay->way))
        << ", state " << states.at(static_cast<std::size_t>(of.relay->state)) << '\n';
  }
  if (of.tester) list(out, *of.tester);
  if (of.release.by == ReleaseBy::unsaid) return;
  out << "  released by " << name(of.release.by);
  if (!of.release.action.empty()) out << ' ' << of.release.action;
  if (of.release.within.count() != 0) out << " within " << of.release.within.count() << "ms";
  out << '\n';
}

std::string listing() {
  std::ostringstream out;
  for (const auto& each : shipped()) {
    out << each.model << '\n';
    if (each.serial) {
      constexpr std::array<const char*, 3> parity{"N", "E", "O"};
      out << "  serial " << each.serial->baud << " 8" << parity.at(static_cast<std::size_t>(each.serial->parity))
          << int{each.serial->stop_bits} << " unit " << int{each.serial->unit} << '\n';
    }
    list_board(out, each);
    for (const auto& spec : each.points) list(out, spec, each.driver);
    for (const auto& rule : each.rules) list(out, rule);
    for (const auto& action : each.actions) list(out, action, each);
    for (const auto& spot : each.blind_spots) out << "  blind to " << spot.kind << '\n';
    out << '\n';
  }
  return out.str();
}

/// A value by its map, from registers as they came over the wire: a second, dumb decoder beside the product's.
double decode(const PointSpec& spec, const std::map<std::uint16_t, std::uint16_t>& registers) {
  const auto low = registers.at(spec.map.address);
  if (spec.map.type == modbus::ValueType::u16) return low * spec.map.scale + spec.map.offset;
  const auto high = registers.at(static_cast<std::uint16_t>(spec.map.address + 1));
  const bool swapped = spec.map.order == modbus::WordOrder::low_first;
  const std::uint32_t raw = swapped ? (std::uint32_t{high} << 16U) + low : (std::uint32_t{low} << 16U) + high;
  return raw * spec.map.scale + spec.map.offset;
}

}  // namespace

TEST_CASE("the models of the product are all there") {
  std::set<std::string> models;
  for (const auto& each : shipped()) models.insert(each.model);
  for (const auto* wanted : {"waveshare-relay-8ch",
                             "waveshare-relay-8ch-d",
                             "r421a08",
                             "ryn408f",
                             "pzem-003",
                             "pzem-017",
                             "asj10l",
                             "wb-mr6c",
                             "xy6020l",
                             "waveshare-analog-8ch",
                             "dcttech-1",
                             "dcttech-2",
                             "dcttech-4",
                             "dcttech-8",
                             "ucreatefun-hidrelay",
                             "lcus-hid",
                             "lcus-serial",
                             "qyf-ur02",
                             "tos3200",
                             "st5540",
                             "st5541",
                             "gpt-9800",
                             "gpt-9900",
                             "an9640b",
                             "yd2688-3a"}) {
    CAPTURE(wanted);
    CHECK(models.count(wanted) == 1);
  }
}

TEST_CASE("everything measured has a plausible range with two ends") {
  for (const auto& each : shipped()) {
    for (const auto& spec : each.points) {
      if (spec.role != Role::measure) continue;
      CAPTURE(each.model);
      CAPTURE(spec.name);
      CHECK(spec.lowest.has_value());
      CHECK(spec.highest.has_value());
    }
  }
}

TEST_CASE("a register full of ones is no good value of anything measured") {
  std::size_t unsigned_points = 0;
  for (const auto& each : shipped()) {
    for (const auto& spec : each.points) {
      if (each.driver != DriverKind::modbus) continue;
      const bool is_unsigned = spec.map.type == modbus::ValueType::u16 || spec.map.type == modbus::ValueType::u32;
      if (spec.role != Role::measure || !is_unsigned) continue;  // signed, all ones is -1, which may well be
      ++unsigned_points;
      CAPTURE(each.model);
      CAPTURE(spec.name);
      CHECK(spec.highest.value_or(1e300) < all_ones(spec.map));
    }
  }
  CHECK(unsigned_points > 20);
}

TEST_CASE("what an XY6020L, an analogue input and a relay board cannot measure is outside their ranges") {
  const auto holds = [](const PointSpec& spec, double value) {
    return value >= spec.lowest.value() && value <= spec.highest.value();
  };
  CHECK_FALSE(holds(point(profile("xy6020l"), "temperature"), 6553.1));
  CHECK_FALSE(holds(point(profile("xy6020l"), "output.voltage"), 655.35));
  CHECK_FALSE(holds(point(profile("waveshare-analog-8ch"), "input.1.value"), 65524));
  CHECK_FALSE(holds(point(profile("wb-mr6c"), "supply.voltage"), 65.535));
  // A fault is no impossibility: the input of 70 V at the output must stay a reading, for a finding needs it.
  CHECK(holds(point(profile("xy6020l"), "output.voltage"), 70));
  CHECK(holds(point(profile("waveshare-analog-8ch"), "input.1.value"), 20080));
}

TEST_CASE("the listing of all profiles is as reviewed") {
  tests::check_golden("tests/data/profiles.golden", listing());
}

TEST_CASE("the page of a profile's fields is as the field tables say") {
  tests::check_golden("drivers/profiles/fields.md",
                      "# 型号文件的字段 Fields of a profile\n\n"
                      "此页由字段表生成,请勿手改。 This page is made from the field tables; do not edit it.\n\n" +
                          settings::markdown(describe_profile()));
}

TEST_CASE("a PZEM's captured answer reads 13.44 V, 0.10 A, 1.3 W, 2 Wh and no alarm") {
  // 01 04 10 05 40 00 0A 00 0D 00 00 00 02 00 00 00 00 00 00 D6 29, reference: devices, section 9
  const std::map<std::uint16_t, std::uint16_t> registers{{0, 0x0540}, {1, 0x000A}, {2, 0x000D}, {3, 0},
                                                         {4, 2},      {5, 0},      {6, 0},      {7, 0}};
  for (const auto* model : {"pzem-003", "pzem-017"}) {
    const auto& pzem = profile(model);
    CHECK(decode(point(pzem, "output.voltage"), registers) == doctest::Approx(13.44));
    CHECK(decode(point(pzem, "output.current"), registers) == doctest::Approx(0.10));
    CHECK(decode(point(pzem, "output.power"), registers) == doctest::Approx(1.3));
    CHECK(decode(point(pzem, "output.energy"), registers) == doctest::Approx(2));
    REQUIRE(pzem.serial.has_value());
    CHECK(pzem.serial->stop_bits == 2);
  }
}

TEST_CASE("an XY6020L's captured answer reads 5.00 V and 0 A") {
  // 01 03 04 01 F4 00 00 BA 3D to a read of 2 registers at 2
  const std::map<std::uint16_t, std::uint16_t> registers{{2, 0x01F4}, {3, 0}};
  const auto& supply = profile("xy6020l");
  CHECK(decode(point(supply, "output.voltage"), registers) == doctest::Approx(5.0));
  CHECK(decode(point(supply, "output.current"), registers) == doctest::Approx(0));
}

TEST_CASE("the orders are those captured on the wire") {
  const auto order = [](const Profile& of, std::string_view name) -> const ActionSpec& {
    for (const auto& each : of.actions) {
      if (each.name == name) return each;
    }
    FAIL("no action " << name);
    return of.actions.front();
  };
  // 01 05 00 00 FF 00, 01 05 00 00 00 00 and 01 05 02 00 00 07
  for (const auto* model : {"waveshare-relay-8ch", "waveshare-relay-8ch-d"}) {
    const auto& on = order(profile(model), "relay.1.on");
    CHECK(on.function == 5);
    CHECK(on.address == 0);
    CHECK(on.values.front() == 0xFF00);
    CHECK(order(profile(model), "relay.1.off").values.front() == 0);
    CHECK(order(profile(model), "relay.1.pulse").address == 0x0200);
    CHECK(order(profile(model), "relay.8.on").address == 7);
  }
  // 01 06 00 01 01 00, 01 06 00 01 02 00 and 01 06 00 01 06 00
  for (const auto* model : {"r421a08", "ryn408f"}) {
    const auto& on = order(profile(model), "relay.1.on");
    CHECK(on.function == 6);
    CHECK(on.address == 1);
    CHECK(on.values.front() == 0x0100);
    CHECK(order(profile(model), "relay.1.off").values.front() == 0x0200);
  }
  CHECK(order(profile("ryn408f"), "relay.1.cancel").values.front() == 0x0600);
}

TEST_CASE("a rule shows its fault within two cycles and a second") {
  for (const auto& each : shipped()) {
    for (const auto& rule : each.rules) {
      CAPTURE(each.model);
      CAPTURE(rule.point);
      CHECK(rule.on_delay <= std::chrono::milliseconds(1000));
      CHECK(rule.settle <= std::chrono::milliseconds(1000));
      CHECK(rule.off_delay >= std::chrono::milliseconds(2000));
    }
  }
}

TEST_CASE("an output latch is never held to be the contact") {
  for (const auto& each : shipped()) {
    for (const auto& rule : each.rules) {
      if (rule.detector != Detector::mismatch) continue;
      CHECK(point(each, rule.against).role == Role::command);
      CHECK(point(each, rule.point).role == Role::state);
      CHECK(point(each, rule.point).map.table != point(each, rule.against).map.table);
    }
  }
}

TEST_CASE("the catalogue can explain every kind of fault and part that profiles name") {
  const auto catalogue = catalogue::load("protocol/catalogue");
  REQUIRE_MESSAGE(catalogue.has_value(), catalogue.error().message);
  for (const auto& each : shipped()) {
    CAPTURE(each.model);
    for (const auto& rule : each.rules) {
      CAPTURE(rule.kind);
      CHECK(catalogue->kind(rule.kind) != nullptr);
      CHECK((rule.part.empty() || catalogue->part(rule.part) != nullptr));
    }
    for (const auto& spot : each.blind_spots) {
      CAPTURE(spot.kind);
      CHECK(catalogue->kind(spot.kind) != nullptr);
      const auto judged =
          std::any_of(each.rules.begin(), each.rules.end(), [&](const Rule& rule) { return rule.kind == spot.kind; });
      CHECK_FALSE(judged);  // blind and judging at once would be a lie
    }
  }
}
