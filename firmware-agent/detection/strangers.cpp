#include "firmware-agent/detection/strangers.hpp"

#include <algorithm>

namespace inspect::agent {

namespace {

using namespace std::chrono_literals;

constexpr auto spell = 60s;
constexpr auto moment_ago = 30s;

}  // namespace

void Strangers::take(const LineSigns& signs, bool answered, const Moment& now) {
  if (signs.foreign > 0 && questions_ > 0 && now.boot - heard_[0].boot > spell) questions_ = 0;
  for (std::uint32_t i = 0; i < std::min<std::uint32_t>(signs.foreign, 3); ++i) {
    if (questions_ == 0) heard_.fill(now);
    heard_ = {now, heard_[0], heard_[1]};
    ++questions_;
  }
  if (signs.echoes > 0) {
    if (++echoes_ == 1) first_echo_ = now;
    silences_ = 0;
    if (echoes_ >= echo_run && !echo_) echo_ = first_echo_;
  } else if (answered) {
    echoes_ = 0;
    if (++silences_ >= echo_run) echo_.reset();
  }
}

std::optional<Moment> Strangers::second_master(BootTime now) const {
  if (questions_ < heard_.size() || now - heard_[0].boot > spell) return std::nullopt;
  if (heard_[0].boot - heard_.back().boot > spell) return std::nullopt;
  return heard_.back();
}

bool Strangers::disturb(BootTime now) const { return questions_ > 0 && now - heard_[0].boot < moment_ago; }

}  // namespace inspect::agent
