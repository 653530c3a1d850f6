#include "drivers/bus/serial_port.hpp"

#include "drivers/bus/adapter.hpp"

#include <linux/serial.h>
#include <modbus/modbus.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace inspect::drivers {
namespace {

/// What libmodbus 3.1.6 knows; of any other speed, 2 000 000 too, it makes 9600 without a word.
constexpr std::array<std::uint32_t, 20> speeds{110,    300,    600,     1200,    2400,    4800,   9600,
                                               19200,  38400,  57600,   115200,  230400,  460800, 500000,
                                               576000, 921600, 1000000, 1152000, 1500000, 2500000};

Error unavailable(const std::string& port, const char* what, int error) {
  return fail(Errc::bus_unavailable, port + ": " + what + ": " + std::strerror(error));
}

/// A pseudo-terminal (a simulated line, a serial server's virtual port) carries bytes without parity, and Linux refuses
/// to set one there: EINVAL. Who plays its other end has the real line.
bool is_pseudo_terminal(const std::string& port) {
  constexpr unsigned first = 136;  // Linux, admin-guide/devices.txt: the slaves have the majors 136 to 143
  constexpr unsigned last = 143;
  struct stat file {};
  if (::stat(port.c_str(), &file) != 0 || !S_ISCHR(file.st_mode)) return false;
  return major(file.st_rdev) >= first && major(file.st_rdev) <= last;
}

/// An FTDI adapter keeps bytes back for 16 ms unless told otherwise. Where it cannot be told, the deadlines allow for
/// it.
void ask_for_low_latency(int descriptor) {
  serial_struct serial{};
  if (::ioctl(descriptor, TIOCGSERIAL, &serial) != 0) return;
  serial.flags |= ASYNC_LOW_LATENCY;
  (void)::ioctl(descriptor, TIOCSSERIAL, &serial);
}

/// libmodbus sets VMIN 0, with which a read of an empty line returns 0 as a lost one does. With 1 the two differ.
bool tell_empty_from_lost(int descriptor) {
  termios settings{};
  if (::tcgetattr(descriptor, &settings) != 0) return false;
  settings.c_cc[VMIN] = 1;
  return ::tcsetattr(descriptor, TCSANOW, &settings) == 0;
}

}  // namespace

struct SerialPort::Library {
  struct Free {
    void operator()(modbus_t* library) const {
      modbus_close(library);
      modbus_free(library);
    }
  };
  std::unique_ptr<modbus_t, Free> context;
};

Result<void> check(const SerialSettings& settings) {
  if (settings.port.empty()) return fail(Errc::invalid_argument, "a serial bus needs a port");
  if (std::find(speeds.begin(), speeds.end(), settings.baud) == speeds.end()) {
    return fail(Errc::invalid_argument, std::to_string(settings.baud) + " baud is not a speed that can be set");
  }
  if (settings.parity != 'N' && settings.parity != 'E' && settings.parity != 'O') {
    return fail(Errc::invalid_argument, "parity is N, E or O");
  }
  if (settings.stop_bits != 1 && settings.stop_bits != 2) return fail(Errc::invalid_argument, "stop bits are 1 or 2");
  return {};
}

SerialPort::SerialPort(std::unique_ptr<Library> library, int descriptor)
    : library_(std::move(library)), descriptor_(descriptor) {}
SerialPort::SerialPort(SerialPort&&) noexcept = default;
SerialPort& SerialPort::operator=(SerialPort&&) noexcept = default;
SerialPort::~SerialPort() = default;

Result<SerialPort> SerialPort::open(const SerialSettings& settings) {
  if (auto checked = check(settings); !checked) return checked.error();
  auto library = std::make_unique<Library>();
  const char parity = is_pseudo_terminal(settings.port) ? 'N' : settings.parity;
  library->context.reset(
      modbus_new_rtu(settings.port.c_str(), static_cast<int>(settings.baud), parity, 8, settings.stop_bits));
  if (!library->context) return unavailable(settings.port, "cannot be set up", errno);
  if (modbus_connect(library->context.get()) != 0) return unavailable(settings.port, "cannot be opened", errno);

  const int descriptor = modbus_get_socket(library->context.get());
  // Two programs on one line would answer each other's questions.
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) return unavailable(settings.port, "is in use", errno);
  if (settings.rs485 && modbus_rtu_set_serial_mode(library->context.get(), MODBUS_RTU_RS485) != 0) {
    return unavailable(settings.port, "has no RS-485 mode", errno);
  }
  if (!tell_empty_from_lost(descriptor)) return unavailable(settings.port, "cannot be set up", errno);
  ask_for_low_latency(descriptor);
  (void)quicken(settings.port);
  ::tcflush(descriptor, TCIOFLUSH);
  return SerialPort(std::move(library), descriptor);
}

}  // namespace inspect::drivers
