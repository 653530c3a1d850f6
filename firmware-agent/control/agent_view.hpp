#pragma once

#include "drivers/bus/bus.hpp"
#include "drivers/bus/tap.hpp"
#include "firmware-agent/config/site.hpp"
#include "firmware-agent/store/store.hpp"
#include "protocol/control/outbox.hpp"
#include "protocol/control/request.hpp"
#include "protocol/control/rows.hpp"
#include "protocol/control/trend_rows.hpp"
#include "protocol/core/clock.hpp"
#include "protocol/core/error.hpp"
#include "protocol/core/text.hpp"
#include "protocol/model/finding.hpp"
#include "protocol/model/health.hpp"
#include "protocol/model/reading.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace inspect::agent {

/// A thread and its last sign of life, as the watchdog sees it.
struct Heartbeat {
  std::string thread;  ///< "loop", "store", "usb"
  BootTime at{};
};

/// What only the running agent knows about itself; names and titles come from the site.
struct AgentFacts {
  std::string version;
  BootTime started{};
  StoreCounters store;
  std::vector<Heartbeat> heartbeats;
  std::string config_warning;  ///< why the last good configuration runs instead of the new one; empty: it does not
};

struct BusState {
  BusHealth health = BusHealth::unknown;
  double utilisation = 0;  ///< share of the recent past in which the line was busy, 0..1
  drivers::BusCounters counters;
};

struct DeviceState {
  DeviceHealth health = DeviceHealth::unknown;
  std::optional<BootTime> last_answer;  ///< nothing when it never answered
};

/// How one question of a search ended.
struct ProbeOutcome {
  std::optional<modbus::Answer> answer;  ///< nothing: silence
  BootClock::duration took{};
};

/// What the control server needs from the agent; it assembles rows, names and JSON from this itself.
///
/// Every member is called on the loop. Plain members answer from memory and never block; the others may wait for the
/// store or for a bus. Indices passed in are always those of `site()`.
class AgentView {
 public:
  virtual ~AgentView() = default;

  [[nodiscard]] virtual const Site& site() const = 0;
  [[nodiscard]] virtual Moment now() const = 0;
  [[nodiscard]] virtual AgentFacts facts() const = 0;
  [[nodiscard]] virtual BusState bus_state(BusIndex bus) const = 0;
  [[nodiscard]] virtual DeviceState device_state(DeviceIndex device) const = 0;
  /// The last reading as it was taken; the server applies `as_of`. A point never asked is bad: never_read.
  [[nodiscard]] virtual Reading reading(PointIndex point) const = 0;
  /// Every finding that is not normal, from memory.
  [[nodiscard]] virtual std::vector<Finding> open_findings() const = 0;

  /// Asks the bus now, for points of one device. One reading per point in the same order; a device that does not answer
  /// gives bad readings, not an error. An error means that nothing was asked at all.
  virtual boost::asio::awaitable<Result<std::vector<Reading>>> read_fresh(std::vector<PointIndex> points) = 0;
  /// As Store::history.
  virtual boost::asio::awaitable<Result<std::vector<HistoryEntry>>> history(PointIndex point, WallTime from,
                                                                            WallTime to, std::size_t most) = 0;
  /// As Store::findings: newest first, from disk.
  virtual boost::asio::awaitable<Result<std::vector<Finding>>> findings(bool with_ended, std::size_t most) = 0;

  /// Answer with the finding as it stands afterwards, once it is committed. Unknown id or wrong state:
  /// Errc::invalid_argument. `who` is "user" or "user (name given with --by)".
  virtual boost::asio::awaitable<Result<Finding>> acknowledge(std::string finding, std::string who) = 0;
  virtual boost::asio::awaitable<Result<Finding>> shelve(std::string finding, std::string who, std::string reason,
                                                         WallTime until) = 0;
  virtual boost::asio::awaitable<Result<Finding>> unshelve(std::string finding, std::string who) = 0;

  /// As the members of Store with the same names.
  virtual boost::asio::awaitable<Result<std::vector<control::OutboxRow>>> claim(
      std::vector<std::pair<std::string, std::uint64_t>> skip, std::size_t most) = 0;
  virtual boost::asio::awaitable<Result<std::size_t>> receipt(std::string epoch, std::vector<std::uint64_t> seqs) = 0;
  virtual boost::asio::awaitable<Result<std::size_t>> mark_unsent(std::vector<Holding> held) = 0;
  virtual boost::asio::awaitable<Result<control::OutboxState>> outbox_state() = 0;

  /// Shows every byte that passes the bus to `tap` from now on, until it is given nullptr; the tap lives until then.
  virtual void tap(BusIndex bus, drivers::Tap* tap) = 0;
  /// Why a bus must not be searched for unknown devices; nothing: it may. What forbids it must be asked here: the
  /// configuration, and an exam.
  [[nodiscard]] virtual std::optional<Text> search_forbidden(BusIndex bus) const = 0;
  /// One read of a search, in time that the bus's own devices do not need. Nothing in the outcome: silence.
  /// Errc::foreign_frame: another master was heard; Errc::corrupt_frame: noise was.
  virtual boost::asio::awaitable<Result<ProbeOutcome>> probe(BusIndex bus, modbus::Request request) = 0;

  /// What is plugged into the USB ports; nothing where the site has none.
  virtual boost::asio::awaitable<std::vector<control::UsbRow>> usb() = 0;
  /// Writes down what is at the device's port now as the device that is meant. Errc::bus_unavailable: nothing is.
  virtual boost::asio::awaitable<Result<std::vector<control::UsbRow>>> adopt_usb(DeviceIndex device,
                                                                                 std::string who) = 0;

  /// Proves an adopted device; a relay board by moving `relay` while `witness` is watched. Errc::not_permitted: the
  /// guard said no; Errc::device_refused: the input did not follow.
  virtual boost::asio::awaitable<Result<std::vector<control::UsbRow>>> prove_usb(DeviceIndex device, std::uint8_t relay,
                                                                                 std::optional<PointIndex> witness,
                                                                                 std::string who) = 0;

  /// Whether an exam is on, and by whose word.
  [[nodiscard]] virtual control::ExamRow exam() const = 0;
  /// The operator's switch: an exam begins, or ends at another time; answered when it is written down.
  virtual boost::asio::awaitable<Result<control::ExamRow>> begin_exam(std::chrono::milliseconds length,
                                                                      std::string who) = 0;
  /// Errc::invalid_argument: no exam was on by the switch.
  virtual boost::asio::awaitable<Result<control::ExamRow>> end_exam(std::string who) = 0;

  /// Carries out an action of a device, if its guard permits; answered when it was read back. `length`: of `on`, how
  /// long; nothing: not said.
  virtual boost::asio::awaitable<std::variant<control::OrderRow, control::Trouble>> order(
      DeviceIndex device, std::string action, std::optional<std::chrono::milliseconds> length, std::string who) = 0;
  /// Shows that a device on a bus is the one that is meant: moves an output while an input of another is watched; an
  /// instrument, without both, says its serial number.
  virtual boost::asio::awaitable<Result<control::IdentityRow>> prove(DeviceIndex device, std::string output,
                                                                     std::optional<PointIndex> witness,
                                                                     std::string who) = 0;

  /// The leakage tests of the site's plan, with what came of them last.
  [[nodiscard]] virtual std::vector<control::TestRow> tests() const = 0;
  /// Begins one; answered with its row, running.
  virtual boost::asio::awaitable<std::variant<control::TestRow, control::Trouble>> start_test(std::string test,
                                                                                              std::string who) = 0;

  /// How far the commissioning of a point is, 0..1; nothing: it is not judged by how it wears.
  [[nodiscard]] virtual std::optional<double> learned(PointIndex point) const = 0;
  /// Errc::invalid_argument: the point is not judged by how it wears.
  virtual boost::asio::awaitable<Result<control::TrendRow>> trend(PointIndex point) = 0;
  virtual boost::asio::awaitable<Result<control::ForecastList>> forecasts(std::size_t most) = 0;
  /// A part was fitted; what was learned of it is forgotten, what was claimed of it ends. Answered when it is written.
  virtual boost::asio::awaitable<Result<control::PartRow>> part_replaced(DeviceIndex device,
                                                                         std::optional<PointIndex> point,
                                                                         std::string part, std::string who) = 0;

  /// One consumer each, the server; an empty function ends it. Called on the loop, after the fact is true: readings
  /// when a block was taken, a finding change and outbox rows when they are committed.
  virtual void on_readings(std::function<void(std::span<const Reading>)> callback) = 0;
  virtual void on_finding(std::function<void(const FindingChange&)> callback) = 0;
  virtual void on_outbox(std::function<void()> callback) = 0;
  /// Once for each change, when the question that showed it ended.
  virtual void on_health(std::function<void(const HealthChange&)> callback) = 0;
};

}  // namespace inspect::agent
