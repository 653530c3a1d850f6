#pragma once

#include "protocol/modbus/heard.hpp"
#include "protocol/modbus/line_counters.hpp"

#include <optional>
#include <vector>

namespace inspect::modbus {

/// Understands what passes on our own Modbus TCP connection: cuts it into frames by their headers and pairs answers
/// with questions by their transaction number. Pure; every input may be hostile.
class OverheardTcp {
 public:
  explicit OverheardTcp(LineCounters& counters) : counters_(counters) {}

  void heard(BytesView bytes, BootTime now, std::vector<Heard>& out);
  void sent(BytesView frame, BootTime now, std::vector<Heard>& out);
  /// We wait no longer for the answer to our question.
  void gave_up(BootTime now, std::vector<Heard>& out);

 private:
  struct Open {
    std::optional<Request> request;
    Bytes bytes;
    BootTime asked{};
  };
  void on_frame(Bytes frame, BootTime at, std::vector<Heard>& out);
  [[nodiscard]] bool answers(BytesView frame) const;

  LineCounters& counters_;
  Bytes buffer_;
  std::optional<Open> open_;
  std::vector<std::uint16_t> given_up_;  ///< transaction numbers whose answers would be late
};

}  // namespace inspect::modbus
