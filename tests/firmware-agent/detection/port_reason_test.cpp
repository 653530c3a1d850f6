#include "firmware-agent/detection/port_reason.hpp"

#include "drivers/bus/serial_port.hpp"
#include "drivers/usb/trouble.hpp"

#include <doctest/doctest.h>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>

using namespace inspect;
using namespace inspect::agent;

namespace {

/// No word of English is left once the names are taken out.
bool all_chinese(std::string zh, std::initializer_list<std::string_view> names) {
  for (const auto name : names) {
    for (auto at = zh.find(name); at != std::string::npos; at = zh.find(name)) zh.erase(at, name.size());
  }
  return std::none_of(zh.begin(), zh.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

}  // namespace

TEST_CASE("a reason is told in both languages, with the port's name as it is") {
  const auto text = port_reason("/dev/ttyUSB0: cannot be opened: No such file or directory");
  CHECK(text.zh == "/dev/ttyUSB0：打不开：文件不存在");
  CHECK(text.en == "/dev/ttyUSB0: cannot be opened: No such file or directory");
  CHECK(port_reason("192.168.1.5:502: Connection refused").zh == "192.168.1.5:502：连接被拒绝");
  CHECK(port_reason("").zh.empty());
}

TEST_CASE("what nobody foresaw stays as it was said, and is not cut") {
  CHECK(port_reason("modbus.local: strange: Connection refused: ").zh == "modbus.local：strange：连接被拒绝");
  CHECK(port_reason("nothing is plugged in at USB port").zh == "nothing is plugged in at USB port");
}

TEST_CASE("what a serial port that is not there really says is Chinese throughout") {
  drivers::SerialSettings settings;
  settings.port = "/nowhere/tty-none";
  const auto port = drivers::SerialPort::open(settings);
  REQUIRE_FALSE(port.has_value());
  CAPTURE(port.error().message);
  CHECK(all_chinese(port_reason(port.error().message).zh, {"/nowhere/tty-none"}));
}

TEST_CASE("what the USB host says of a port that is of no use is Chinese throughout") {
  using drivers::UsbTrouble;
  for (const auto trouble : {UsbTrouble::gone, UsbTrouble::taken, UsbTrouble::forbidden}) {
    const auto error = drivers::usb_error(trouble, "1-1.4");
    CAPTURE(error.message);
    const auto text = port_reason(error.message);
    CHECK(text.en == error.message);
    CHECK(text.zh.find("1-1.4") != std::string::npos);
    CHECK(all_chinese(text.zh, {"USB", "70-inspectd-usb.rules", "inspectd"}));
  }
  const auto other = port_reason(
      "another device is at USB port 1-2: 16c0:05df \"QinHeng\"; plug in the one that belongs there, or change the "
      "configuration");
  CHECK(other.zh == "插在 USB 口上的是另一台设备（1-2: 16c0:05df \"QinHeng\"）；请插上原来的那台，或修改配置");
}

TEST_CASE("what a connection can fail with is Chinese throughout") {
  namespace error = boost::asio::error;
  const std::initializer_list<boost::system::error_code> codes{error::connection_refused,
                                                               error::connection_reset,
                                                               error::timed_out,
                                                               error::host_unreachable,
                                                               error::network_unreachable,
                                                               error::network_down,
                                                               error::broken_pipe,
                                                               error::connection_aborted,
                                                               error::host_not_found,
                                                               error::host_not_found_try_again,
                                                               error::no_data,
                                                               error::no_recovery,
                                                               error::eof,
                                                               error::operation_aborted};
  for (const auto& code : codes) {
    CAPTURE(code.message());
    CHECK(all_chinese(port_reason("10.0.0.7:502: " + code.message()).zh, {}));
  }
  for (const int code : {EIO, ENODEV, EBUSY, EACCES}) {
    CAPTURE(code);
    CHECK(all_chinese(port_reason(std::string("x: lost: ") + std::strerror(code)).zh, {"x"}));
  }
}
