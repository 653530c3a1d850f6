#include "drivers/usb/port_reader.hpp"

#include "drivers/usb/sysfs.hpp"
#include "drivers/usb/trouble.hpp"

#include <utility>

namespace inspect::drivers {

namespace asio = boost::asio;

asio::awaitable<std::vector<UsbFacts>> list_ports(Hands& hands) {
  const auto parcel = hands.run([] {
    std::vector<UsbFacts> all;
    for (const auto& port : used_usb_ports()) {
      if (auto facts = read_usb_facts(port)) all.push_back(std::move(*facts));
    }
    return all;
  });
  auto all = co_await parcel->wait(boot_now() + hands_limit);
  co_return all ? std::move(*all) : std::vector<UsbFacts>{};
}

asio::awaitable<Result<UsbFacts>> look_at_port(Hands& hands, std::string port) {
  const auto parcel = hands.run([port] { return read_usb_facts(port); });
  auto facts = co_await parcel->wait(boot_now() + hands_limit);
  if (!facts) co_return usb_error(UsbTrouble::stuck, port);
  co_return std::move(*facts);
}

}  // namespace inspect::drivers
