#include "firmware-agent/guard/site_rules.hpp"

namespace inspect::guard {

Rules rules_of(const agent::Site& site) {
  Rules rules;
  for (const auto& device : site.devices) {
    for (const auto& action : device.allow) rules.allowed.push_back({device.name, action});
  }
  for (const auto& exam : site.exams) rules.exams.push_back({exam.from, exam.to});
  return rules;
}

}  // namespace inspect::guard
