#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace inspect::cli {

/// Columns a terminal gives a UTF-8 text: 2 for East Asian wide characters, 0 for marks that combine and for escape
/// sequences of colour. Bytes that are no UTF-8 count 1 each.
std::size_t width_of(std::string_view text);

/// The text in at most `columns` columns; what does not fit is replaced by "…".
std::string cut(std::string_view text, std::size_t columns);

/// Lines of at most `columns` columns, broken at spaces and beside wide characters.
std::string wrap(std::string_view text, std::size_t columns, std::string_view indent);

/// What a stranger's text may not do to a terminal: control characters become "?".
std::string harmless(std::string_view text);

}  // namespace inspect::cli
