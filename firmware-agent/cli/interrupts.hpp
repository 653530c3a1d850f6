#pragma once

#include <chrono>
#include <csignal>

namespace inspect::cli {

/// Ctrl-C and SIGTERM end what is being watched, politely. They come only while the program waits, so that none is lost
/// between looking and waiting.
class Interrupts {
 public:
  Interrupts();

  /// Waits for bytes on the descriptor, an interrupt or the end of `limit`.
  void wait(int descriptor, std::chrono::milliseconds limit) const;
  /// Whether one has come; lets those through that are held back.
  [[nodiscard]] bool came() const;

 private:
  sigset_t open_{};
};

}  // namespace inspect::cli
