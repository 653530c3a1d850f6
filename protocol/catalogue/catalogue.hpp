#pragma once

#include "protocol/core/error.hpp"
#include "protocol/core/text.hpp"
#include "protocol/model/finding.hpp"
#include "protocol/settings/problems.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::catalogue {

/// One kind of fault, ISO 14224 style: mode (what is seen), mechanism (how), cause (why).
struct FaultKind {
  std::string key;   ///< "relay.welded"
  std::string code;  ///< row of the fault model: "R1"
  Text title;
  Text mode;
  Text mechanism;
  Text cause;
  FaultClass fault_class = FaultClass::ordinary;
  std::string part;         ///< key in parts.toml; empty: no part cures it
  std::string department;   ///< key of the dispatch table
  double confidence = 0.9;  ///< how sure a confirmed detection of this kind is, 0..1
  Text urgency;
  std::vector<Text> checks;
};

struct Part {
  std::string key;  ///< stock name: "SRD-05VDC-SL-C"
  Text name;
  std::string unit;     ///< "pc", "m"
  bool carried = true;  ///< on the list of spares every outlet carries (S25); otherwise it is ordered for the case
};

/// A department a ticket can be dispatched to.
struct Department {
  std::string_view key;
  std::string_view zh;
  std::string_view en;
};

/// All of them; the ticket service's dispatch table has a row for each.
constexpr std::array<Department, 4> departments{{{"relay-electronics", "继电器电子部", "Relay electronics"},
                                                 {"power", "电源部", "Power"},
                                                 {"measurement", "测量部", "Measurement"},
                                                 {"network", "网络部", "Network"}}};

/// What people call it; a key nobody knows stays as it is.
Text department_name(std::string_view key);

struct Catalogue {
  std::vector<FaultKind> kinds;
  std::vector<Part> parts;

  [[nodiscard]] const FaultKind* kind(std::string_view key) const;
  [[nodiscard]] const Part* part(std::string_view key) const;
};

/// Reads faults.toml and parts.toml of `directory`. Strict: unknown fields, missing texts, unknown parts, departments
/// and classes, and doubled keys are refused; each is told in both languages.
std::optional<Catalogue> load(const std::string& directory, settings::Problems& problems);
/// The same with all problems in English, for a journal. Errc::invalid_argument.
Result<Catalogue> load(const std::string& directory);

}  // namespace inspect::catalogue
