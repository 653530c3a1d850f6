// usbstage PROGRAM [ARGUMENT…]
//
// Runs a program before USB ports that are not there. Commands come by standard input, a line each, and each is
// answered by a line "ok …" or "no …":
//     plug PORT MODEL…     plug 1-1 relay4 HURTM; again without a model: the same device comes back
//     unplug PORT
//     forbid PORT, permit PORT
//     act PORT WORDS…      a fault or what the model knows: act 1-1 silent, act 1-1 set 2 on
//     state PORT           what the model tells of itself
//     start                the program, whose output goes to standard error; answers "ok PID"
//     stop                 SIGTERM and wait, at most 10 s
// At the end of standard input the program is killed.
//
// usbstage --usbip PORT PROGRAM [ARGUMENT…]
//
// Runs a program before the devices that sitesim offers by USB/IP on this port: they come and go as sitesim says. Ends
// with the program, and ends it politely.
#include "tests/support/usb/models.hpp"
#include "tests/support/usb/remote_model.hpp"
#include "tests/support/usb/stage.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <iostream>
#include <map>
#include <sstream>

namespace {

using inspect::tests::Stage;

class Program {
 public:
  explicit Program(char** words) : words_(words) {}
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  std::string start() {
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      sigset_t none;
      sigemptyset(&none);
      sigprocmask(SIG_SETMASK, &none, nullptr);
      dup2(STDERR_FILENO, STDOUT_FILENO);
      const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
      dup2(nothing, STDIN_FILENO);
      execvp(words_[0], words_);
      _exit(127);
    }
    return "ok " + std::to_string(pid_);
  }

  /// Its exit code, when it has ended.
  std::optional<int> ended() {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  std::string stop() {
    if (pid_ <= 0) return "no program";
    kill(pid_, SIGTERM);
    pollfd ended{static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)), POLLIN, 0};
    const bool in_time = poll(&ended, 1, 10'000) == 1;
    close(ended.fd);
    int status = 0;
    if (in_time && waitpid(pid_, &status, 0) == pid_) {
      pid_ = -1;
      return "ok " + std::to_string(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    }
    return "no end in 10 s";
  }

 private:
  char** words_;
  pid_t pid_ = -1;
};

std::vector<std::string> split(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

class Director {
 public:
  explicit Director(Program& program) : program_(program) {}

  std::string take(const std::vector<std::string>& words) {
    if (words[0] == "start") return program_.start();
    if (words[0] == "stop") return program_.stop();
    if (words.size() < 2) return "no port";
    const auto& port = words[1];
    if (words[0] == "plug") return plug(port, {words.begin() + 2, words.end()});
    if (words[0] == "unplug") stage_.unplug(port);
    if (words[0] == "forbid" || words[0] == "permit") stage_.permit(port, words[0] == "permit");
    if (words[0] == "act" && !stage_.act(port, {words.begin() + 2, words.end()})) return "no such words";
    return "ok " + stage_.state(port);
  }

 private:
  std::string plug(const std::string& port, const std::vector<std::string>& model) {
    if (!model.empty()) models_[port] = inspect::tests::make_usb_model(model);
    if (!models_[port]) return "no such model";
    stage_.plug(port, models_[port]);
    return "ok";
  }

  Program& program_;
  Stage stage_;
  std::map<std::string, std::shared_ptr<inspect::sim::UsbModel>> models_;
};

/// Plugs in what is offered, and pulls out what is offered no more.
class Visitor {
 public:
  explicit Visitor(std::uint16_t port) : port_(port) {}

  void look() {
    for (auto each = taken_.begin(); each != taken_.end();) {
      if (!each->second->gone()) {
        ++each;
        continue;
      }
      stage_.unplug(each->first);
      each = taken_.erase(each);
    }
    for (const auto& port : inspect::tests::RemoteModel::offered(port_)) {
      auto model = inspect::tests::RemoteModel::take(port_, port);
      if (!model) continue;
      stage_.plug(port, model);
      taken_[port] = std::move(model);
    }
  }

 private:
  std::uint16_t port_;
  Stage stage_;
  std::map<std::string, std::shared_ptr<inspect::tests::RemoteModel>> taken_;
};

constexpr int look_again_ms = 200;

int visit(std::uint16_t port, char** words) {
  // Before there are threads, for all of them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGCHLD);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  Visitor visitor(port);
  visitor.look();
  Program program(words);
  program.start();
  pollfd signalled{signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK), POLLIN, 0};
  while (true) {
    if (const auto code = program.ended()) return *code;
    if (poll(&signalled, 1, look_again_ms) == 1) {
      signalfd_siginfo what{};
      while (read(signalled.fd, &what, sizeof what) == sizeof what) {
        if (what.ssi_signo != SIGCHLD) return program.stop() == "ok 0" ? 0 : 1;
      }
    }
    visitor.look();
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: usbstage PROGRAM [ARGUMENT…]\n";
    return 2;
  }
  inspect::tests::on_stage();
  if (argc > 3 && std::string(argv[1]) == "--usbip") {
    return visit(static_cast<std::uint16_t>(std::atoi(argv[2])), argv + 3);
  }
  Program program(argv + 1);
  Director director(program);
  for (std::string line; std::getline(std::cin, line);) {
    const auto words = split(line);
    if (!words.empty()) std::cout << director.take(words) << std::endl;
  }
  return 0;
}
