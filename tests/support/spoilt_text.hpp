#pragma once

#include "protocol/core/error.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

/// Texts of settings that a test spoils at one place, and what their reader says of it.
namespace inspect::tests {

/// `text` with its first `from` replaced; the caller sees at once when the text moved away under the test.
inline std::string with(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  if (at == std::string::npos) return "test is out of date: " + std::string(from);
  return text.replace(at, from.size(), to);
}

/// The problems of what could not be read; "no problem" for what could.
template <class T>
std::string problem_of(const Result<T>& read) {
  return read ? "no problem" : read.error().message;
}

/// Checks that `told` holds `what`, and shows `told` when it does not.
inline void says(const std::string& told, std::string_view what) {
  CAPTURE(told);
  const bool found = told.find(what) != std::string::npos;
  CHECK(found);
}

}  // namespace inspect::tests
