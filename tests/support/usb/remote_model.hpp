#pragma once

#include "drivers/simulator/usb_model.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace inspect::tests {

/// A device that somebody offers by USB/IP on 127.0.0.1, as a model for the stage. It is gone when the connection is.
class RemoteModel final : public sim::UsbModel {
 public:
  /// The ports where somebody offers something; empty also when nobody listens.
  static std::vector<std::string> offered(std::uint16_t port);
  /// Takes the device; nothing when it is refused.
  static std::shared_ptr<RemoteModel> take(std::uint16_t port, const std::string& bus_id);
  ~RemoteModel() override;

  [[nodiscard]] bool gone() const { return gone_; }

  [[nodiscard]] std::uint16_t vendor() const override { return word(8); }
  [[nodiscard]] std::uint16_t product() const override { return word(10); }
  [[nodiscard]] std::string maker_text() const override { return maker_; }
  [[nodiscard]] std::string product_text() const override { return product_; }
  [[nodiscard]] std::string serial_text() const override { return serial_; }
  [[nodiscard]] std::uint8_t device_class() const override { return descriptors_[4]; }
  [[nodiscard]] usb::Bytes interface_descriptors() const override;
  [[nodiscard]] usb::Bytes descriptors() const override { return descriptors_; }
  void answer_late(const Late& to) override;
  void withdraw(std::uint32_t ticket) override;

 protected:
  sim::UsbAnswer on_control(const usb::ControlRequest& request, const usb::Bytes& data) override;
  sim::UsbAnswer on_out(std::uint8_t endpoint, const usb::Bytes& data) override;
  std::optional<sim::UsbAnswer> on_in(std::uint8_t endpoint, std::size_t most) override;

 private:
  explicit RemoteModel(int socket) : socket_(socket) {}
  bool look();
  usb::Bytes descriptor(std::uint16_t value);
  std::string text(std::uint8_t number);
  sim::UsbAnswer begin(bool in, std::uint8_t endpoint, std::size_t length, const usb::Bytes& setup,
                       const usb::Bytes& data);
  std::optional<std::pair<std::uint32_t, sim::UsbAnswer>> hear();
  void listen();
  [[nodiscard]] std::uint16_t word(std::size_t at) const {
    return static_cast<std::uint16_t>(descriptors_[at] | descriptors_[at + 1] << 8U);
  }

  int socket_;
  std::atomic<bool> gone_{false};
  usb::Bytes descriptors_;
  std::string maker_, product_, serial_;
  std::mutex mutex_;
  std::uint32_t seq_ = 0;                             ///< under the mutex
  std::map<std::uint32_t, bool> ways_;                ///< under the mutex: transfers on their way, true for IN
  std::map<std::uint32_t, std::uint32_t> withdrawn_;  ///< under the mutex: by the number of the withdrawal
  Late late_;                                         ///< under the mutex
  std::jthread listener_;
};

}  // namespace inspect::tests
