#include "firmware-agent/cli/interrupts.hpp"

#include <poll.h>

#include <ctime>

namespace inspect::cli {

namespace {

volatile std::sig_atomic_t interrupted = 0;
void on_interrupt(int /*signal*/) { interrupted = 1; }

}  // namespace

Interrupts::Interrupts() {
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  sigset_t held;
  sigemptyset(&held);
  for (const int number : {SIGINT, SIGTERM}) {
    sigaction(number, &action, nullptr);
    sigaddset(&held, number);
  }
  sigprocmask(SIG_BLOCK, &held, &open_);
  sigdelset(&open_, SIGINT);
  sigdelset(&open_, SIGTERM);
}

void Interrupts::wait(int descriptor, std::chrono::milliseconds limit) const {
  pollfd ready{descriptor, POLLIN, 0};
  const timespec span{limit.count() / 1000, static_cast<long>(limit.count() % 1000) * 1'000'000};
  ppoll(&ready, 1, &span, &open_);
}

bool Interrupts::came() const {
  const timespec none{0, 0};
  ppoll(nullptr, 0, &none, &open_);
  return interrupted != 0;
}

}  // namespace inspect::cli
