#pragma once

#include "protocol/core/error.hpp"
#include "protocol/model/finding.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::agent::storage {

/// What must outlive findings.db: a second, tiny file beside it, so that a database lost to a bad card does not make
/// the agent forget faults that the centre still shows as measured.
///
/// Text: "inspect-open-findings 1 <epoch> <CRC-32 of the rest>", then a line "number <finding id>" for the highest
/// occurrence of each subject, then a line "open <document>" for each open finding.
struct OpenList {
  std::string epoch;  ///< of the findings.db it was written beside; another one there now: that one was lost
  std::vector<FindingId> numbers;
  std::vector<Finding> open;
};

/// 250 points with ten kinds of faults each take 150 kB of numbers; an open finding some 2 kB. More than this is left
/// out, numbers first in.
constexpr std::size_t largest_open_list = 4 << 20;

/// `documents` as in finding_json.hpp, one line each.
std::string open_list_text(const std::string& epoch, const std::vector<FindingId>& numbers,
                           const std::vector<std::string>& documents);
/// Nothing when it is damaged anywhere. A finding that cannot be read in a sound list is left out.
std::optional<OpenList> open_list_from(std::string_view text);

}  // namespace inspect::agent::storage
