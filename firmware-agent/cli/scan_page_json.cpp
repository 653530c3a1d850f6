#include "firmware-agent/cli/scan_page.hpp"

#include <nlohmann/json.hpp>

namespace inspect::cli {

using Json = nlohmann::json;

std::string found_json(const FoundUnit& found) {
  Json likely = Json::array();
  for (const auto& like : found.likely) {
    likely.push_back({{"model", like.model},
                      {"signs", like.signs},
                      {"of", like.of},
                      {"proven", like.proven},
                      {"values", like.values}});
  }
  Json line{{"unit", found.unit},
            {"function", found.question.function},
            {"address", found.question.address},
            {"exception", nullptr},
            {"likely", std::move(likely)}};
  if (found.exception) line["exception"] = *found.exception;
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string summary_json(const ScanSummary& summary) {
  return Json{{"bus", summary.bus}, {"asked", summary.asked}, {"found", summary.found}, {"complete", summary.complete}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace inspect::cli
