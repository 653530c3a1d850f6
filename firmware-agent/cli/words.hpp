#pragma once

#include "firmware-agent/cli/console.hpp"
#include "firmware-agent/cli/table.hpp"
#include "protocol/control/request.hpp"
#include "protocol/control/rows.hpp"
#include "protocol/core/text.hpp"

#include <optional>
#include <string>

namespace inspect::cli {

// The names of states in people's words, with the colour of their meaning.

Cell word(DeviceHealth health, Language language);
Cell word(BusHealth health, Language language);
Cell word(FaultClass fault_class, Language language);
Cell word(AlarmState state, Language language);
/// "good", or why not.
Cell word(Quality quality, Reason reason, Language language);
std::string word(FindingEvent event, Language language);
std::string word(ClockTrust trust, Language language);

/// "230.1 V", "on", or "–" when there is no value.
std::string value_text(const control::PointRow& point, Language language);
std::string value_text(std::optional<double> value, const std::string& unit, bool is_state, Language language);
/// A state is shown as on and off.
bool is_state(const control::PointRow& point);

/// A part by its stock name and what people call it; once, when the second says the first: "diode  二极管",
/// "SRD-05VDC-SL-C relay".
std::string part_text(const std::string& stock, const std::string& called);

/// "12.3 MiB".
std::string bytes_text(std::uint64_t bytes);

}  // namespace inspect::cli
