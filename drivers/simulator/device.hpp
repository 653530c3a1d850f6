#pragma once

#include "drivers/profiles/profile.hpp"
#include "drivers/simulator/fault.hpp"
#include "drivers/simulator/library_side.hpp"
#include "drivers/simulator/relay.hpp"
#include "drivers/simulator/signal.hpp"
#include "drivers/simulator/tables.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace inspect::sim {

/// How one device of the played site is set up.
struct DeviceSetup {
  std::string name;
  std::string line;
  std::uint8_t unit = 1;
  drivers::Profile profile;
  std::chrono::milliseconds turnaround{2};  ///< from the end of the silence to the answer's first character
  std::map<std::string, double> values;     ///< point → level, in the point's unit
  std::map<std::string, double> noise;      ///< point → at most this much up or down
  std::string where;                        ///< file:line:column, for what is wrong with it
  std::string serial{};                     ///< USB: an instrument's serial number, a board's five characters
};

struct DeviceCounters {
  std::uint64_t questions = 0;
  std::uint64_t answers = 0;
  std::uint64_t exceptions = 0;
  std::uint64_t unanswered = 0;
};

/// A played device: tables laid out from its profile, relays that follow orders, signals that breathe, and faults.
class Device {
 public:
  Device(DeviceSetup setup, std::uint64_t seed, BootTime now);

  /// One question as it came off the wire. Nothing when the device does not answer it.
  std::optional<Outgoing> handle(std::span<const std::uint8_t> pdu, BootTime now, LibrarySide& library);
  /// A question to everybody: done, never answered.
  void overhear(std::span<const std::uint8_t> pdu, BootTime now, LibrarySide& library);

  /// Lets contacts follow. The names of relays that moved.
  std::vector<std::string> advance(BootTime now);
  [[nodiscard]] std::optional<BootTime> next() const;

  [[nodiscard]] const DeviceSetup& setup() const { return setup_; }
  [[nodiscard]] const DeviceCounters& counters() const { return counters_; }
  [[nodiscard]] bool on_modbus() const { return setup_.profile.driver == drivers::DriverKind::modbus; }
  [[nodiscard]] const std::vector<Relay>& relays() const { return relays_; }
  Relay* relay(const std::string& name);
  Faults& faults() { return faults_; }
  [[nodiscard]] const Faults& faults() const { return faults_; }

  /// What the device would answer now, in the point's unit.
  double value(const std::string& point, BootTime now);
  /// Commands of a simulated person. They fail with the list of points when there is no such point.
  Result<void> set(const std::string& point, double value, BootTime now);
  Result<void> drift(const std::string& point, double per_minute, BootTime now);
  /// The point keeps its value of now whatever happens; an empty name means every point.
  Result<void> stick(const std::string& point, BootTime now);
  Result<void> unstick(const std::string& point);
  /// An input follows what is wired to it; a stuck point stays stuck.
  void follow(const std::string& point, double value, BootTime now);
  /// Everything as it was built: no faults, no drift, levels of the setup.
  void mend(BootTime now);
  [[nodiscard]] std::vector<std::string> stuck() const;
  [[nodiscard]] std::vector<std::string> drifting() const;
  /// An order given at the device itself: its own keys, or the host of an exam on another line.
  void order(Relay& relay, bool on, BootTime now);

 private:
  struct Place {
    Signal signal;
    std::optional<double> stuck;
    std::optional<std::size_t> relay;
    bool is_command = false;  ///< shows the order; else the contact
  };
  [[nodiscard]] std::optional<std::size_t> index(const std::string& point) const;
  [[nodiscard]] Error no_such(const std::string& point) const;
  [[nodiscard]] double now_at(std::size_t place, BootTime now) const;
  void build(BootTime now);
  void place_relay(std::size_t place);
  void refresh(BootTime now);
  void take_over(const Tables& before, BootTime now);
  bool act(std::span<const std::uint8_t> pdu, BootTime now);
  bool perform(const std::string& action, BootTime now);
  std::vector<Relay*> meant(const std::string& target);
  std::vector<std::uint8_t> work(std::span<const std::uint8_t> pdu, BootTime now, LibrarySide& library);
  [[nodiscard]] std::optional<std::uint8_t> refuses(std::span<const std::uint8_t> pdu) const;

  DeviceSetup setup_;
  std::uint64_t seed_;
  Tables tables_;
  std::vector<Place> places_;  ///< one for each point of the profile
  std::vector<Relay> relays_;
  Faults faults_;
  DeviceCounters counters_;
};

}  // namespace inspect::sim
