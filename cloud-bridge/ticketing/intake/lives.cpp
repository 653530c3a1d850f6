#include "cloud-bridge/ticketing/intake/lives.hpp"

namespace inspect::ticketing {

InboxKey in_life(const InboxKey& key, std::size_t life) {
  auto out = key;
  if (life > 1) out.epoch += '~' + std::to_string(life);
  return out;
}

void TwinWatch::heard(const std::string& gateway, InboxKind kind, const std::string& epoch, WallTime at) {
  auto& pair = speakers_[{gateway, kind}];
  if (pair.now.epoch != epoch) {
    if (pair.before.epoch == epoch && at - pair.before.at <= span) alternated_[gateway] = at;
    pair.before = std::exchange(pair.now, Speaker{epoch, at});
  }
  pair.now.at = at;
}

bool TwinWatch::twins(const std::string& gateway, WallTime at) const {
  const auto found = alternated_.find(gateway);
  return found != alternated_.end() && at - found->second <= span;
}

}  // namespace inspect::ticketing
