#pragma once

#include "protocol/modbus/heard.hpp"
#include "protocol/model/line_signs.hpp"

#include <cstdint>
#include <map>
#include <optional>

namespace inspect::agent {

/// What a line on which another master asks shows beside how its questions end: the signs by which the same detection
/// names the culprit as where we ask ourselves. The master's own questions are no strangers', and what he says twice is
/// no echo. Pure.
class OverheardSigns {
 public:
  void take(const modbus::Heard& heard);
  /// Of the question that has just ended, and what came to light about others since the last one.
  LineSigns end();

 private:
  struct Asked {
    std::uint8_t unit = 0;
    std::uint8_t function = 0;
  };
  void damaged(const modbus::Heard& heard);
  void stray(const modbus::Heard& heard);

  LineSigns signs_;
  std::optional<Asked> open_;
  std::optional<Asked> answered_;            ///< the last question, if it was
  std::map<std::uint8_t, BootTime> missed_;  ///< of each unit, when a question was asked that it left unanswered; ≤ 256
};

}  // namespace inspect::agent
