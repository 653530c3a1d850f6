#include "firmware-agent/detection/refusals.hpp"

#include <algorithm>

namespace inspect::agent {

namespace {

using namespace std::chrono_literals;

constexpr unsigned refused_after = 3;  ///< exceptions, at least half of what came back …
constexpr auto refused_for = 5s;       ///< … and lasting: a refused block that is being split refuses several times
constexpr unsigned memory = 8;         ///< so many answers in a row end what was shorter than that
constexpr auto busy_for = 60s;
constexpr unsigned mended_after = 2;  ///< answers in a row

}  // namespace

void Refusals::refused(const Moment& at) {
  if (++refusals_ == 1) first_ = at;
  more_ = std::min(more_ + 1, memory);
  longest_answered_ = std::max(longest_answered_, refusals_ == 1 ? 0 : answered_);
  answered_ = 0;
}

/// An answer among refusals: as long as half or more of all questions are refused, it is still the same trouble.
void Refusals::answered() {
  ++answered_;
  if (told_ || refusals_ == 0) return;
  if (more_ == 0) {
    forget();
  } else {
    --more_;
  }
}

bool Refusals::opens(BootTime now, bool busy) {
  if (told_ || refusals_ < refused_after || now - first_.boot < (busy ? busy_for : refused_for)) return false;
  told_ = true;
  return true;
}

bool Refusals::closes() {
  if (!told_ || answered_ < std::max(mended_after, longest_answered_ + 1)) return false;
  told_ = false;
  forget();
  return true;
}

void Refusals::forget() { refusals_ = more_ = longest_answered_ = 0; }

}  // namespace inspect::agent
