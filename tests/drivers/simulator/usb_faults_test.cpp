#include "drivers/simulator/usb_faults.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using sim::FaultKind;

TEST_CASE("hang and stall are USB's words for what is silent and refused on a wire") {
  CHECK(sim::parse_usb_fault({"hang"})->kind == FaultKind::silent);
  CHECK(sim::parse_usb_fault({"stall", "every", "3"})->kind == FaultKind::exception);
  CHECK(sim::parse_usb_fault({"stall", "every", "3"})->every == 3);
  CHECK(sim::usb_fault_kind_from("silent") == FaultKind::silent);
  CHECK(sim::usb_fault_kind_from("babble") == FaultKind::babble);
}

TEST_CASE("a fault that only the other kind of device can have is refused with those it can have") {
  for (const char* word : {"dribble", "wrong-unit", "wrong-echo", "twin", "tired"}) {
    const auto fault = sim::parse_usb_fault({word});
    REQUIRE_FALSE(fault.has_value());
    CHECK(fault.error().message.find("hang, stall, slow") != std::string::npos);
  }
  CHECK_FALSE(sim::parse_usb_fault({}).has_value());
  for (const char* word : {"babble", "damaged"}) CHECK_FALSE(sim::parse_modbus_fault({word}).has_value());
  CHECK(sim::parse_modbus_fault({"wrong-echo"})->kind == FaultKind::wrong_echo);
}
