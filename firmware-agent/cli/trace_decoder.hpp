#pragma once

#include "protocol/control/trace.hpp"
#include "protocol/modbus/heard.hpp"
#include "protocol/modbus/overheard.hpp"
#include "protocol/modbus/overheard_tcp.hpp"

#include <optional>
#include <string>
#include <vector>

namespace inspect::cli {

/// Makes what was heard out of the bytes of a trace, live or saved. Pure: the time is that of the trace.
class TraceDecoder {
 public:
  explicit TraceDecoder(control::TraceHead head);

  /// What the record completes; the bytes are right, since the records were decoded.
  void take(const control::TraceRecord& record, std::vector<modbus::Heard>& out);
  /// Records were lost: what is half heard is void.
  void lost();
  /// Nothing more will come.
  void finish(std::vector<modbus::Heard>& out);

  [[nodiscard]] const control::TraceHead& head() const { return head_; }
  /// The time of the last record.
  [[nodiscard]] BootTime now() const { return now_; }
  [[nodiscard]] WallTime wall(BootTime at) const;
  /// How long characters take; nothing on TCP.
  [[nodiscard]] std::optional<modbus::WireTime> wire() const;
  /// The name of a known device, or nothing.
  [[nodiscard]] const control::TraceUnit* device(std::uint8_t unit) const;

 private:
  [[nodiscard]] bool over_tcp() const { return head_.framing == "tcp"; }

  control::TraceHead head_;
  BootTime now_{};
  modbus::LineCounters counters_;
  std::optional<modbus::Overheard> rtu_;
  std::optional<modbus::OverheardTcp> tcp_;
};

}  // namespace inspect::cli
