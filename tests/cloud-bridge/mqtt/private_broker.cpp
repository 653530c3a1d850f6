#include "tests/cloud-bridge/mqtt/private_broker.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace inspect::tests {

namespace {

pid_t spawn(const std::string& log, const std::vector<std::string>& words) {
  const auto parent = ::getpid();
  const auto pid = ::fork();
  if (pid != 0) return pid;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(126);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  ::dup2(out, 1);
  ::dup2(out, 2);
  std::vector<char*> arguments;
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool answers(std::uint16_t port) {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(port);
  const bool connected = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(probe);
  return connected;
}

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace

TempDir::TempDir() {
  std::string form = std::filesystem::temp_directory_path() / "inspect-XXXXXX";
  if (::mkdtemp(form.data()) == nullptr) throw std::runtime_error("no temporary directory");
  path_ = form;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::trunc);
  out << text;
  if (!out.flush()) throw std::runtime_error("cannot write " + path);
}

std::uint16_t free_port() {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(probe, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no free port");
  }
  ::close(probe);
  return ntohs(address.sin_port);
}

int run(const std::string& log, const std::vector<std::string>& words) {
  int status = 0;
  const auto pid = spawn(log, words);
  if (::waitpid(pid, &status, 0) != pid) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

PrivateBroker::PrivateBroker(std::string settings) : settings_(std::move(settings)), port_(free_port()) {}

PrivateBroker::~PrivateBroker() { end(SIGKILL); }

void PrivateBroker::start() {
  if (pid_ > 0) return;
  const auto log = dir_ / "broker.log";
  const std::string own = ::getuid() == 0 ? "user root\n" : "";
  write_file(dir_ / "broker.conf",
             "per_listener_settings false\n" + own + "listener " + std::to_string(port_) + " 127.0.0.1\n" + settings_);
  pid_ = spawn(log, {"mosquitto", "-c", dir_ / "broker.conf"});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (std::chrono::steady_clock::now() < deadline) {
    if (::waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = -1;
      break;
    }
    if (answers(port_)) return;
    ::poll(nullptr, 0, 10);
  }
  throw std::runtime_error("mosquitto does not answer: " + text_of(log));
}

void PrivateBroker::end(int signal) {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGCONT);
  ::kill(pid_, signal);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void PrivateBroker::stop_clock(bool stopped) { ::kill(pid_, stopped ? SIGSTOP : SIGCONT); }

TestAuthority::TestAuthority(const TempDir& dir, std::string name) : dir_(dir), name_(std::move(name)) {
  const int made =
      run(dir_ / "openssl.log",
          {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
           "-subj", "/CN=" + name_, "-keyout", dir_ / (name_ + ".key"), "-out", certificate()});
  if (made != 0) throw std::runtime_error("openssl: " + text_of(dir_ / "openssl.log"));
}

void TestAuthority::issue(const std::string& name, const std::string& common_name) {
  write_file(dir_ / (name + ".ext"), "subjectAltName=DNS:" + common_name + ",IP:127.0.0.1\n");
  const auto log = dir_ / "openssl.log";
  const int asked =
      run(log, {"openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                "/CN=" + common_name, "-keyout", dir_ / (name + ".key"), "-out", dir_ / (name + ".csr")});
  const int signed_ = run(log, {"openssl", "x509", "-req", "-in", dir_ / (name + ".csr"), "-CA", certificate(),
                                "-CAkey", dir_ / (name_ + ".key"), "-CAcreateserial", "-days", "2", "-extfile",
                                dir_ / (name + ".ext"), "-out", dir_ / (name + ".crt")});
  if (asked != 0 || signed_ != 0) throw std::runtime_error("openssl: " + text_of(log));
}

}  // namespace inspect::tests
