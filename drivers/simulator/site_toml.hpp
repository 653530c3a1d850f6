#pragma once

#include "drivers/simulator/site.hpp"
#include "protocol/core/error.hpp"

#include <functional>
#include <map>
#include <string>

namespace inspect::sim {

/// Gives the profile of a model: "pzem-017".
using ProfileSource = std::function<Result<drivers::Profile>(const std::string& model)>;

/// Reads a site to be played. `defines` replace "@NAME@" anywhere in the text before it is read. Errors carry
/// file:line:column and the cure.
Result<SiteSetup> read_site(const std::string& text, const std::string& file, const ProfileSource& profiles,
                            const std::map<std::string, std::string>& defines);

/// The same from a file.
Result<SiteSetup> load_site(const std::string& file, const ProfileSource& profiles,
                            const std::map<std::string, std::string>& defines);

}  // namespace inspect::sim
