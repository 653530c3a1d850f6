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

Result<Profile> parse_profile(std::string_view text, const std::string& file) {
  settings::Problems problems(file);
  const auto model = std::filesystem::path(file).stem().string();
  if (!is_model(model))
    problems.add({}, "a profile's file is named after its model: a–z, 0–9 and -, then .toml; rename it");
  const auto document = settings::parse_document(text, problems);
  if (!document) return problems.error();
  ProfileDraft draft;
  profile_fields().read(*document, draft, problems);
  settings::check_end(*document, "model", model, problems);
  // Looking up names in half a file would only add problems that are none.
  if (!problems.empty()) return problems.error();
  auto profile = resolve(draft, model, problems);
  if (!problems.empty()) return problems.error();
  return profile;
}

Result<Profile> load_profile(const std::string& path) {
  auto bytes = settings::read_file(path);
  if (!bytes) return std::move(bytes).error();
  return parse_profile(*bytes, path);
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
