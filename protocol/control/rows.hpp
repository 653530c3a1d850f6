#pragma once

#include "protocol/control/outbox.hpp"
#include "protocol/core/clock.hpp"
#include "protocol/core/text.hpp"
#include "protocol/model/finding.hpp"
#include "protocol/model/health.hpp"
#include "protocol/model/reading.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace inspect::control {

/// What the agent tells over its socket. The member names are the JSON names (`fields.hpp`) and stay as they are.
/// Durations travel as whole milliseconds in fields that end in `_ms`, instants as RFC 3339 in UTC.

/// A reading as it must be shown at the moment of the answer.
struct ReadingRow {
  std::optional<double> value;  ///< in the point's unit; nothing when the quality is bad
  Quality quality = Quality::bad;
  Reason reason = Reason::never_read;
  std::optional<WallTime> measured_at;  ///< nothing: never read
  ClockTrust clock = ClockTrust::none;  ///< how far `measured_at` can be believed
  std::optional<std::chrono::milliseconds> age;
  std::optional<WallTime> good_until;

  friend bool operator==(const ReadingRow&, const ReadingRow&) = default;
};

struct PointRow {
  std::string device;
  std::string point;
  Text title;
  std::string unit;  ///< empty for states
  std::string role;  ///< measure, state, command, setting, identity
  ReadingRow reading;

  friend bool operator==(const PointRow&, const PointRow&) = default;
};

struct DeviceRow {
  std::string name;
  Text title;
  std::string bus;
  std::uint32_t unit = 0;  ///< the address on its bus
  std::string model;       ///< its profile
  DeviceHealth health = DeviceHealth::unknown;
  std::optional<std::chrono::milliseconds> last_answer_age;  ///< nothing: it never answered
  std::uint32_t points = 0;
  std::uint32_t open_findings = 0;
  /// 0..1: how far the commissioning of its slowest quantity is; nothing: none of them is judged by wear.
  std::optional<double> learned{};

  friend bool operator==(const DeviceRow&, const DeviceRow&) = default;
};

/// Counts since the bus was made; the names of `drivers::BusCounters`.
struct LineCounters {
  std::uint64_t transactions = 0;
  std::uint64_t answered = 0;
  std::uint64_t exceptions = 0;
  std::uint64_t timeouts = 0;
  std::uint64_t corrupt = 0;
  std::uint64_t refused_frames = 0;
  std::uint64_t foreign = 0;
  std::uint64_t noise_bytes = 0;
  std::uint64_t late = 0;
  std::uint64_t quarantines = 0;
  std::uint64_t reopened = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t bytes_in = 0;

  friend bool operator==(const LineCounters&, const LineCounters&) = default;
};

struct BusRow {
  std::string name;
  Text title;
  std::string transport;  ///< "/dev/ttyUSB0 9600 8N1", "tcp 192.168.1.8:502"
  BusHealth health = BusHealth::unknown;
  double utilisation = 0;  ///< 0..1
  std::uint32_t devices = 0;
  LineCounters counters;

  friend bool operator==(const BusRow&, const BusRow&) = default;
};

/// One thing plugged into the gateway, or a device of the site that is not.
struct UsbRow {
  std::string port;    ///< "1-1.2"
  std::string device;  ///< in the site; empty: the site does not know it
  bool plugged = false;
  std::string ids;  ///< "16c0:05df"; empty when nothing is plugged in
  std::string maker;
  std::string name;
  std::string serial;
  std::string identity;  ///< unproven, proven, doubtful; empty for what the site does not know
  Text why;
  std::uint64_t arrivals = 0;
  std::uint64_t departures = 0;  ///< times it was unplugged, or fell off
  std::uint64_t failures = 0;    ///< exchanges that failed after all tries
  std::uint64_t resets = 0;

  friend bool operator==(const UsbRow&, const UsbRow&) = default;
};

struct HistoryRow {
  WallTime at{};
  std::optional<double> value;
  Quality quality = Quality::good;
  Reason reason = Reason::none;

  friend bool operator==(const HistoryRow&, const HistoryRow&) = default;
};

struct StoreState {
  std::uint64_t commits = 0;
  std::uint64_t commit_failures = 0;
  std::uint64_t readings_gathered = 0;
  std::uint64_t readings_stored = 0;
  std::uint64_t readings_dropped = 0;
  std::uint64_t history_bytes = 0;
  bool degraded = false;

  friend bool operator==(const StoreState&, const StoreState&) = default;
};

struct ThreadState {
  std::string name;
  std::chrono::milliseconds age{0};  ///< since its last sign of life

  friend bool operator==(const ThreadState&, const ThreadState&) = default;
};

/// What the control socket itself went through since it was opened.
struct SocketState {
  std::uint64_t connections = 0;  ///< open now
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;  ///< the bound on connections was reached
  std::uint64_t requests = 0;
  std::uint64_t malformed = 0;       ///< lines that are no request
  std::uint64_t overlong = 0;        ///< lines over the bound
  std::uint64_t dropped_events = 0;  ///< the reader was slower than the events
  std::uint64_t timed_out = 0;       ///< closed because they asked nothing or read nothing

  friend bool operator==(const SocketState&, const SocketState&) = default;
};

struct BusTally {
  std::uint32_t unknown = 0;
  std::uint32_t up = 0;
  std::uint32_t silent = 0;
  std::uint32_t unavailable = 0;

  friend bool operator==(const BusTally&, const BusTally&) = default;
};

struct DeviceTally {
  std::uint32_t unknown = 0;
  std::uint32_t active = 0;
  std::uint32_t degraded = 0;
  std::uint32_t dormant = 0;

  friend bool operator==(const DeviceTally&, const DeviceTally&) = default;
};

struct PointTally {
  std::uint32_t good = 0;
  std::uint32_t uncertain = 0;
  std::uint32_t bad = 0;

  friend bool operator==(const PointTally&, const PointTally&) = default;
};

/// Faults that are there now, by class; `unacknowledged` counts the findings nobody has seen yet, of whatever class,
/// also those whose fault went away since.
struct FindingTally {
  std::uint32_t ordinary = 0;
  std::uint32_t major = 0;
  std::uint32_t preventive = 0;
  std::uint32_t unacknowledged = 0;

  friend bool operator==(const FindingTally&, const FindingTally&) = default;
};

/// An order that was carried out.
struct OrderRow {
  std::string device;
  std::string action;                  ///< as it was ordered: "relay.3.on"
  std::string sent;                    ///< what was sent: "relay.3.pulse" where the board's own timer holds it
  std::chrono::milliseconds again{0};  ///< it is sent again this often while it is wanted; 0: once
  std::optional<WallTime> until;       ///< it is switched off then

  friend bool operator==(const OrderRow&, const OrderRow&) = default;
};

/// Whether a device is the one that is meant, as the guard sees it.
struct IdentityRow {
  std::string device;
  std::string identity;  ///< unproven, proven, doubtful
  Text why;

  friend bool operator==(const IdentityRow&, const IdentityRow&) = default;
};

/// A leakage test of the site's plan, with what came of it last.
struct TestRow {
  std::string name;
  Text title;
  std::string state;           ///< never, running, pass, fail, undecidable, error
  std::optional<WallTime> at;  ///< when it came to that, or began to run
  std::string who;
  Text why;  ///< the verdict with its numbers and the standard, or what went wrong

  friend bool operator==(const TestRow&, const TestRow&) = default;
};

/// Whether an exam is on.
struct ExamRow {
  bool on = false;
  std::string by;                 ///< switch, calendar, clock (nobody can read the calendar); empty: none is on
  std::optional<WallTime> from;   ///< by switch and calendar
  std::optional<WallTime> until;  ///< likewise
  std::string who;                ///< by the switch: who said so

  friend bool operator==(const ExamRow&, const ExamRow&) = default;
};

/// Quantities that are judged by how they wear: those whose baseline is frozen, and those still being learned.
struct LearningTally {
  std::uint32_t learned = 0;
  std::uint32_t learning = 0;
  double slowest = 1;  ///< 0..1: how far the last of them is

  friend bool operator==(const LearningTally&, const LearningTally&) = default;
};

struct Status {
  std::string version;
  std::string site;
  Text site_title;
  std::string gateway;
  WallTime now{};
  ClockTrust clock = ClockTrust::none;
  std::chrono::milliseconds uptime{0};
  BusTally buses;
  DeviceTally devices;
  PointTally points;
  FindingTally findings;
  LearningTally learning;
  StoreState store;
  std::vector<ThreadState> threads;
  std::optional<OutboxState> outbox;  ///< nothing: the store did not answer
  SocketState socket;
  std::string config_warning;  ///< empty: none
  ExamRow exam;

  friend bool operator==(const Status&, const Status&) = default;
};

/// How many rows were waiting for the receipt just given.
struct Receipted {
  std::uint64_t count = 0;

  friend bool operator==(const Receipted&, const Receipted&) = default;
};

/// How many receipted rows wait again because the centre does not hold them.
struct Unsent {
  std::uint64_t count = 0;

  friend bool operator==(const Unsent&, const Unsent&) = default;
};

/// A reading in a subscription's event.
struct ReadingNews {
  std::string device;
  std::string point;
  ReadingRow reading;

  friend bool operator==(const ReadingNews&, const ReadingNews&) = default;
};

}  // namespace inspect::control
