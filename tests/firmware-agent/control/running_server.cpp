#include "tests/firmware-agent/control/running_server.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <array>
#include <cstring>
#include <filesystem>
#include <future>
#include <optional>
#include <stdexcept>
#include <thread>

namespace inspect::tests {

namespace asio = boost::asio;

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "inspect-control-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

struct RunningServer::Loop {
  asio::io_context context;
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  std::thread thread;
};

RunningServer::RunningServer(agent::ServerSettings settings)
    : settings_(std::move(settings)), loop_(std::make_unique<Loop>()) {
  settings_.listen.path = directory_.path() + "/control.sock";
  auto opened = agent::ControlServer::open(loop_->context.get_executor(), agent_, settings_);
  if (!opened) throw std::runtime_error(opened.error().message);
  server_ = std::move(*opened);
  server_->start();
  loop_->thread = std::thread([this] { loop_->context.run(); });
}

RunningServer::~RunningServer() {
  on_loop([this](FakeAgent&) { server_.reset(); });
  loop_->work.reset();
  // What is left of the connections ends on its own; a loop that does not become idle hangs the test, and should.
  loop_->thread.join();
}

void RunningServer::on_loop(const std::function<void(FakeAgent&)>& work) {
  std::promise<void> done;
  asio::post(loop_->context, [&] {
    work(agent_);
    done.set_value();
  });
  done.get_future().wait();
}

control::SocketState RunningServer::counters() {
  control::SocketState state;
  on_loop([&](FakeAgent&) { state = server_->counters(); });
  return state;
}

bool RunningServer::becomes(const std::function<bool(FakeAgent&, const control::SocketState&)>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  bool so = false;
  while (!so && std::chrono::steady_clock::now() < end) {
    on_loop([&](FakeAgent& agent) { so = condition(agent, server_->counters()); });
    std::this_thread::yield();
  }
  return so;
}

RawClient::RawClient(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("connect " + path);
  }
}

RawClient::~RawClient() { ::close(socket_); }

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

std::optional<std::string> RawClient::line(std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (true) {
    if (const auto at = held_.find('\n'); at != std::string::npos) {
      auto line = held_.substr(0, at);
      held_.erase(0, at + 1);
      return line;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    pollfd ready{socket_, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0) return std::nullopt;
    std::array<char, 65536> buffer{};
    const auto count = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (count <= 0) return std::nullopt;
    held_.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

bool RawClient::ends(std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    pollfd ready{socket_, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0) return false;
    std::array<char, 65536> buffer{};
    if (::recv(socket_, buffer.data(), buffer.size(), 0) <= 0) return true;
  }
}

void RawClient::finish() { ::shutdown(socket_, SHUT_WR); }

}  // namespace inspect::tests
