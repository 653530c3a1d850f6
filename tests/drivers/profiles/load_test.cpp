#include "drivers/profiles/load.hpp"

#include "tests/drivers/profiles/profile_text.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include <unistd.h>

using namespace inspect;
using namespace inspect::drivers;
using inspect::tests::good_profile;
using inspect::tests::with;

namespace {

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("profiles-test-" + std::to_string(::getpid()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string write(const std::string& name, const std::string& bytes) const {
    const auto file = path / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
    return file.string();
  }
};

/// Every line of a problem must begin with file:line:column.
bool names_its_place(const Error& error, const std::string& file) {
  std::size_t begin = 0;
  while (begin < error.message.size()) {
    auto end = error.message.find('\n', begin);
    if (end == std::string::npos) end = error.message.size();
    const auto line = error.message.substr(begin, end - begin);
    if (!line.starts_with(file + ':')) return false;
    const auto digit = line[file.size() + 1];
    const bool tail = line.find(": and ") != std::string::npos && line.ends_with(" more");
    if (!tail && (digit < '0' || digit > '9')) return false;
    begin = end + 1;
  }
  return !error.message.empty();
}

}  // namespace

TEST_CASE("everything a profile says arrives") {
  const auto read = parse_profile(good_profile(), "some/where/board.toml");
  REQUIRE_MESSAGE(read.has_value(), read.error().message);
  const auto& profile = *read;
  CHECK(profile.model == "board");
  CHECK(profile.maker == "Nobody");
  CHECK(profile.title == Text{"测试板", "test board"});
  CHECK(profile.sources == std::vector<std::string>{"a bench"});
  REQUIRE(profile.serial.has_value());
  CHECK(profile.serial->baud == 19200);
  CHECK(profile.serial->parity == Parity::even);
  CHECK(profile.serial->stop_bits == 1);
  CHECK(profile.serial->unit == 7);
  CHECK_FALSE(profile.tcp_port.has_value());
  CHECK(profile.limits.registers_per_read == 20);
  CHECK(profile.limits.answer_ms == 300);
  CHECK(profile.limits.bits_per_read == 2000);
  REQUIRE(profile.points.size() == 7);
  const auto& supply = profile.points[6];
  CHECK(supply.map == modbus::PointMap{modbus::Table::holding_register, 100, modbus::ValueType::s32,
                                       modbus::WordOrder::low_first, 0, 0.5, -3});
  CHECK(supply.unit == "V");
  CHECK(supply.role == Role::measure);
  CHECK(supply.period == std::chrono::milliseconds(5000));
  CHECK(supply.lowest == -1.0);
  CHECK(supply.highest == 40.5);
  CHECK(supply.deadband == 0.25);
  CHECK(supply.longest_age == std::chrono::seconds(60));
  REQUIRE(profile.blind_spots.size() == 1);
  CHECK(profile.blind_spots[0].kind == "relay.film");
}

TEST_CASE("a profile without its end was cut and is refused") {
  const auto text = good_profile();
  const auto cut = parse_profile(text.substr(0, text.find("[end]")), "board.toml");
  REQUIRE(cut.has_error());
  CHECK(cut.error().message.find("it may be cut") != std::string::npos);
  CHECK(parse_profile(text, "other.toml").has_error());
}

TEST_CASE("a profile cut at any byte is refused with its place, never taken for whole") {
  const auto text = good_profile();
  // The line break after the closing quote is the only byte that carries no meaning.
  for (std::size_t size = 0; size + 1 < text.size(); ++size) {
    const auto cut = parse_profile(std::string_view(text).substr(0, size), "board.toml");
    CAPTURE(size);
    REQUIRE(cut.has_error());
    CHECK(names_its_place(cut.error(), "board.toml"));
  }
  CHECK(parse_profile(std::string_view(text).substr(0, text.size() - 1), "board.toml").has_value());
}

TEST_CASE("bytes changed at random are read or refused with a place, never worse") {
  const auto text = good_profile();
  std::mt19937 random(20261124);
  std::size_t refused = 0;
  for (int round = 0; round < 2000; ++round) {
    auto spoiled = text;
    for (unsigned i = 0; i <= random() % 4; ++i) spoiled[random() % spoiled.size()] = static_cast<char>(random());
    const auto read = parse_profile(spoiled, "board.toml");
    if (read) continue;
    ++refused;
    CAPTURE(spoiled);
    CHECK(names_its_place(read.error(), "board.toml"));
  }
  CHECK(refused > 1000);  // most of a profile means something
}

TEST_CASE("a file must be named after a model") {
  CHECK(parse_profile(good_profile(), "Bo ard.toml").has_error());
  CHECK(load_profile("/nowhere/board.toml").has_error());
}

TEST_CASE("all profiles of a directory come by name, and an earlier directory wins") {
  const Folder folder;
  auto site = with(good_profile(), "\"Nobody\"", "\"the site\"");
  folder.write("shipped/board.toml", good_profile());
  folder.write("shipped/abacus.toml", with(good_profile(), "model = \"board\"", "model = \"abacus\""));
  folder.write("shipped/readme.md", "no profile");
  folder.write("site/board.toml", site);
  const auto both = load_profiles(
      {(folder.path / "site").string(), (folder.path / "shipped").string(), (folder.path / "missing").string()});
  REQUIRE(both.has_value());
  REQUIRE(both->size() == 2);
  CHECK((*both)[0].model == "abacus");
  CHECK((*both)[1].model == "board");
  CHECK((*both)[1].maker == "the site");
}

TEST_CASE("one bad file fails all, and all that are bad are told") {
  const Folder folder;
  folder.write("board.toml", good_profile());
  folder.write("bad-1.toml", "x = 1\n");
  folder.write("bad-2.toml", "[");
  const auto read = load_profiles({folder.path.string()});
  REQUIRE(read.has_error());
  CHECK(read.error().message.find("bad-1.toml:1:1:") != std::string::npos);
  CHECK(read.error().message.find("bad-2.toml:1:") != std::string::npos);
  CHECK(read.error().message.find("/board.toml") == std::string::npos);
}

TEST_CASE("the field tables describe the whole file") {
  std::vector<std::string> names;
  for (const auto& object : describe_profile()) names.push_back(object.name);
  CHECK(names == std::vector<std::string>{"profile file", "profile", "serial", "limits", "identity", "point", "rule",
                                          "action", "blind_spot", "usb", "relay_board", "tester", "command", "verdict",
                                          "result", "contacts", "release", "end"});
}
