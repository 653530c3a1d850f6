#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/model/reading.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace inspect::agent {

/// Share of a busy bus that asking dormant devices may cost, all of them together. Idle time costs nobody anything and
/// is used beside it.
constexpr double probe_share = 0.05;
/// A dormant device is never asked more often than this, however idle the bus is.
constexpr std::chrono::milliseconds probe_pause{1000};
/// So long a probe waits for idle time before it takes its share of busy time.
constexpr std::chrono::milliseconds probe_patience{2000};

/// Why a block is read now.
enum class Purpose : std::uint8_t {
  poll,     ///< its period has come round
  confirm,  ///< something would open or close on it: the second read
  fresh,    ///< a person asked
  probe,    ///< a dormant device might be back
};

/// One question the poller asks again and again: a block of a device.
struct PollItem {
  DeviceIndex device{};
  std::size_t block = 0;  ///< the device's number for it
  std::chrono::milliseconds period{1000};
};

struct Task {
  std::size_t item = 0;
  Purpose purpose = Purpose::poll;
};

/// Decides what one bus is asked next. Pure: the time is an argument.
///
/// The item whose time is furthest past goes first, so a full bus serves everything in turn and no item waits longer
/// than one round: with periods shorter than the bus allows, each is read once per round. Extra reads (confirm, fresh)
/// go before it, but never twice in a row, so they cost a poll at most as much time as themselves.
///
///     items A, B (1 s each, 100 ms to read), C dormant (300 ms to time out)
///     0.0 A   0.1 B   0.2 C probed in idle time   0.5 idle   1.0 A   1.1 B   1.2 C …
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

  /// Reads the item once more, not before `from`. Bounded: a second wish for the same item is the same wish.
  void wish(std::size_t item, Purpose purpose, BootTime from);

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
    std::optional<Purpose> wish;
    BootTime wish_from{};
  };

  /// A dormant device's place in the queue of those to be asked.
  struct Dormant {
    DeviceIndex device{};
    BootTime due{};
    std::chrono::nanoseconds cost{};  ///< of its last probe
  };

  [[nodiscard]] std::optional<std::size_t> first_wish() const;
  [[nodiscard]] std::optional<std::size_t> most_overdue() const;
  std::optional<Task> probe(BootTime now, std::optional<std::size_t> next_poll);
  [[nodiscard]] bool idle_for(std::chrono::nanoseconds cost, BootTime from, std::optional<std::size_t> next_poll) const;
  [[nodiscard]] std::optional<std::size_t> first_item_of(DeviceIndex device) const;

  std::vector<Entry> entries_;
  std::vector<Dormant> dormant_;
  BootTime probe_allowed_{};  ///< from here on the share is paid for
  bool last_was_extra_ = false;
};

}  // namespace inspect::agent
