#pragma once

#include <string>
#include <vector>

namespace inspect::tests {

/// One C++ file of the repository, as text.
struct Source {
  std::string path;  ///< from the root, "protocol/core/error.hpp"
  std::vector<std::string> lines;

  [[nodiscard]] bool is_below(const std::string& folder) const { return path.rfind(folder + "/", 0) == 0; }
  /// What stands between the quotes or brackets of each #include.
  [[nodiscard]] std::vector<std::string> includes() const;
  [[nodiscard]] std::string name() const { return path.substr(path.rfind('/') + 1); }
};

/// Every .cpp and .hpp below the product's folders and tests/.
const std::vector<Source>& source_tree();

}  // namespace inspect::tests
