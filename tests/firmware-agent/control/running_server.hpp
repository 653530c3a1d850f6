#pragma once

#include "firmware-agent/control/server.hpp"
#include "tests/firmware-agent/control/fake_agent.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace inspect::tests {

/// A directory of its own, gone with everything in it at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// The control server on a loop of its own thread, with a fake agent behind it.
class RunningServer {
 public:
  explicit RunningServer(agent::ServerSettings settings = {});
  ~RunningServer();
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  /// Does something on the loop and waits for it: the only way to touch the agent.
  void on_loop(const std::function<void(FakeAgent&)>& work);
  [[nodiscard]] control::SocketState counters();
  /// Asks until it is so, at most 10 s.
  bool becomes(const std::function<bool(FakeAgent&, const control::SocketState&)>& condition);
  [[nodiscard]] const std::string& path() const { return settings_.listen.path; }

 private:
  struct Loop;
  TemporaryDirectory directory_;
  agent::ServerSettings settings_;
  FakeAgent agent_;
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<agent::ControlServer> server_;
};

/// A client that sends any bytes.
class RawClient {
 public:
  explicit RawClient(const std::string& path);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// False when the other side is gone.
  bool send(std::string_view bytes);
  /// The next line, at most 10 s; nothing at the end of the stream or when none came.
  std::optional<std::string> line(std::chrono::milliseconds limit = std::chrono::seconds(10));
  /// True when the other side ends the stream within the limit; what came before is passed over.
  bool ends(std::chrono::milliseconds limit = std::chrono::seconds(10));
  /// Says that nothing more will be sent.
  void finish();
  [[nodiscard]] int descriptor() const { return socket_; }

 private:
  int socket_ = -1;
  std::string held_;
};

}  // namespace inspect::tests
