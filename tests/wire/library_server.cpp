#include "tests/wire/library_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <modbus/modbus.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace inspect::tests {

struct LibraryServer::Library {
  modbus_t* context = nullptr;
  modbus_mapping_t* map = nullptr;
};

LibraryServer::LibraryServer(Kind kind, int unit) : kind_(kind), library_(new Library) {
  auto& context = library_->context;
  int wire = -1;
  if (kind_ == Kind::terminal) {
    wire = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    std::array<char, 64> name{};
    if (wire < 0 || ::grantpt(wire) != 0 || ::unlockpt(wire) != 0 || ::ptsname_r(wire, name.data(), name.size()) != 0) {
      throw std::runtime_error("no pseudo-terminal");
    }
    path_ = name.data();
    keep_ = ::open(path_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    termios settings{};
    ::tcgetattr(keep_, &settings);
    ::cfmakeraw(&settings);
    ::tcsetattr(keep_, TCSANOW, &settings);
    context = modbus_new_rtu(path_.c_str(), 115200, 'N', 8, 1);
    modbus_set_socket(context, wire);
    modbus_set_slave(context, unit);
  } else {
    listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listening_, generic, size) != 0 || ::listen(listening_, 8) != 0 ||
        ::getsockname(listening_, generic, &size) != 0) {
      throw std::runtime_error("no listening socket");
    }
    port_ = ntohs(address.sin_port);
    context = modbus_new_tcp("127.0.0.1", port_);
  }
  modbus_set_indication_timeout(context, 0, 50'000);
  library_->map = modbus_mapping_new(300, 300, 300, 300);
  for (int i = 0; i < 300; ++i) {
    library_->map->tab_registers[i] = static_cast<std::uint16_t>(i);
    library_->map->tab_input_registers[i] = static_cast<std::uint16_t>(1000 + i);
    library_->map->tab_bits[i] = i % 3 == 0 ? 1 : 0;
    library_->map->tab_input_bits[i] = static_cast<std::uint8_t>(i % 2);
  }
  thread_ = std::thread([this] { run(); });
}

LibraryServer::~LibraryServer() {
  stop_ = true;
  thread_.join();
  if (const auto wire = modbus_get_socket(library_->context); wire >= 0) ::close(wire);
  modbus_free(library_->context);
  modbus_mapping_free(library_->map);
  if (listening_ >= 0) ::close(listening_);
  if (keep_ >= 0) ::close(keep_);
  delete library_;
}

void LibraryServer::run() {
  std::array<std::uint8_t, MODBUS_TCP_MAX_ADU_LENGTH> question{};
  bool connected = kind_ == Kind::terminal;
  while (!stop_) {
    if (!connected) {
      pollfd watched{listening_, POLLIN, 0};
      if (::poll(&watched, 1, 50) <= 0) continue;
      modbus_set_socket(library_->context, ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC));
      connected = true;
    }
    const int got = modbus_receive(library_->context, question.data());
    if (got > 0) {
      modbus_reply(library_->context, question.data(), got, library_->map);
    } else if (got < 0 && errno != ETIMEDOUT && kind_ == Kind::socket) {
      ::close(modbus_get_socket(library_->context));
      modbus_set_socket(library_->context, -1);
      connected = false;
    }
  }
}

}  // namespace inspect::tests
