#include "firmware-agent/config/permissions.hpp"

#include <algorithm>

namespace inspect::agent {
namespace {

/// Whether it leaves something on that stays on by itself.
bool switches_on(const std::string& action) { return action.ends_with(".on"); }

void warn_of_release(const DeviceDraft& draft, const drivers::Profile& profile, settings::Problems& warnings) {
  const auto& release = profile.release;
  if (release.by == drivers::ReleaseBy::nothing) {
    warnings.add(draft.place,
                 {"\"{1}\" 允许吸合，而没有什么会在代理死掉后放开它：{2}",
                  "\"{1}\" may be switched on, and nothing lets go of it when the agent dies: {2}"},
                 {draft.name, release.why});
  } else if (release.by == drivers::ReleaseBy::timed_action) {
    warnings.add(
        draft.place,
        {"\"{1}\" 允许用 on 吸合，代理死掉后会保持；不得保持的输出请改用 \"{2}\"",
         "\"{1}\" may be switched on by on, which stays when the agent dies; for outputs that must not stay on "
         "allow \"{2}\" instead"},
        {draft.name, release.action});
  }
}

}  // namespace

std::vector<std::string> allowed_actions(const DeviceDraft& draft, const drivers::Profile& profile,
                                         settings::Problems& problems, settings::Problems& warnings) {
  std::vector<std::string_view> known;
  for (const auto& action : profile.actions) known.push_back(action.name);
  std::vector<std::string> allowed;
  for (const auto& each : draft.allow) {
    if (std::find(known.begin(), known.end(), each.value) == known.end()) {
      problems.add(each.place,
                   {"{1} 没有命令 \"{2}\"{3}；见其型号文件", "{1} has no action \"{2}\"{3}; see its profile"},
                   {profile.model, each.value, settings::did_you_mean(each.value, known)});
      continue;
    }
    allowed.push_back(each.value);
  }
  if (std::any_of(allowed.begin(), allowed.end(), switches_on)) warn_of_release(draft, profile, warnings);
  return allowed;
}

}  // namespace inspect::agent
