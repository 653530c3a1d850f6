#include "firmware-agent/config/load.hpp"
#include "tests/firmware-agent/config/site_text.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::tests;

namespace {

/// The problem when `from` in a good site is written as `to`; "no problem" when that is fine.
std::string problem(std::string_view from, std::string_view to) {
  return problem_of(parse_site(with(good_site(), from, to), "site.toml", shipped_profiles()));
}

void tells(std::string_view from, std::string_view to, std::string_view what) { says(problem(from, to), what); }

}  // namespace

TEST_CASE("every number of the store has its range, both ends included") {
  CHECK(problem("history_mb = 64", "history_mb = 16") == "no problem");
  CHECK(problem("history_mb = 64", "history_mb = 65536") == "no problem");
  tells("history_mb = 64", "history_mb = 15", "site.toml:8:14: 15 is out of range; use 16 to 65536");
  tells("history_mb = 64", "history_mb = 65537", "out of range");
  tells("history_days = 30", "history_days = 0", "0 is out of range; use 1 to 3660");
  tells("readings_outbox_mb = 8", "readings_outbox_mb = 5000", "5000 is out of range; use 1 to 4096");
  tells("batch_every_s = 10", "batch_every_s = 0", "0 is out of range; use 1 to 3600");
}

TEST_CASE("a socket's path fits what the system can bind") {
  const auto path = [](std::size_t size) { return "socket = \"/" + std::string(size - 1, 'x') + '"'; };
  CHECK(problem("socket = \"/tmp/x.sock\"", path(107)) == "no problem");
  tells("socket = \"/tmp/x.sock\"", path(108), "the text has 108 bytes; use 1 to 107");
}

TEST_CASE("a line is set only as lines can be") {
  tells("baud = 9600", "baud = 9601", "9601 baud is not supported; use 1200, 2400");
  tells("baud = 9600", "baud = 256000", "out of range");
  tells("parity = \"none\"", "parity = \"N\"", "\"N\" is not known; use none, even, odd");
  tells("stop_bits = 2", "stop_bits = 3", "3 is out of range; use 1 to 2");
  tells("rs485 = true", "rs485 = 1", "this is a whole number; write true or false");
  tells("port = \"/dev/ttyS0\", ", "", "\"port\" is missing in bus.serial");
}

TEST_CASE("an endpoint has a host and a port") {
  tells("port = 1502", "port = 0", "0 is out of range; use 1 to 65535");
  tells("port = 1502", "port = 65536", "65536 is out of range");
  tells("host = \"10.0.0.1\"", "host = \"\"", "the text has 0 bytes");
  tells("host = \"10.0.0.1\", ", "", "\"host\" is missing in bus.tcp");
}

TEST_CASE("a device lacks nothing that tells which it is") {
  tells("name = \"rail\"\n", "", "site.toml:41:1: \"name\" is missing in device");
  tells("unit = 3\n", "", "\"unit\" is missing in device; add its unit number");
  tells("profile = \"pzem-017\"\n", "", "\"profile\" is missing in device");
  tells("title = \"12 V\"\n", "", "\"title\" is missing in device");
  tells("period_ms = 500", "period_ms = -1", "-1 is out of range; use 0 to 3600000");
}

TEST_CASE("a slip in a key is told with the key meant") {
  tells("profile = \"pzem-017\"", "profil = \"pzem-017\"",
        "unknown key \"profil\" in device, did you mean \"profile\"");
  tells("[[watch]]", "[[wacth]]", "unknown key \"wacth\" in site file, did you mean \"watch\"");
  tells("[store]", "[stroe]", "unknown key \"stroe\" in site file, did you mean \"store\"");
  tells("on_delay_ms = 700", "on_delay = 700",
        "unknown key \"on_delay\" in device.override, did you mean \"on_delay_ms\"");
}

TEST_CASE("a table written once where a list of them belongs is told how to begin it") {
  const auto read = parse_site(
      "[site]\nname=\"s\"\ntitle=\"s\"\ngateway=\"gw-1\"\n[bus]\nname=\"b\"\n[[device]]\n[end]\nsite=\"s\"\n",
      "site.toml", {});
  REQUIRE(read.has_error());
  CHECK(read.error().message.find("site.toml:5:1: this is a table; begin each with [[bus]]") != std::string::npos);
}

TEST_CASE("an empty file tells all that is missing at once") {
  const auto read = parse_site("", "site.toml", {});
  REQUIRE(read.has_error());
  for (const auto* key : {"site", "bus", "device"}) {
    CHECK(read.error().message.find('"' + std::string(key) + "\" is missing") != std::string::npos);
  }
}
