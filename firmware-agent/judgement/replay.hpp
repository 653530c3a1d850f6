#pragma once

#include "protocol/core/error.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

namespace inspect::judgement {

struct Replayed {
  std::uint64_t readings = 0;
  std::uint64_t claims = 0;
  std::uint64_t dropped = 0;  ///< more faults at a time than the book holds
};

/// Runs a recorded site (plant.csv, topology.csv, calendar.csv, readings.bin in one folder) through judgement; each
/// claim is one line of JSON for `tell`, in the order in which it was made. `record` is the folder or its readings.bin.
Result<Replayed> replay(const std::filesystem::path& record, const std::function<void(std::string_view)>& tell);

}  // namespace inspect::judgement
