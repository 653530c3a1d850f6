#pragma once

#include "firmware-agent/judgement/plant.hpp"
#include "protocol/core/error.hpp"

#include <filesystem>
#include <istream>

namespace inspect::judgement {

/// plant.csv and topology.csv. Columns go by their names in the first line; a field holds no comma. Malformed: a
/// missing column, a limit that is no number, a component that nobody declares, more than 65 534 of anything.
Result<Plant> read_plant(std::istream& plant, std::istream& topology);
/// calendar.csv: sessions (exam, training) and maintenance rows, each put in the order of time.
Result<Calendar> read_calendar(std::istream& calendar, const Plant& plant);

}  // namespace inspect::judgement
