#include "tests/drivers/simulator/played.hpp"
#include "tests/drivers/simulator/sites.hpp"

#include <doctest/doctest.h>
#include <modbus/modbus.h>

#include <array>
#include <cstdlib>
#include <memory>

using namespace inspect::tests;

namespace {

struct Free {
  void operator()(modbus_t* library) const {
    modbus_close(library);
    modbus_free(library);
  }
};
using Library = std::unique_ptr<modbus_t, Free>;

void talks(modbus_t* library, int unit) {
  REQUIRE(modbus_set_slave(library, unit) == 0);
  REQUIRE(modbus_set_response_timeout(library, 2, 0) == 0);
  REQUIRE(modbus_connect(library) == 0);
  CHECK(modbus_write_bit(library, 2, 1) == 1);
  std::array<std::uint8_t, 6> bits{};
  CHECK(modbus_read_bits(library, 0, 6, bits.data()) == 6);
  CHECK(bits == std::array<std::uint8_t, 6>{0, 0, 1, 0, 0, 0});
  CHECK(comes_true([&] { return modbus_read_input_bits(library, 96, 6, bits.data()) == 6 && bits[2] == 1; }));
  const std::array<std::uint8_t, 6> all{1, 1, 1, 1, 1, 1};
  CHECK(modbus_write_bits(library, 0, 6, all.data()) == 6);
  CHECK(modbus_read_bits(library, 0, 6, bits.data()) == 6);
  CHECK(bits == all);
  std::array<std::uint16_t, 4> registers{};
  CHECK(modbus_read_input_registers(library, 121, 4, registers.data()) == 4);
  CHECK(modbus_read_registers(library, 5000, 1, registers.data()) == -1);
  CHECK(errno == EMBXILADD);
  CHECK(modbus_read_bits(library, 0, 6, bits.data()) == 6);
}

}  // namespace

TEST_CASE("libmodbus as a master gets on with a device on the line") {
  // The library keeps no silence between an answer and its next question.
  auto patient = fast_site;
  patient.replace(patient.find("baud = 115200"), 13, "baud = 115200\nneeds_silence = false");
  Played site(patient);
  const Library library(modbus_new_rtu(site.pty("rtu").c_str(), 115200, 'N', 8, 1));
  REQUIRE(library != nullptr);
  talks(library.get(), 21);
}

TEST_CASE("libmodbus as a master gets on with a device behind TCP") {
  Played site(fast_site);
  const Library library(modbus_new_tcp("127.0.0.1", site.port("tcp")));
  REQUIRE(library != nullptr);
  talks(library.get(), 22);
}
