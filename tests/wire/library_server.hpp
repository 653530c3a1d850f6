#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace inspect::tests {

/// A Modbus server that we did not write: libmodbus, over a pseudo-terminal or TCP. Holds 300 of each table from
/// address 0: holding register n is n, input register n is 1000 + n, coil n is n % 3 == 0, discrete input n is n % 2.
class LibraryServer {
 public:
  enum class Kind { terminal, socket };
  explicit LibraryServer(Kind kind, int unit = 1);
  ~LibraryServer();
  LibraryServer(const LibraryServer&) = delete;
  LibraryServer& operator=(const LibraryServer&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void run();

  Kind kind_;
  struct Library;
  Library* library_;
  std::string path_;
  std::uint16_t port_ = 0;
  int listening_ = -1;
  int keep_ = -1;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace inspect::tests
