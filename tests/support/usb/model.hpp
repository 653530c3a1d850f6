#pragma once

#include "drivers/simulator/fault.hpp"
#include "protocol/usb/bytes.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace inspect::tests {

/// What a device does with one transfer.
struct UsbAnswer {
  enum class How : std::uint8_t { ack, stall, babble, damaged, hang };
  How how = How::ack;
  usb::Bytes bytes{};  ///< towards the host
  std::chrono::milliseconds delay{1};
};

/// A USB device without a transport: played by the stage (usbfs, umockdev). Faults spoil what it answers, with the
/// verbs of sitesim and three of USB alone: "stall N" (one transfer in N), "babble", "damage N".
class UsbModel {
 public:
  virtual ~UsbModel() = default;

  [[nodiscard]] virtual std::uint16_t vendor() const = 0;
  [[nodiscard]] virtual std::uint16_t product() const = 0;
  [[nodiscard]] virtual std::string maker_text() const { return ""; }
  [[nodiscard]] virtual std::string product_text() const { return ""; }
  [[nodiscard]] virtual std::string serial_text() const { return ""; }
  [[nodiscard]] virtual std::uint8_t device_class() const { return 0; }
  /// Its one interface with its class descriptors and endpoints.
  [[nodiscard]] virtual usb::Bytes interface_descriptors() const = 0;
  /// Everything as sysfs shows it.
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

 protected:
  virtual UsbAnswer on_control(const usb::ControlRequest& request, const usb::Bytes& data) = 0;
  virtual UsbAnswer on_out(std::uint8_t, const usb::Bytes&) { return {UsbAnswer::How::stall}; }
  virtual std::optional<UsbAnswer> on_in(std::uint8_t, std::size_t) { return std::nullopt; }
  virtual bool own_act(const std::vector<std::string>&) { return false; }

 private:
  UsbAnswer spoil(UsbAnswer answer);

  sim::Faults faults_;
  std::uint32_t stall_every_ = 0;
  std::uint32_t damage_every_ = 0;
  bool babble_ = false;
  std::uint64_t transfers_ = 0;
};

/// A V-USB board "USBRelayN" of www.dcttech.com, or with strings and layout of a look-alike.
class RelayModel : public UsbModel {
 public:
  explicit RelayModel(unsigned channels, std::string id) : channels_(channels), id_(std::move(id)) {}

  [[nodiscard]] std::uint16_t vendor() const override { return 0x16C0; }
  [[nodiscard]] std::uint16_t product() const override { return 0x05DF; }
  [[nodiscard]] std::string maker_text() const override { return "www.dcttech.com"; }
  [[nodiscard]] std::string product_text() const override { return "USBRelay" + std::to_string(channels_); }
  [[nodiscard]] usb::Bytes interface_descriptors() const override;
  [[nodiscard]] std::string state() const override;
  void power_up() override { outputs_ = 0; }

 protected:
  UsbAnswer on_control(const usb::ControlRequest& request, const usb::Bytes& data) override;
  /// "set 3 on", "id HURTM", "corrupt-id".
  bool own_act(const std::vector<std::string>& words) override;

 private:
  void order(const usb::Bytes& data);

  unsigned channels_;
  std::string id_;
  unsigned outputs_ = 0;
  unsigned orders_ = 0;
  bool corrupt_id_ = false;
};

/// A hub: it does nothing but be there.
class HubModel : public UsbModel {
 public:
  [[nodiscard]] std::uint16_t vendor() const override { return 0x05E3; }
  [[nodiscard]] std::uint16_t product() const override { return 0x0608; }
  [[nodiscard]] std::string product_text() const override { return "USB2.0 Hub"; }
  [[nodiscard]] std::uint8_t device_class() const override { return 9; }
  [[nodiscard]] usb::Bytes interface_descriptors() const override;

 protected:
  UsbAnswer on_control(const usb::ControlRequest&, const usb::Bytes&) override { return {UsbAnswer::How::stall}; }
};

/// "relay4 HURTM", "hub", "meter SN123"; nothing: no such model.
std::unique_ptr<UsbModel> make_usb_model(const std::vector<std::string>& words);

}  // namespace inspect::tests
