#include "drivers/simulator/relay.hpp"

#include <algorithm>

namespace inspect::sim {

void Relay::follow(BootTime now) {
  if (wanted() == contact) {
    moves.reset();
  } else {
    moves = now + (wanted() ? operate : release);
  }
}

void Relay::order(bool on, BootTime now) {
  drops.reset();
  ordered = on;
  follow(now);
}

/// A weld happens while the contact is closed; on an open one it is played as if a closing had just welded it.
void Relay::weld() {
  welded = true;
  no_pull_in = false;
  contact = true;
  moves.reset();
}

/// A coil that no longer holds lets go at once.
void Relay::lame() {
  no_pull_in = true;
  welded = false;
  contact = false;
  moves.reset();
}

void Relay::mend(BootTime now) {
  welded = false;
  no_pull_in = false;
  follow(now);
}

bool Relay::advance(BootTime now) {
  if (drops && now >= *drops) order(false, *drops);
  if (!moves || now < *moves) return false;
  moves.reset();
  contact = wanted();
  return true;
}

std::optional<BootTime> Relay::next() const {
  if (moves && drops) return std::min(*moves, *drops);
  return moves ? moves : drops;
}

}  // namespace inspect::sim
