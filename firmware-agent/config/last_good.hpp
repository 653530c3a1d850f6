#pragma once

#include "firmware-agent/config/site.hpp"
#include "protocol/core/error.hpp"

#include <optional>
#include <string>
#include <vector>

namespace inspect::agent {

struct LoadedSite {
  Site site;
  /// Why the last good configuration is in force instead of the one ordered; nothing when all is as ordered.
  std::optional<std::string> instead_because;
};

/// The site of `path`; when that is bad, the last one that was good, so that a slip of the pen does not end the watch.
/// A good file is copied to `last_good_path` (temporary file, fsync, rename, fsync of the directory) before it is
/// returned; when that fails the site runs all the same, with a warning. An error only when neither is good.
Result<LoadedSite> load_site_keeping_last_good(const std::string& path, const std::vector<std::string>& profile_dirs,
                                               const std::string& last_good_path,
                                               const std::vector<std::string>& kinds = {});

}  // namespace inspect::agent
