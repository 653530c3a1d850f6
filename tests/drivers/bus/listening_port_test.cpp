#include "drivers/bus/listening_port.hpp"
#include "drivers/bus/serial_port.hpp"
#include "tests/drivers/bus/pty_end.hpp"

#include <doctest/doctest.h>

#include <cerrno>

using namespace inspect;
using namespace inspect::drivers;
using inspect::tests::PtyEnd;

namespace {

termios settings_of(int descriptor) {
  termios settings{};
  REQUIRE(::tcgetattr(descriptor, &settings) == 0);
  return settings;
}

SerialSettings settings_for(const PtyEnd& end, std::uint32_t baud = 9600, char parity = 'N',
                            std::uint8_t stop_bits = 1) {
  return {end.path(), baud, parity, stop_bits, false};
}

}  // namespace

TEST_CASE("nothing can be written through a listening port: its descriptor is open for reading alone") {
  PtyEnd end;
  const auto port = ListeningPort::open(settings_for(end));
  REQUIRE(port.has_value());
  CHECK((::fcntl(port->descriptor(), F_GETFL) & O_ACCMODE) == O_RDONLY);
  const std::uint8_t byte = 0x55;
  CHECK(::write(port->descriptor(), &byte, 1) == -1);
  CHECK(errno == EBADF);
  CHECK(end.heard() == 0);
}

TEST_CASE("nor does the kernel send of its own: what comes in is not echoed and flow control is off") {
  PtyEnd end;
  // A terminal that nobody has set echoes; so does a serial port that was just plugged in.
  REQUIRE((settings_of(end.descriptor()).c_lflag & ECHO) != 0);
  const auto port = ListeningPort::open(settings_for(end));
  REQUIRE(port.has_value());
  const auto now = settings_of(port->descriptor());
  CHECK((now.c_lflag & (ECHO | ECHONL | ICANON | ISIG)) == 0);
  CHECK((now.c_iflag & (IXON | IXOFF | IXANY)) == 0);
  CHECK((now.c_cflag & CRTSCTS) == 0);
  CHECK((now.c_oflag & OPOST) == 0);
  // A whole buffer full, with XOFF, carriage returns and everything else.
  modbus::Bytes all;
  for (unsigned i = 0; i < 4000; ++i) all.push_back(static_cast<std::uint8_t>(i));
  end.say(all);
  CHECK(end.heard() == 0);
}

TEST_CASE("what comes in arrives unchanged") {
  PtyEnd end;
  const auto port = ListeningPort::open(settings_for(end));
  REQUIRE(port.has_value());
  modbus::Bytes all;
  for (unsigned i = 0; i < 256; ++i) all.push_back(static_cast<std::uint8_t>(i));
  end.say(all);
  modbus::Bytes got(512);
  pollfd ready{port->descriptor(), POLLIN, 0};
  REQUIRE(::poll(&ready, 1, 2000) == 1);
  got.resize(static_cast<std::size_t>(::read(port->descriptor(), got.data(), got.size())));
  CHECK(got == all);
  // An empty line is not a lost one.
  std::uint8_t byte = 0;
  CHECK(::read(port->descriptor(), &byte, 1) == -1);
  CHECK(errno == EAGAIN);
}

TEST_CASE("speed, parity and stop bits are set as they are written") {
  PtyEnd end;
  const auto port = ListeningPort::open(settings_for(end, 19200, 'E', 2));
  REQUIRE(port.has_value());
  const auto now = settings_of(port->descriptor());
  CHECK(cfgetispeed(&now) == B19200);
  CHECK((now.c_cflag & CSTOPB) != 0);
  CHECK((now.c_cflag & CSIZE) == CS8);
  CHECK((now.c_cflag & CREAD) != 0);
}

TEST_CASE("a listening port is not shared, with a second listener or with one who asks") {
  PtyEnd end;
  {
    const auto port = ListeningPort::open(settings_for(end));
    REQUIRE(port.has_value());
    CHECK(ListeningPort::open(settings_for(end)).error().code == Errc::bus_unavailable);
    CHECK(SerialPort::open(settings_for(end)).error().code == Errc::bus_unavailable);
  }
  CHECK(ListeningPort::open(settings_for(end)).has_value());
}

TEST_CASE("when it is closed the echo stays off: nobody is there to want it") {
  PtyEnd end;
  { REQUIRE(ListeningPort::open(settings_for(end)).has_value()); }
  CHECK((settings_of(end.descriptor()).c_lflag & ECHO) == 0);
  end.say({1, 2, 3});
  CHECK(end.heard() == 0);
}

TEST_CASE("what cannot be listened to is told with the reason") {
  PtyEnd end;
  CHECK(ListeningPort::open(settings_for(end, 12345)).error().code == Errc::invalid_argument);
  CHECK(ListeningPort::open(settings_for(end, 9600, 'M')).error().code == Errc::invalid_argument);
  const auto missing = ListeningPort::open({"/dev/no-such-port", 9600, 'N', 1, false});
  CHECK(missing.error().code == Errc::bus_unavailable);
  CHECK(missing.error().message.find("/dev/no-such-port") != std::string::npos);
  const auto file = ListeningPort::open({"/dev/null", 9600, 'N', 1, false});
  CHECK(file.error().code == Errc::bus_unavailable);
  CHECK(file.error().message.find("no serial port") != std::string::npos);
}
