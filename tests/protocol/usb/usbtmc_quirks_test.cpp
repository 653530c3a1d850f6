#include "protocol/usb/usbtmc_quirks.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace inspect::usb;

TEST_CASE("the known breakers of the standard are known, and nobody else") {
  CHECK(tmc_quirks(0x1AB1, 0x04CE).one_head);
  CHECK(tmc_quirks(0x1AB1, 0x0588).one_head);
  CHECK(tmc_quirks(0x1AB1, 0x0589) == TmcQuirks{});
  for (const auto product : std::vector<std::uint16_t>{0x0000, 0x0001, 0xFFFF}) {
    CHECK(tmc_quirks(0x1334, product).never_ends);
    CHECK(tmc_quirks(0x1334, product).most_per_read == 63);
  }
  for (const auto product : std::vector<std::uint16_t>{0x2818, 0x4218, 0x4418})
    CHECK(tmc_quirks(0x0957, product).boots_first);
  CHECK(tmc_quirks(0x0957, 0x2918) == TmcQuirks{});
  CHECK(tmc_quirks(0x0B3E, 0x0000) == TmcQuirks{});
}
