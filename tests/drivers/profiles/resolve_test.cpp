#include "drivers/profiles/load.hpp"

#include "tests/drivers/profiles/profile_text.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

using namespace inspect;
using namespace inspect::drivers;
using inspect::tests::good_profile;
using inspect::tests::with;

namespace {

std::string problem(const std::string& text) { return tests::problem_of(parse_profile(text, "board.toml")); }

void tells(const std::string& text, std::string_view what) { tests::says(problem(text), what); }

}  // namespace

TEST_CASE("a repetition is spelled out: names, titles, addresses, rules and actions") {
  const auto read = parse_profile(good_profile(), "board.toml");
  REQUIRE(read.has_value());
  const auto& points = read->points;
  CHECK(points[0].name == "relay.1.command");
  CHECK(points[0].map.address == 16);
  CHECK(points[2].name == "relay.3.command");
  CHECK(points[2].title.zh == "relay 3 command");
  CHECK(points[2].map.address == 20);
  CHECK(points[2].map.table == modbus::Table::coil);
  CHECK(points[2].map.type == modbus::ValueType::bit);
  CHECK(points[5].map.address == 2);
  REQUIRE(read->rules.size() == 3);
  CHECK(read->rules[1].point == "relay.2.state");
  CHECK(read->rules[1].against == "relay.2.command");
  CHECK(read->rules[1].when == false);
  CHECK(read->rules[1].settle == std::chrono::milliseconds(40));
  CHECK(read->rules[1].part == "SRD-05VDC-SL-C");
  REQUIRE(read->actions.size() == 3);
  CHECK(read->actions[2].name == "relay.3.on");
  CHECK(read->actions[2].address == 20);
  CHECK(read->actions[2].values == std::vector<std::uint16_t>{0xFF00});
  CHECK(read->actions[2].trap.en == "a trap at 3");
  CHECK(read->actions[2].readback == "relay.3.command");
}

TEST_CASE("names are dotted, lower case and there once") {
  const auto good = good_profile();
  tells(with(good, "\"supply.voltage\"", "\"Supply.voltage\""), "\"Supply.voltage\" is no name");
  tells(with(good, "\"supply.voltage\"", "\"supply..voltage\""), "is no name; use a–z, 0–9, - and single dots");
  tells(with(good, "\"supply.voltage\"", "\".supply\""), "is no name");
  tells(with(good, "\"supply.voltage\"", "\"relay.2.state\""), "board.toml:33:1: \"relay.2.state\" is there twice");
  tells(with(good, "\"relay.{n}.command\"", "\"relay.command\""), "is there twice");
  tells(with(good, "\"relay.{n}.on\"", "\"relay.on\""), "is there twice");
}

TEST_CASE("a rule, an action and the identity name points that exist") {
  const auto good = good_profile();
  tells(with(good, "point = \"relay.{n}.state\"", "point = \"relay.{n}.stat\""),
        "point names \"relay.1.stat\", which is no point of this profile, did you mean \"relay.1.state\"");
  tells(with(good, "against = \"relay.{n}.command\"", "against = \"order\""), "against names \"order\"");
  tells(with(good, "readback = \"relay.{n}.command\"", "readback = \"latch\""), "readback names \"latch\"");
  tells(with(good, "[limits]", "[identity]\npoint = \"model\"\nvalues = [1]\n[limits]"), "identity names \"model\"");
  tells(with(good, "[limits]", "[identity]\npoint = \"supply.voltage\"\nvalues = []\n[limits]"), "no value would do");
}

TEST_CASE("two rules cannot be one finding") {
  const auto good = good_profile();
  const auto rule = good.substr(good.find("[[rule]]"), good.find("[[action]]") - good.find("[[rule]]"));
  tells(with(good, "[[action]]", rule + "[[action]]"), "a second rule for relay.welded at \"relay.1.state\"");
}

TEST_CASE("addresses stay on the wire, also at the end of a repetition") {
  const auto good = good_profile();
  CHECK(problem(with(good, "address = 100", "address = 65534")) == "no problem");
  tells(with(good, "address = 100", "address = 65535"), "the last address is 65536; the highest is 65535");
  tells(with(good, "address = 16", "address = 65532"), "the last address is 65536");
  tells(with(good, "address = 16\nvalues", "address = 65535\nvalues"), "beyond 65535");
  tells(with(good, "unit = \"V\"", "unit = \"V\"\nrepeat = 2"), "use a stride of 2 or more");
}

TEST_CASE("type, bit and scale fit the table") {
  const auto good = good_profile();
  tells(with(good, "table = \"coil\"", "table = \"coil\"\nbit = 3"), "has no bits; remove `bit`");
  tells(with(good, "type = \"s32\"", "type = \"s32\"\nbit = 3"), "`bit` needs type = \"bit\"");
  tells(with(good, "type = \"s32\"", "type = \"bit\""), "a bit is 0 or 1; remove scale and offset");
  tells(with(good, "scale = 0.5", "scale = 0"), "with scale 0 every value is the same");
  tells(with(good, "highest = 40.5", "highest = -1"), "lowest is not below highest");
  // A coil is a bit whatever is written.
  CHECK(problem(with(good, "table = \"coil\"", "table = \"coil\"\ntype = \"u16\"")) == "no problem");
}

TEST_CASE("an action writes what its function can write") {
  const auto good = good_profile();
  tells(with(good, "function = 5", "function = 7"), "function 7 does not write; use 5, 6, 15 or 16");
  tells(with(good, "function = 5", "function = 3"), "3 is out of range");
  tells(with(good, "values = [0xFF00]", "values = [1, 2]"), "write exactly one");
  tells(with(good, "values = [0xFF00]", "values = []"), "write exactly one");
  tells(with(good, "values = [0xFF00]", "values = [65536]"), "65536 is out of range; use 0 to 65535");
  tells(with(with(good, "function = 5", "function = 15"), "values = [0xFF00]", "values = [2]"), "use 0 and 1");
  tells(with(with(good, "function = 5", "function = 16"), "values = [0xFF00]", "values = []"), "nothing to write");
}

TEST_CASE("a model must be reached by something, at a speed that exists") {
  const auto good = good_profile();
  const auto without =
      with(good, good.substr(good.find("[serial]"), good.find("[limits]") - good.find("[serial]")), "");
  tells(without, "the model is reached by nothing");
  CHECK(problem(with(without, "maker", "tcp_port = 502\nmaker")) == "no problem");
  tells(with(good, "baud = 19200", "baud = 19201"), "19201 baud is not supported");
  tells(with(good, "unit = 7", "unit = 248"), "248 is out of range; use 1 to 247");
  tells(with(good, "unit = 7", "unit = 0"), "0 is out of range; use 1 to 247");
}

TEST_CASE("the number of points is bounded") {
  auto text = good_profile();
  for (int i = 0; i < 9; ++i) {
    text = with(text, "[[rule]]",
                "[[point]]\nname = \"p" + std::to_string(i) +
                    ".{n}\"\ntitle = \"x\"\ntable = \"coil\"\naddress = 0\nrepeat = 64\n[[rule]]");
  }
  tells(text, "more than 512 points");
}

TEST_CASE("a blind spot names a kind of fault") {
  tells(with(good_profile(), "kind = \"relay.film\"", "kind = \"Relay film\""), "is no kind of fault");
}
