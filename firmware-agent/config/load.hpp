#pragma once

#include "firmware-agent/config/site.hpp"
#include "protocol/core/error.hpp"
#include "protocol/settings/fields.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::agent {

/// `kinds` below are the catalogue's keys: a rule of a kind that is none of them is a problem, since its finding could
/// not be explained. Empty: not checked.

/// A site from its text and the profiles there are. Either the whole site, every name found and every number in
/// range, or `Errc::invalid_argument` with a line per problem: file:line:column: what is wrong; the cure.
Result<Site> parse_site(std::string_view text, const std::string& file, const std::vector<drivers::Profile>& profiles,
                        const std::vector<std::string>& kinds = {});

/// A site from its text, with the profiles it names taken from `profile_dirs`; an earlier directory wins.
Result<Site> parse_site_with(std::string_view text, const std::string& file,
                             const std::vector<std::string>& profile_dirs, const std::vector<std::string>& kinds = {});

/// The site of a file, in the same way.
Result<Site> load_site(const std::string& path, const std::vector<std::string>& profile_dirs,
                       const std::vector<std::string>& kinds = {});

/// The same for a person: nothing, and its problems in both languages. `problems` are those of the file `path`.
std::optional<Site> load_site(const std::string& path, const std::vector<std::string>& profile_dirs,
                              const std::vector<std::string>& kinds, settings::Problems& problems);

/// What a site file may hold, for its page of documentation.
std::vector<settings::ObjectDoc> describe_site();

}  // namespace inspect::agent
