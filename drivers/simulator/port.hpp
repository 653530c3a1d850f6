#pragma once

#include "protocol/core/clock.hpp"

#include <poll.h>
#include <optional>
#include <utility>
#include <vector>

namespace inspect::sim {

/// CLOCK_BOOTTIME; the ports alone read it.
BootTime boot_now();

/// A file descriptor that is closed with its owner.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { reset(); }
  void reset();
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool open() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// Something of the loop: it has descriptors to watch and instants to be woken at.
class Port {
 public:
  Port() = default;
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;
  virtual ~Port() = default;

  virtual void watch(std::vector<pollfd>& fds) = 0;
  /// One of its descriptors has something; called for each.
  virtual void ready(int fd, short events, BootTime now) = 0;
  /// Does what is due by `now`.
  virtual void advance(BootTime now) = 0;
  [[nodiscard]] virtual std::optional<BootTime> next() const = 0;
};

}  // namespace inspect::sim
