#pragma once

#include <cstdint>
#include <string_view>

namespace inspect::control {

/// Deepest nesting of braces and brackets that either side accepts; our own lines need seven.
constexpr std::size_t deepest_line = 16;

/// How deep the braces and brackets of a JSON text nest, whether or not it is valid. One pass, no memory: it is asked
/// before a parser builds anything from what a stranger sent.
std::size_t nesting(std::string_view json);

}  // namespace inspect::control
