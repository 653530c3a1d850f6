#pragma once

#include "drivers/permit/write_permit.hpp"
#include "firmware-agent/guard/exam_switch.hpp"
#include "protocol/core/clock.hpp"
#include "protocol/core/text.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace inspect::guard {

/// Whether the device that answers is the one that was meant.
enum class Identity : std::uint8_t {
  unproven,  ///< nobody has shown it since it was wired
  proven,    ///< shown at commissioning, and nothing has changed since
  doubtful,  ///< a swap, a moved plug, a twin or a clone is possible
};

/// Why an order is refused.
enum class RefusalReason : std::uint8_t {
  not_configured,  ///< the site's configuration does not allow this output
  exam_switch,     ///< the operator said that an exam is on
  exam_calendar,   ///< by the calendar an exam is on
  clock_unknown,   ///< there is a calendar, and the wall clock cannot be believed
  identity_unproven,
  identity_doubtful,
  not_released,  ///< it must not stay on when the agent dies, and nothing would let go of it in time
};
std::string_view name(RefusalReason reason);
constexpr std::size_t reasons = 7;

/// A refusal, for people and for code.
struct Refusal {
  RefusalReason reason = RefusalReason::not_configured;
  Text text;

  /// `Errc::not_permitted`: never tried again by itself.
  [[nodiscard]] Error error() const { return fail(Errc::not_permitted, text.en); }
};
[[noreturn]] void throw_exception_from_error(const Refusal& refusal, const boost::source_location& where);

/// A time in which candidates may stand at the benches: from `from`, up to but not at `to`.
struct ExamWindow {
  WallTime from{};
  WallTime to{};

  friend bool operator==(const ExamWindow&, const ExamWindow&) = default;
};

struct Rules {
  std::vector<drivers::WriteOrder> allowed;  ///< what the site's configuration allows, order by order
  std::vector<ExamWindow> exams;
};

using Permission = boost::system::result<drivers::WritePermit, Refusal>;

/// The one place where a permit to write is made. Pure: who the device is and what time it is are given to it.
///
/// What is in doubt is refused: an output nobody allowed, a device nobody proved, a calendar nobody can read. It does
/// not ask what an order does: that "off" is safe is true of a lamp and not of a fan, so "off" is an order like any
/// other.
class Guard {
 public:
  /// How long a permit is good: long enough to wait for the bus, too short for the situation to change.
  static constexpr std::chrono::seconds permit_life{2};

  explicit Guard(Rules rules) : rules_(std::move(rules)) {}

  void set_rules(Rules rules) { rules_ = std::move(rules); }
  /// The operator's switch. A restart must not end an exam: whoever sets it keeps it.
  [[nodiscard]] ExamSwitch& exam_switch() { return switch_; }
  [[nodiscard]] const ExamSwitch& exam_switch() const { return switch_; }
  /// Why benches are to be left alone now, by the switch or the calendar; nothing: they need not be. It forbids more
  /// than writing: a search, too.
  [[nodiscard]] std::optional<Text> exam(const Moment& now) const;
  /// The exam of the calendar that is on.
  [[nodiscard]] std::optional<ExamWindow> calendar_exam(const Moment& now) const;

  Permission permit(const drivers::WriteOrder& order, Identity identity, const Moment& now);
  /// The same for moving a device to find out whether it is the one that was meant: all but its proof must speak for
  /// it, and one in doubt is not touched.
  Permission permit_proof(const drivers::WriteOrder& order, Identity identity, const Moment& now) {
    return permit(order, identity == Identity::unproven ? Identity::proven : identity, now);
  }

  [[nodiscard]] std::uint64_t granted() const { return granted_; }
  [[nodiscard]] std::uint64_t refused(RefusalReason reason) const { return refused_[static_cast<std::size_t>(reason)]; }

 private:
  [[nodiscard]] bool allows(const drivers::WriteOrder& order) const;
  [[nodiscard]] std::optional<RefusalReason> exam_at(const Moment& now) const;
  Refusal refuse(RefusalReason reason, const drivers::WriteOrder& order);

  Rules rules_;
  ExamSwitch switch_;
  std::uint64_t granted_ = 0;
  std::array<std::uint64_t, reasons> refused_{};
};

}  // namespace inspect::guard
