#pragma once

#include "protocol/modbus/frame.hpp"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace inspect::tests {

/// The far end of a line: what is said here reaches the port under test, and what that sends is counted.
class PtyEnd {
 public:
  PtyEnd() : descriptor_(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK)) {
    if (descriptor_ < 0 || ::grantpt(descriptor_) != 0 || ::unlockpt(descriptor_) != 0) throw std::runtime_error("pty");
    path_ = ::ptsname(descriptor_);
  }
  ~PtyEnd() { hang_up(); }
  PtyEnd(const PtyEnd&) = delete;
  PtyEnd& operator=(const PtyEnd&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] int descriptor() const { return descriptor_; }
  void say(const modbus::Bytes& bytes) const {
    if (::write(descriptor_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
      throw std::runtime_error("the line does not take it");
    }
  }
  /// Bytes that came from the port until the line was still for a tenth of a second.
  [[nodiscard]] std::size_t heard() const {
    std::size_t count = 0;
    std::array<std::uint8_t, 512> buffer{};
    for (pollfd ready{descriptor_, POLLIN, 0}; ::poll(&ready, 1, 100) > 0;) {
      const auto got = ::read(descriptor_, buffer.data(), buffer.size());
      if (got <= 0) break;
      count += static_cast<std::size_t>(got);
    }
    return count;
  }
  void hang_up() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }

 private:
  int descriptor_ = -1;
  std::string path_;
};

}  // namespace inspect::tests
