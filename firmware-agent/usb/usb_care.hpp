#pragma once

#include "drivers/identity/identity.hpp"
#include "drivers/usb/sysfs.hpp"
#include "drivers/usb/usb.hpp"
#include "firmware-agent/config/site.hpp"
#include "firmware-agent/usb/appliance.hpp"
#include "firmware-agent/usb/port_watch.hpp"
#include "firmware-agent/usb/relay_proof.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <string>
#include <vector>

namespace inspect::agent {

/// Something plugged into the gateway, for a person.
struct UsbPlace {
  drivers::UsbFacts facts;
  std::string device;  ///< what the site calls it; empty: the site does not know it
  drivers::Identification identity;
  drivers::UsbCounters counters;  ///< of the site's device
};

/// Watches the site's USB ports: who is there, whether it is the device that was commissioned, what comes and goes.
/// A device on a serial port belongs to the USB port of its adapter. One for the agent, on the loop.
class UsbCare {
 public:
  /// All must outlive it. `record_file`: where the commissioning records are; one that cannot be read makes nothing
  /// proven, and is told by `trouble`. `serial_ports`: where the kernel shows them.
  UsbCare(const Site& site, drivers::UsbPorts& ports, std::string record_file,
          std::string serial_ports = drivers::serial_sysfs);
  UsbCare(const UsbCare&) = delete;
  UsbCare& operator=(const UsbCare&) = delete;
  ~UsbCare();

  void add(DeviceIndex device, Appliance& appliance);

  /// To be called once a second: what is wrong at the ports, and what is no more.
  boost::asio::awaitable<std::vector<UsbNotice>> look();
  /// Everything that is plugged in, and the site's devices that are not.
  boost::asio::awaitable<std::vector<UsbPlace>> list();
  /// Writes down what is at the device's port now. An instrument that has said its serial number is proven by that.
  boost::asio::awaitable<Result<drivers::UsbRecord>> adopt(DeviceIndex device, std::string who, WallTime at);

  /// Proves an adopted device: an instrument by the serial number that it says, a relay board by moving `channel` (see
  /// prove_relay). Nothing is written down unless the plug stayed in all the while.
  boost::asio::awaitable<Result<drivers::UsbRecord>> prove(DeviceIndex device, std::uint8_t channel, ProofMeans means,
                                                           std::string who, WallTime at);

  /// As of the last look.
  [[nodiscard]] drivers::Identification identity(DeviceIndex device) const;
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

 private:
  struct Member {
    DeviceIndex device{};
    std::string port;  ///< empty: its serial port was never seen on USB
    Appliance* appliance = nullptr;
    drivers::Identification identity;
  };
  /// Of adapters: what is plugged in is counted here; a device's own port counts for itself.
  struct Plugs {
    std::uint64_t arrivals = 1;
    std::uint64_t departures = 0;
  };
  void follow(Member& member);
  void judge(const std::vector<drivers::UsbFacts>& all);
  [[nodiscard]] drivers::UsbSight sight(const drivers::UsbFacts& facts, const Member* member) const;
  [[nodiscard]] drivers::UsbCounters counters(const Member& member) const;
  [[nodiscard]] Member* member_of(DeviceIndex device);
  [[nodiscard]] const drivers::UsbRecord* record_of(const Member& member);
  Result<void> keep(const drivers::UsbRecord& record);
  [[nodiscard]] const Member* member_at(const std::string& port) const;
  [[nodiscard]] const std::string& name(const Member& member) const { return site_.devices[at(member.device)].name; }

  const Site& site_;
  drivers::UsbPorts& ports_;
  std::string record_file_;
  std::string serial_ports_;
  std::string boot_id_;
  std::string trouble_;
  std::vector<drivers::UsbRecord> records_;
  std::vector<Member> members_;
  std::map<std::string, Plugs> plugs_;  ///< by the adapter's port
  PortWatch watch_;
};

}  // namespace inspect::agent
