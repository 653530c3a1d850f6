#pragma once

#include "firmware-agent/polling/probe_budget.hpp"
#include "protocol/core/clock.hpp"
#include "protocol/model/reading.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace inspect::agent {

/// Why a block is read now.
enum class Purpose : std::uint8_t {
  poll,     ///< its period has come round
  again,    ///< it missed one answer, and nobody knows yet whether it is gone
  confirm,  ///< something would open or close on it: the second read
  fresh,    ///< a person asked
  probe,    ///< a dormant device might be back
};

/// A dormant device is never asked more often than this, however idle the bus is, unless its silence decides something.
constexpr std::chrono::milliseconds probe_pause{1000};

/// One question the poller asks again and again: a block of a device.
struct PollItem {
  DeviceIndex device{};
  std::size_t block = 0;  ///< the device's number for it
  std::chrono::milliseconds period{1000};
};

struct Task {
  std::size_t item = 0;
  Purpose purpose = Purpose::poll;
  /// Of a probe: what nobody would miss of the bus's time. It may wait so long for an answer, or as long as one is
  /// known to take, whichever is longer.
  std::chrono::nanoseconds spare{0};
  bool idle = false;  ///< of a probe: taken from time in which nothing was due, and paid for by nobody
};

/// Decides what one bus is asked next. Pure: the time is an argument.
///
/// The item whose time is furthest past goes first, so a full bus serves everything in turn and no item waits longer
/// than one round: with periods shorter than the bus allows, each is read once per round. Extra reads (confirm, fresh,
/// probe) go before it, but never twice in a row, so they cost a poll at most as much time as themselves.
///
///     items A, B (1 s each, 100 ms to read), C dormant (300 ms to time out)
///     0.0 A   0.1 B   0.2 C probed in idle time   0.5 idle   1.0 A   1.1 B   1.2 C …
///
/// *Idle time* costs nobody anything: a probe that fits before the next poll waits for no budget, and comes a second
/// after the last. It fits by what the last one took. The first of a silence is taken to cost no more than
/// `probe_savings`: the silence itself was waited for as a living device is, many times as long as a probe waits.
///
/// *Bound.* Let an item of period p become due at d. Whoever is read from then on is due again half its period later,
/// so after d: each other item is read once at most before it. So from the end of one read to the end of the next there
/// pass at most
///
///     p + (R + Q + T + S) / (1 - share)
///
/// R: one read of every living item; Q: the longest question, a probe begun in idle time too, which may be on the line
/// at d; T: the time-out of a device that falls silent in that round (each further one adds its own); S: what probing
/// has saved up and may overdraw by one probe (`ProbeBudget`). A confirmation or a person's question adds its own time.
/// A device missed once is asked `again` only when nothing is due, or in its turn, and its other blocks wait for that:
/// one device's silence never costs a round more than one time-out.
class Schedule {
 public:
  /// Returns the item's number: the lowest that is free, so that re-planning for years needs no more room.
  std::size_t add(PollItem item, BootTime first_due);
  /// Takes an item out, e.g. a block that was split; its number is free again.
  void remove(std::size_t item);

  /// What to ask at `now`, or nothing. A task taken must be answered by `done`.
  std::optional<Task> next(BootTime now);
  /// When `next` will have something, if nothing else happens.
  [[nodiscard]] BootTime wake(BootTime now) const;

  /// A task ended after `cost` of the bus.
  void done(const Task& task, BootTime started, BootTime finished);

  /// Reads the item once more, not before `from`. Bounded: a second wish for the same item is the same wish. Of a
  /// dormant device nothing is read; `hasten` it.
  void wish(std::size_t item, Purpose purpose, BootTime from);
  /// The item missed an answer, and nobody knows yet whether its device is gone: it is read `again` when nothing is
  /// due, in its own turn, or after 2 s; the device's other blocks wait for that, until `settle`.
  void doubt(std::size_t item, BootTime now);
  void settle(DeviceIndex device);
  /// An answer or a silence of this device decides something: its next poll comes now, in the place of a later one; a
  /// dormant one's next probe, as soon as it is paid for.
  void hasten(DeviceIndex device, BootTime now);

  /// A dormant device's items leave the round; one of them is used to probe it. `cost`: what its last silence took.
  void set_dormant(DeviceIndex device, bool dormant, BootTime now, std::chrono::nanoseconds cost);

  [[nodiscard]] const PollItem& item(std::size_t number) const { return entries_[number].item; }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    PollItem item;
    BootTime due{};
    bool present = true;
    bool dormant = false;
    bool held = false;  ///< another block of its device missed an answer
    std::optional<Purpose> wish;
    BootTime wish_from{};
  };

  /// A dormant device's place in the queue of those to be asked.
  struct Dormant {
    DeviceIndex device{};
    BootTime due{};
    std::chrono::nanoseconds cost{};  ///< of its last probe; before it, what one is expected to cost
    unsigned probes = 0;              ///< in this silence
    bool hastened = false;            ///< its silence decides something: as soon as it is paid for
  };

  [[nodiscard]] std::optional<std::size_t> first_wish(BootTime now, bool poll_is_due) const;
  [[nodiscard]] std::optional<std::size_t> most_overdue() const;
  [[nodiscard]] const Dormant* next_dormant() const;
  /// When a probe that finds no idle time may take its share of busy time.
  [[nodiscard]] BootTime paid_from(const Dormant& dormant) const;
  /// `idle_until`: when the next poll is due.
  [[nodiscard]] std::optional<Task> probe(BootTime now, BootTime idle_until) const;
  [[nodiscard]] std::optional<std::size_t> first_item_of(DeviceIndex device) const;
  [[nodiscard]] std::vector<Dormant>::iterator dormant_place(DeviceIndex device);

  std::vector<Entry> entries_;
  std::vector<Dormant> dormant_;
  ProbeBudget budget_;
  bool last_was_extra_ = false;
};

}  // namespace inspect::agent
