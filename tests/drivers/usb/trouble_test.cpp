#include "drivers/usb/trouble.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::drivers;

TEST_CASE("each trouble says where it is and what happens next") {
  const auto code = [](UsbTrouble trouble) {
    const auto error = usb_error(trouble, "1-1.2");
    CHECK(error.message.find("USB port 1-1.2") != std::string::npos);
    return error.code;
  };
  CHECK(code(UsbTrouble::gone) == Errc::bus_unavailable);
  CHECK(code(UsbTrouble::taken) == Errc::bus_unavailable);
  CHECK(code(UsbTrouble::forbidden) == Errc::bus_unavailable);
  CHECK(code(UsbTrouble::silent) == Errc::timeout);
  CHECK(code(UsbTrouble::stuck) == Errc::timeout);
  CHECK(code(UsbTrouble::stall) == Errc::device_refused);
  CHECK(code(UsbTrouble::babble) == Errc::corrupt_frame);
  CHECK(code(UsbTrouble::damaged) == Errc::corrupt_frame);
}

TEST_CASE("a missing permission names the rule that gives it") {
  CHECK(usb_error(UsbTrouble::forbidden, "1-1").message.find("70-inspectd-usb.rules") != std::string::npos);
}
