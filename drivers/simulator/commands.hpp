#pragma once

#include "drivers/simulator/site.hpp"

#include <string>
#include <vector>

namespace inspect::sim {

struct PointView {
  std::string name;
  double value = 0;
  std::string unit;
};

struct DeviceView {
  std::string name;
  std::string model;
  std::string line;
  std::uint8_t unit = 0;
  std::vector<std::string> faults;  ///< "slow 300 ms", "welded relay.3"
  DeviceCounters counters;
  std::vector<PointView> points;
};

struct LineView {
  std::string name;
  LineSetup setup;
  std::string state;
  std::vector<std::string> faults;  ///< "noise 0.001", "echo"
  LineCounters counters;
};

/// What a command gave. `text` is for people; the views are there for "list" and "status".
struct Reply {
  bool ok = true;
  std::string text;
  std::vector<LineView> lines;
  std::vector<DeviceView> devices;
  bool watch = false;  ///< the caller wants the events from now on
  std::optional<bool> exam;
};

/// Does what one line of plain words says: "break relay-1 welded relay.3". An error says what could have been said.
Reply execute(Site& site, const std::string& line, BootTime now);

/// All verbs with an example each.
std::string command_help();

}  // namespace inspect::sim
