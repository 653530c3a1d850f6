#include "firmware-agent/judgement/claim_json.hpp"

#include <nlohmann/json.hpp>

#include <cmath>

namespace inspect::judgement {

std::string to_json(const Claim& claim, const Plant& plant) {
  const auto round = [](double value, double parts) { return std::round(value * parts) / parts; };
  const auto& kind = facts(claim.fault);
  const bool whole = claim.point == nowhere;
  nlohmann::ordered_json line;
  line["time"] = round(claim.time, 100);
  line["device"] = whole ? plant.components[claim.component].name : plant.points[claim.point].device;
  line["point"] = whole ? nlohmann::ordered_json() : nlohmann::ordered_json(plant.points[claim.point].name);
  line["fault"] = kind.code;
  line["part"] = kind.part;
  line["severity"] = kind.severity;
  line["state"] = claim.raised ? "raised" : "cleared";
  line["predicted_cross"] = nullptr;
  line["probability"] = nullptr;
  if (claim.forecast) {
    line["predicted_cross"] = round(claim.forecast->crossing, 1);
    line["probability"] = round(claim.forecast->probability, 1000);
    line["cross_lo"] = round(claim.forecast->earliest, 1);
    line["cross_hi"] = round(claim.forecast->latest, 1);
  }
  // A name from a file may be no UTF-8: it is shown with the bad bytes replaced, never thrown over.
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace inspect::judgement
