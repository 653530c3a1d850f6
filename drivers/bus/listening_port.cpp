#include "drivers/bus/listening_port.hpp"

#include "drivers/bus/serial_port.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace inspect::drivers {
namespace {

struct Rate {
  std::uint32_t baud;
  speed_t code;
};
constexpr std::array<Rate, 20> rates{
    {{110, B110},       {300, B300},         {600, B600},         {1200, B1200},       {2400, B2400},
     {4800, B4800},     {9600, B9600},       {19200, B19200},     {38400, B38400},     {57600, B57600},
     {115200, B115200}, {230400, B230400},   {460800, B460800},   {500000, B500000},   {576000, B576000},
     {921600, B921600}, {1000000, B1000000}, {1152000, B1152000}, {1500000, B1500000}, {2500000, B2500000}}};

speed_t code_of(std::uint32_t baud) {
  for (const auto& speed : rates) {
    if (speed.baud == baud) return speed.code;
  }
  return B0;
}

Error unusable(const std::string& port, const char* what, int error) {
  return fail(Errc::bus_unavailable, port + ": " + what + ": " + std::strerror(error));
}

/// Raw, as `settings` say, and so that the kernel never sends of its own accord.
termios heard_only(termios now, const SerialSettings& settings) {
  cfmakeraw(&now);  // ends the echo, too
  now.c_iflag &= static_cast<tcflag_t>(~(IXON | IXOFF | IXANY));
  now.c_cflag &= static_cast<tcflag_t>(~(CRTSCTS | HUPCL | PARENB | PARODD | CSTOPB));
  now.c_cflag |= CLOCAL | CREAD;
  if (settings.parity != 'N') {
    now.c_cflag |= PARENB;
    now.c_iflag |= INPCK;
  }
  if (settings.parity == 'O') now.c_cflag |= PARODD;
  if (settings.stop_bits == 2) now.c_cflag |= CSTOPB;
  now.c_cc[VMIN] = 1;  // with 0 an empty line reads like a lost one
  now.c_cc[VTIME] = 0;
  const auto speed = code_of(settings.baud);
  cfsetispeed(&now, speed);
  cfsetospeed(&now, speed);
  return now;
}

}  // namespace

Result<ListeningPort> ListeningPort::open(const SerialSettings& settings) {
  if (auto checked = check(settings); !checked) return checked.error();
  const int descriptor = ::open(settings.port.c_str(), O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return unusable(settings.port, "cannot be opened", errno);
  termios before{};
  if (::tcgetattr(descriptor, &before) != 0) {
    const int error = errno;
    ::close(descriptor);
    return unusable(settings.port, "is no serial port", error);
  }
  // First of all: a port that was just plugged in echoes what it hears until it is told not to.
  const auto wanted = heard_only(before, settings);
  if (::tcsetattr(descriptor, TCSANOW, &wanted) != 0) {
    const int error = errno;
    ::close(descriptor);
    return unusable(settings.port, "cannot be set up", error);
  }
  ::tcflush(descriptor, TCIOFLUSH);  // and what it was about to echo is thrown away
  int rts = TIOCM_RTS;
  (void)::ioctl(descriptor, TIOCMBIC, &rts);  // a pseudo-terminal has none
  ListeningPort port(descriptor, before);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) return unusable(settings.port, "is in use", errno);
  return port;
}

ListeningPort::ListeningPort(ListeningPort&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), before_(other.before_) {}

ListeningPort::~ListeningPort() {
  if (descriptor_ < 0) return;
  before_.c_lflag &= static_cast<tcflag_t>(~(ECHO | ECHONL | ECHOE | ECHOK));
  (void)::tcsetattr(descriptor_, TCSANOW, &before_);
  ::close(descriptor_);
}

}  // namespace inspect::drivers
