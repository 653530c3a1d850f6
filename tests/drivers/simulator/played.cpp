#include "tests/drivers/simulator/played.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace inspect::tests {

namespace {

constexpr std::chrono::seconds patience{10};

int left_ms(Clock::time_point end) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
  return static_cast<int>(std::max<std::int64_t>(left, 0));
}

}  // namespace

ScratchDirectory::ScratchDirectory() : path_("/tmp/sitesim-test-XXXXXX") {
  REQUIRE(::mkdtemp(path_.data()) != nullptr);
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string sitesim() {
  const auto* bin = std::getenv("INSPECT_BIN");
  if (bin != nullptr) return std::string(bin) + "/sitesim";
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "sitesim";
}

Child::Child(const std::vector<std::string>& arguments) {
  std::array<int, 2> pipe{};
  REQUIRE(::pipe2(pipe.data(), O_CLOEXEC) == 0);
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(pipe[1], STDOUT_FILENO);
    ::dup2(pipe[1], STDERR_FILENO);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(pipe[1]);
  out_ = pipe[0];
  REQUIRE(pid_ > 0);
}

Child::~Child() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(out_);
}

std::string Child::line() {
  const auto end = Clock::now() + patience;
  while (true) {
    const auto newline = buffer_.find('\n');
    if (newline != std::string::npos) {
      auto line = buffer_.substr(0, newline);
      buffer_.erase(0, newline + 1);
      return line;
    }
    pollfd fd{out_, POLLIN, 0};
    if (::poll(&fd, 1, left_ms(end)) <= 0) return {};
    std::array<char, 4096> bytes{};
    const auto got = ::read(out_, bytes.data(), bytes.size());
    if (got <= 0) return {};
    buffer_.append(bytes.data(), static_cast<std::size_t>(got));
  }
}

void Child::signal(int number) const { ::kill(pid_, number); }

int Child::wait() {
  int status = 0;
  const bool ended = comes_true([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; });
  if (!ended) return -2;
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Played::Played(const std::string& site) {
  const auto file = scratch_.path() + "/site.toml";
  std::ofstream(file) << site;
  child_ =
      std::make_unique<Child>(std::vector<std::string>{sitesim(), "--site", file, "-D", "RUN=" + scratch_.path(), "-D",
                                                       "TCP_PORT=0", "--socket", socket(), "--die-with-parent"});
  const auto said = child_->line();
  const auto ready = nlohmann::json::parse(said, nullptr, false);
  INFO(said);
  REQUIRE(ready.is_object());
  for (const auto& line : ready["lines"]) {
    if (line["kind"] != "rtu") ports_[line["name"]] = line["port"];
  }
}

std::string Played::say(const std::string& words) const {
  auto stream = Stream::unix_socket(socket());
  const auto line = words + "\n";
  stream.write({reinterpret_cast<const std::uint8_t*>(line.data()), line.size()});
  std::string answer;
  for (auto byte = stream.read(1); !byte.empty() && byte[0] != '\n'; byte = stream.read(1)) {
    answer += static_cast<char>(byte[0]);
  }
  return answer;
}

void Played::must(const std::string& words) const {
  const auto answer = say(words);
  INFO(answer);
  REQUIRE(nlohmann::json::parse(answer).at("ok") == true);
}

Stream Stream::serial(const std::string& path, std::chrono::milliseconds silence) {
  const int fd = ::open(path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  REQUIRE(fd >= 0);
  termios settings{};
  ::tcgetattr(fd, &settings);
  ::cfmakeraw(&settings);
  ::tcsetattr(fd, TCSANOW, &settings);
  ::tcflush(fd, TCIOFLUSH);
  return Stream(fd, silence);
}

Stream Stream::tcp(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  REQUIRE(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  const int yes = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return Stream(fd);
}

Stream Stream::unix_socket(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  REQUIRE(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  return Stream(fd);
}

Stream::Stream(Stream&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), silence_(other.silence_), arrivals_(std::move(other.arrivals_)) {}

Stream::~Stream() {
  if (fd_ >= 0) ::close(fd_);
}

void Stream::write(std::span<const std::uint8_t> bytes) const {
  // A terminal takes what it has room for; the rest waits.
  while (!bytes.empty()) {
    const auto sent = ::write(fd_, bytes.data(), bytes.size());
    if (sent > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
    } else {
      pollfd fd{fd_, POLLOUT, 0};
      if (::poll(&fd, 1, 5000) <= 0) return;
    }
  }
}

Bytes Stream::read(std::size_t count, std::chrono::milliseconds limit) {
  Bytes all;
  arrivals_.clear();
  const auto end = Clock::now() + limit;
  while (all.size() < count) {
    pollfd fd{fd_, POLLIN, 0};
    if (::poll(&fd, 1, left_ms(end)) <= 0) break;
    Bytes bytes(count - all.size());
    const auto got = ::read(fd_, bytes.data(), bytes.size());
    if (got <= 0) break;
    all.insert(all.end(), bytes.begin(), bytes.begin() + got);
    arrivals_.resize(all.size(), Clock::now());
  }
  return all;
}

Bytes Stream::ask(const Bytes& question, std::size_t count, std::chrono::milliseconds limit) {
  if (silence_.count() > 0) pause_a_little(silence_);
  asked_ = Clock::now();
  write(question);
  return read(count, limit);
}

bool Stream::closes() {
  const auto end = Clock::now() + std::chrono::seconds(2);
  while (true) {
    pollfd fd{fd_, POLLIN, 0};
    if (::poll(&fd, 1, left_ms(end)) <= 0) return false;
    std::array<char, 256> bytes{};
    if (::read(fd_, bytes.data(), bytes.size()) <= 0) return true;
  }
}

Bytes with_crc(Bytes body) {
  unsigned crc = 0xFFFF;
  for (const auto byte : body) {
    crc ^= byte;
    for (int i = 0; i < 8; ++i) crc = (crc & 1U) != 0 ? (crc >> 1U) ^ 0xA001U : crc >> 1U;
  }
  body.push_back(static_cast<std::uint8_t>(crc & 0xFFU));
  body.push_back(static_cast<std::uint8_t>(crc >> 8U));
  return body;
}

void pause_a_little(std::chrono::milliseconds time) { ::poll(nullptr, 0, static_cast<int>(time.count())); }

}  // namespace inspect::tests
