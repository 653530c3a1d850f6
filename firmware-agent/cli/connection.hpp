#pragma once

#include "firmware-agent/cli/exit_code.hpp"
#include "protocol/control/answer.hpp"
#include "protocol/control/line_splitter.hpp"
#include "protocol/control/request.hpp"
#include "protocol/core/text.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <variant>

namespace inspect::cli {

/// Why a command could not be done, as the person is told it.
struct Failure {
  ExitCode code = ExitCode::failed;
  Text message;
  Text cure;
};

/// What an agent's refusal means for the exit code.
Failure failure_of(const control::Trouble& trouble);

template <class T>
using Got = std::variant<T, Failure>;

/// A connection to the agent; blocks, with an end.
class Connection {
 public:
  static Got<Connection> open(const std::string& path);

  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&&) = delete;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// Sends the request and waits for its answer; a refusal is a failure. Returns the answer's line.
  Got<std::string> ask(const control::Ask& ask);

  /// Asks and reads the data of the answer as `T`.
  template <class T>
  Got<T> get(const control::Ask& request) {
    auto line = ask(request);
    if (auto* failure = std::get_if<Failure>(&line)) return std::move(*failure);
    auto data = control::decode_answer<T>(std::get<std::string>(line));
    if (!data) return not_understood(data.error().message);
    return std::move(*data);
  }

  /// A line that has come; nothing when there is none yet. A failure when the agent has left.
  Got<std::optional<std::string>> take_line();
  [[nodiscard]] int descriptor() const { return socket_; }
  /// Is asked several times a second while an answer is waited for; true gives the answer up.
  void on_waiting(std::function<bool()> give_up) { give_up_ = std::move(give_up); }

 private:
  explicit Connection(int socket) : socket_(socket) {}
  static Failure not_understood(const std::string& why);
  Got<std::string> wait_for(std::uint64_t id);
  /// Something has come, or why no longer to wait for it.
  std::optional<Failure> wait_until(std::chrono::steady_clock::time_point end);

  int socket_ = -1;
  std::uint64_t last_id_ = 0;
  std::function<bool()> give_up_;
  control::LineSplitter lines_{control::largest_answer};
};

}  // namespace inspect::cli
