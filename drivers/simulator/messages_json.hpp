#pragma once

#include "drivers/simulator/commands.hpp"

#include <string>

namespace inspect::sim {

/// One line of JSON: {"ok":true,"text":…}; "list" and "status" add "lines", "devices", "exam".
std::string to_json(const Reply& reply);
/// {"event":"broke","where":"relay-1","detail":"welded relay.3","at":12.345}; `at` is seconds of the boot clock.
std::string to_json(const Event& event, BootTime at);
/// What the program prints when everything listens: {"ready":true,"socket":…,"lines":[…],"devices":N}.
std::string ready_json(const Site& site, const std::string& socket);

/// What a client needs of one line from the simulator.
struct Heard {
  bool ok = false;
  std::string text;
};
/// An event becomes one line of text. Nothing when it is no message of ours.
std::optional<Heard> heard(const std::string& line);

}  // namespace inspect::sim
