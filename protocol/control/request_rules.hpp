#pragma once

#include "protocol/control/request.hpp"

#include <optional>

namespace inspect::control {

/// What is wrong with the values of a request whose types are right: ranges, lengths, order of instants.
std::optional<Trouble> check(const Ask& ask);

}  // namespace inspect::control
