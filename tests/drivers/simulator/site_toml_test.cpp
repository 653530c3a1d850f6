#include "drivers/simulator/site_toml.hpp"

#include "tests/drivers/simulator/usb_site.hpp"

#include <doctest/doctest.h>

using namespace inspect;

namespace {

Result<drivers::Profile> profile_of(const std::string& model) {
  if (model == "board") return tests::relay_board();
  if (model == "meter") return tests::meter();
  if (model == "dcttech-4") return tests::usb_board("", "").profile;
  return fail(Errc::invalid_argument, model + ".toml: there is no such profile");
}

const std::string whole = R"(seed = 7

[[line]]
name = "rs485-1"
pty = "@RUN@/rs485-1"
baud = 19200
format = "8N2"

[[line]]
name = "tcp-1"
tcp = @TCP_PORT@
connections = 2

[[device]]
name = "relay-1"
line = "rs485-1"
unit = 21
profile = "board"
turnaround_ms = 5

[[device]]
name = "rail-12v"
line = "tcp-1"
unit = 3
profile = "meter"
values = { "output.voltage" = 12.05, "output.current" = 1 }
noise = { "output.voltage" = 0.02 }

[[wire]]
from = "relay-1/relay.1"
to = "relay-1/input.1"
inverted = true
)";

const std::map<std::string, std::string> defines{{"RUN", "/run/x"}, {"TCP_PORT", "0"}};

Result<sim::SiteSetup> read(const std::string& text) { return sim::read_site(text, "site.toml", profile_of, defines); }

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

/// The message after one change to the whole file.
std::string slip(const std::string& what, const std::string& by) {
  const auto site = read(replaced(whole, what, by));
  return site ? std::string("accepted") : site.error().message;
}

bool starts(const std::string& text, const std::string& with) { return text.rfind(with, 0) == 0; }

}  // namespace

TEST_CASE("a site file is read as it says") {
  const auto site = read(whole);
  REQUIRE(site.has_value());
  CHECK(site->seed == 7);
  REQUIRE(site->lines.size() == 2);
  CHECK(site->lines[0].pty == "/run/x/rs485-1");
  CHECK(site->lines[0].format.baud == 19200);
  CHECK(site->lines[0].format.bits_per_character == 11);
  CHECK(site->lines[1].kind == sim::LineKind::tcp);
  CHECK(site->lines[1].port == 0);
  CHECK(site->lines[1].connections == 2);
  REQUIRE(site->devices.size() == 2);
  CHECK(site->devices[0].turnaround == std::chrono::milliseconds(5));
  CHECK(site->devices[1].values.at("output.voltage") == 12.05);
  CHECK(site->devices[1].values.at("output.current") == 1);
  CHECK(site->devices[1].noise.at("output.voltage") == 0.02);
  REQUIRE(site->wires.size() == 1);
  CHECK(site->wires[0].from == "relay-1");
  CHECK(site->wires[0].relay == "relay.1");
  CHECK(site->wires[0].inverted);
}

TEST_CASE("every slip is told with its place and its cure") {
  CHECK(starts(slip("baud = 19200", "baud = \"fast\""), "site.toml:6:8: baud must be a whole number"));
  CHECK(starts(slip("\"8N2\"", "\"7E1\""), "site.toml:7:10: format is one of"));
  CHECK(starts(slip("unit = 21", "unit = 300"), "site.toml:17:8: unit must be a whole number from 1 to 247"));
  CHECK(starts(slip("unit = 21", "unti = 21"), "site.toml:17:1: \"unti\" is not known here; known are: name"));
  CHECK(starts(slip("\"board\"", "\"bored\""), "site.toml:18:11: bored.toml: there is no such profile"));
  CHECK(starts(slip("name = \"rs485-1\"", "name = 5"), "site.toml:4:8: name must be a text"));
  CHECK(starts(slip("tcp = @TCP_PORT@", ""), "site.toml:9:1: a line has one of pty"));
  CHECK(starts(slip("inverted = true", "inverted = 1"), "site.toml:32:12: inverted must be true or false"));
  CHECK(starts(slip("baud = 19200", "needs_silence = \"no\""), "site.toml:6:17: needs_silence must be"));
  CHECK(starts(slip("12.05", "\"much\""), "site.toml:26:"));
  CHECK(starts(slip("[[wire]]", "[wire]"), "site.toml:29:"));
  CHECK(slip("relay-1/relay.1", "relay-1").find("device/relay.1") != std::string::npos);
  CHECK(slip("unit = 3", "unit = 3\nline = \"x\"").find("site.toml:") == 0);
  CHECK(
      starts(slip("line = \"tcp-1\"", "line = \"tcp-2\""), "site.toml:21:1: device rail-12v hangs on line \"tcp-2\""));
  CHECK(starts(slip("\"rail-12v\"", "\"relay-1\""), "site.toml:21:1: two things are called"));
  CHECK(starts(slip("name = \"tcp-1\"", "name = \"rs485-1\""), "site.toml:9:1: two things are called"));
  CHECK(starts(slip("to = \"relay-1/input.1\"", "to = \"relay-1/input.9\""), "site.toml:29:1: a wire runs from"));
}

TEST_CASE("a place holder without a value is told with its place, whatever it would have broken") {
  CHECK(slip("@RUN@", "@RUNS@") == "site.toml:5:8: @RUNS@ has no value; add -D RUNS=…");
  CHECK(slip("@TCP_PORT@", "@PORT_2@") == "site.toml:11:7: @PORT_2@ has no value; add -D PORT_2=…");
  // An address of a person is no place holder.
  CHECK(slip("seed = 7", "seed = 7 # ask zhang@site, or @ @@ @x@") == "accepted");
}

TEST_CASE("a file cut at any byte is read, or refused with its place, never anything worse") {
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto site = read(whole.substr(0, length));
    if (!site) CHECK(starts(site.error().message, "site.toml"));
  }
}

TEST_CASE("a file that is not there is named") {
  const auto site = sim::load_site("/nowhere/site.toml", profile_of, {});
  REQUIRE_FALSE(site.has_value());
  CHECK(site.error().message == "/nowhere/site.toml: cannot be read; check the name and the permissions");
}

namespace {

const std::string on_usb = R"(usbip = 3240
[[line]]
name = "usb-1"
usb = "1-1.2"
[[device]]
name = "board"
line = "usb-1"
serial = "HURTM"
profile = "dcttech-4"
)";

}  // namespace

TEST_CASE("a device on USB has a port, a serial number and no unit") {
  const auto site = read(on_usb);
  REQUIRE(site.has_value());
  CHECK(site->lines[0].kind == sim::LineKind::usb);
  CHECK(site->lines[0].usb == "1-1.2");
  CHECK(site->lines[0].port == 3240);
  CHECK(site->devices[0].serial == "HURTM");
}

TEST_CASE("a USB port that is none, a Modbus device on USB and a board on a wire are refused") {
  const auto message = [](const std::string& text) { return read(text).error().message; };
  CHECK(message(replaced(on_usb, "1-1.2", "usb1")).find("like \"1-1\"") != std::string::npos);
  CHECK(message(replaced(on_usb, "profile = \"dcttech-4\"", "profile = \"board\"")).find("cannot be played on USB") !=
        std::string::npos);
  CHECK(message(replaced(on_usb, "usb = \"1-1.2\"", "tcp = 0")).find("is no Modbus device") != std::string::npos);
}
