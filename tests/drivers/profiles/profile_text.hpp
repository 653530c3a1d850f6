#pragma once

#include "tests/support/spoilt_text.hpp"

#include <string>

namespace inspect::tests {

/// A small good profile for tests to spoil: one coil, one input, a rule, an action.
inline std::string good_profile() {
  return R"([profile]
maker = "Nobody"
title = { zh = "测试板", en = "test board" }
sources = ["a bench"]

[serial]
baud = 19200
parity = "even"
stop_bits = 1
unit = 7

[limits]
registers_per_read = 20
answer_ms = 300

[[point]]
name = "relay.{n}.command"
title = "relay {n} command"
table = "coil"
address = 16
role = "command"
repeat = 3
stride = 2

[[point]]
name = "relay.{n}.state"
title = "relay {n} state"
table = "discrete-input"
address = 0
role = "state"
repeat = 3

[[point]]
name = "supply.voltage"
title = "supply"
table = "holding-register"
address = 100
type = "s32"
words = "low-first"
scale = 0.5
offset = -3
unit = "V"
period_ms = 5000
lowest = -1
highest = 40.5
deadband = 0.25
longest_age_s = 60

[[rule]]
detector = "mismatch"
kind = "relay.welded"
point = "relay.{n}.state"
against = "relay.{n}.command"
when = "off"
settle_ms = 40
off_delay_ms = 3000
part = "SRD-05VDC-SL-C"
repeat = 3

[[action]]
name = "relay.{n}.on"
title = "relay {n} on"
function = 5
address = 16
values = [0xFF00]
trap = "a trap at {n}"
readback = "relay.{n}.command"
repeat = 3
stride = 2

[[blind_spot]]
kind = "relay.film"
why = "no drop is measured"

[end]
model = "board"
)";
}

}  // namespace inspect::tests
