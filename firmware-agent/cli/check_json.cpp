#include "firmware-agent/cli/check_report.hpp"

#include <nlohmann/json.hpp>

namespace inspect::cli {

namespace {

nlohmann::ordered_json in_both(const std::vector<Text>& lines) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& line : lines) list.push_back({{"zh", line.zh}, {"en", line.en}});
  return list;
}

}  // namespace

std::string to_json(const CheckReport& r) {
  const nlohmann::ordered_json json{{"ok", r.problems.empty()},
                                    {"file", r.file},
                                    {"problems", in_both(r.problems)},
                                    {"warnings", in_both(r.warnings)},
                                    {"site", r.site},
                                    {"model", r.model},
                                    {"buses", r.buses},
                                    {"devices", r.devices},
                                    {"points", r.points},
                                    {"rules", r.rules},
                                    {"tests", r.tests}};
  // A broken file may hold anything, and its problems quote it.
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace inspect::cli
