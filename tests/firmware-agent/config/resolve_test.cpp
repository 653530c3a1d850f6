#include "firmware-agent/config/load.hpp"

#include "tests/firmware-agent/config/site_text.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::tests;

namespace {

Result<Site> parse(const std::string& text) { return parse_site(text, "site.toml", shipped_profiles()); }

void tells(const std::string& text, std::string_view what) { says(problem_of(parse(text)), what); }

void warns(const std::string& text, std::string_view what) {
  const auto read = parse(text);
  REQUIRE_MESSAGE(read.has_value(), read.error().message);
  REQUIRE(read->warnings.size() == 1);
  CAPTURE(read->warnings[0].en);
  const bool found = read->warnings[0].en.find(what) != std::string::npos;
  CHECK(found);
}

}  // namespace

TEST_CASE("two devices of one bus with the same unit are refused, on two buses they are fine") {
  tells(with(good_site(), "unit = 3", "unit = 21"),
        "site.toml:45:8: unit 21 on bus \"line\" is \"relay-1\" already; give one of them another unit");
}

TEST_CASE("a unit fits its bus") {
  tells(with(good_site(), "unit = 3", "unit = 248"), "unit 248 is not allowed on a serial line; use 1 to 247");
  tells(with(good_site(), "unit = 3", "unit = 0"), "unit 0 is not allowed on a serial line");
  CHECK(parse(with(good_site(), "unit = 1\n", "unit = 255\n")).has_value());
  tells(with(good_site(), "unit = 1\n", "unit = 256\n"), "256 is out of range");
}

TEST_CASE("a line belongs to one bus, however its path is written") {
  const auto other = "serial = { port = \"/dev/../dev/ttyS0\" }";
  tells(with(good_site(), "tcp = { host = \"10.0.0.1\", port = 1502 }", other),
        "the line /dev/ttyS0 is used by bus \"line\" already; one line is one bus");
}

TEST_CASE("a bus is a line or a connection, one of the two") {
  tells(with(good_site(), "tcp = { host = \"10.0.0.1\", port = 1502 }", ""), "bus \"net\" needs one of serial");
  tells(with(good_site(), "tcp = {", "serial = { port = \"/dev/ttyS1\" }\ntcp = {"), "bus \"net\" needs one of serial");
}

TEST_CASE("an address that is none is refused, a name is not") {
  for (const auto* wrong : {"192.168.1.300", "192.168.1", "1.2.3.4.5", "10"}) {
    tells(with(good_site(), "10.0.0.1", wrong), std::string("\"") + wrong + "\" is no address; write four numbers");
  }
  CHECK(parse(with(good_site(), "10.0.0.1", "relays.site3.lan")).has_value());
}

TEST_CASE("a port whose number changes is a warning") {
  warns(with(good_site(), "/dev/ttyS0", "/dev/ttyUSB0"), "/dev/ttyUSB0 gets another number");
}

TEST_CASE("limits that can never work are a warning: a site that looks at the rest is better than a dark one") {
  const std::string second =
      "[[watch]]\ndetector = \"limit\"\nkind = \"rail.high\"\npoint = \"rail/output.voltage\"\nhigh = 11.2\n\n[end]";
  warns(with(good_site(), "[end]", second), "between low = 11.4 of rail.low and high = 11.2 of rail.high");
  warns(with(good_site(), "low = 11.4", "low = -3"), "low -3 is outside of what \"output.voltage\" can read");
  warns(with(good_site(), "deadband = 0.1", "deadband = 1000"), "deadband 1000 is too wide");
}

TEST_CASE("names of buses and devices are there once, since a finding may carry either") {
  tells(with(good_site(), "name = \"rail\"", "name = \"relay-1\""), "a bus or device \"relay-1\" is there already");
  tells(with(good_site(), "name = \"rail\"", "name = \"net\""), "a bus or device \"net\" is there already");
}

TEST_CASE("names that lead nowhere are told with the nearest") {
  tells(with(good_site(), "bus = \"net\"", "bus = \"nte\""), "there is no bus \"nte\", did you mean \"net\"");
  tells(with(good_site(), "bus = \"line\"", "bus = \"lime\""), "there is no bus \"lime\", did you mean \"line\"");
  tells(with(good_site(), "profile = \"pzem-017\"", "profile = \"pzem-17\""),
        "site.toml:46:11: there is no profile \"pzem-17\", did you mean \"pzem-017\"; correct it, or add the file");
  tells(with(good_site(), "point = \"rail/", "point = \"rial/"), "there is no device \"rial\", did you mean \"rail\"");
  tells(with(good_site(), "rail/output.voltage", "rail/output.volts"),
        "\"rail\" (pzem-017) has no point \"output.volts\", did you mean \"output.voltage\"");
  tells(with(good_site(), "rail/output.voltage", "output.voltage"), "names no device; write \"device/point\"");
  tells(with(good_site(), "against = \"relay-1/relay.1.command\"", "against = \"relay-1/relay.9.command\""),
        "has no point \"relay.9.command\"");
}

TEST_CASE("one wrong device does not make its rules wrong as well") {
  const auto read = parse(with(good_site(), "profile = \"pzem-017\"", "profile = \"zzz\""));
  REQUIRE(read.has_error());
  CHECK(read.error().message.find('\n') == std::string::npos);
}

TEST_CASE("several problems come together, in the order of the file") {
  auto text = with(good_site(), "unit = 3", "unit = 21");
  text = with(text, "rail/output.voltage", "rail/x");
  const auto read = parse(text);
  REQUIRE(read.has_error());
  CHECK(names_its_place(read.error().message, "site.toml"));
  CHECK(read.error().message.find("unit 21") < read.error().message.find("no point \"x\""));
}

TEST_CASE("a gateway's id is one that topics and certificates allow") {
  for (const auto* good : {"abc", "0a1", "demo-gw-01", "a--", "abcdefghijklmnopqrstuvwxyz01234"}) {
    CHECK(parse(with(good_site(), "demo-gw-01", good)).has_value());
  }
  for (const auto* bad : {"", "ab", "-abc", "Abc", "a_b", "a/b", "a+b", "#ab", "abcdefghijklmnopqrstuvwxyz012345"}) {
    CHECK(parse(with(good_site(), "demo-gw-01", bad)).has_error());
  }
}

TEST_CASE("a site rule points at devices by index, also across buses") {
  const auto read = parse(good_site());
  REQUIRE(read.has_value());
  const auto& watch = read->watches.back();
  CHECK(read->device_of(watch.point).name == "relay-2");
  CHECK(read->spec(watch.point).name == "input.1.state");
  REQUIRE(watch.against.has_value());
  CHECK(read->device_of(*watch.against).name == "relay-1");
  CHECK(read->spec(*watch.against).name == "relay.1.command");
  CHECK(watch.rule.when == false);
}

TEST_CASE("a site rule that is already the profile's is refused: two rules, one finding") {
  tells(with(good_site(), "point = \"relay-2/input.1.state\"", "point = \"relay-2/relay.1.state\""),
        "a second rule for relay.welded");
  tells(with(good_site(), "kind = \"relay.welded\"\npoint = \"relay-2/input.1.state\"",
             "kind = \"rail.low\"\npoint = \"rail/output.voltage\""),
        "a second rule for rail.low");
}

TEST_CASE("a site rule is checked like a profile's") {
  tells(with(good_site(), "low = 11.4\n", ""), "a limit rule needs low or high");
  tells(with(good_site(), "when = \"off\"", "repeat = 3"), "unknown key \"repeat\" in watch");
}

TEST_CASE("two stop bits serve everybody; one does not serve a PZEM") {
  const auto one_device = [](const std::string& line, const std::string& model) {
    return "[site]\nname = \"s\"\ntitle = \"s\"\ngateway = \"gw-1\"\n[[bus]]\nname = \"b\"\ntitle = \"b\"\nserial = { "
           "port = "
           "\"/dev/ttyS0\", " +
           line + " }\n[[device]]\nname = \"d\"\ntitle = \"d\"\nbus = \"b\"\nunit = 5\nprofile = \"" + model +
           "\"\n[end]\nsite = \"s\"\n";
  };
  const auto quiet = parse(one_device("baud = 9600, stop_bits = 2", "r421a08"));
  REQUIRE(quiet.has_value());
  CHECK(quiet->warnings.empty());
  warns(one_device("baud = 9600", "pzem-017"),
        "site.toml:9:1: pzem-017 wants 2 stop bits; set stop_bits = 2 on bus \"b\", the others bear it");
  warns(one_device("baud = 19200", "r421a08"), "r421a08 leaves the factory with 9600 baud, bus \"b\" has 19200");
  warns(one_device("parity = \"even\"", "r421a08"), "another parity than bus \"b\" has; set the device, or the bus");
}

TEST_CASE("nobody is warned of a line that is none: behind a TCP gateway the gateway sets it") {
  const auto read = parse(with(good_site(), "profile = \"xy6020l\"", "profile = \"pzem-003\""));
  REQUIRE_MESSAGE(read.has_value(), read.error().message);
  CHECK(read->warnings.empty());
}

TEST_CASE("a device without a serial line on one is a warning") {
  auto profiles = shipped_profiles();
  for (auto& each : profiles) {
    if (each.model == "pzem-017") each.serial.reset();
  }
  const auto read = parse_site(good_site(), "site.toml", profiles);
  REQUIRE(read.has_value());
  REQUIRE(read->warnings.size() == 1);
  CHECK(read->warnings[0].en.find("pzem-017 has no serial line by its profile") != std::string::npos);
}

TEST_CASE("points are bounded") {
  auto profiles = shipped_profiles();
  for (auto& each : profiles) {
    if (each.model == "pzem-017") each.points.resize(20'000, each.points.front());
  }
  const auto read = parse_site(good_site(), "site.toml", profiles);
  REQUIRE(read.has_error());
  CHECK(read.error().message.find("more than 20000 points on one gateway; split the site") != std::string::npos);
}

TEST_CASE("a rule of a kind nobody can explain is refused, when the catalogue is known") {
  const std::vector<std::string> kinds{"relay.welded", "relay.no-pull-in", "rail.low", "rail.protection-tripped",
                                       "rail.over-current"};
  CHECK(parse_site(good_site(), "site.toml", shipped_profiles(), kinds).has_value());
  const auto slip = with(good_site(), "kind = \"rail.low\"", "kind = \"rail.lwo\"");
  CHECK(parse(slip).has_value());
  const auto read = parse_site(slip, "site.toml", shipped_profiles(), kinds);
  REQUIRE(read.has_error());
  CHECK(
      read.error().message ==
      "site.toml:62:1: there is no kind of fault \"rail.lwo\", did you mean \"rail.low\"; use one of the catalogue's");
}

TEST_CASE("a bus that another master owns is only heard, and no bus may be searched that must not be") {
  const std::string serial =
      "serial = { port = \"/dev/ttyS0\", baud = 9600, parity = \"none\", stop_bits = 2, rs485 = true }";
  const std::string heard = "serial = { port = \"/dev/ttyS0\", baud = 9600, parity = \"none\", stop_bits = 2 }";
  auto read = parse(good_site());
  REQUIRE(read.has_value());
  CHECK(read->buses[0].mode == BusMode::master);
  CHECK(read->buses[0].scan == ScanRule::allowed);
  read = parse(with(good_site(), serial, heard + "\nmode = \"listen\"\nscan = \"never\""));
  REQUIRE_MESSAGE(read.has_value(), read.error().message);
  CHECK(read->buses[0].mode == BusMode::listen);
  CHECK(read->buses[0].scan == ScanRule::never);
  CHECK(read->buses[1].mode == BusMode::master);
}

TEST_CASE("what cannot be listened to is refused with the cure") {
  const std::string tcp = "tcp = { host = \"10.0.0.1\", port = 1502 }";
  auto read = parse(with(good_site(), tcp, tcp + "\nmode = \"listen\""));
  REQUIRE(read.has_error());
  CHECK(read.error().message.find("nobody else's questions can be heard there; remove mode") != std::string::npos);
  read = parse(with(good_site(), "rs485 = true }", "rs485 = true }\nmode = \"listen\""));
  REQUIRE(read.has_error());
  CHECK(read.error().message.find("drives no transmitter; remove rs485 = true") != std::string::npos);
  CHECK(parse(with(good_site(), tcp, tcp + "\nmode = \"hear\"")).has_error());
  CHECK(parse(with(good_site(), tcp, tcp + "\nscan = \"sometimes\"")).has_error());
}

TEST_CASE("a supply has a name of its own, and several devices may hang on it") {
  const auto fed = with(good_site(), "unit = 3", "unit = 3\nsupply = \"psu-24v\"");
  const auto read = parse(fed);
  REQUIRE_MESSAGE(read.has_value(), read.error().message);
  CHECK(read->devices[1].supply == "psu-24v");
  CHECK(read->devices[0].supply.empty());
  tells(with(good_site(), "unit = 3", "unit = 3\nsupply = \"net\""), "\"net\" is a bus or device already");
  tells(with(good_site(), "unit = 3", "unit = 3\nsupply = \"PSU 1\""), "site.toml");
}
