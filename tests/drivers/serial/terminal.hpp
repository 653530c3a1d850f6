#pragma once

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

namespace inspect::tests {

/// A device at the other end of a pseudo-terminal: what it is sent goes to a script, and what that gives is sent back.
/// Reached by a link, like /dev/serial/by-path, which can point to another terminal after a replug.
class Terminal {
 public:
  using Script = std::function<std::string(const std::string& heard)>;

  Terminal(std::string link, Script script) : link_(std::move(link)), script_(std::move(script)) { plug(); }
  ~Terminal() { unplug(); }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void plug() {
    master_ = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master_ < 0 || grantpt(master_) != 0 || unlockpt(master_) != 0) throw std::runtime_error("no terminal");
    unlink(link_.c_str());
    if (symlink(ptsname(master_), link_.c_str()) != 0) throw std::runtime_error("no link " + link_);
    thread_ = std::jthread([this](const std::stop_token& stop) { play(stop); });
  }
  void unplug() {
    if (master_ < 0) return;
    thread_.request_stop();
    thread_.join();
    close(master_);
    master_ = -1;
    unlink(link_.c_str());
  }
  [[nodiscard]] const std::string& path() const { return link_; }

 private:
  void play(const std::stop_token& stop) const {
    while (!stop.stop_requested()) {
      pollfd ready{master_, POLLIN, 0};
      if (poll(&ready, 1, 20) <= 0 || (ready.revents & POLLIN) == 0) continue;
      std::string heard(256, '\0');
      const auto count = read(master_, heard.data(), heard.size());
      if (count <= 0) continue;
      heard.resize(static_cast<std::size_t>(count));
      const auto answer = script_(heard);
      if (!answer.empty() && write(master_, answer.data(), answer.size()) < 0) return;
    }
  }

  std::string link_;
  Script script_;
  int master_ = -1;
  std::jthread thread_;
};

}  // namespace inspect::tests
