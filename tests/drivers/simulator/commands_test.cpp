#include "drivers/simulator/commands.hpp"

#include "tests/drivers/simulator/usb_site.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace inspect;
using tests::at_ms;

namespace {

struct Desk {
  sim::Site site = tests::make_site();
  std::int64_t ms = 0;

  sim::Reply say(const std::string& words) { return sim::execute(site, words, at_ms(++ms)); }
  std::vector<std::string> faults(const std::string& device) {
    for (const auto& view : say("list").devices) {
      if (view.name == device) return view.faults;
    }
    return {"no such device"};
  }
};

bool told(const sim::Reply& reply, const std::string& part) { return reply.text.find(part) != std::string::npos; }

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("every fault can be broken, is listed, and is gone after mend") {
  for (const std::string fault :
       {"silent", "slow 300 ms", "late 1500 ms", "dribble 450 ms", "garbage", "wrong-unit", "wrong-echo", "exception 4",
        "truncated", "twin 3 ms", "welded relay.3", "no-pull-in relay.3", "stuck relay.1.state"}) {
    Desk desk;
    const auto words = fault.substr(0, fault.find(" ms"));
    CHECK(desk.say("break relay-1 " + words).ok);
    CHECK(desk.faults("relay-1") == Names{fault});
    CHECK(desk.say("mend relay-1").ok);
    CHECK(desk.faults("relay-1").empty());
  }
}

TEST_CASE("one fault of several can be mended alone") {
  Desk desk;
  desk.say("break relay-1 slow 100");
  desk.say("break relay-1 welded 3");
  desk.say("break relay-1 stuck input.2");
  CHECK(desk.say("mend relay-1 slow").ok);
  CHECK(desk.faults("relay-1") == Names{"welded relay.3", "stuck input.2"});
  CHECK(desk.say("mend relay-1 welded relay.3").ok);
  CHECK(desk.say("mend relay-1 stuck input.2").ok);
  CHECK(desk.faults("relay-1").empty());
  CHECK_FALSE(desk.say("mend relay-1 slow").ok);
  CHECK_FALSE(desk.say("mend relay-1 welded").ok);
  CHECK(told(desk.say("mend relay-1 tired"), "mends all of it"));
}

TEST_CASE("a weld told by hand shows at once on the input wired to the contact") {
  Desk desk;
  CHECK(desk.say("break relay-2 welded relay.1").ok);
  CHECK(desk.site.device("relay-1")->value("input.1", at_ms(10)) == 1);
  CHECK(desk.say("break relay-2 no-pull-in relay.1").ok);
  CHECK(desk.site.device("relay-1")->value("input.1", at_ms(20)) == 0);
}

TEST_CASE("levels and drifts are set by name, with a sign and with or without the minute") {
  Desk desk;
  CHECK(desk.say("set rail-12v output.voltage 10.8").ok);
  CHECK(desk.site.device("rail-12v")->value("output.voltage", at_ms(2)) == doctest::Approx(10.8).epsilon(0.01));
  CHECK(desk.say("drift rail-12v output.voltage -0.1/min").ok);
  CHECK(desk.say("drift rail-12v output.voltage +0.1").ok);
  CHECK(desk.say("drift rail-12v output.voltage -1/min").ok);
  CHECK(desk.site.device("rail-12v")->value("output.voltage", at_ms(60'000)) == doctest::Approx(9.8).epsilon(0.01));
  CHECK(desk.faults("rail-12v") == Names{"drift output.voltage"});
  CHECK(desk.say("set relay-1 input.2 on").ok);
  CHECK(desk.site.device("relay-1")->value("input.2", at_ms(60'000)) == 1);
  CHECK_FALSE(desk.say("set rail-12v output.voltage low").ok);
  CHECK_FALSE(desk.say("set rail-12v output.voltage 1e999").ok);
  CHECK_FALSE(desk.say("set rail-12v output.voltage nan").ok);
  CHECK_FALSE(desk.say("drift rail-12v output.voltage 1/hour").ok);
}

TEST_CASE("an order is given to a relay as from the device's own keys") {
  Desk desk;
  CHECK(desk.say("order relay-1 relay.2 on").ok);
  desk.site.advance(at_ms(100));
  CHECK(desk.site.device("relay-1")->value("relay.2.state", at_ms(100)) == 1);
  CHECK(desk.site.device("relay-1")->value("relay.2.command", at_ms(100)) == 1);
  CHECK_FALSE(desk.say("order relay-1 relay.2").ok);
  CHECK_FALSE(desk.say("order relay-1 relay.2 maybe").ok);
  CHECK(told(desk.say("order relay-1 relay.9 on"), "relay.6"));
  CHECK(told(desk.say("order rail-12v relay.1 on"), "none"));
}

TEST_CASE("lines are cut, unplugged and joined") {
  Desk desk;
  const auto state = [&] { return desk.site.line("rs485-1")->state; };
  CHECK(desk.say("cut rs485-1").ok);
  CHECK(state() == sim::LineState::cut);
  CHECK(desk.say("join rs485-1").ok);
  CHECK(state() == sim::LineState::whole);
  CHECK(desk.say("break rs485-1 cut").ok);
  CHECK(state() == sim::LineState::cut);
  CHECK(desk.say("mend rs485-1").ok);
  CHECK(state() == sim::LineState::whole);
  CHECK(desk.say("unplug rs485-1").ok);
  CHECK(state() == sim::LineState::unplugged);
  CHECK(desk.say("mend all").ok);
  CHECK(state() == sim::LineState::whole);
  CHECK(told(desk.say("cut relay-1"), "rs485-1, tcp-1"));
  CHECK_FALSE(desk.say("cut").ok);
}

TEST_CASE("a serial line gets noise and an echo, a network does not") {
  Desk desk;
  const auto line = [&] { return desk.say("list").lines[0].faults; };
  CHECK(desk.say("break rs485-1 noise 0.01").ok);
  CHECK(desk.say("break rs485-1 echo").ok);
  CHECK(desk.say("break rs485-1 master").ok);
  CHECK(line() == Names{"noise 0.01", "echo", "master 500 ms"});
  CHECK(desk.say("mend rs485-1").ok);
  CHECK(line().empty());
  CHECK(desk.say("break rs485-1 noise").ok);
  CHECK(line() == Names{"noise 0.001"});
  CHECK(desk.say("mend all").ok);
  CHECK(line().empty());
  CHECK_FALSE(desk.say("break rs485-1 noise 2").ok);
  CHECK_FALSE(desk.say("break rs485-1 noise much").ok);
  CHECK(told(desk.say("break rs485-1 silent"), "cut, noise [RATE], echo, master [MS]"));
  CHECK(told(desk.say("break tcp-1 echo"), "no serial line"));
}

TEST_CASE("an error says what could have been said") {
  Desk desk;
  CHECK(told(desk.say("break relay-9 silent"), "relay-1, rail-12v, relay-2"));
  CHECK(told(desk.say("break relay-1 tired"), "wrong-unit"));
  CHECK(told(desk.say("break relay-1 tired"), "welded"));
  CHECK(told(desk.say("break relay-1 welded"), "relay.1, relay.2"));
  CHECK(told(desk.say("break relay-1 welded relay.9"), "relay.1, relay.2"));
  CHECK(told(desk.say("break relay-1 stuck volts"), "relay.1.command"));
  CHECK(told(desk.say("set rail-12v volts 3"), "output.voltage"));
  CHECK(told(desk.say("set rail-12v"), "e.g."));
  CHECK(told(desk.say("smash relay-1"), "break, mend"));
  CHECK(told(desk.say("mend nothing"), "relay-1"));
  CHECK_FALSE(desk.say("mend").ok);
  CHECK_FALSE(desk.say("").ok);
  CHECK_FALSE(desk.say("   ").ok);
  CHECK_FALSE(desk.say("exam perhaps").ok);
  CHECK_FALSE(desk.say("status relay-9").ok);
  CHECK_FALSE(desk.say("status relay-1 relay-2").ok);
  for (const auto& device : desk.say("list").devices) CHECK(device.faults.empty());
}

TEST_CASE("list names devices and lines, status adds values, one device can be picked") {
  Desk desk;
  const auto list = desk.say("list");
  CHECK(list.devices.size() == 3);
  CHECK(list.lines.size() == 2);
  CHECK(list.devices[0].points.empty());
  const auto one = desk.say("status rail-12v");
  REQUIRE(one.devices.size() == 1);
  CHECK(one.lines.empty());
  CHECK(one.devices[0].points.size() == 7);
  CHECK(told(one, "output.voltage"));
  CHECK(told(one, "healthy"));
  desk.say("break rail-12v silent");
  CHECK(told(desk.say("status rail-12v"), "BROKEN: silent"));
}

TEST_CASE("watch asks for the events, and what is done is told") {
  Desk desk;
  CHECK(desk.say("watch").watch);
  CHECK_FALSE(desk.say("list").watch);
  desk.say("break relay-1 welded relay.3");
  desk.say("mend relay-1");
  desk.say("cut tcp-1");
  desk.say("exam on");
  std::vector<std::string> seen;
  for (const auto& event : desk.site.events()) seen.push_back(event.what);
  CHECK(seen == Names{"broke", "mended", "cut", "exam began"});
}

TEST_CASE("help names every verb") {
  const auto help = sim::command_help();
  for (const auto* verb : {"break", "mend", "set", "drift", "order", "cut", "join", "unplug", "plug", "exam", "list",
                           "status", "watch", "help"}) {
    CHECK(help.find(verb) != std::string::npos);
  }
  Desk desk;
  CHECK(desk.say("help").text == help);
}

TEST_CASE("ten thousand random commands break no more than they say") {
  Desk desk;
  std::mt19937 random(5);
  const Names words{"break",         "mend",           "set",      "drift", "order",    "cut",    "join",    "exam",
                    "list",          "status",         "all",      "on",    "stuck",    "welded", "relay-1", "every",
                    "rail-12v",      "tcp-1",          "late",     "once",  "-1",       "0",      "9e99",    "relay.1",
                    "relay.1.state", "output.voltage", "\xff\xfe", "",      "exception"};
  for (int i = 0; i < 10'000; ++i) {
    std::string line;
    for (auto n = random() % 6; n > 0; --n) line += words[random() % words.size()] + " ";
    const auto reply = desk.say(line);
    REQUIRE((!reply.text.empty() || reply.ok));
  }
  CHECK(desk.say("mend all").ok);
  CHECK(desk.faults("relay-1").empty());
}

TEST_CASE("a USB device breaks by the same words as a wire's, and by some of its own") {
  for (const auto& [said, listed] :
       std::vector<std::pair<std::string, std::string>>{{"hang", "silent"},
                                                        {"stall", "exception 4"},
                                                        {"stall every 3", "exception 4 every 3"},
                                                        {"babble", "babble"},
                                                        {"slow 300", "slow 300 ms"},
                                                        {"welded relay.3", "welded relay.3"}}) {
    Desk desk{tests::make_site(tests::usb_site())};
    CHECK(desk.say("break board " + said).ok);
    CHECK(desk.faults("board") == Names{listed});
    CHECK(desk.say("mend board").ok);
    CHECK(desk.faults("board").empty());
  }
  Desk desk{tests::make_site(tests::usb_site())};
  CHECK(desk.say("break board hang").ok);
  CHECK(desk.say("mend board hang").ok);
  CHECK(told(desk.say("break board wrong-unit"), "hang, stall"));
  CHECK(told(desk.say("break relay-1 babble"), "USB devices alone"));
}

TEST_CASE("a USB device is unplugged by its own name or its port's, and mended by plugging it in") {
  Desk desk{tests::make_site(tests::usb_site())};
  for (const std::string words : {"unplug board", "unplug usb-1", "break board unplug"}) {
    CHECK(desk.say(words).ok);
    CHECK(desk.site.line("usb-1")->state == sim::LineState::unplugged);
    CHECK(desk.say("plug board").ok);
    CHECK(desk.site.line("usb-1")->state == sim::LineState::whole);
  }
  desk.say("unplug board");
  CHECK(desk.say("mend board").ok);
  CHECK(desk.site.line("usb-1")->state == sim::LineState::whole);
  CHECK(told(desk.say("cut usb-1"), "unplug usb-1"));
  CHECK_FALSE(desk.say("unplug relay-1").ok);
  CHECK(told(desk.say("list"), "USB 1-1"));
}

TEST_CASE("a second master and a twin need a serial line, and a time that makes sense") {
  Desk desk;
  CHECK(told(desk.say("break tcp-1 master"), "no serial line"));
  CHECK(told(desk.say("break rs485-1 master 0"), "every MS"));
  CHECK(told(desk.say("break rs485-1 master often"), "every MS"));
  CHECK(told(desk.say("break relay-2 twin"), "no serial line"));
  CHECK(desk.say("break rs485-1 master 250").ok);
  CHECK(desk.site.line("rs485-1")->rival == std::chrono::milliseconds(250));
  CHECK(desk.say("mend all").ok);
  CHECK_FALSE(desk.site.line("rs485-1")->rival);
}
