#pragma once

#include "protocol/modbus/frame.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace inspect::tests {

/// The other side of a line, written by hand so that it can misbehave: a thread that hands each question to a script
/// and sends what the script says, when it says so, in any order.
class ScriptedPeer {
 public:
  struct Chunk {
    std::chrono::nanoseconds after{};  ///< from the moment the question was whole
    modbus::Bytes bytes;
    bool close = false;  ///< hang up instead (TCP)
  };
  using Script = std::function<std::vector<Chunk>(modbus::BytesView question)>;

  enum class Kind { terminal, socket };
  ScriptedPeer(Kind kind, Script script);
  ~ScriptedPeer();
  ScriptedPeer(const ScriptedPeer&) = delete;
  ScriptedPeer& operator=(const ScriptedPeer&) = delete;

  /// Path of the terminal to open.
  [[nodiscard]] const std::string& path() const { return path_; }
  /// TCP port on 127.0.0.1.
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] unsigned connections() const { return connections_; }
  [[nodiscard]] unsigned questions() const { return questions_; }

 private:
  void open_terminal();
  void open_socket();
  void run();
  void read_questions();
  /// Length of the whole question that the bytes begin with; 0 while it is not whole.
  [[nodiscard]] std::size_t whole_question() const;
  void hang_up();

  Kind kind_;
  Script script_;
  std::string path_;
  std::uint16_t port_ = 0;
  int listening_ = -1;  ///< TCP
  int wire_ = -1;       ///< the terminal's master end, or the connection
  int keep_ = -1;       ///< the terminal's other end, so that it survives being closed by us
  modbus::Bytes in_;
  struct Due {
    std::chrono::steady_clock::time_point at;
    Chunk chunk;
  };
  std::vector<Due> due_;
  std::atomic<unsigned> connections_{0};
  std::atomic<unsigned> questions_{0};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace inspect::tests
