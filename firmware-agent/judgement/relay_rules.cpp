#include "firmware-agent/judgement/relay_rules.hpp"

namespace inspect::judgement {

namespace {

constexpr double same_poll = 0.5;     // command and feedback of one poll, in one request or two
constexpr double settle_seconds = 2;  // operate 10 ms, release 5 ms (SRD data sheet), plus two polls
constexpr double idle_sight = 60;     // polls of an idle relay nearer than this are one sight
constexpr double toggle_seconds = 5;  // a contact that falls off and comes back by itself
constexpr double day = 86400;
// A closing through a film reads several times the usual value. Clean contacts do so once in a hundred closings at
// most; the run length is 20 years of 24 relays with 20 000 closings under load a year.
constexpr double film_factor = 4;
constexpr double film_share = 0.01;
constexpr double film_run = 1e7;
// A single reading is damaged once in some thousand; the run length as above.
constexpr double damaged_share = 0.002;
constexpr double damaged_run = 1e8;

}  // namespace

RelayRules::RelayRules(const Plant& plant, std::uint16_t component)
    : component_(component),
      point_(plant.point(component, Role::feedback)),
      resistance_(plant.point(component, Role::contact_resistance)),
      film_(film_share, film_run),
      release_(damaged_share, damaged_run) {}

void RelayRules::replaced() {
  directions_ = {};
  pending_at_ = -1;
  level_ = 0;
  closings_ = 0;
  film_.reset();
  release_.reset();
}

void RelayRules::take(Role role, const Sample& sample, ClaimBook& book) {
  settle(sample.time, book);
  if (role == Role::command && sample.good()) command(sample);
  if (role == Role::feedback) feedback(sample, book);
  if (role == Role::contact_resistance && sample.good()) contact(sample, book);
}

void RelayRules::command(const Sample& sample) {
  const bool on = sample.value >= 0.5;
  if (known_ && on != commanded_) {
    operated_at_ = sample.time;
    dropped_at_ = -1e18;  // what the contact did before was told to it: the order was read later than its effect
    if (on) ++operations_;
  }
  known_ = true;
  commanded_ = on;
  command_at_ = sample.time;
}

void RelayRules::feedback(const Sample& sample, ClaimBook& book) {
  if (!known_) return;
  const double since = sample.time - operated_at_;
  if (!commanded_ && since >= 0.5 && since <= settle_seconds) {
    if (release_.take(sample.reason == Reason::line)) book.see(sample.time, component_, point_, Fault::D1);
  }
  if (!sample.good()) return;
  const bool closed = sample.value >= 0.5;
  if (std::abs(sample.time - command_at_) > same_poll) return alone(sample.time, closed, book);
  const bool at_once = std::abs(since) <= same_poll;
  if (!commanded_ && at_once) release_.take(false);
  auto& way = directions_[commanded_ ? 1 : 0];
  if (closed == commanded_) {
    way.run = 0;
  } else if (at_once || sample.time - way.last_sight >= idle_sight) {
    pending_at_ = sample.time;
  }
}

/// A feedback without its command: it puts a late contact right, or the contact moved by itself.
void RelayRules::alone(double time, bool closed, ClaimBook& book) {
  if (pending_at_ >= 0 && closed == commanded_ && time - pending_at_ <= settle_seconds + same_poll) {
    pending_at_ = -1;
    directions_[commanded_ ? 1 : 0].run = 0;
    return;
  }
  if (!commanded_ || directions_[1].run > 0 || time - operated_at_ < settle_seconds - same_poll) return;
  if (!closed) {
    dropped_at_ = time;
  } else if (time - dropped_at_ <= toggle_seconds) {
    if (time - toggled_at_ <= day) book.see(time, component_, point_, Fault::R6);
    toggled_at_ = time;
    dropped_at_ = -1e18;
  }
}

void RelayRules::settle(double time, ClaimBook& book) {
  if (pending_at_ < 0 || time < pending_at_ + settle_seconds) return;
  auto& way = directions_[commanded_ ? 1 : 0];
  way.last_sight = pending_at_;
  pending_at_ = -1;
  if (++way.run >= 2) book.see(time, component_, point_, commanded_ ? Fault::R2 : Fault::R1);
}

/// The level follows by a hundredth a closing (a median by stochastic approximation: Robbins, Monro 1951), so that a
/// slow growth, which is another fault, is no film.
void RelayRules::contact(const Sample& sample, ClaimBook& book) {
  constexpr std::uint32_t learning = 50;
  if (closings_ == 0) level_ = sample.value;
  const double step = ++closings_ < learning ? 0.1 : 0.01;
  level_ *= sample.value > level_ ? 1 + step : 1 - step;
  if (closings_ < learning) return;
  if (film_.take(sample.value > film_factor * level_)) book.see(sample.time, component_, resistance_, Fault::R4);
}

}  // namespace inspect::judgement
