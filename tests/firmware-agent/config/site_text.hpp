#pragma once

#include "drivers/profiles/load.hpp"
#include "tests/support/spoilt_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace inspect::tests {

/// A small good site for tests to spoil.
inline std::string good_site() {
  return R"([site]
name = "demo"
title = { zh = "演示", en = "Demo" }
gateway = "demo-gw-01"

[store]
directory = "/tmp/x"
history_mb = 64
history_days = 30
readings_outbox_mb = 8
batch_every_s = 10

[control]
socket = "/tmp/x.sock"

[[bus]]
name = "line"
title = "line 1"
serial = { port = "/dev/ttyS0", baud = 9600, parity = "none", stop_bits = 2, rs485 = true }

[[bus]]
name = "net"
title = "network"
tcp = { host = "10.0.0.1", port = 1502 }

[[device]]
name = "relay-1"
title = { zh = "1号", en = "first" }
bus = "line"
unit = 21
profile = "wb-mr6c"
period_ms = 500
disabled = ["relay.6.state/relay.welded", "relay.no-pull-in"]

[[device.override]]
kind = "relay.welded"
point = "relay.2.state"
on_delay_ms = 700
off_delay_ms = 9000

[[device]]
name = "rail"
title = "12 V"
bus = "line"
unit = 3
profile = "pzem-017"

[[device]]
name = "psu"
title = "5 V"
bus = "net"
unit = 1
profile = "xy6020l"

[[device]]
name = "relay-2"
title = "second"
bus = "net"
unit = 21
profile = "wb-mr6c"

[[watch]]
detector = "limit"
kind = "rail.low"
point = "rail/output.voltage"
low = 11.4
deadband = 0.1

[[watch]]
detector = "mismatch"
kind = "relay.welded"
point = "relay-2/input.1.state"
against = "relay-1/relay.1.command"
when = "off"

[end]
site = "demo"
)";
}

inline const std::vector<drivers::Profile>& shipped_profiles() {
  static const auto profiles = [] {
    auto read = drivers::load_profiles({"drivers/profiles"});
    REQUIRE_MESSAGE(read.has_value(), read.error().message);
    return std::move(*read);
  }();
  return profiles;
}

/// Every line of a problem must begin with file:line:column, save the count of those left off.
inline bool names_its_place(std::string_view message, const std::string& file) {
  if (message.empty()) return false;
  while (!message.empty()) {
    const auto end = std::min(message.find('\n'), message.size());
    const auto line = message.substr(0, end);
    if (!line.starts_with(file + ':')) return false;
    const auto digit = line[file.size() + 1];
    const bool tail = line.find(": and ") != std::string_view::npos && line.ends_with(" more");
    if (!tail && (digit < '0' || digit > '9')) return false;
    message.remove_prefix(std::min(end + 1, message.size()));
  }
  return true;
}

}  // namespace inspect::tests
