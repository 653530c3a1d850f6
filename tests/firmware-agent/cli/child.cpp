#include "tests/firmware-agent/cli/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <clocale>
#include <csignal>
#include <cstdlib>
#include <cwchar>
#include <stdexcept>

namespace inspect::tests {

namespace {

using Pipe = std::array<int, 2>;

Pipe make_pipe() {
  Pipe ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  return ends;
}

/// Everything that needs memory is made before the fork.
struct Prepared {
  explicit Prepared(const Call& call) {
    const auto* folder = std::getenv("INSPECT_BIN");
    words.push_back(std::string(folder == nullptr ? "build/dev/bin" : folder) + "/inspectctl");
    words.insert(words.end(), call.words.begin(), call.words.end());
    std::map<std::string, std::string> all{
        {"TZ", "Asia/Shanghai"}, {"COLUMNS", "80"}, {"LC_ALL", "C.UTF-8"}, {"TERM", "xterm"}};
    for (const auto& [name, value] : call.environment) all[name] = value;
    for (const auto& [name, value] : all) variables.push_back(name + '=' + value);
    for (auto& word : words) argv.push_back(word.data());
    for (auto& variable : variables) envp.push_back(variable.data());
    argv.push_back(nullptr);
    envp.push_back(nullptr);
  }
  std::vector<std::string> words;
  std::vector<std::string> variables;
  std::vector<char*> argv;
  std::vector<char*> envp;
};

[[noreturn]] void become(const Prepared& prepared) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  execve(prepared.argv[0], prepared.argv.data(), prepared.envp.data());
  _exit(127);
}

}  // namespace

Child::Child(const Call& call, Output output) {
  const Prepared prepared(call);
  const auto err = make_pipe();
  if (output == Output::terminal) {
    const winsize size{24, 80, 0, 0};
    pid_ = forkpty(&out_, nullptr, nullptr, &size);
    if (pid_ == 0) {
      dup2(err[1], STDERR_FILENO);
      become(prepared);
    }
  } else {
    const auto out = make_pipe();
    pid_ = fork();
    if (pid_ == 0) {
      dup2(out[1], STDOUT_FILENO);
      dup2(err[1], STDERR_FILENO);
      become(prepared);
    }
    close(out[1]);
    out_ = out[0];
  }
  close(err[1]);
  err_ = err[0];
}

Child::~Child() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(out_);
  if (err_ >= 0) close(err_);
}

bool Child::read_some(std::chrono::milliseconds limit) {
  std::array<pollfd, 2> ready{{{out_, POLLIN, 0}, {err_, POLLIN, 0}}};
  if (poll(ready.data(), ready.size(), static_cast<int>(limit.count())) <= 0) return false;
  bool read_any = false;
  for (std::size_t i = 0; i < ready.size(); ++i) {
    if (ready[i].revents == 0) continue;
    std::array<char, 65536> buffer{};
    const auto count = ::read(ready[i].fd, buffer.data(), buffer.size());
    auto& text = i == 0 ? ended_.out : ended_.err;
    if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
    read_any = read_any || count > 0;
  }
  return read_any;
}

bool Child::shows(const std::string& text) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (ended_.out.find(text) == std::string::npos && ended_.err.find(text) == std::string::npos) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0 || !read_some(left)) return false;
  }
  return true;
}

void Child::interrupt() const { kill(pid_, SIGINT); }

Ended Child::end() {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  int status = 0;
  while (waitpid(pid_, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > end) return ended_;
    read_some(std::chrono::milliseconds(20));
  }
  pid_ = -1;
  while (read_some(std::chrono::milliseconds(0))) {
  }
  ended_.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ended_;
}

Ended run_inspectctl(const Call& call) { return Child(call, Child::Output::pipe).end(); }

int columns_of(const std::string& line) {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  std::wstring wide(line.size() + 1, L'\0');
  const auto length = std::mbstowcs(wide.data(), line.c_str(), wide.size());
  if (length == static_cast<std::size_t>(-1)) return -1;
  return wcswidth(wide.c_str(), length);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

}  // namespace inspect::tests
