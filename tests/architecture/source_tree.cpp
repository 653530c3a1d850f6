#include "tests/architecture/source_tree.hpp"

#include <filesystem>
#include <fstream>
#include <regex>

namespace inspect::tests {

namespace fs = std::filesystem;

std::vector<std::string> Source::includes() const {
  static const std::regex pattern(R"(^\s*#\s*include\s*["<]([^">]+)[">])");
  std::vector<std::string> found;
  for (const auto& line : lines) {
    std::smatch match;
    if (std::regex_search(line, match, pattern)) found.push_back(match[1]);
  }
  return found;
}

const std::vector<Source>& source_tree() {
  static const std::vector<Source> tree = [] {
    std::vector<Source> sources;
    for (const auto* folder : {"protocol", "drivers", "firmware-agent", "cloud-bridge", "tests"}) {
      for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        const auto extension = entry.path().extension();
        if (extension != ".cpp" && extension != ".hpp") continue;
        Source source{entry.path().generic_string(), {}};
        std::ifstream file(entry.path());
        for (std::string line; std::getline(file, line);) source.lines.push_back(line);
        sources.push_back(std::move(source));
      }
    }
    return sources;
  }();
  return tree;
}

}  // namespace inspect::tests
