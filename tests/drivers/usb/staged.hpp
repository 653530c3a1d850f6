#pragma once

#include "drivers/usb/host.hpp"
#include "tests/drivers/usb/run.hpp"
#include "tests/support/usb/models.hpp"
#include "tests/support/usb/stage.hpp"

#include <sstream>

namespace inspect::tests {

/// The real host, before a stage.
struct Staged {
  Stage stage;  // outlives what the loop still holds
  boost::asio::io_context loop;
  std::unique_ptr<drivers::UsbHost> host = std::move(*drivers::UsbHost::start(loop.get_executor()));

  /// "relay4 HURTM"; returns when the host knows of it.
  void plug(const std::string& port, const std::string& model) {
    std::istringstream in(model);
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    bool arrived = false;
    host->watch(port, [&](const drivers::UsbPlug& plugged) { arrived = arrived || plugged.arrived; });
    stage.plug(port, make_usb_model(words));
    if (!until(loop, [&] { return arrived; })) throw std::runtime_error("nobody told of the plug at " + port);
    host->watch(port, {});
  }
  Result<std::unique_ptr<drivers::UsbPipe>> open(const std::string& port) {
    auto facts = run(loop, host->look(port));
    if (!facts) return facts.error();
    return run(loop, host->open(std::move(*facts), 0));
  }
};

}  // namespace inspect::tests
