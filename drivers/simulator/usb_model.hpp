#pragma once

#include "drivers/simulator/fault.hpp"
#include "protocol/usb/bytes.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace inspect::sim {

/// What a device does with one transfer.
struct UsbAnswer {
  enum class How : std::uint8_t { ack, stall, babble, damaged, hang };
  How how = How::ack;
  usb::Bytes bytes{};  ///< towards the host
  std::chrono::milliseconds delay{1};
  std::uint32_t ticket = 0;  ///< hang: not 0, the answer may come later under this number
};

/// A USB device without a transport: whoever has one plays it, to a kernel over USB/IP or to a program over usbfs. Its
/// faults spoil what its firmware answers. The USB core of its chip goes on: a device that hangs is still enumerated.
class UsbModel {
 public:
  UsbModel() = default;
  UsbModel(const UsbModel&) = delete;
  UsbModel& operator=(const UsbModel&) = delete;
  virtual ~UsbModel() = default;

  [[nodiscard]] virtual std::uint16_t vendor() const = 0;
  [[nodiscard]] virtual std::uint16_t product() const = 0;
  [[nodiscard]] virtual std::string maker_text() const { return ""; }
  [[nodiscard]] virtual std::string product_text() const { return ""; }
  [[nodiscard]] virtual std::string serial_text() const { return ""; }
  [[nodiscard]] virtual std::uint8_t device_class() const { return 0; }
  /// Its one interface with its class descriptors and endpoints.
  [[nodiscard]] virtual usb::Bytes interface_descriptors() const = 0;
  /// HID: what its reports mean; the kernel's driver wants to know.
  [[nodiscard]] virtual usb::Bytes report_descriptor() const { return {}; }
  /// 1.5 Mbit/s; else 12.
  [[nodiscard]] virtual bool low_speed() const { return false; }
  /// The device's and its configuration's, as sysfs shows them.
  [[nodiscard]] virtual usb::Bytes descriptors() const;

  UsbAnswer control(const usb::ControlRequest& request, const usb::Bytes& data);
  UsbAnswer out(std::uint8_t endpoint, const usb::Bytes& data);
  /// Nothing: it has nothing to say yet, and is asked again after the next OUT.
  std::optional<UsbAnswer> in(std::uint8_t endpoint, std::size_t most);

  /// A fault's words, or the model's own ("weld 2"). False: not understood.
  bool act(const std::vector<std::string>& words);
  [[nodiscard]] virtual std::string state() const { return ""; }
  /// It lost its supply for a moment.
  virtual void power_up() {}
  /// For a device that is far away: who takes its late answers, and that nobody waits for one any more.
  using Late = std::function<void(std::uint32_t ticket, UsbAnswer answer)>;
  virtual void answer_late(const Late& /*to*/) {}
  virtual void withdraw(std::uint32_t /*ticket*/) {}
  /// Another's faults from now on, which must outlive it.
  void suffer(Faults& faults) { faults_ = &faults; }

 protected:
  virtual UsbAnswer on_control(const usb::ControlRequest& request, const usb::Bytes& data) = 0;
  virtual UsbAnswer on_out(std::uint8_t, const usb::Bytes&) { return {UsbAnswer::How::stall}; }
  virtual std::optional<UsbAnswer> on_in(std::uint8_t, std::size_t) { return std::nullopt; }
  virtual bool own_act(const std::vector<std::string>&) { return false; }

 private:
  UsbAnswer spoil(UsbAnswer answer);

  Faults own_faults_;
  Faults* faults_ = &own_faults_;
};

}  // namespace inspect::sim
