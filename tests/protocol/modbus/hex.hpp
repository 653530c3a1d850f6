#pragma once

#include "protocol/modbus/frame.hpp"

#include <sstream>
#include <string>

namespace inspect::tests {

/// "01 05 FF" → bytes, so that vectors stand in a test as they stand in a manual.
inline modbus::Bytes hex(const std::string& text) {
  std::istringstream in(text);
  modbus::Bytes bytes;
  for (unsigned byte = 0; in >> std::hex >> byte;) bytes.push_back(static_cast<std::uint8_t>(byte));
  return bytes;
}

}  // namespace inspect::tests
