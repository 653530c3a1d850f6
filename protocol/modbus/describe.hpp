#pragma once

#include "protocol/core/text.hpp"

#include <cstdint>

namespace inspect::modbus {

/// What a function does, in a word or two: "read holding registers"; of one that we do not speak, its number.
Text function_name(std::uint8_t function);

/// What a device means by an exception: "no such address"; of an unknown one, its number.
Text exception_name(std::uint8_t exception);

}  // namespace inspect::modbus
