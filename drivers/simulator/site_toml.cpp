#include "drivers/simulator/site_toml.hpp"

#include "protocol/usb/port_path.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

namespace inspect::sim {

namespace {

/// The first slip ends the reading; it is remembered here with its place.
class Reader {
 public:
  explicit Reader(std::string file) : file_(std::move(file)) {}

  void slip(const toml::source_region& at, const std::string& what) {
    if (!error_) error_ = fail(Errc::invalid_argument, place(at.begin) + ": " + what);
  }
  [[nodiscard]] std::string place(const toml::source_position& at) const {
    return file_ + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
  }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

  template <std::size_t N>
  void known_keys(const toml::table& table, const std::array<const char*, N>& keys) {
    for (const auto& [key, value] : table) {
      if (std::find(keys.begin(), keys.end(), key.str()) != keys.end()) continue;
      std::string known;
      for (const auto* each : keys) known += std::string(known.empty() ? "" : ", ") + each;
      slip(key.source(), "\"" + std::string(key.str()) + "\" is not known here; known are: " + known);
    }
  }

  std::string text(const toml::table& table, const char* key, const char* otherwise = nullptr) {
    const auto* node = table.get(key);
    if (node == nullptr && otherwise != nullptr) return otherwise;
    if (node == nullptr) slip(table.source(), std::string(key) + " is missing; add " + key + " = \"…\"");
    if (node == nullptr) return {};
    if (const auto value = node->value_exact<std::string>()) return *value;
    slip(node->source(), std::string(key) + " must be a text in quotes");
    return {};
  }

  std::int64_t number(const toml::table& table, const char* key, std::int64_t low, std::int64_t high,
                      std::optional<std::int64_t> otherwise) {
    const auto* node = table.get(key);
    if (node == nullptr && otherwise) return *otherwise;
    const auto value = node == nullptr ? std::nullopt : node->value_exact<std::int64_t>();
    if (value && *value >= low && *value <= high) return *value;
    slip(node == nullptr ? table.source() : node->source(),
         std::string(key) + " must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    return low;
  }

  bool flag(const toml::table& table, const char* key, bool otherwise) {
    const auto* node = table.get(key);
    if (node == nullptr) return otherwise;
    if (!node->is_boolean()) slip(node->source(), std::string(key) + " must be true or false");
    return node->value_or(otherwise);
  }

  std::map<std::string, double> numbers(const toml::table& table, const char* key) {
    std::map<std::string, double> values;
    const auto* node = table.get(key);
    if (node == nullptr) return values;
    if (!node->is_table()) slip(node->source(), std::string(key) + " must be { \"point\" = value, … }");
    if (!node->is_table()) return values;
    for (const auto& [name, value] : *node->as_table()) {
      const auto level =
          value.is_boolean() ? std::optional<double>(*value.value<bool>() ? 1 : 0) : value.value<double>();
      if (!level) slip(value.source(), std::string(name.str()) + " must be a number");
      values[std::string(name.str())] = level.value_or(0);
    }
    return values;
  }

  /// The tables of [[name]].
  std::vector<const toml::table*> each(const toml::table& root, const char* name) {
    std::vector<const toml::table*> tables;
    const auto* node = root.get(name);
    if (node == nullptr) return tables;
    if (!node->is_array_of_tables()) slip(node->source(), std::string(name) + " is written [[" + name + "]]");
    if (!node->is_array_of_tables()) return tables;
    for (const auto& entry : *node->as_array()) tables.push_back(entry.as_table());
    return tables;
  }

 private:
  std::string file_;
  std::optional<Error> error_;
};

std::optional<std::uint8_t> bits_of(const std::string& format) {
  static const std::map<std::string, std::uint8_t> known{{"8N1", 10}, {"8N2", 11}, {"8E1", 11}, {"8O1", 11}};
  const auto found = known.find(format);
  return found == known.end() ? std::nullopt : std::optional(found->second);
}

LineSetup read_line(Reader& reader, const toml::table& table) {
  reader.known_keys(table, std::array{"name", "pty", "baud", "format", "needs_silence", "tcp", "connections", "usb"});
  LineSetup line;
  line.where = reader.place(table.source().begin);
  line.name = reader.text(table, "name");
  if (int{table.contains("pty")} + int{table.contains("tcp")} + int{table.contains("usb")} != 1) {
    reader.slip(table.source(), "a line has one of pty = \"path\", tcp = port, usb = \"1-1\"");
  }
  if (table.contains("usb")) {
    line.kind = LineKind::usb;
    line.usb = reader.text(table, "usb");
    if (!usb::is_port_path(line.usb)) reader.slip(table.source(), "usb is the path of a port, like \"1-1\"");
    return line;
  }
  if (table.contains("tcp")) {
    line.kind = LineKind::tcp;
    line.port = static_cast<std::uint16_t>(reader.number(table, "tcp", 0, 65535, std::nullopt));
    line.connections = static_cast<std::size_t>(reader.number(table, "connections", 1, 64, 4));
    return line;
  }
  line.pty = reader.text(table, "pty");
  line.format.baud = static_cast<std::uint32_t>(reader.number(table, "baud", 300, 1'000'000, 9600));
  const auto bits = bits_of(reader.text(table, "format", "8N1"));
  if (!bits) reader.slip(table.get("format")->source(), "format is one of \"8N1\", \"8N2\", \"8E1\", \"8O1\"");
  line.format.bits_per_character = bits.value_or(10);
  line.format.needs_silence = reader.flag(table, "needs_silence", true);
  return line;
}

DeviceSetup read_device(Reader& reader, const toml::table& table, const ProfileSource& profiles) {
  reader.known_keys(table, std::array{"name", "line", "unit", "profile", "turnaround_ms", "values", "noise", "serial"});
  DeviceSetup device;
  device.where = reader.place(table.source().begin);
  device.name = reader.text(table, "name");
  device.line = reader.text(table, "line");
  // A device on USB has a serial number and no unit.
  const auto otherwise = table.contains("serial") ? std::optional<std::int64_t>(1) : std::nullopt;
  device.unit = static_cast<std::uint8_t>(reader.number(table, "unit", 1, 247, otherwise));
  device.serial = reader.text(table, "serial", "");
  device.turnaround = std::chrono::milliseconds(reader.number(table, "turnaround_ms", 0, 60'000, 2));
  device.values = reader.numbers(table, "values");
  device.noise = reader.numbers(table, "noise");
  const auto model = reader.text(table, "profile");
  if (reader.error()) return device;
  auto profile = profiles(model);
  if (profile) {
    device.profile = std::move(*profile);
  } else {
    reader.slip(table.get("profile")->source(), profile.error().message);
  }
  return device;
}

WireSetup read_wire(Reader& reader, const toml::table& table) {
  reader.known_keys(table, std::array{"from", "to", "inverted"});
  WireSetup wire;
  wire.where = reader.place(table.source().begin);
  const auto ends = [&](const char* key, std::string& device, std::string& rest) {
    const auto text = reader.text(table, key);
    const auto slash = text.find('/');
    if (slash == std::string::npos) {
      reader.slip(table.source(), std::string(key) + " is written \"device/" +
                                      (key == std::string("from") ? "relay.1\"" : "input.1\""));
      return;
    }
    device = text.substr(0, slash);
    rest = text.substr(slash + 1);
  };
  ends("from", wire.from, wire.relay);
  ends("to", wire.to, wire.point);
  wire.inverted = reader.flag(table, "inverted", false);
  return wire;
}

std::string replace_defines(std::string text, const std::map<std::string, std::string>& defines) {
  for (const auto& [name, value] : defines) {
    const auto mark = "@" + name + "@";
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size())) {
      text.replace(at, mark.size(), value);
    }
  }
  return text;
}

/// @NAME@ that nobody defined, with the place where it stands.
std::optional<Error> undefined(const std::string& text, const Reader& reader) {
  toml::source_position at{1, 1};
  for (std::size_t i = 0; i < text.size(); ++i, ++at.column) {
    if (text[i] == '\n') at = {at.line + 1, 0};
    if (text[i] != '@') continue;
    const auto end = text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", i + 1);
    if (end == std::string::npos || text[end] != '@' || end == i + 1) continue;
    const auto name = text.substr(i + 1, end - i - 1);
    return fail(Errc::invalid_argument,
                fmt::format("{}: @{}@ has no value; add -D {}=…", reader.place(at), name, name));
  }
  return std::nullopt;
}

Result<toml::table> parse(const std::string& text, const Reader& reader) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    return fail(Errc::malformed, reader.place(error.source().begin) + ": " + std::string(error.description()) +
                                     "; correct the line, or restore the file if it was cut");
  }
}

}  // namespace

Result<SiteSetup> read_site(const std::string& text, const std::string& file, const ProfileSource& profiles,
                            const std::map<std::string, std::string>& defines) {
  Reader reader(file);
  const auto filled = replace_defines(text, defines);
  if (auto missing = undefined(filled, reader)) return std::move(*missing);
  const auto root = parse(filled, reader);
  if (!root) return root.error();
  SiteSetup site;
  reader.known_keys(*root, std::array{"seed", "usbip", "line", "device", "wire"});
  site.seed = static_cast<std::uint64_t>(reader.number(*root, "seed", 0, INT64_MAX, 1));
  for (const auto* table : reader.each(*root, "line")) site.lines.push_back(read_line(reader, *table));
  const auto usbip = static_cast<std::uint16_t>(reader.number(*root, "usbip", 0, 65535, 0));
  for (auto& line : site.lines) {
    if (line.kind == LineKind::usb) line.port = usbip;
  }
  for (const auto* table : reader.each(*root, "device")) {
    site.devices.push_back(read_device(reader, *table, profiles));
  }
  for (const auto* table : reader.each(*root, "wire")) site.wires.push_back(read_wire(reader, *table));
  if (reader.error()) return *reader.error();
  if (auto right = check(site); !right) return right.error();
  return site;
}

Result<SiteSetup> load_site(const std::string& file, const ProfileSource& profiles,
                            const std::map<std::string, std::string>& defines) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return fail(Errc::invalid_argument, file + ": cannot be read; check the name and the permissions");
  std::ostringstream text;
  text << stream.rdbuf();
  return read_site(text.str(), file, profiles, defines);
}

}  // namespace inspect::sim
