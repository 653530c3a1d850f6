#pragma once

#include "protocol/core/text.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace inspect::cli {

/// What `inspectctl check` found in one file.
struct CheckReport {
  std::string file;
  std::vector<Text> problems;  ///< file:line:column: what is wrong; the cure
  std::vector<Text> warnings;  ///< read, and yet worth a look
  std::string site;            ///< of a site alone
  std::string model;           ///< of a profile alone
  std::size_t buses = 0;
  std::size_t devices = 0;
  std::size_t points = 0;
  std::size_t rules = 0;
  std::size_t tests = 0;  ///< of a plan of leakage tests
};

/// {"ok","file","problems","warnings","site","model","buses","devices","points","rules","tests"} on one line.
std::string to_json(const CheckReport& report);

}  // namespace inspect::cli
