#pragma once

#include "tests/firmware-agent/detection/campaign/air.hpp"

#include "protocol/modbus/frame.hpp"

#include <map>
#include <optional>
#include <vector>

namespace inspect::campaign {

/// A device on the wires.
struct PlayedDevice {
  std::uint8_t unit = 1;
  Nanoseconds turnaround{};  ///< from the end of the silence after a question to the first character
  Nanoseconds jitter{};      ///< at most so much more, anew each time
  std::uint16_t salt = 0;    ///< its registers differ from another device's
  Format format;
  bool strict = false;    ///< understands nobody who is set otherwise
  bool reachable = true;  ///< powered, and its branch whole
  Nanoseconds slower{};   ///< all its answers
  double late_share = 0;  ///< of answers that come later by `late_by`
  Nanoseconds late_by{};
  double bit_errors = 0;                  ///< on its own branch, both ways
  std::optional<std::uint8_t> speaks_as;  ///< another unit's number in its answers
};

/// Another master on the same wires.
struct PlayedMaster {
  Nanoseconds every{};
  bool polite = true;  ///< waits for silence
};

/// One RS-485 line with everything that can be wrong with it, in virtual time.
class PlayedLine {
 public:
  PlayedLine(Format format, std::uint64_t seed) : air(format), random_(seed), format_(format) {}

  Air air;
  std::vector<PlayedDevice> devices;
  std::optional<PlayedMaster> master;

  /// The gateway put a question on the wires now.
  void asked(modbus::BytesView question, BootTime now);
  /// Lets everything happen that is due by `now`.
  void advance(BootTime now);
  [[nodiscard]] BootTime next_event() const;
  /// Bytes the gateway has by now.
  Bytes receive(BootTime now) { return air.receive(now, random_); }
  /// Starts the other master.
  void begin_master(PlayedMaster another, BootTime now);

 private:
  static constexpr int other_master = -1;
  struct Question {
    Bytes bytes;
    BootTime start{};
    int speaker = 0;
  };

  void heard(const Question& question, BootTime now);
  void answer(std::size_t device, const Question& question, BootTime now);
  void master_asks(BootTime now);
  [[nodiscard]] bool spoilt(std::size_t bytes, double bit_errors);
  [[nodiscard]] Nanoseconds silence() const;
  Nanoseconds up_to(Nanoseconds most);

  Random random_;
  Format format_;
  std::multimap<BootTime, Question> ends_;  ///< questions under way
  BootTime master_due_ = BootTime::max();
  BootTime quiet_since_{};
};

}  // namespace inspect::campaign
