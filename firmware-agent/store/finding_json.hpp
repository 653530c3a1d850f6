#pragma once

#include "protocol/core/error.hpp"
#include "protocol/model/finding.hpp"

#include <string>
#include <string_view>

namespace inspect::agent::storage {

/// A finding as the store keeps it: every field, both clocks, readable with any SQLite tool. Unlike the message to the
/// centre it never leaves this file, so it may carry boot times.
std::string finding_document(const Finding& finding);
/// Errc::storage when the text is not such a document; missing fields take their defaults (older versions).
Result<Finding> finding_from_document(std::string_view document);

}  // namespace inspect::agent::storage
