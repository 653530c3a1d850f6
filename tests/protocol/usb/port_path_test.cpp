#include "protocol/usb/port_path.hpp"

#include <doctest/doctest.h>

using namespace inspect::usb;

TEST_CASE("a port is written as the kernel names it, and nothing else is one") {
  for (const auto* good : {"1-1", "1-1.2", "12-14.1.2.3.4.5.6"}) CHECK(is_port_path(good));
  for (const auto* bad : {"", "1", "1-", "-1", "1-0", "01-1", "1-1.", "1-1..2", "1-1.2.3.4.5.6.7.8", "usb1", "../1-1",
                          "1-1/..", "1-1:1.0", "1-1 ", "1-1234"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_port_path(bad));
  }
}

TEST_CASE("a port belongs to the hub that its path names, or to the machine") {
  CHECK(hub_of("1-1.4.2") == "1-1.4");
  CHECK(hub_of("1-1.4") == "1-1");
  CHECK(hub_of("1-1").empty());
}
