#include "firmware-agent/cli/check_report.hpp"

#include <nlohmann/json.hpp>

namespace inspect::cli {

std::string to_json(const CheckReport& r) {
  const nlohmann::ordered_json json{{"ok", r.problems.empty()}, {"file", r.file},       {"problems", r.problems},
                                    {"warnings", r.warnings},   {"site", r.site},       {"model", r.model},
                                    {"buses", r.buses},         {"devices", r.devices}, {"points", r.points},
                                    {"rules", r.rules}};
  // A broken file may hold anything, and its problems quote it.
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::vector<std::string> lines_of(std::string_view message) {
  std::vector<std::string> lines;
  while (!message.empty()) {
    const auto end = message.find('\n');
    const auto line = message.substr(0, end);
    if (!line.empty()) lines.emplace_back(line);
    message.remove_prefix(end == std::string_view::npos ? message.size() : end + 1);
  }
  return lines;
}

}  // namespace inspect::cli
