#include "drivers/profiles/load.hpp"
#include "tests/drivers/profiles/profile_text.hpp"
#include "tests/protocol/modbus/hex.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace inspect;
using namespace inspect::drivers;
using inspect::tests::hex;
using inspect::tests::with;

namespace {

Profile shipped(const std::string& model) {
  auto read = load_profile("drivers/profiles/" + model + ".toml");
  REQUIRE_MESSAGE(read.has_value(), read.error().message);
  return std::move(*read);
}

/// What an action of a relay board puts on the wire.
usb::Bytes sent(const Profile& profile, std::string_view action) {
  for (const auto& each : profile.actions) {
    if (each.name == action) return usb::encode_order(profile.relay.value(), each.relay.value()).value();
  }
  FAIL("no action " << action);
  return {};
}

void resolving_tells(const std::string& text, std::string_view what) {
  tests::says(tests::problem_of(parse_profile(text, "board.toml")), what);
}

}  // namespace

TEST_CASE("shipped relay boards send the bytes of reference: devices, 1.2 and 1.3") {
  for (const auto* model : {"dcttech-1", "dcttech-2", "dcttech-4", "dcttech-8"}) {
    const auto board = shipped(model);
    CHECK(sent(board, "relay.1.on") == hex("FF 01 00 00 00 00 00 00"));
    CHECK(sent(board, "relay.1.off") == hex("FD 01 00 00 00 00 00 00"));
    CHECK(sent(board, "relay.all.on") == hex("FE 00 00 00 00 00 00 00"));
    CHECK(sent(board, "relay.all.off") == hex("FC 00 00 00 00 00 00 00"));
    CHECK(board.relay->way == usb::RelayWay::feature);
    CHECK(board.usb.front().product_text == "USBRelay" + std::to_string(board.relay->channels));
  }
  CHECK(sent(shipped("dcttech-8"), "relay.8.on") == hex("FF 08 00 00 00 00 00 00"));
  CHECK(sent(shipped("ucreatefun-hidrelay"), "relay.3.on") == hex("F3 00 00 00 00 00 00 00"));
  CHECK(sent(shipped("ucreatefun-hidrelay"), "relay.3.off") == hex("03 00 00 00 00 00 00 00"));
  CHECK(sent(shipped("ucreatefun-hidrelay"), "relay.all.on") == hex("F9 00 00 00 00 00 00 00"));
  CHECK(sent(shipped("ucreatefun-hidrelay"), "relay.all.off") == hex("09 00 00 00 00 00 00 00"));
  CHECK(sent(shipped("qyf-ur02"), "relay.2.on") == hex("F2 00 00 00 00 00 00 00"));
  CHECK(sent(shipped("lcus-hid"), "relay.2.off") == hex("A0 02 00 A2 00 00 00 00"));
  CHECK(sent(shipped("lcus-serial"), "relay.1.on") == hex("A0 01 01 A2"));
  CHECK(sent(shipped("lcus-serial"), "relay.2.on") == hex("A0 02 01 A3"));
}

TEST_CASE("instruments know what the sources tell, and refuse the rest with a reason") {
  using usb::TesterJob;
  const std::map<std::string, std::vector<TesterJob>> known{
      {"tos3200", {TesterJob::identify, TesterJob::clear, TesterJob::error}},
      {"st5540", {}},
      {"st5541", {}},
      {"gpt-9800", {TesterJob::identify, TesterJob::clear, TesterJob::configure, TesterJob::fetch}},
      {"gpt-9900", {TesterJob::identify, TesterJob::clear, TesterJob::configure, TesterJob::fetch}},
      {"an9640b", {TesterJob::wait, TesterJob::fetch}}};
  for (const auto& [model, jobs] : known) {
    CAPTURE(model);
    const auto profile = shipped(model);
    for (std::size_t n = 0; n < 8; ++n) {
      const auto job = static_cast<TesterJob>(n);
      CAPTURE(usb::name(job));
      const auto why = usb::why_not(profile.tester.value(), job);
      CHECK(why.has_value() == (std::count(jobs.begin(), jobs.end(), job) == 0));
      if (why) CHECK_FALSE(why->zh.empty());
    }
    // Nothing starts a voltage whose command nobody has seen in a manual.
    for (const auto& action : profile.actions) CHECK(action.job != TesterJob::start);
  }
}

TEST_CASE("the answers quoted in the manuals are read by the shipped words") {
  const auto gpt =
      usb::read_answer(shipped("gpt-9800").tester.value(), "ACW, FAIL ,0.024kV ,0.013 mA,R=000.1S").value();
  CHECK(gpt.verdict == usb::TesterVerdict::fail);
  CHECK(gpt.quantities.at("test.voltage").value == doctest::Approx(24));
  CHECK(gpt.quantities.at("withstand.current").value == doctest::Approx(13e-6));
  const auto ainuo = usb::read_answer(shipped("an9640b").tester.value(), "LC,242V,0.131mA,ok,;ok;").value();
  CHECK(ainuo.verdict == usb::TesterVerdict::pass);
  CHECK(ainuo.quantities.at("leakage.current").value == doctest::Approx(131e-6));
  // A Hioki's saved result: NR3 in ampere, judgement, polarity, equipment status, filter …
  const auto hioki = usb::read_answer(shipped("st5540").tester.value(), "+39.99E-06,0,0,0,1,0,0,0").value();
  CHECK(hioki.verdict == usb::TesterVerdict::pass);
  CHECK(hioki.quantities.at("leakage.current").value == doctest::Approx(39.99e-6));
  const auto over = usb::read_answer(shipped("st5541").tester.value(), "+9.999E+09,1,0,0,1,0,0,0").value();
  CHECK(over.verdict == usb::TesterVerdict::fail);
  CHECK(over.quantities.at("leakage.current").kind == usb::NumberKind::over);
}

TEST_CASE("every model that has outputs says what lets go of them, or that nothing does") {
  auto all = load_profiles({"drivers/profiles"});
  REQUIRE(all.has_value());
  for (const auto& profile : *all) {
    CAPTURE(profile.model);
    if (profile.actions.empty() && profile.driver == DriverKind::modbus) continue;
    CHECK(profile.release.by != ReleaseBy::unsaid);
    CHECK_FALSE(profile.release.why.zh.empty());
    if (profile.release.by == ReleaseBy::timed_action) CHECK(profile.release.within <= std::chrono::seconds{2});
  }
}

TEST_CASE("a contact tester has a verdict to be wired and a start that is never left") {
  const auto yd = shipped("yd2688-3a");
  CHECK(yd.driver == DriverKind::contact_tester);
  REQUIRE(yd.contacts.has_value());
  CHECK(yd.points.front().name == "test.verdict");
  REQUIRE(yd.actions.size() == 1);
  CHECK(yd.actions[0].name == "test.start");
  CHECK(yd.actions[0].unsafe_if_left);
}

TEST_CASE("tables that a driver needs are asked for, and those it has no use for are refused") {
  using tests::good_profile;
  const std::string release = "[release]\nby = \"nothing\"\nwhy = \"x\"\n\n[end]";
  resolving_tells(with(good_profile(), "[profile]", "[profile]\ndriver = \"hid-relay\""),
                  "[[point]] means nothing to a hid-relay; remove it");
  resolving_tells(with(good_profile(), "[profile]", "[profile]\ndriver = \"hid-relay\""),
                  "a hid-relay needs [relay_board]; add it");
  resolving_tells(with(good_profile(), "[profile]", "[profile]\ndriver = \"hid-relay\""),
                  "a hid-relay needs [[usb]]; add it");
  resolving_tells(with(good_profile(), "[profile]", "[profile]\ndriver = \"usbtmc-tester\""),
                  "a usbtmc-tester needs [[command]]; add it");
  resolving_tells(with(good_profile(), "[profile]", "[profile]\ndriver = \"contact-tester\""),
                  "a contact-tester needs [contacts]; add it");
  resolving_tells(with(good_profile(), "[end]", "[contacts]\n\n[end]"),
                  "[contacts] means nothing to a modbus; remove it");
  resolving_tells("[profile]\nmaker = \"x\"\ntitle = \"x\"\nsources = [\"x\"]\n[serial]\n[end]\nmodel = \"board\"\n",
                  "board.toml:1:1: a modbus needs [[point]]; add it");
  CHECK(parse_profile(with(good_profile(), "[end]", release), "board.toml").has_value());
  resolving_tells(with(good_profile(), "[end]", with(release, "nothing", "timed-action")),
                  "go together; add or remove one");
  resolving_tells(with(good_profile(), "[end]", with(release, "why", "action = \"relay.{n}.on\"\nwhy")),
                  "go together; add or remove one");
  resolving_tells(
      with(good_profile(), "[end]", with(with(release, "nothing", "timed-action"), "why", "action = \"no.such\"\nwhy")),
      "action names \"no.such\", which is no action of this profile");
}

TEST_CASE("one verdict contact alone is refused: a broken wire would look like a verdict") {
  resolving_tells(
      "[profile]\ndriver = \"contact-tester\"\nmaker = \"x\"\ntitle = \"x\"\nsources = [\"x\"]\n[contacts]\nfail = "
      "false\n"
      "[release]\nby = \"nothing\"\nwhy = \"x\"\n[end]\nmodel = \"board\"\n",
      "it takes both, pass and fail");
}
