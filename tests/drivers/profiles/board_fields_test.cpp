#include "drivers/profiles/load.hpp"
#include "tests/support/spoilt_text.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace inspect;
using namespace inspect::drivers;
using inspect::tests::with;

namespace {

std::string board() {
  return R"([profile]
driver = "hid-relay"
maker = "Nobody"
title = "test board"
sources = ["a bench"]

[[usb]]
vendor = 0x16C0
product = 0x05DF
product_text = "USBRelay2"

[relay_board]
channels = 2
way = "feature"
on = "FF n"
off = "FD n"
all_off = "FC 00"
state = "feature"

[release]
by = "nothing"
why = "it stays as it is"

[end]
model = "board"
)";
}

std::string tester() {
  return R"([profile]
driver = "serial-tester"
maker = "Nobody"
title = "test tester"
sources = ["a bench"]

[tester]
line_end = "crlf"
echoes = true
item_separator = ";"
model = "T-1"
over = ["OVER", "9.999E+09"]
poll_ms = 100

[[command]]
job = "identify"
send = "*IDN?"

[[command]]
job = "configure"
send = "LIM {upper}"

[[command]]
job = "start"
unknown = { zh = "未知", en = "the manual has no such page" }

[[command]]
job = "fetch"
send = "MEAS?"

[[verdict]]
word = "PASS"
means = "pass"

[[result]]
point = "test.verdict"
title = "verdict"
verdict = true
last = true
field = 1

[[result]]
point = "leakage.current"
title = "leakage"
item = "LC"
field = 3
bare_unit = "A"
unit = "mA"
lowest = 0
highest = 20

[release]
by = "own-timer"
why = "its own test time"

[end]
model = "board"
)";
}

void board_tells(const std::string& text, std::string_view what) {
  tests::says(tests::problem_of(parse_profile(text, "board.toml")), what);
}

}  // namespace

TEST_CASE("a relay board's tables are read, and points and actions follow from them") {
  const auto read = parse_profile(board(), "board.toml");
  REQUIRE_MESSAGE(read.has_value(), read.error().message);
  const auto& profile = *read;
  CHECK(profile.driver == DriverKind::hid_relay);
  REQUIRE(profile.usb.size() == 1);
  CHECK(profile.usb[0].vendor == 0x16C0);
  CHECK(profile.usb[0].product_text == "USBRelay2");
  REQUIRE(profile.relay.has_value());
  CHECK(profile.relay->channels == 2);
  CHECK_FALSE(profile.relay->all_on.has_value());
  REQUIRE(profile.points.size() == 2);
  CHECK(profile.points[1].name == "relay.2.command");
  CHECK(profile.points[1].role == Role::command);
  std::string names;
  for (const auto& action : profile.actions) names += action.name + "→" + action.readback + " ";
  CHECK(names ==
        "relay.1.on→relay.1.command relay.1.off→relay.1.command relay.2.on→relay.2.command "
        "relay.2.off→relay.2.command relay.all.off→ ");
  CHECK(profile.actions[2].relay == usb::RelayOrder{2, true});
  CHECK(profile.release.by == ReleaseBy::nothing);
}

TEST_CASE("a board that cannot be read back says so at every order") {
  const auto read = parse_profile(with(board(), "state = \"feature\"", "state = \"none\""), "board.toml");
  REQUIRE(read.has_value());
  for (const auto& action : read->actions) {
    if (!action.relay->channel) continue;
    CHECK(action.readback.empty());
    CHECK(action.trap.en == "this board cannot be read back: a lost order is silent");
  }
  CHECK(read->points.size() == 2);  // the points are there, to say that they cannot be read
}

TEST_CASE("a tester's words are read; only what is known can be ordered") {
  const auto read = parse_profile(tester(), "board.toml");
  REQUIRE_MESSAGE(read.has_value(), read.error().message);
  const auto& words = read->tester.value();
  CHECK(words.line_end == "\r\n");
  CHECK(words.item_separator == ';');
  CHECK(words.numbers.over.size() == 2);
  CHECK(words.commands.size() == 4);
  CHECK(words.fields[1].point == "leakage.current");
  CHECK(words.fields[1].item == "LC");
  REQUIRE(read->actions.size() == 1);
  CHECK(read->actions[0].name == "test.configure");
  CHECK(usb::why_not(words, usb::TesterJob::start)->en == "the manual has no such page");
  REQUIRE(read->points.size() == 3);
  CHECK(read->points[0].role == Role::state);
  CHECK(read->points[1].unit == "mA");
  CHECK(read->points[1].highest == 20);

  const auto startable = parse_profile(
      with(tester(), "unknown = { zh = \"未知\", en = \"the manual has no such page\" }", "send = \"START\""),
      "board.toml");
  REQUIRE(startable.has_value());
  REQUIRE(startable->actions.size() == 2);
  CHECK(startable->actions[1].name == "test.start");
  CHECK(startable->actions[1].unsafe_if_left);
}

TEST_CASE("an order that is none is refused at its place, with the cure") {
  board_tells(with(board(), "\"FF n\"", "\"FF m\""),
              "board.toml:15:6: \"FF m\" is no order; write 1 to 64 of: two hexadecimal digits");
  board_tells(with(board(), "\"FF n\"", "\"FF 01\""),
              "board.toml:12:1: on does not say which relay; write n or F0+n in it");
  board_tells(with(board(), "\"FC 00\"", "\"FC n\""), "board.toml:12:1: all_off is for all relays; it must not hold n");
  board_tells(with(board(), "on = \"FF n\"", "report_size = 1\non = \"FF n\""),
              "on is longer than a report, which has 1 bytes");
  board_tells(with(board(), "channels = 2", "channels = 17"), "board.toml:13:12: 17 is");
  board_tells(with(board(), "channels = 2", "channels = 0"), "board.toml:13:12: 0 is");
}

TEST_CASE("way, state and driver must fit") {
  board_tells(with(board(), "way = \"feature\"", "way = \"serial\""), "way does not fit the driver");
  board_tells(with(board(), "state = \"feature\"", "state = \"lcus\""), "state does not fit way");
  board_tells(with(board(), "channels = 2", "channels = 9"), "use at most 8 channels");
  board_tells(with(board(), "\"hid-relay\"", "\"hid_relay\""), "did you mean \"hid-relay\"");
}

TEST_CASE("a command is known or says why not, and asks for values that exist") {
  board_tells(with(tester(), "send = \"*IDN?\"", ""), "write exactly one of send and unknown");
  board_tells(with(tester(), "send = \"*IDN?\"", "send = \"x\"\nunknown = \"y\""),
              "write exactly one of send and unknown");
  board_tells(with(tester(), "{upper}", "{uper}"), "board.toml:19:1: \"uper\" is no value; use upper, lower, voltage");
  board_tells(with(tester(), "{upper}", "{upper"), "is no value");
  board_tells(with(tester(), "job = \"identify\"", "job = \"indentify\""), "did you mean \"identify\"");
}

TEST_CASE("results have names of their own, words for their verdict and ends that are in order") {
  board_tells(with(tester(), "point = \"test.verdict\"", "point = \"leakage.current\""),
              "\"leakage.current\" is there twice");
  board_tells(with(tester(), "[[verdict]]\nword = \"PASS\"\nmeans = \"pass\"\n", ""),
              "there is a verdict and no word for it");
  board_tells(with(tester(), "lowest = 0", "lowest = 30"), "lowest is not below highest");
  board_tells(with(tester(), "item_separator = \";\"", "item_separator = \";;\""), "1 to 1");
}
