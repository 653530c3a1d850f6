#pragma once

#include "drivers/simulator/port.hpp"
#include "drivers/simulator/site.hpp"
#include "drivers/simulator/usbip_session.hpp"

#include <list>
#include <memory>
#include <vector>

namespace inspect::sim {

/// The site's USB devices on 127.0.0.1, offered to the kernel of this or of a virtual machine by USB/IP: `usbip attach`
/// plugs one in, and `unplug` pulls it out.
class UsbipPort : public Port {
 public:
  /// Nothing to offer is no error: nullptr.
  static Result<std::unique_ptr<UsbipPort>> open(Site& site);

  void watch(std::vector<pollfd>& fds) override;
  void ready(int fd, short events, BootTime now) override;
  void advance(BootTime now) override;
  [[nodiscard]] std::optional<BootTime> next() const override;

 private:
  struct Place {
    std::size_t line;
    UsbFace face;
  };
  struct Connection {
    Descriptor socket;
    usb::Bytes heard;  ///< before it has a device
    Place* place = nullptr;
    std::optional<UsbipSession> session;
  };

  explicit UsbipPort(Site& site) : site_(site) {}
  Result<void> listen();
  void accept();
  void hear(Connection& connection, BootTime now);
  void greet(Connection& connection, BootTime now);
  void import(Connection& connection, const std::string& bus_id, BootTime now);
  void end(Connection& connection, BootTime now);
  static void say(Connection& connection, const usb::Bytes& bytes);
  [[nodiscard]] std::vector<UsbipOffer> offers() const;
  [[nodiscard]] bool whole(const Place& place) const { return site_.lines()[place.line].state == LineState::whole; }
  [[nodiscard]] bool taken(const Place& place) const;

  Site& site_;
  Descriptor listener_;
  std::list<Place> places_;
  std::list<Connection> connections_;
};

}  // namespace inspect::sim
