#include "firmware-agent/cli/connection.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace inspect::cli {

namespace {

/// A fresh reading of a device with many blocks on a slow line may take this long; nothing else comes near it.
constexpr int answer_limit_ms = 30'000;
constexpr std::chrono::milliseconds give_up_pause{100};

std::string reason(int number) { return std::generic_category().message(number); }

Failure unreachable(const std::string& path, int number) {
  if (number == EACCES || number == EPERM) {
    return {ExitCode::not_permitted,
            {"无权访问 " + path, "you may not use " + path},
            {"请管理员把您的账号加入该文件的用户组：ls -l " + path,
             "ask the administrator to add your account to the file's group: ls -l " + path}};
  }
  return {ExitCode::unreachable,
          {"连接不到巡检服务 " + path + "：" + reason(number), "no agent at " + path + ": " + reason(number)},
          {"检查服务是否运行：systemctl status inspectd；或用 --socket 指定其他路径",
           "see whether it runs: systemctl status inspectd; or name another path with --socket"}};
}

Failure gone() { return {ExitCode::unreachable, {"巡检服务已断开连接", "the agent has closed the connection"}, {}}; }

Failure too_late() {
  return {ExitCode::unreachable,
          {"巡检服务 30 秒内未答复", "the agent did not answer within 30 s"},
          {"查看服务日志：journalctl -u inspectd", "look into its journal: journalctl -u inspectd"}};
}

}  // namespace

Failure failure_of(const control::Trouble& trouble) {
  using control::Refusal;
  auto code = ExitCode::failed;
  if (trouble.code == Refusal::not_found) code = ExitCode::not_found;
  if (trouble.code == Refusal::not_permitted) code = ExitCode::not_permitted;
  if (trouble.code == Refusal::invalid) code = ExitCode::wrong_use;
  if (trouble.code == Refusal::too_many) code = ExitCode::unreachable;
  return {code, trouble.message, trouble.cure};
}

Got<Connection> Connection::open(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return unreachable(path, ENAMETOOLONG);
  std::memcpy(address.sun_path, path.data(), path.size());
  Connection connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (connection.socket_ < 0 ||
      ::connect(connection.socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return unreachable(path, errno);
  }
  return connection;
}

Connection::Connection(Connection&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      last_id_(other.last_id_),
      give_up_(std::move(other.give_up_)),
      lines_(std::move(other.lines_)) {}

Connection::~Connection() {
  if (socket_ >= 0) ::close(socket_);
}

Failure Connection::not_understood(const std::string& why) {
  return {ExitCode::failed,
          {"看不懂服务的答复：" + why, "the agent's answer is not understood: " + why},
          {"程序与服务的版本可能不一致", "the program and the agent may be of different versions"}};
}

Got<std::string> Connection::ask(const control::Ask& ask) {
  const auto line = control::encode({++last_id_, ask}) + '\n';
  for (std::size_t sent = 0; sent < line.size();) {
    const auto count = ::send(socket_, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
    // A connection too many is closed at once, but its reason is there to be read.
    if (count < 0 && errno == EPIPE) break;
    if (count < 0 && errno != EINTR) return gone();
    if (count > 0) sent += static_cast<std::size_t>(count);
  }
  return wait_for(last_id_);
}

std::optional<Failure> Connection::wait_until(std::chrono::steady_clock::time_point end) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
  if (left.count() <= 0) return too_late();
  if (give_up_ && give_up_()) return Failure{ExitCode::failed, {"已取消", "cancelled"}, {}};
  pollfd ready{socket_, POLLIN, 0};
  ::poll(&ready, 1, static_cast<int>(give_up_ ? std::min(left, give_up_pause).count() : left.count()));
  return std::nullopt;
}

Got<std::string> Connection::wait_for(std::uint64_t id) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(answer_limit_ms);
  while (true) {
    auto taken = take_line();
    if (auto* failure = std::get_if<Failure>(&taken)) return std::move(*failure);
    auto& line = std::get<std::optional<std::string>>(taken);
    if (!line) {
      if (auto failure = wait_until(end)) return std::move(*failure);
      continue;
    }
    const auto head = control::decode_head(*line);
    if (!head) return not_understood(head.error().message);
    if (head->kind == control::LineKind::trouble && (head->id == id || head->id == 0)) {
      const auto trouble = control::decode_trouble(*line);
      if (!trouble) return not_understood(trouble.error().message);
      return failure_of(*trouble);
    }
    if (head->kind == control::LineKind::answer && head->id == id) return std::move(*line);
  }
}

Got<std::optional<std::string>> Connection::take_line() {
  std::array<char, 16384> buffer{};
  while (true) {
    if (auto line = lines_.next()) {
      if (line->overlong) return not_understood("a line is longer than 1 MiB");
      return std::optional<std::string>(std::move(line->text));
    }
    const auto count = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count > 0) {
      lines_.feed({buffer.data(), static_cast<std::size_t>(count)});
    } else if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
      return std::optional<std::string>();
    } else {
      return gone();
    }
  }
}

}  // namespace inspect::cli
