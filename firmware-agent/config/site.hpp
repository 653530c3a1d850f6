#pragma once

#include "drivers/profiles/profile.hpp"
#include "protocol/core/clock.hpp"
#include "protocol/core/text.hpp"
#include "protocol/model/reading.hpp"
#include "protocol/model/rule.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace inspect::agent {

struct SerialLine {
  std::string port;  ///< a path that survives renumbering: /dev/serial/by-path/…
  std::uint32_t baud = 9600;
  drivers::Parity parity = drivers::Parity::none;
  std::uint8_t stop_bits = 1;
  bool rs485 = false;  ///< the kernel drives the transmitter (TIOCSRS485)
};

struct TcpEndpoint {
  std::string host;
  std::uint16_t port = 502;
};

/// A USB port of the gateway: a bus of its own, with one device (decision 0016).
struct UsbPort {
  std::string port;  ///< "1-1.2": port 2 of the hub at port 1 of bus 1
};

/// Who asks on a bus.
enum class BusMode : std::uint8_t {
  master,  ///< this gateway, alone
  listen,  ///< another master: the gateway only hears, and can send nothing
};

/// Whether a person may have a bus searched for unknown devices.
enum class ScanRule : std::uint8_t { allowed, never };

struct Bus {
  std::string name;  ///< [a-z0-9-]
  Text title;
  std::variant<SerialLine, TcpEndpoint, UsbPort> transport;
  BusMode mode = BusMode::master;
  ScanRule scan = ScanRule::allowed;
};

struct Device {
  std::string name;
  Text title;  ///< what people at the site call it: "3号工位 继电器板"
  BusIndex bus{};
  std::uint8_t unit = 1;
  std::size_t profile = 0;  ///< into Site::profiles
  PointIndex first_point{};
  std::size_t point_count = 0;
  std::chrono::milliseconds period{0};  ///< 0: each point's own period
  std::string supply{};                 ///< name of the supply that feeds it; empty: not said
  std::vector<std::string> allow{};     ///< actions of its profile that may be ordered at all
};

/// A time in which candidates may stand at the benches: from `from`, up to but not at `to`.
struct Exam {
  WallTime from{};
  WallTime to{};
};

struct Point {
  DeviceIndex device{};
  std::size_t spec = 0;  ///< into the profile's points
};

/// A rule of a profile or of the site, with its points found.
struct Watch {
  Rule rule;
  PointIndex point{};
  std::optional<PointIndex> against;
};

struct StoreSettings {
  std::string directory = "/var/lib/inspectd";
  std::uint64_t history_bytes = 512ULL << 20;  ///< oldest readings go first
  std::chrono::hours history_age{24 * 400};
  std::uint64_t readings_outbox_bytes = 16ULL << 20;  ///< oldest batches go first, and that is said
  std::chrono::seconds batch_every{60};               ///< a batch of readings for the centre is closed this often
};

/// One site, complete and resolved: every name found, every number in range. Immutable after it is loaded.
struct Site {
  std::string name;  ///< [a-z0-9-]
  Text title;
  std::string gateway;  ///< ^[a-z0-9][a-z0-9-]{2,30}$
  std::string socket = "/run/inspectd/control.sock";
  StoreSettings store;
  std::vector<drivers::Profile> profiles;
  std::vector<Bus> buses;
  std::vector<Device> devices;
  std::vector<Point> points;
  std::vector<Watch> watches;
  std::vector<Exam> exams;
  std::string leakage_plan;    ///< file of the leakage tests; empty: there are none
  std::vector<Text> warnings;  ///< not wrong, but worth a look: file:line:column: what, and the cure

  [[nodiscard]] const drivers::PointSpec& spec(PointIndex point) const {
    const auto& p = points[at(point)];
    return profiles[devices[at(p.device)].profile].points[p.spec];
  }
  [[nodiscard]] const Device& device_of(PointIndex point) const { return devices[at(points[at(point)].device)]; }
};

}  // namespace inspect::agent
