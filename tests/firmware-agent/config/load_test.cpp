#include "firmware-agent/config/load.hpp"

#include "protocol/catalogue/catalogue.hpp"
#include "protocol/settings/document.hpp"
#include "tests/firmware-agent/config/site_text.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include <unistd.h>

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::tests;
using namespace std::chrono_literals;

namespace {

const std::string file_name = "site.toml";

Result<Site> parse(std::string_view text) { return parse_site(text, file_name, shipped_profiles()); }

/// An example with the demo's placeholders filled in as the demo does it.
std::string example(const std::string& file) {
  auto bytes = settings::read_file("examples/" + file);
  REQUIRE(bytes.has_value());
  for (const auto& [mark, value] : {std::pair("@RUN@", "/tmp/run"), std::pair("@TCP_PORT@", "1502")}) {
    for (auto at = bytes->find(mark); at != std::string::npos; at = bytes->find(mark)) {
      bytes->replace(at, std::string_view(mark).size(), value);
    }
  }
  return *bytes;
}

}  // namespace

TEST_CASE("everything a site says arrives, resolved") {
  const auto read = parse(good_site());
  REQUIRE_MESSAGE(read.has_value(), read.error().message);
  const auto& site = *read;
  CHECK(site.name == "demo");
  CHECK(site.title == Text{"演示", "Demo"});
  CHECK(site.gateway == "demo-gw-01");
  CHECK(site.socket == "/tmp/x.sock");
  CHECK(site.store.directory == "/tmp/x");
  CHECK(site.store.history_bytes == 64U * 1024 * 1024);
  CHECK(site.store.history_age == 30 * 24h);
  CHECK(site.store.readings_outbox_bytes == 8U * 1024 * 1024);
  CHECK(site.store.batch_every == 10s);
  REQUIRE(site.buses.size() == 2);
  const auto& line = std::get<SerialLine>(site.buses[0].transport);
  CHECK(line.port == "/dev/ttyS0");
  CHECK(line.stop_bits == 2);
  CHECK(line.rs485);
  const auto& net = std::get<TcpEndpoint>(site.buses[1].transport);
  CHECK(net.host == "10.0.0.1");
  CHECK(net.port == 1502);
  REQUIRE(site.devices.size() == 4);
  CHECK(site.devices[0].period == 500ms);
  CHECK(site.devices[0].unit == 21);
  CHECK(site.devices[2].bus == BusIndex{1});
  CHECK(site.warnings.empty());
}

TEST_CASE("points are dense, in the order of the configuration, and lead back to device and profile") {
  const auto read = parse(good_site());
  REQUIRE(read.has_value());
  const auto& site = *read;
  std::size_t next = 0;
  for (std::size_t d = 0; d < site.devices.size(); ++d) {
    const auto& device = site.devices[d];
    CHECK(at(device.first_point) == next);
    CHECK(device.point_count == site.profiles[device.profile].points.size());
    for (std::size_t i = 0; i < device.point_count; ++i) {
      const PointIndex point{static_cast<std::uint32_t>(next + i)};
      CHECK(&site.device_of(point) == &device);
      CHECK(&site.spec(point) == &site.profiles[device.profile].points[i]);
    }
    next += device.point_count;
  }
  CHECK(site.points.size() == next);
}

TEST_CASE("only the profiles in use are kept, once each") {
  const auto read = parse(good_site());
  REQUIRE(read.has_value());
  REQUIRE(read->profiles.size() == 3);
  CHECK(read->profiles[0].model == "wb-mr6c");
  CHECK(read->devices[0].profile == read->devices[3].profile);
}

TEST_CASE("what is left out has its default") {
  auto text = good_site();
  text = with(text, text.substr(text.find("[store]"), text.find("[[bus]]") - text.find("[store]")), "");
  const auto read = parse(text);
  REQUIRE_MESSAGE(read.has_value(), read.error().message);
  CHECK(read->store.directory == "/var/lib/inspectd");
  CHECK(read->store.history_bytes == 512ULL << 20U);
  CHECK(read->socket == "/run/inspectd/control.sock");
}

TEST_CASE("the examples load, without a warning, and the catalogue knows their kinds") {
  const auto catalogue = catalogue::load("protocol/catalogue");
  REQUIRE_MESSAGE(catalogue.has_value(), catalogue.error().message);
  std::vector<std::string> kinds;
  for (const auto& kind : catalogue->kinds) kinds.push_back(kind.key);
  for (const auto* file : {"demo-site.toml", "site.toml"}) {
    const auto read = parse_site(example(file), file, shipped_profiles(), kinds);
    CAPTURE(file);
    REQUIRE_MESSAGE(read.has_value(), read.error().message);
    CHECK(read->warnings.empty());
    CHECK(read->watches.size() > 15);
  }
}

TEST_CASE("an example cut at any byte is refused with its place, never taken for whole") {
  for (const auto* file : {"demo-site.toml", "site.toml"}) {
    const auto text = example(file);
    // Nothing after the last quote carries a meaning.
    const auto meaning = text.rfind('"') + 1;
    for (std::size_t size = 0; size < meaning; ++size) {
      const auto cut = parse(std::string_view(text).substr(0, size));
      CAPTURE(size);
      REQUIRE(cut.has_error());
      CHECK(names_its_place(cut.error().message, file_name));
    }
    CHECK(parse(std::string_view(text).substr(0, meaning)).has_value());
  }
}

TEST_CASE("an example with bytes changed at random is read or refused with a place, never worse") {
  const auto text = example("demo-site.toml");
  std::mt19937 random(20261124);
  std::size_t refused = 0;
  for (int round = 0; round < 10'000; ++round) {
    auto spoiled = text;
    for (unsigned i = 0; i <= random() % 4; ++i) spoiled[random() % spoiled.size()] = static_cast<char>(random());
    const auto read = parse(spoiled);
    if (read) {
      // Whatever was accepted is resolved to the end.
      for (const auto& watch : read->watches) CHECK(at(watch.point) < read->points.size());
      continue;
    }
    ++refused;
    CAPTURE(round);
    CHECK(names_its_place(read.error().message, file_name));
  }
  CHECK(refused > 5'000);
}

TEST_CASE("a site and its profiles are read from files; only a profile that is named can be in the way") {
  const auto folder = std::filesystem::temp_directory_path() / ("site-load-test-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder / "profiles");
  std::ofstream(folder / "site.toml") << good_site();
  std::ofstream(folder / "profiles" / "unused.toml") << "broken [";
  const std::vector<std::string> dirs{(folder / "profiles").string(), "drivers/profiles"};
  const auto good = load_site((folder / "site.toml").string(), dirs);
  CHECK_MESSAGE(good.has_value(), good.error().message);

  std::ofstream(folder / "profiles" / "pzem-017.toml") << "broken [";
  const auto bad = load_site((folder / "site.toml").string(), dirs);
  REQUIRE(bad.has_error());
  CHECK(bad.error().message.find("profiles/pzem-017.toml:1:") != std::string::npos);
  CHECK(bad.error().message.find("there is no profile") == std::string::npos);

  const auto none = load_site((folder / "site.toml").string(), {});
  REQUIRE(none.has_error());
  CHECK(none.error().message.find("there is no profile \"wb-mr6c\"") != std::string::npos);
  CHECK(load_site((folder / "missing.toml").string(), dirs).has_error());
  std::filesystem::remove_all(folder);
}
