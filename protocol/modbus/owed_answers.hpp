#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/modbus/frame.hpp"

#include <array>
#include <optional>
#include <vector>

namespace inspect::modbus {

/// So long after its deadline an answer may still come. Ten seconds were asked for; the rest is its time on a slow
/// wire.
constexpr std::chrono::seconds late_horizon{12};

/// The answers that may still come on a serial line: to requests that were given up, and to those of another master.
///
/// An RTU answer names neither its request nor its address, so a late one would pass as the answer to any request of
/// the same unit, function and length. The rule that keeps values where they belong: *no read is sent while an answer
/// to another read that would fit it is owed.* It holds whatever the order in which answers come. Pure.
class OwedAnswers {
 public:
  enum class Fit {
    none,   ///< nothing owed would pass as an answer to it
    same,   ///< only an answer to this very request would: its value is of the right registers
    other,  ///< an answer about other registers would pass
  };

  enum class Asker : std::uint8_t { we, another_master };

  /// An answer to `request` may come until `until`. `asked`: when the request ended; `limit`: what the unit is allowed.
  void add(const Request& request, BootTime asked, std::chrono::nanoseconds limit, BootTime until,
           Asker asker = Asker::we);
  void forget_before(BootTime now);

  [[nodiscard]] Fit fit(const Request& request) const;
  /// Whether the frame would pass as an answer that is owed.
  [[nodiscard]] bool expects(BytesView frame) const;

  /// Whether a refusal that comes now might be one to another request: an exception names the function only.
  [[nodiscard]] bool refusal_expected(const Request& request) const;

  struct Settled {
    std::uint8_t unit = 0;
    std::chrono::nanoseconds delay{};  ///< from the end of the request, cut at the unit's limit
    std::chrono::nanoseconds whole{};  ///< the same, not cut
    Asker asker = Asker::we;
  };
  /// Crosses out what the frame answers, if that is one entry beyond doubt; otherwise everything stays owed.
  std::optional<Settled> settle(BytesView frame, BootTime now);

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] bool empty() const { return entries_.empty(); }

 private:
  struct Entry {
    Request request;
    BootTime asked{};
    std::chrono::nanoseconds limit{};
    BootTime until{};
    unsigned count = 1;
    Asker asker = Asker::we;
  };

  static constexpr std::size_t capacity = 96;
  std::vector<Entry> entries_;
  /// When the list is full, the unit as a whole is held until here: everything may fit it.
  std::array<BootTime, 256> held_until_{};
  BootTime now_{};
};

}  // namespace inspect::modbus
