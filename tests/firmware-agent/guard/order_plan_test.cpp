#include "firmware-agent/guard/order_plan.hpp"

#include "drivers/profiles/load.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::guard;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Names = std::vector<std::string>;

namespace {

drivers::Profile model(const std::string& name) {
  return drivers::load_profile("drivers/profiles/" + name + ".toml").value();
}

/// As somebody wrote it into a profile of his own: this output must not stay on.
drivers::Profile with_unsafe(const std::string& name, const std::string& action) {
  auto profile = model(name);
  for (auto& each : profile.actions) each.unsafe_if_left = each.unsafe_if_left || each.name == action;
  return profile;
}

OrderPlan planned(const drivers::Profile& profile, const Names& allowed, const OrderWish& wish) {
  auto plan = plan_order(profile, allowed, wish);
  REQUIRE_MESSAGE(plan.has_value(), plan.error().text.en);
  return *plan;
}

Refusal refused(const drivers::Profile& profile, const Names& allowed, const OrderWish& wish) {
  const auto plan = plan_order(profile, allowed, wish);
  REQUIRE_FALSE(plan.has_value());
  CHECK(plan.error().text.en.find(wish.action + ": ") == 0);
  CHECK(plan.error().text.zh.find(wish.action + "：") == 0);
  return plan.error();
}

const Names on_and_off{"relay.3.on", "relay.3.off"};
const Names pulse_and_off{"relay.3.pulse", "relay.3.off"};
const Names all{"relay.3.on", "relay.3.off", "relay.3.pulse", "relay.3.cancel"};

}  // namespace

TEST_CASE("an output that may stay on is switched as it was ordered, once") {
  const auto board = model("waveshare-relay-8ch");
  CHECK(planned(board, on_and_off, {"relay.3.on"}) == OrderPlan{"relay.3.on", {}, {}, ""});
  CHECK(planned(board, on_and_off, {"relay.3.off"}) == OrderPlan{"relay.3.off", {}, {}, ""});
  CHECK(planned(board, pulse_and_off, {"relay.3.pulse"}) == OrderPlan{"relay.3.pulse", {}, {}, ""});
  CHECK(planned(board, on_and_off, {"relay.3.on", seconds{10}}) ==
        OrderPlan{"relay.3.on", {}, seconds{10}, "relay.3.off"});
}

TEST_CASE("where the site allows the timed action and not on, the board's own timer holds the output") {
  CHECK(planned(model("waveshare-relay-8ch"), pulse_and_off, {"relay.3.on", seconds{10}}) ==
        OrderPlan{"relay.3.pulse", milliseconds{350}, seconds{10}, "relay.3.off"});
  CHECK(planned(model("r421a08"), pulse_and_off, {"relay.3.on"}) ==
        OrderPlan{"relay.3.pulse", milliseconds{500}, usual_hold, "relay.3.off"});
}

TEST_CASE("what is wanted for a while is held by the board's timer although it might stay on") {
  CHECK(planned(model("waveshare-relay-8ch"), all, {"relay.3.on", seconds{10}}).again == milliseconds{350});
  CHECK(planned(model("waveshare-relay-8ch"), all, {"relay.3.on"}).again == milliseconds{0});
}

TEST_CASE("a running timer that takes no notice of off is ended by the action that ends it") {
  CHECK(planned(model("ryn408f"), all, {"relay.3.on", seconds{10}}) ==
        OrderPlan{"relay.3.pulse", seconds{1}, seconds{10}, "relay.3.cancel"});
  CHECK(planned(model("ryn408f"), all, {"relay.3.off"}).first == "relay.3.cancel");
  CHECK(planned(model("ryn408f"), on_and_off, {"relay.3.off"}).first == "relay.3.off");
}

TEST_CASE("an output that the profile calls unsafe is held by the board's timer, whatever else is allowed") {
  const auto board = with_unsafe("waveshare-relay-8ch", "relay.3.on");
  CHECK(planned(board, all, {"relay.3.on"}).first == "relay.3.pulse");
  CHECK(planned(board, all, {"relay.4.on"}).first == "relay.4.on");
  const auto why = refused(board, on_and_off, {"relay.3.on"});
  CHECK(why.reason == RefusalReason::not_released);
  CHECK(why.text.en.find("\"relay.3.pulse\"") != std::string::npos);
}

TEST_CASE("an unsafe output of a board that offers nothing in time is refused with what its profile says") {
  auto board = with_unsafe("dcttech-4", "relay.3.on");
  auto why = refused(board, on_and_off, {"relay.3.on"});
  CHECK(why.reason == RefusalReason::not_released);
  CHECK(why.text.en.find(board.release.why.en) != std::string::npos);
  CHECK(why.text.zh.find(board.release.why.zh) != std::string::npos);

  board = with_unsafe("waveshare-relay-8ch", "relay.3.on");
  board.release.within = milliseconds{2001};
  CHECK(refused(board, all, {"relay.3.on"}).reason == RefusalReason::not_released);
  board.release.within = milliseconds{0};  // not known
  CHECK(refused(board, all, {"relay.3.on"}).reason == RefusalReason::not_released);
  // "off" is never refused for that.
  CHECK(planned(board, all, {"relay.3.off"}).first == "relay.3.off");
}

TEST_CASE("a board that lets go when it is not polled is refused with what must be set, for nobody knows what is") {
  const auto board = with_unsafe("wb-mr6c", "relay.3.on");
  CHECK(refused(board, on_and_off, {"relay.3.on"}).text.en.find("register 8") != std::string::npos);
}

TEST_CASE("an action the model does not know, and a while that makes no sense, are refused") {
  const auto board = model("waveshare-relay-8ch");
  for (const auto* action : {"relay.9.on", "relay.3", "on", "", "relay.3.On"}) {
    CAPTURE(action);
    CHECK(refused(board, all, {action}).reason == RefusalReason::not_configured);
  }
  for (const auto length : {milliseconds{0}, milliseconds{-1}, milliseconds{hours{1}} + milliseconds{1}}) {
    CHECK(refused(board, all, {"relay.3.on", length}).reason == RefusalReason::not_configured);
  }
  CHECK(refused(board, all, {"relay.3.off", seconds{1}}).reason == RefusalReason::not_configured);
}

TEST_CASE("an output is what is left of an action without its last word") {
  CHECK(output_of("relay.3.on") == "relay.3");
  CHECK(output_of("relay.all.off") == "relay.all");
  CHECK(output_of("on") == "on");
}
