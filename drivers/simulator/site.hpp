#pragma once

#include "drivers/simulator/device.hpp"
#include "drivers/simulator/framing.hpp"
#include "drivers/simulator/rtu_line.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace inspect::sim {

enum class LineKind : std::uint8_t { rtu, tcp, usb };

struct LineSetup {
  std::string name;
  LineKind kind = LineKind::rtu;
  std::string pty;              ///< RTU: where the symlink to the pseudo-terminal goes
  WireFormat format;            ///< RTU
  std::uint16_t port = 0;       ///< TCP on 127.0.0.1; 0: any free one; USB: where USB/IP listens, for all alike
  std::size_t connections = 4;  ///< TCP: at a time; one more is accepted and closed
  std::string where;            ///< file:line:column, for what is wrong with it
  std::string usb{};            ///< USB: the port, like "1-1"
};

/// A contact wired to an input: the point shows whether the relay's contact is closed.
struct WireSetup {
  std::string from;  ///< device
  std::string relay;
  std::string to;  ///< device
  std::string point;
  bool inverted = false;
  std::string where{};  ///< file:line:column
};

struct SiteSetup {
  std::uint64_t seed = 1;
  std::vector<LineSetup> lines;
  std::vector<DeviceSetup> devices;
  std::vector<WireSetup> wires;
};

/// Names are known and unique, units too on their line, wires end somewhere. The message says what to change.
Result<void> check(const SiteSetup& setup);

struct LineCounters {
  std::uint64_t questions = 0;
  std::uint64_t strangers = 0;  ///< questions to units that are not here
  std::uint64_t damaged = 0;    ///< bursts that are no frame, headers that cannot be true
  std::uint64_t collisions = 0;
  std::uint64_t connections = 0;
};

enum class LineState : std::uint8_t {
  whole,
  cut,        ///< nothing passes; the port stays
  unplugged,  ///< the port itself is gone; USB: the cable is out
};

struct Line {
  LineSetup setup;
  LineState state = LineState::whole;
  double bit_errors = 0;  ///< RTU: share of bits that turn over on the way, both ways
  bool echo = false;      ///< RTU: the master hears itself
  LineCounters counters;
  std::optional<std::chrono::milliseconds> rival{};  ///< RTU: another master asks this often

  void mend() {
    state = LineState::whole;
    bit_errors = 0;
    echo = false;
    rival.reset();
  }
};

/// Something that happened and that a watcher may want to see.
struct Event {
  std::string what;   ///< "broke", "moved", …
  std::string where;  ///< device or line
  std::string detail;
};

/// The whole played site, without ports and without a clock.
class Site {
 public:
  /// `setup` has been checked.
  Site(SiteSetup setup, LibrarySide library, BootTime now);

  struct Answer {
    std::size_t device = 0;
    Outgoing outgoing;
    std::chrono::milliseconds turnaround{0};
  };
  /// A question on a line. Unit 0 is everybody and never answered.
  std::optional<Answer> ask(std::size_t line, const Question& question, BootTime now);

  /// Contacts follow, inputs follow contacts, the exam's host gives its orders.
  void advance(BootTime now);
  [[nodiscard]] std::optional<BootTime> next() const;

  std::vector<Line>& lines() { return lines_; }
  [[nodiscard]] const std::vector<Line>& lines() const { return lines_; }
  std::vector<Device>& devices() { return devices_; }
  [[nodiscard]] const std::vector<Device>& devices() const { return devices_; }
  Line* line(const std::string& name);
  Device* device(const std::string& name);
  /// The line that a device has for itself: on USB. Nothing: it shares one.
  Line* own_line(const Device& device);

  /// Somebody moved a contact by hand: inputs wired to it follow.
  void settle(BootTime now) { follow_wires(now); }

  void exam(bool on, BootTime now);
  [[nodiscard]] bool exam_runs() const { return exam_next_.has_value(); }

  void tell(Event event);
  /// What happened since the last call; the oldest are dropped beyond 256.
  std::deque<Event> events();

 private:
  void follow_wires(BootTime now);
  void give_an_order(BootTime now);

  LibrarySide library_;
  std::vector<Line> lines_;
  std::vector<Device> devices_;
  std::vector<std::size_t> line_of_;  ///< for each device
  std::vector<WireSetup> wires_;
  std::mt19937_64 chance_;
  std::optional<BootTime> exam_next_;
  std::deque<Event> events_;
};

}  // namespace inspect::sim
