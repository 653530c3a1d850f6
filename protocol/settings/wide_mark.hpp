#pragma once

#include "protocol/settings/node.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace inspect::settings {

/// A mark of a Chinese keyboard where the file needs one of its own: “ for ", ， for a comma, ＝ for =.
struct WideMark {
  Place place;
  std::string written;
  std::string wanted;
};

/// The first one in this line of a text, counted from 1, that is not within quotes or a comment. In a quotation that
/// the line does not end, its last Chinese quotation mark: it was meant to.
std::optional<WideMark> wide_mark(std::string_view text, std::uint32_t line);

}  // namespace inspect::settings
