#include "firmware-agent/guard/order_plan.hpp"

#include <algorithm>
#include <utility>

namespace inspect::guard {
namespace {

using drivers::ActionSpec;
using drivers::ReleaseBy;
using std::chrono::milliseconds;
using Planned = boost::system::result<OrderPlan, Refusal>;

std::string verb_of(std::string_view action) { return std::string(action.substr(action.rfind('.') + 1)); }

/// "relay.{n}.pulse" for "relay.3": what a repeated action is called there.
std::string named_for(std::string name, const std::string& output) {
  const auto hole = name.find("{n}");
  if (hole != std::string::npos) name.replace(hole, 3, verb_of(output));
  return name;
}

class Planner {
 public:
  Planner(const drivers::Profile& profile, const std::vector<std::string>& allowed, const OrderWish& wish)
      : profile_(profile), allowed_(allowed), wish_(wish), output_(output_of(wish.action)) {}

  Planned plan() const {
    const auto* action = find(wish_.action);
    if (action == nullptr) {
      return refuse(RefusalReason::not_configured, {"此型号没有这个命令", "the model has no such action"});
    }
    const auto verb = verb_of(wish_.action);
    if (verb == "on") return switch_on(*action);
    if (wish_.length) {
      return refuse(RefusalReason::not_configured, {"只有吸合（on）可以限时", "only switching on can be for a while"});
    }
    if (verb == "off") return OrderPlan{way_off(), {}, {}, {}};
    return OrderPlan{wish_.action, {}, {}, {}};
  }

 private:
  Planned switch_on(const ActionSpec& action) const {
    if (wish_.length && (*wish_.length <= milliseconds{0} || *wish_.length > longest_hold)) {
      return refuse(RefusalReason::not_configured,
                    {"时长须大于零，最多 1 小时", "it is for more than nothing, at most 1 h"});
    }
    const auto timed = named_for(profile_.release.action, output_);
    const auto within = profile_.release.within;
    const bool by_timer = profile_.release.by == ReleaseBy::timed_action && allows(timed);
    const bool unsafe = action.unsafe_if_left || (by_timer && !allows(action.name));
    const bool timely = within > milliseconds{0} && within <= release_within;
    // What is wanted for a while is better held by the board than by a promise.
    if (!unsafe && !(wish_.length && by_timer && timely)) {
      return OrderPlan{action.name, {}, wish_.length.value_or(milliseconds{0}), wish_.length ? way_off() : ""};
    }
    const auto length = wish_.length.value_or(usual_hold);
    if (by_timer && timely) {
      return OrderPlan{timed, within / 2, length, way_off()};
    }
    return refuse(RefusalReason::not_released, why_not_released(timed));
  }

  /// A running timer may take no notice of "off": where the board has an action that ends it, that is how off is said.
  [[nodiscard]] std::string way_off() const {
    const auto cancel = output_ + ".cancel";
    return find(cancel) != nullptr && allows(cancel) ? cancel : output_ + ".off";
  }

  [[nodiscard]] Text why_not_released(const std::string& timed) const {
    if (profile_.release.by == ReleaseBy::timed_action && !allows(timed)) {
      return {
          "须由板上定时器保持，而现场配置不允许 \"" + timed + "\"；请写入 allow",
          "it is to be held by the board's own timer, and the site does not allow \"" + timed + "\"; add it to allow"};
    }
    return profile_.release.why;
  }

  [[nodiscard]] const ActionSpec* find(std::string_view name) const {
    const auto found = std::find_if(profile_.actions.begin(), profile_.actions.end(),
                                    [&](const ActionSpec& each) { return each.name == name; });
    return found == profile_.actions.end() ? nullptr : &*found;
  }
  [[nodiscard]] bool allows(std::string_view name) const {
    return std::find(allowed_.begin(), allowed_.end(), name) != allowed_.end();
  }
  [[nodiscard]] Refusal refuse(RefusalReason reason, const Text& why) const {
    const Text head = reason == RefusalReason::not_released
                          ? Text{"代理死掉后 2 秒内没有什么会放开它：",
                                 "nothing would let go of it within 2 s of the agent's death: "}
                          : Text{};
    return {reason, {wish_.action + "：" + head.zh + why.zh, wish_.action + ": " + head.en + why.en}};
  }

  const drivers::Profile& profile_;
  const std::vector<std::string>& allowed_;
  const OrderWish& wish_;
  std::string output_;
};

}  // namespace

std::string output_of(std::string_view action) { return std::string(action.substr(0, action.rfind('.'))); }

Planned plan_order(const drivers::Profile& profile, const std::vector<std::string>& allowed, const OrderWish& wish) {
  return Planner(profile, allowed, wish).plan();
}

}  // namespace inspect::guard
