#include "firmware-agent/config/load.hpp"

#include "drivers/profiles/load.hpp"
#include "firmware-agent/config/draft.hpp"
#include "protocol/settings/document.hpp"

#include <filesystem>
#include <set>
#include <system_error>

namespace inspect::agent {
namespace {

/// Nothing, and problems, when the text alone is wrong already.
std::optional<SiteDraft> read_draft(std::string_view text, settings::Problems& problems) {
  const auto document = settings::parse_document(text, problems);
  if (!document) return std::nullopt;
  SiteDraft draft;
  site_fields().read(*document, draft, problems);
  settings::check_end(*document, "site", draft.head.name, problems);
  // Looking up names in half a file would only add problems that are none.
  if (!problems.empty()) return std::nullopt;
  return draft;
}

/// Said once instead of at each device: where none of the directories is, no profile can be.
void told_missing(const std::vector<std::string>& profile_dirs, settings::Problems& problems) {
  std::string all;
  for (const auto& each : profile_dirs) {
    std::error_code error;
    if (std::filesystem::is_directory(each, error)) return;
    all += (all.empty() ? "" : ", ") + each;
  }
  problems.add({},
               {"没有型号目录 {1}；请改正路径，或安装型号文件",
                "no such directory of profiles: {1}; correct the path, or install the profiles"},
               {all});
}

std::optional<Site> read_site(std::string_view text, const std::vector<std::string>& profile_dirs,
                              const std::vector<std::string>& kinds, settings::Problems& problems) {
  const auto draft = read_draft(text, problems);
  if (!draft) return std::nullopt;

  // Only the profiles the site names: a bad one nobody uses must not stop a gateway.
  const auto files = drivers::profile_files(profile_dirs);
  std::vector<std::string> models;
  models.reserve(files.size());
  for (const auto& [model, file] : files) models.push_back(model);
  std::set<std::string> wanted;
  for (const auto& device : draft->devices) wanted.insert(device.profile.value);
  std::vector<drivers::Profile> profiles;
  std::vector<settings::Problems> bad;
  for (const auto& model : wanted) {
    const auto file = files.find(model);
    if (file == files.end()) continue;  // told at its place below
    settings::Problems of_profile(file->second);
    auto profile = drivers::load_profile(file->second, of_profile);
    if (profile) profiles.push_back(std::move(*profile));
    if (!profile) bad.push_back(std::move(of_profile));
  }
  const auto told = problems.count();
  if (files.empty() && !profile_dirs.empty()) told_missing(profile_dirs, problems);
  if (problems.count() > told) models.assign(wanted.begin(), wanted.end());  // told already
  auto site = resolve(*draft, {profiles, models, kinds}, problems);
  for (const auto& each : bad) problems.append(each);
  if (!problems.empty()) return std::nullopt;
  return site;
}

}  // namespace

Result<Site> parse_site(std::string_view text, const std::string& file, const std::vector<drivers::Profile>& profiles,
                        const std::vector<std::string>& kinds) {
  settings::Problems problems(file);
  const auto draft = read_draft(text, problems);
  if (!draft) return problems.error();
  std::vector<std::string> models;
  models.reserve(profiles.size());
  for (const auto& each : profiles) models.push_back(each.model);
  auto site = resolve(*draft, {profiles, models, kinds}, problems);
  if (!problems.empty()) return problems.error();
  return site;
}

std::optional<Site> load_site(const std::string& path, const std::vector<std::string>& profile_dirs,
                              const std::vector<std::string>& kinds, settings::Problems& problems) {
  const auto bytes = settings::read_file(path, problems);
  return bytes ? read_site(*bytes, profile_dirs, kinds, problems) : std::nullopt;
}

Result<Site> load_site(const std::string& path, const std::vector<std::string>& profile_dirs,
                       const std::vector<std::string>& kinds) {
  settings::Problems problems(path);
  auto site = load_site(path, profile_dirs, kinds, problems);
  if (!site) return problems.error();
  return std::move(*site);
}

Result<Site> parse_site_with(std::string_view text, const std::string& file,
                             const std::vector<std::string>& profile_dirs, const std::vector<std::string>& kinds) {
  settings::Problems problems(file);
  auto site = read_site(text, profile_dirs, kinds, problems);
  if (!site) return problems.error();
  return std::move(*site);
}

std::vector<settings::ObjectDoc> describe_site() {
  std::vector<settings::ObjectDoc> out;
  site_fields().describe(out);
  return out;
}

}  // namespace inspect::agent
