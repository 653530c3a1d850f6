#pragma once

#include "protocol/core/error.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::sim {

/// What can be wrong with the way a device answers.
enum class FaultKind : std::uint8_t {
  silent,      ///< hears and does not answer
  slow,        ///< every answer comes later by `time`
  late,        ///< one answer in `every` comes later by `time`
  dribble,     ///< `time` passes between two bytes
  garbage,     ///< random bytes in place of the answer
  wrong_unit,  ///< the answer carries another unit's number
  wrong_echo,  ///< a write is confirmed with another value
  exception,   ///< refuses everything with `code`; on USB a STALL
  truncated,   ///< the answer stops in the middle
  twin,        ///< RTU: another device with the same number answers too, up to `time` later
  babble,      ///< USB: more bytes than were asked for
  damaged,     ///< USB: broken on the wire, again and again
};

struct Fault {
  FaultKind kind = FaultKind::silent;
  std::chrono::milliseconds time{0};
  std::uint32_t every = 1;  ///< `late` and `garbage`: one answer in so many
  bool once = false;        ///< `late`: the next answer only
  std::uint8_t code = 0;    ///< exception code
};

std::string_view name(FaultKind kind);
std::optional<FaultKind> fault_kind_from(std::string_view name);
/// "slow 300 ms", "exception 4": as it is typed and shown.
std::string describe(const Fault& fault);

/// Reads what follows the device on a command line: `words[0]` is the verb. Times are whole milliseconds, at most an
/// hour.
Result<Fault> parse_fault(const std::vector<std::string>& words);

/// An answer on its way, not yet framed for its transport.
struct Outgoing {
  std::uint8_t unit = 0;
  std::vector<std::uint8_t> pdu;  ///< function code first
  std::chrono::milliseconds delay{0};
  std::chrono::milliseconds gap{0};                 ///< between two bytes, beyond the wire's own time
  bool garbage = false;                             ///< the frame's bytes are random
  bool truncated = false;                           ///< the second half of the frame is never sent
  std::optional<std::chrono::milliseconds> twin{};  ///< another device answers too, up to so much later
  // USB: how the transfer ends.
  bool refused = false;
  bool babble = false;
  bool damaged = false;
};

/// The faults of one device, at most one of each kind.
class Faults {
 public:
  void add(const Fault& fault);
  /// False when there was none of this kind.
  bool remove(FaultKind kind);
  void clear() { faults_.clear(); }
  [[nodiscard]] const std::vector<Fault>& all() const { return faults_; }
  [[nodiscard]] const Fault* find(FaultKind kind) const;

  /// Spoils an answer; nothing when it is not sent at all. Counts answers for "one in N".
  std::optional<Outgoing> apply(Outgoing answer);

 private:
  std::vector<Fault> faults_;
  std::uint64_t answers_ = 0;
};

}  // namespace inspect::sim
