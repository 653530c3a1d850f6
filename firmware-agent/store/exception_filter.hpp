#pragma once

#include "firmware-agent/store/open_block.hpp"

#include <optional>

namespace inspect::agent::storage {

/// Decides which readings travel to the centre: the first, a move beyond the deadband, a change of quality, and one
/// at least every `longest_age_ms`. A move travels with the first reading `shortest_age_ms` after the last that did, if
/// it lasts until then.
class ExceptionFilter {
 public:
  struct Limits {
    double deadband = 0;
    std::int64_t longest_age_ms = 900'000;
    std::int64_t shortest_age_ms = 0;
  };

  explicit ExceptionFilter(std::vector<Limits> limits = {}) : limits_(std::move(limits)), last_(limits_.size()) {}

  /// True when this one travels; it is what the next ones are held against.
  bool take(StoredId id, std::int64_t ms, double value, std::uint8_t quality);

 private:
  struct Sent {
    std::int64_t ms = 0;
    double value = 0;
    std::uint8_t quality = 0;
  };
  std::vector<Limits> limits_;
  std::vector<std::optional<Sent>> last_;
};

}  // namespace inspect::agent::storage
