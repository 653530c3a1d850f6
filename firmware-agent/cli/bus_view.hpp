#pragma once

#include "firmware-agent/cli/console.hpp"
#include "firmware-agent/cli/trace_decoder.hpp"
#include "protocol/modbus/line_meter.hpp"
#include "protocol/model/health.hpp"

#include <deque>
#include <map>
#include <string>

namespace inspect::cli {

/// What a live view of a bus knows: where its time went in the last ten seconds, and everything counted since the
/// beginning. Pure; the time is the trace's.
class BusView {
 public:
  explicit BusView(const TraceDecoder& decoder);

  void take(const modbus::Heard& heard);
  /// What the agent believes of a device of the bus, from now on.
  void health(const std::string& device, DeviceHealth health) { health_[device] = health; }
  void lost(std::uint64_t records) { lost_ += records; }
  /// A second has gone by.
  void second(BootTime now);

  /// The page, at most `console.height` lines.
  [[nodiscard]] std::string screen(const Console& console) const;
  /// The same for programs: one JSON object.
  [[nodiscard]] std::string json() const;

 private:
  [[nodiscard]] modbus::LineUse recent() const;
  [[nodiscard]] DeviceHealth health_of(const control::TraceUnit* device) const;
  [[nodiscard]] std::string line_page(const Console& console, const modbus::LineUse& use) const;
  [[nodiscard]] std::string units_page(const Console& console, const modbus::LineUse& use) const;

  const TraceDecoder& decoder_;
  modbus::LineMeter meter_;
  std::map<std::string, DeviceHealth> health_;
  std::deque<modbus::LineUse> seconds_;  ///< the last ten
  modbus::LineUse total_;
  BootTime now_;
  std::uint64_t lost_ = 0;
};

}  // namespace inspect::cli
