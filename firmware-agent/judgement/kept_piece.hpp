#pragma once

#include <string>

namespace inspect::judgement {

/// A piece of what must outlive a restart. Pieces are named by what they are of, so that a changed site keeps the rest.
struct KeptPiece {
  std::string name;  ///< "trend/psu-5v/output.voltage", "part/psu-5v", "site", "claims", "forecasts"
  std::string bytes;
};

}  // namespace inspect::judgement
