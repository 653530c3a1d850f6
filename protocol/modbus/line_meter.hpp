#pragma once

#include "protocol/modbus/heard.hpp"
#include "protocol/modbus/wire_time.hpp"

#include <map>
#include <optional>

namespace inspect::modbus {

/// What one unit had of a line, and how its questions ended.
struct UnitUse {
  std::uint64_t questions = 0;
  std::uint64_t answered = 0;
  std::uint64_t refused = 0;
  std::uint64_t unanswered = 0;
  std::uint64_t damaged = 0;  ///< questions whose answer came damaged
  std::uint64_t late = 0;
  Nanoseconds wire{0};     ///< its questions' and answers' characters
  Nanoseconds waiting{0};  ///< from the end of a question to the answer, or until it was given up
  Nanoseconds slowest{0};  ///< time to an answer

  [[nodiscard]] Nanoseconds busy() const { return wire + waiting; }
  void add(const UnitUse& other);
  friend bool operator==(const UnitUse&, const UnitUse&) = default;
};

/// Where a stretch of a line's time went. Busy and silence and idle together are the span.
struct LineUse {
  Nanoseconds span{0};
  Nanoseconds busy{0};                      ///< somebody spoke or was waited for
  Nanoseconds silence{0};                   ///< the lawful one between frames
  Nanoseconds idle{0};                      ///< nobody had anything to say
  std::optional<Nanoseconds> shortest_gap;  ///< from the end of an answer to the next question
  std::optional<Nanoseconds> longest_gap;
  std::map<std::uint8_t, UnitUse> units;  ///< ours and others'
  std::uint64_t foreign = 0;              ///< questions of another master
  std::uint64_t stray = 0;                ///< frames that answer nothing asked here
  std::uint64_t echoes = 0;
  std::uint64_t noise_bytes = 0;
  std::uint64_t doubtful = 0;

  /// The stretch that follows this one.
  void add(const LineUse& other);
  friend bool operator==(const LineUse&, const LineUse&) = default;
};

/// Adds up what is heard on a line. Pure.
class LineMeter {
 public:
  /// `wire`: nothing on TCP, where characters take no time that we could know.
  LineMeter(std::optional<WireTime> wire, BootTime from) : wire_(wire), from_(from), last_(from) {}

  void take(const Heard& heard);
  /// What was since the start or the last `restart`. A question counts when it is over.
  [[nodiscard]] LineUse use(BootTime now) const;
  void restart(BootTime now);

 private:
  [[nodiscard]] Nanoseconds characters(std::size_t count) const {
    return wire_ ? wire_->characters(count) : Nanoseconds{0};
  }
  void gap(Nanoseconds length);

  std::optional<WireTime> wire_;
  BootTime from_;
  BootTime last_;  ///< until here the time is accounted for
  LineUse use_;
};

}  // namespace inspect::modbus
