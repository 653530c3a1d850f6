#pragma once

#include "firmware-agent/cli/command.hpp"
#include "firmware-agent/cli/connection.hpp"
#include "protocol/control/answer.hpp"

#include <optional>
#include <string>

namespace inspect::cli {

/// The trace of a bus as it comes from the agent.
class BusStream {
 public:
  /// Subscribes to the bus of this name, or to the only one there is.
  static Got<BusStream> open(const Options& options, const std::string& bus);

  [[nodiscard]] const control::TraceHead& head() const { return head_; }
  /// The next event that has come; nothing when there is none yet. `dropped` says what was lost before it.
  Got<std::optional<control::Event>> next();
  [[nodiscard]] int descriptor() const { return connection_.descriptor(); }

 private:
  BusStream(Connection connection, control::TraceHead head)
      : connection_(std::move(connection)), head_(std::move(head)) {}

  Connection connection_;
  control::TraceHead head_;
};

}  // namespace inspect::cli
