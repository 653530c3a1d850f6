#include "drivers/profiles/load.hpp"

#include "drivers/profiles/draft.hpp"
#include "protocol/settings/document.hpp"

#include <filesystem>

namespace inspect::drivers {
namespace {

bool is_model(std::string_view name) {
  return !name.empty() && name.size() <= 64 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

}  // namespace

std::optional<Profile> read_profile(std::string_view text, settings::Problems& problems) {
  const auto model = std::filesystem::path(problems.file()).stem().string();
  if (!is_model(model)) {
    problems.add({}, {"型号文件以型号命名：a–z、0–9 和 -，后接 .toml；请改名",
                      "a profile's file is named after its model: a–z, 0–9 and -, then .toml; rename it"});
  }
  const auto document = settings::parse_document(text, problems);
  if (!document) return std::nullopt;
  ProfileDraft draft;
  profile_fields().read(*document, draft, problems);
  settings::check_end(*document, "model", model, problems);
  // Looking up names in half a file would only add problems that are none.
  if (!problems.empty()) return std::nullopt;
  auto profile = resolve(draft, model, problems);
  if (!problems.empty()) return std::nullopt;
  return profile;
}

Result<Profile> parse_profile(std::string_view text, const std::string& file) {
  settings::Problems problems(file);
  auto profile = read_profile(text, problems);
  if (!profile) return problems.error();
  return std::move(*profile);
}

std::optional<Profile> load_profile(const std::string& path, settings::Problems& problems) {
  const auto bytes = settings::read_file(path, problems);
  return bytes ? read_profile(*bytes, problems) : std::nullopt;
}

Result<Profile> load_profile(const std::string& path) {
  settings::Problems problems(path);
  auto profile = load_profile(path, problems);
  if (!profile) return problems.error();
  return std::move(*profile);
}

std::map<std::string, std::string> profile_files(const std::vector<std::string>& directories) {
  namespace fs = std::filesystem;
  std::map<std::string, std::string> files;
  for (const auto& directory : directories) {
    std::error_code code;
    for (fs::directory_iterator entry(directory, code), end; !code && entry != end; entry.increment(code)) {
      if (entry->path().extension() != ".toml") continue;
      files.emplace(entry->path().stem().string(), entry->path().string());
    }
  }
  return files;
}

Result<std::vector<Profile>> load_profiles(const std::vector<std::string>& directories) {
  std::vector<Profile> profiles;
  std::string problems;
  for (const auto& [model, path] : profile_files(directories)) {
    auto profile = load_profile(path);
    if (profile) {
      profiles.push_back(std::move(*profile));
    } else {
      problems += (problems.empty() ? "" : "\n") + profile.error().message;
    }
  }
  if (!problems.empty()) return fail(Errc::invalid_argument, std::move(problems));
  return profiles;
}

std::vector<settings::ObjectDoc> describe_profile() {
  std::vector<settings::ObjectDoc> out;
  profile_fields().describe(out);
  return out;
}

}  // namespace inspect::drivers
