#pragma once

#include "firmware-agent/config/site.hpp"
#include "firmware-agent/detection/line_evidence.hpp"
#include "protocol/model/health.hpp"

#include <optional>
#include <string>
#include <vector>

namespace inspect::agent {

enum class LinkFault : std::uint8_t {
  no_answer,        ///< one device is silent, its neighbours are not
  refused,          ///< one device answers half of the questions or more with an exception
  degraded,         ///< one device's answers get lost or arrive damaged, again and again
  bus_down,         ///< the port is open and every device on it is silent
  bus_unavailable,  ///< the port or connection cannot be opened
  bus_degraded,     ///< the answers of several devices do
};

/// One link finding opens or closes.
struct LinkStep {
  LinkFault fault = LinkFault::no_answer;
  bool opens = true;
  BusIndex bus{};
  DeviceIndex device{};           ///< meaningless for the bus's own faults
  Moment since;                   ///< first sign of it
  unsigned count = 0;             ///< questions that ended so; devices, for a bus's faults
  bool neighbours_heard = false;  ///< no_answer: another device on the bus answered after this one fell silent
};

/// What one call led to. Kept by the caller and cleared before each call, so that a quiet call allocates nothing.
struct LinkSteps {
  std::vector<LinkStep> steps;
  std::vector<DeviceIndex> ask;  ///< an answer or a silence of these decides something: ask them soon
};

/// Tells a dead device from a dead line, by how questions end. Pure.
///
/// Silence is two time-outs in a row. It makes a device suspect and is told of it only when the device goes on missing
/// questions between answers of its neighbours (see LineEvidence); if all are silent, the bus is at fault, as one
/// finding, and so it is when it is interrupted again and again. While a bus is at fault nothing of its devices is
/// opened. It all closes on two answers in a row.
class LinkWatch {
 public:
  explicit LinkWatch(const Site& site);

  void restore(LinkFault fault, BusIndex bus, DeviceIndex device);
  void take(const DeviceAttempt& attempt, LinkSteps& out);
  void bus_available(BusIndex bus, bool available, std::string why, const Moment& now);
  void tick(const Moment& now, LinkSteps& out);

  /// The device cannot be seen: what it says or does not say opens and closes nothing.
  [[nodiscard]] bool behind(DeviceIndex device) const;
  [[nodiscard]] bool bus_at_fault(BusIndex bus) const;
  [[nodiscard]] bool bus_degraded(BusIndex bus) const { return buses_[at(bus)].degraded; }
  [[nodiscard]] bool silent(DeviceIndex device) const;
  /// Last sign of life since the start; nothing: none.
  [[nodiscard]] const std::optional<Moment>& alive_at(DeviceIndex device) const {
    return devices_[at(device)].alive_at;
  }
  [[nodiscard]] unsigned timeouts(DeviceIndex device) const { return devices_[at(device)].timeouts; }
  [[nodiscard]] const std::string& why_unavailable(BusIndex bus) const { return buses_[at(bus)].why; }
  [[nodiscard]] const std::vector<DeviceIndex>& devices_on(BusIndex bus) const { return buses_[at(bus)].devices; }

 private:
  struct DeviceLink {
    unsigned timeouts = 0;          ///< in a row
    unsigned refusals = 0;          ///< while they have been half of all questions or more
    unsigned refused_more = 0;      ///< refusals beyond answers in that time
    unsigned longest_answered = 0;  ///< answers in a row between two of them
    unsigned alive = 0;             ///< signs of life in a row
    unsigned answered = 0;          ///< answers in a row, exceptions not counted
    unsigned trouble = 0;           ///< leaky count of lost and damaged answers
    Moment first_timeout;
    Moment first_refusal;
    Moment first_trouble;
    std::optional<Moment> alive_at;  ///< last sign of life
    std::size_t seat = 0;            ///< its number on its bus
    bool asked = false;              ///< suspect, a neighbour was heard, and its next question is ordered
    bool no_answer = false;          ///< these findings are open
    bool refused = false;
    bool degraded = false;
  };
  struct BusLink {
    std::vector<DeviceIndex> devices;
    LineEvidence evidence;
    bool available = true;
    Moment changed;  ///< of `available`
    std::string why;
    bool answered_since = false;  ///< an answer since it is available again
    bool down = false;            ///< these findings are open
    bool unavailable = false;
    bool degraded = false;
  };

  void alive(const DeviceAttempt& attempt, bool answered, LinkSteps& out);
  void silent(const DeviceAttempt& attempt, LinkSteps& out);
  void refusing(const DeviceAttempt& attempt, LinkSteps& out);
  static void outweigh(DeviceLink& device);
  [[nodiscard]] static bool refuses_no_more(const DeviceLink& device);
  static void forget_refusals(DeviceLink& device);
  void corrupt(const DeviceAttempt& attempt, LinkSteps& out);
  void count_trouble(const DeviceAttempt& attempt, LinkSteps& out);
  void recover(DeviceIndex device, const Moment& now, LinkSteps& out);
  void judge_silence(BusIndex bus, const Moment& now, LinkSteps& out);
  void judge_flapping(BusIndex bus, const Moment& now, LinkSteps& out);
  void ask_suspects(const BusLink& bus, LinkSteps& out);
  void ask_neighbours(const DeviceAttempt& attempt, LinkSteps& out) const;
  void forget_silence(BusLink& bus);
  [[nodiscard]] bool line_silent(const BusLink& bus) const;

  std::vector<DeviceLink> devices_;
  std::vector<BusLink> buses_;
  std::vector<BusIndex> bus_of_;
};

}  // namespace inspect::agent
