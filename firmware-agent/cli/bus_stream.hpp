#pragma once

#include "firmware-agent/cli/command.hpp"
#include "firmware-agent/cli/connection.hpp"
#include "protocol/control/answer.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inspect::cli {

/// The trace of a bus as it comes from the agent.
class BusStream {
 public:
  /// Subscribes to the bus of this name, or to the only one there is.
  static Got<BusStream> open(const Options& options, const std::string& bus);

  [[nodiscard]] const control::TraceHead& head() const { return head_; }
  /// The devices of the bus as they were just before.
  [[nodiscard]] const std::vector<control::DeviceRow>& devices() const { return devices_; }
  /// The next event that has come; nothing when there is none yet. `dropped` says what was lost before it.
  Got<std::optional<control::Event>> next();
  [[nodiscard]] int descriptor() const { return connection_.descriptor(); }

 private:
  BusStream(Connection connection, control::TraceHead head, std::vector<control::DeviceRow> devices)
      : connection_(std::move(connection)), head_(std::move(head)), devices_(std::move(devices)) {}

  Connection connection_;
  control::TraceHead head_;
  std::vector<control::DeviceRow> devices_;
};

}  // namespace inspect::cli
