#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace inspect::tests {

/// A directory of its own for one test, removed afterwards.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + '/' + name; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

void write_file(const std::string& path, const std::string& text);
/// A port that nobody holds now.
std::uint16_t free_port();
/// Runs a program to its end; its output goes to `log`.
int run(const std::string& log, const std::vector<std::string>& words);

/// A mosquitto of this test alone, on a free port of the loopback. It ends with its parent.
class PrivateBroker {
 public:
  /// `settings` are lines of mosquitto.conf after the listener's.
  explicit PrivateBroker(std::string settings = "allow_anonymous true\n");
  ~PrivateBroker();
  PrivateBroker(const PrivateBroker&) = delete;
  PrivateBroker& operator=(const PrivateBroker&) = delete;

  /// Waits until the port answers; throws with the broker's own log when it does not.
  void start();
  void end(int signal);           ///< and waits for it
  void stop_clock(bool stopped);  ///< SIGSTOP, SIGCONT: a broker that hangs
  void replace_settings(std::string settings) { settings_ = std::move(settings); }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const TempDir& dir() const { return dir_; }

 private:
  TempDir dir_;
  std::string settings_;
  std::uint16_t port_;
  pid_t pid_ = -1;
};

/// A certificate authority made by openssl, a server's certificate for localhost, and clients'.
class TestAuthority {
 public:
  explicit TestAuthority(const TempDir& dir, std::string name = "ca");
  /// Files <name>.crt and <name>.key in the directory.
  void issue(const std::string& name, const std::string& common_name);
  [[nodiscard]] std::string certificate() const { return dir_ / (name_ + ".crt"); }

 private:
  const TempDir& dir_;
  std::string name_;
};

}  // namespace inspect::tests
