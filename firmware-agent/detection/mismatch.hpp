#pragma once

#include "firmware-agent/detection/sight.hpp"
#include "protocol/model/reading.hpp"
#include "protocol/model/rule.hpp"

#include <optional>

namespace inspect::agent {

/// A commanded state against its feedback, which may come from another block or another device.
///
/// A feedback counts only when the command was read before *and* after it and had not changed in between, and when it
/// was measured at least the settle time after the command's last change was seen. Otherwise a relay that was
/// switched between two reads would look broken.
class Mismatch {
 public:
  /// A good reading of the command. After a gap the command counts as just changed.
  void command(const Reading& reading);
  void command_lost() { commanded_.reset(); }

  [[nodiscard]] Sight judge(const Rule& rule, const Reading& command, const Reading& feedback, BootTime now) const;

  /// Whether the feedback contradicts the command as it was last read.
  [[nodiscard]] bool contradicts(const Reading& feedback) const {
    return commanded_ && is_on(feedback.value) != *commanded_;
  }

  static bool is_on(double value) { return value >= 0.5; }

 private:
  std::optional<bool> commanded_;
  BootTime changed_at_{};
};

}  // namespace inspect::agent
