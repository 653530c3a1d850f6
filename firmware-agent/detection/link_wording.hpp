#pragma once

#include "firmware-agent/detection/link_fault.hpp"
#include "protocol/core/text.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::agent {

// The sentences about links, Chinese and English, each with its numbers. Nothing here decides anything.

/// The catalogue's kind for a fault. A connection has other parts and other first checks than an RS-485 line, and what
/// is silent there and what cannot be connected to is one thing.
std::string_view kind_of(LinkFault fault, bool tcp);

/// When a device last showed a sign of life.
Text say_alive(const std::optional<Moment>& alive);
/// What to check first when `others` more devices of the bus are silent, but not all.
Text say_also_silent(std::size_t others);
/// What to check first when these fell silent as another device's answers began to collide.
Text say_moved(const std::vector<Text>& devices);
/// "devices: a, b, c"
Text say_devices(const std::vector<Text>& devices);

/// `why`: what the driver said, in English, when the port could not be opened; may be empty.
Text say_link(const LinkStep& step, const std::string& why);

}  // namespace inspect::agent
