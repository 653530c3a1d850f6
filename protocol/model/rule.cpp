#include "protocol/model/rule.hpp"

namespace inspect {

std::string_view name(Detector detector) {
  switch (detector) {
    case Detector::limit: return "limit";
    case Detector::mismatch: return "mismatch";
    case Detector::frozen: return "frozen";
  }
  return "";
}

std::optional<Detector> detector_from(std::string_view wanted) {
  for (const auto detector : {Detector::limit, Detector::mismatch, Detector::frozen}) {
    if (name(detector) == wanted) return detector;
  }
  return std::nullopt;
}

}  // namespace inspect
