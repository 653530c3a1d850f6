#pragma once

#include <string>

namespace inspect::tests {

/// Three boards of devices that all have unit 1 as they leave the factory, each alone on its line; values as in the
/// captured frames.
inline const std::string factory_site = R"(
[[line]]
name = "waveshare"
pty = "@RUN@/waveshare"
baud = 115200
[[device]]
name = "board"
line = "waveshare"
unit = 1
profile = "waveshare-relay-8ch-d"

[[line]]
name = "eletechsup"
pty = "@RUN@/eletechsup"
baud = 115200
[[device]]
name = "commands"
line = "eletechsup"
unit = 1
profile = "r421a08"

[[line]]
name = "meter"
pty = "@RUN@/meter"
baud = 115200
format = "8N2"
[[device]]
name = "pzem"
line = "meter"
unit = 1
profile = "pzem-017"
values = { "output.voltage" = 13.44, "output.current" = 0.10, "output.power" = 1.3, "output.energy" = 2 }
noise = { "output.voltage" = 0, "output.current" = 0, "output.power" = 0 }

[[line]]
name = "supply"
pty = "@RUN@/supply"
baud = 115200
[[device]]
name = "xy"
line = "supply"
unit = 1
profile = "xy6020l"
values = { "output.voltage" = 5.00, "output.current" = 0 }
noise = { "output.voltage" = 0, "output.current" = 0 }
)";

/// A board and a meter on a fast line, a board behind TCP.
inline const std::string fast_site = R"(
[[line]]
name = "rtu"
pty = "@RUN@/rtu"
baud = 115200
[[line]]
name = "tcp"
tcp = @TCP_PORT@
connections = 3
[[device]]
name = "relay-1"
line = "rtu"
unit = 21
profile = "wb-mr6c"
[[device]]
name = "rail-12v"
line = "rtu"
unit = 3
profile = "pzem-017"
values = { "output.voltage" = 12.0, "output.current" = 1.0 }
[[device]]
name = "relay-2"
line = "tcp"
unit = 22
profile = "wb-mr6c"
)";

/// One meter at 9600 8N2 and nothing else: for the stop watch.
inline const std::string slow_site = R"(
[[line]]
name = "rtu"
pty = "@RUN@/rtu"
baud = 9600
format = "8N2"
[[device]]
name = "rail-12v"
line = "rtu"
unit = 1
profile = "pzem-017"
turnaround_ms = 2
)";

}  // namespace inspect::tests
