#include "tests/support/usb/models.hpp"

#include "drivers/simulator/usb_meter.hpp"
#include "drivers/simulator/usb_relay.hpp"

namespace inspect::tests {

std::unique_ptr<sim::UsbModel> make_usb_model(const std::vector<std::string>& words) {
  if (words.empty()) return nullptr;
  const auto second = words.size() > 1 ? words[1] : std::string("HURTM");
  if (words[0] == "hub") return std::make_unique<HubModel>();
  if (words[0] == "meter") return std::make_unique<sim::MeterModel>(second);
  for (const unsigned channels : {1U, 2U, 4U, 8U}) {
    if (words[0] == "relay" + std::to_string(channels)) return std::make_unique<sim::RelayModel>(channels, second);
  }
  return nullptr;
}

}  // namespace inspect::tests
