#pragma once

#include "drivers/simulator/usb_model.hpp"

#include <memory>
#include <string>

namespace inspect::tests {

/// USB ports that are not there: models played to unmodified programs that use libusb, in this process or in children,
/// by umockdev's preload. One stage in a process, which must run under umockdev-wrapper.
class Stage {
 public:
  Stage();
  ~Stage();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  /// Plugs a model in, or the same one again. The device has another address each time.
  void plug(const std::string& port, std::shared_ptr<sim::UsbModel> model);
  void unplug(const std::string& port);
  /// Takes away or gives back the right to open what is plugged in there.
  void permit(const std::string& port, bool allowed);
  /// Says words to the model at a port, whether it is plugged in or not. False: it does not know them.
  bool act(const std::string& port, const std::vector<std::string>& words);
  [[nodiscard]] std::string state(const std::string& port) const;
  /// Transfers that were submitted and are not back, over all ports.
  [[nodiscard]] std::size_t in_flight() const;
  /// Programs' open handles, over all ports.
  [[nodiscard]] std::size_t open_handles() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Starts this program anew under umockdev-wrapper when it is not. Call before anything else.
bool on_stage();

}  // namespace inspect::tests
