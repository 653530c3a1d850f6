#include "protocol/usb/usbtmc_quirks.hpp"

#include <array>
#include <optional>

namespace inspect::usb {
namespace {

struct Row {
  std::uint16_t vendor;
  std::optional<std::uint16_t> product;  ///< nothing: all of them
  TmcQuirks quirks;
};

constexpr std::uint32_t usual_read = TmcQuirks{}.most_per_read;
constexpr TmcQuirks advantest{true, false, false, 63};
constexpr TmcQuirks rigol{false, true, false, usual_read};
constexpr TmcQuirks agilent_boot{false, false, true, usual_read};

constexpr std::array<Row, 6> rows{{{0x1334, std::nullopt, advantest},
                                   {0x1AB1, 0x04CE, rigol},
                                   {0x1AB1, 0x0588, rigol},
                                   {0x0957, 0x2818, agilent_boot},
                                   {0x0957, 0x4218, agilent_boot},
                                   {0x0957, 0x4418, agilent_boot}}};

}  // namespace

TmcQuirks tmc_quirks(std::uint16_t vendor, std::uint16_t product) {
  for (const auto& row : rows) {
    if (row.vendor == vendor && row.product.value_or(product) == product) return row.quirks;
  }
  return {};
}

}  // namespace inspect::usb
