#pragma once

#include "firmware-agent/detection/alarm.hpp"
#include "protocol/core/error.hpp"
#include "protocol/model/finding.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::agent {

/// One thing that can be found: a place in the book's list, dense from 0.
enum class SubjectIndex : std::uint32_t {};

/// A fault that comes back within this time after it returned is the same occurrence, told as `reopened`. Ten minutes:
/// longer than a loose contact or a cable that is being handled takes to show itself again, shorter than a lesson, so
/// that the next class's fault is a new one.
constexpr std::chrono::minutes hold_time{10};

/// A returned finding that nobody acknowledged stays listed this long and then ends as normal: the centre's ticket has
/// told the story by then.
constexpr std::chrono::hours returned_kept{24 * 7};

/// Nobody may shelve for longer; a shelf is a promise to come back to it.
constexpr std::chrono::hours longest_shelf{24 * 7};

/// Every finding's state through ISA-18.2, and the occurrence numbers. Bounded: at most one finding per subject, plus
/// those restored whose subject the configuration no longer has.
class FindingBook {
 public:
  explicit FindingBook(std::string site) : site_(std::move(site)) {}

  /// The place of this subject; made when it is not there yet. Only before the first restore or raise.
  SubjectIndex subject(std::string_view device, std::string_view point, std::string_view kind, FaultClass fault_class);

  void restore(std::vector<Finding> open, const std::vector<FindingId>& last_occurrences);
  /// First instant after a restart: what a reboot took away from the boot clock is put right. Cheap when repeated.
  void wake(const Moment& now);

  /// The fault is confirmed. `since`: the first reading that showed it.
  void raise(SubjectIndex subject, const Moment& since, Analysis analysis, const Moment& now,
             std::vector<FindingChange>& changes);
  /// The same fault, better known: another first analysis. Nothing happens where it is not measured.
  void restate(SubjectIndex subject, Analysis analysis, const Moment& now, std::vector<FindingChange>& changes);
  void clear(SubjectIndex subject, const Moment& now, std::vector<FindingChange>& changes);
  /// A bigger finding explains this one / does no more. Nothing happens where it does not apply.
  void suppress(SubjectIndex subject, const Moment& now, std::vector<FindingChange>& changes);
  void release(SubjectIndex subject, const Moment& now, std::vector<FindingChange>& changes);
  void tick(const Moment& now, std::vector<FindingChange>& changes);

  Result<void> acknowledge(std::string_view id, std::string who, const Moment& now,
                           std::vector<FindingChange>& changes);
  struct ShelfOrder {
    std::string who;
    std::string reason;
    WallTime until;
  };
  Result<void> shelve(std::string_view id, ShelfOrder order, const Moment& now, std::vector<FindingChange>& changes);
  Result<void> unshelve(std::string_view id, std::string who, const Moment& now, std::vector<FindingChange>& changes);

  /// The fault is measured now, told or not.
  [[nodiscard]] bool active(SubjectIndex subject) const;
  [[nodiscard]] const Finding* finding(SubjectIndex subject) const;
  [[nodiscard]] std::size_t size() const { return slots_.size(); }
  [[nodiscard]] std::vector<Finding> open() const;

 private:
  struct Slot {
    FindingId id;  ///< its occurrence is the last one given
    FaultClass fault_class = FaultClass::ordinary;
    std::unique_ptr<Finding> finding;  ///< nothing: normal
    BootTime returned_at{};
    BootTime shelf_ends{};
    bool orphan = false;  ///< restored, but the configuration watches it no more: ends when acknowledged
  };

  /// Applies one row of the alarm table. False where the table has none.
  static bool apply(Slot& slot, AlarmInput input, const Moment& now, std::vector<FindingChange>& changes);
  Slot* find(std::string_view id);
  void wake(Slot& slot, const Moment& now) const;
  static void age(Slot& slot, const Moment& now, std::vector<FindingChange>& changes);

  std::string site_;
  std::deque<Slot> slots_;                                   ///< thousands on a large site: no room beyond them
  std::map<std::string, std::size_t, std::less<>> by_name_;  ///< "device/point/kind"
  bool awake_ = true;
};

}  // namespace inspect::agent
