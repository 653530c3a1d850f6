#include "firmware-agent/config/draft.hpp"

#include <algorithm>

namespace inspect::agent {
namespace {

using settings::Placed;

std::string full_name(const Rule& rule) { return rule.point + '/' + rule.kind; }

bool names(const Placed<std::string>& disabled, const Rule& rule) {
  return disabled.value == rule.kind || disabled.value == full_name(rule);
}

void change(Rule& rule, const OverrideDraft& other) {
  if (other.low) rule.low = other.low;
  if (other.high) rule.high = other.high;
  if (other.deadband) rule.deadband = *other.deadband;
  if (other.on_delay_ms) rule.on_delay = std::chrono::milliseconds(*other.on_delay_ms);
  if (other.off_delay_ms) rule.off_delay = std::chrono::milliseconds(*other.off_delay_ms);
}

Text all_rules(const drivers::Profile& profile) {
  std::string out;
  for (const auto& rule : profile.rules) out += (out.empty() ? "" : ", ") + full_name(rule);
  if (out.empty()) return {"它没有规则", "it has no rules"};
  return settings::filled({"它的规则有 {1}", "its rules are {1}"}, {out});
}

}  // namespace

std::vector<Rule> rules_in_force(const DeviceDraft& draft, const drivers::Profile& profile,
                                 settings::Problems& problems) {
  std::vector<Rule> rules;
  for (const auto& rule : profile.rules) {
    const bool off =
        std::any_of(draft.disabled.begin(), draft.disabled.end(), [&](const auto& each) { return names(each, rule); });
    if (!off) rules.push_back(rule);
  }
  // A name that disables nothing is a slip: the technician believes a rule is off that goes on accusing.
  for (const auto& each : draft.disabled) {
    const bool hits =
        std::any_of(profile.rules.begin(), profile.rules.end(), [&](const Rule& rule) { return names(each, rule); });
    if (!hits) {
      problems.add(each.place, {"{1} 没有规则 \"{2}\"；{3}", "{1} has no rule \"{2}\"; {3}"},
                   {profile.model, each.value, all_rules(profile)});
    }
  }
  for (const auto& each : draft.overrides) {
    const auto found = std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) {
      return rule.kind == each.kind && rule.point == each.point;
    });
    if (found == rules.end()) {
      problems.add(each.place,
                   {"{1} 没有生效的规则 \"{2}/{3}\"；请改正，或另写 [[watch]]",
                    "{1} has no rule \"{2}/{3}\" in force; correct it, or write a [[watch]]"},
                   {profile.model, each.point, each.kind});
      continue;
    }
    change(*found, each);
    drivers::check_rule({*found, 1, each.place}, problems);
  }
  return rules;
}

}  // namespace inspect::agent
