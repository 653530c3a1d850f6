#pragma once

#include "cloud-bridge/ticketing/store/rows.hpp"

#include <map>
#include <string>
#include <utility>

namespace inspect::ticketing {

/// A gateway whose old copy was put back goes on under numbers it used before. What it says then is another life of
/// the same database: kept under a name of its own, so that nothing of it is lost or taken for the first life, and
/// ordered behind it. The first life bears the epoch itself, the second "<epoch>~2". More than these, and somebody
/// plays two copies against each other: what comes then stays with its sender.
constexpr std::size_t most_lives = 9;

/// The key of a message in the `life`-th life of its database, from 1.
InboxKey in_life(const InboxKey& key, std::size_t life);

/// Tells two gateways of one name from one that got a new database: the old database speaks again after the new one
/// did. Known since the start of the service; twins show again within minutes, because both send readings.
class TwinWatch {
 public:
  static constexpr auto span = std::chrono::hours(1);

  /// A new message of this kind. Findings and readings have an epoch each.
  void heard(const std::string& gateway, InboxKind kind, const std::string& epoch, WallTime at);
  /// Two databases took turns at most an hour before `at`.
  [[nodiscard]] bool twins(const std::string& gateway, WallTime at) const;

 private:
  struct Speaker {
    std::string epoch;
    WallTime at{};
  };
  struct Pair {
    Speaker now;
    Speaker before;
  };
  std::map<std::pair<std::string, InboxKind>, Pair> speakers_;
  std::map<std::string, WallTime> alternated_;
};

}  // namespace inspect::ticketing
