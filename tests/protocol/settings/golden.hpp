#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace inspect::tests {

/// Holds `made` against the file that was reviewed. With INSPECT_WRITE_GOLDEN=1 the file is written anew instead, for
/// review to see what changed.
inline void check_golden(const std::string& path, const std::string& made) {
  if (std::getenv("INSPECT_WRITE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << made;
    MESSAGE("written anew: " << path);
    return;
  }
  std::ifstream in(path, std::ios::binary);
  const std::string reviewed((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  std::size_t line = 1;
  std::size_t at = 0;
  while (at < made.size() && at < reviewed.size() && made[at] == reviewed[at]) line += made[at++] == '\n' ? 1 : 0;
  const bool same = made == reviewed;
  CHECK_MESSAGE(same, path << ":" << line << ": differs from what the sources say; look, then run this test with "
                           << "INSPECT_WRITE_GOLDEN=1");
}

}  // namespace inspect::tests
