#pragma once

#include "drivers/profiles/profile.hpp"
#include "protocol/core/error.hpp"
#include "protocol/settings/fields.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::drivers {

/// A profile from its text; `file` names it in problems, and its stem is the model. Every problem of the file comes
/// at once as `Errc::invalid_argument`, a line each: file:line:column: what is wrong; the cure.
Result<Profile> parse_profile(std::string_view text, const std::string& file);

/// The profile in a file "<model>.toml".
Result<Profile> load_profile(const std::string& path);
/// The same for a person: nothing, and its problems in both languages. `problems` are those of the file `path`.
std::optional<Profile> load_profile(const std::string& path, settings::Problems& problems);

/// The files of the directories, model → path. An earlier directory wins; one that does not exist is skipped.
std::map<std::string, std::string> profile_files(const std::vector<std::string>& directories);

/// All of them, by model name; one bad file fails all. An earlier directory wins, so that a site can correct a
/// shipped profile.
Result<std::vector<Profile>> load_profiles(const std::vector<std::string>& directories);

/// What a profile file may hold, for its page of documentation.
std::vector<settings::ObjectDoc> describe_profile();

}  // namespace inspect::drivers
