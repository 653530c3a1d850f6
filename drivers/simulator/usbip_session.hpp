#pragma once

#include "drivers/simulator/usb_face.hpp"
#include "drivers/simulator/usbip_wire.hpp"

#include <list>
#include <optional>

namespace inspect::sim {

/// A kernel's conversation with one device that it imported: transfers begin, wait, end and are taken back. Pure.
class UsbipSession {
 public:
  /// Transfers on their way; a kernel that begins more is not believed.
  static constexpr std::size_t most_in_flight = 256;

  /// `face` must outlive it.
  explicit UsbipSession(UsbFace& face) : face_(face) {}

  /// Bytes as they came. False: nonsense, or too much; end the connection.
  bool take(usb::BytesView bytes, BootTime now);
  /// What is to be said by `now`.
  usb::Bytes due(BootTime now);
  [[nodiscard]] std::optional<BootTime> next() const;
  [[nodiscard]] std::size_t in_flight() const { return flights_.size(); }

 private:
  struct Flight {
    UsbipCommand command;
    std::optional<UsbAnswer> answer;  ///< nothing: the device has nothing to say yet
    BootTime when{};
  };
  void begin(const UsbipCommand& command, const usb::Bytes& data, BootTime now);
  void take_back(const UsbipCommand& command);
  void ask_waiting(BootTime now);
  static void land(Flight& flight, UsbAnswer answer, BootTime now);

  UsbFace& face_;
  usb::Bytes heard_;
  usb::Bytes said_;
  std::list<Flight> flights_;
};

}  // namespace inspect::sim
