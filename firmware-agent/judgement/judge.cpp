#include "firmware-agent/judgement/judge.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace inspect::judgement {

namespace {

constexpr double day = 86400;
constexpr double clock_set = 600;     // a reading older than this was not late: the clock was set back
constexpr double after_session = 60;  // late readings of it
constexpr double hour = 3600;
constexpr double switching = 5;     // a supply that was told to change gives what it is told after it
constexpr double same_point = 0.5;  // seconds between voltage and current of one scan, in one request or two
constexpr double learning_pace =
    9;  // conditioning is learned from pairs no nearer than this: a fast bus knows no sooner
constexpr int sessions_to_learn = 40, hours_to_learn = 14 * 24;  // two weeks of use
constexpr double continuous_amps = 0.4;  // above, the inductor's current does not stop (30 % ripple of 3 A, data sheet)

}  // namespace

Judge::Judge(const Plant& plant, const Calendar& calendar, double start)
    : plant_(plant),
      calendar_(calendar),
      start_(start),
      points_(plant.points.size()),
      power_(plant, calendar.hourly ? hours_to_learn : sessions_to_learn),
      links_(plant),
      use_(calendar) {
  modules_.reserve(plant.components.size());
  for (std::size_t c = 0; c < plant.components.size(); ++c) add_component(static_cast<std::uint16_t>(c));
  now_ = start;
  next_day_ = start + day;
  next_hour_ = hour * (std::floor(start / hour) + 1);
  rebaselined_.reserve(64);
}

void Judge::add_component(std::uint16_t id) {
  auto unit = Unit::none;
  std::size_t at = 0;
  if (plant_.point(id, Role::feedback) != nowhere) {
    unit = Unit::relay, at = relays_.size();
    relays_.emplace_back(plant_, id);
  } else if (const auto output = plant_.point(id, Role::output_voltage); output != nowhere) {
    unit = Unit::module, at = modules_.size();
    modules_.emplace_back();
    const auto ripple = plant_.point(id, Role::output_ripple);
    if (ripple != nowhere) modules_.back().nominal_ripple = plant_.points[ripple].nominal;
  } else if (plant_.point(id, Role::leakage_current) != nowhere) {
    unit = Unit::tester, at = testers_.size();
    testers_.emplace_back(plant_, id);
  } else if (plant_.point(id, Role::latency) != nowhere) {
    unit = Unit::link;
  }
  for (const auto p : plant_.components[id].points) {
    auto& state = points_[p];
    state.unit = unit;
    state.role = plant_.points[p].role;
    state.at = static_cast<std::uint16_t>(at);
    state.component = id;
    state.link = plant_.link_of(id);
    const auto kind = unit == Unit::none ? std::nullopt : trend_of(state.role);
    if (!kind) continue;
    state.trend = static_cast<std::uint16_t>(trends_.size());
    trends_.emplace_back(plant_, p, *kind, start_);
    levels_.push_back(0);
  }
}

/// A reading that came late or twice tells nothing that was not told, unless the clock was set back.
bool Judge::in_order(PointState& p, const Sample& sample) const {
  if (sample.time <= p.latest && sample.time > p.latest - clock_set) return false;
  p.latest = sample.time;
  return true;
}

void Judge::take(const Sample& sample) {
  if (sample.point >= points_.size()) return;
  auto& p = points_[sample.point];
  if (p.unit == Unit::none || !in_order(p, sample)) return;
  if (sample.time >= now_ + 1) advance(sample.time);
  if (sample.time < now_ - day) go_on_at(sample.time);
  switch (p.unit) {
    case Unit::relay:
      // Behind a link in trouble a damaged reading says nothing of the relay.
      if (!sample.good() && links_.troubled(p.link, sample.time)) break;
      relays_[p.at].take(p.role, sample, book_);
      unsettled_ = unsettled_ || relays_[p.at].pending();
      break;
    case Unit::module:
      if (!order_module(p, sample)) return;
      power_.take(p.component, p.role, sample, book_);
      break;
    case Unit::tester: testers_[p.at].take(p.role, sample, book_); break;
    case Unit::link: links_.take(p.component, p.role, sample, book_); break;
    case Unit::none: break;
  }
  if (sample.good() || sample.reason == Reason::implausible) wire(p, sample);
  if (sample.good()) measure(p, sample);
}

void Judge::tick(double time) {
  if (time >= now_ + 1) advance(time);
}

/// After a restart, or when a clock that was ahead is right again: what is due is due from here.
void Judge::go_on_at(double time) {
  now_ = time;
  next_day_ = start_ + day * (std::floor((time - start_) / day) + 1);
  next_hour_ = hour * (std::floor(time / hour) + 1);
  const auto over = [&](const Session& s) { return s.end + after_session <= time; };
  const auto& sessions = calendar_.sessions;
  session_ = static_cast<std::size_t>(std::find_if_not(sessions.begin(), sessions.end(), over) - sessions.begin());
  const auto done = [&](const Maintenance& m) { return m.time <= time; };
  const auto& all = calendar_.maintenance;
  maintenance_ = static_cast<std::size_t>(std::find_if_not(all.begin(), all.end(), done) - all.begin());
}

/// What a module is told to do is no fault of it: off, it gives nothing, and another set-point is another baseline.
/// False: the reading says nothing of the module.
bool Judge::order_module(PointState& p, const Sample& sample) {
  auto& m = modules_[p.at];
  if (!sample.good()) return true;
  if (p.role == Role::command) {
    const bool on = sample.value >= 0.5;
    if (on != m.on) m.switched_at = sample.time, power_.rest(p.component);
    m.on = on;
    return false;
  }
  if (p.role == Role::setpoint) {
    if (sample.value == m.told_volts) return false;
    if (m.told_volts > 0) {
      if (rebaselined_.size() < 64) rebaselined_.push_back({sample.time, p.component, m.told_volts, sample.value});
      m.switched_at = sample.time;
      m.load.restart();
      for (auto& t : trends_) {
        if (t.component() == p.component) t.restart(), ledger_.moot(sample.time, t.point());
      }
      ++changes_;
    }
    m.told_volts = sample.value;
    power_.expect(p.component, sample.value);
    power_.rest(p.component);
    return false;
  }
  const bool of_output =
      p.role == Role::output_voltage || p.role == Role::output_current || p.role == Role::output_ripple;
  return !of_output || (m.on && sample.time - m.switched_at >= switching);
}

/// One channel tells the impossible while the device answers: its wire (W1). A relay that never closed has no operate
/// time, which is another fault.
void Judge::wire(PointState& p, const Sample& sample) {
  const bool bad = !sample.good() && p.role != Role::operate_time && p.role != Role::feedback;
  p.broken = static_cast<std::uint8_t>(p.broken << 1 | (bad ? 1 : 0));
  if (bad && std::popcount(p.broken) >= 2) book_.see(sample.time, p.component, sample.point, Fault::W1);
}

void Judge::measure(PointState& p, const Sample& sample) {
  if (p.unit == Unit::module) return measure_module(p, sample);
  if (p.trend != nowhere) trends_[p.trend].take(sample.value);
}

void Judge::measure_module(PointState& p, const Sample& sample) {
  auto& m = modules_[p.at];
  const bool in_use =
      calendar_.hourly || (session_ < calendar_.sessions.size() && sample.time >= calendar_.sessions[session_].start);
  switch (p.role) {
    case Role::output_current: {
      m.amps = sample.value;
      // Pairs of one scan only: a load that came between would look like a drift. A collapse or an overload is no
      // drift either, and a starved module follows its input.
      const auto output = plant_.point(p.component, Role::output_voltage);
      const bool regulates = m.volts > 0.75 * power_.nominal(p.component) && m.amps <= plant_.points[sample.point].high;
      if (!in_use || !regulates || std::abs(m.volts_at - sample.time) > same_point || !power_.fed(p.component)) break;
      if (sample.time - m.load_at >= learning_pace) m.load.take(m.amps, m.volts), m.load_at = sample.time;
      if (m.load.known()) trends_[points_[output].trend].take(m.volts - std::min(0.0, m.load.slope()) * m.amps);
      break;
    }
    case Role::input_voltage: m.input = sample.value; break;
    case Role::temperature:
      // Arrhenius as makers of capacitors state it: twice the wear for every 10 K.
      if (sample.time - m.warmed_at < 7200)
        m.heated += (sample.time - m.warmed_at) / 3600 * std::exp2((m.celsius - 40) / 10);
      m.warmed_at = sample.time;
      m.celsius = sample.value;
      break;
    case Role::output_voltage:
      m.volts = sample.value;
      m.volts_at = sample.time;
      break;
    case Role::output_ripple: {
      const double per_swing = ripple_per_swing(sample.value, m.volts, m.input);
      const bool regulates = m.volts > 0.75 * power_.nominal(p.component) && m.amps >= continuous_amps;
      if (!in_use || per_swing <= 0 || !regulates || !power_.fed(p.component)) break;
      const double y = std::log(per_swing);
      if (sample.time - m.warmth_at >= learning_pace) m.warmth.take(m.celsius, y), m.warmth_at = sample.time;
      if (m.warmth.known()) trends_[p.trend].take(m.nominal_ripple * std::exp(y - m.warmth.at(m.celsius)));
      break;
    }
    default: break;
  }
}

void Judge::advance(double time) {
  now_ = time;
  power_.tick(time, book_);
  if (unsettled_) {
    unsettled_ = false;
    for (auto& r : relays_) {
      r.settle(time, book_);
      unsettled_ = unsettled_ || r.pending();
    }
  }
  while (maintenance_ < calendar_.maintenance.size() && calendar_.maintenance[maintenance_].time <= time) {
    maintained(calendar_.maintenance[maintenance_++]);
  }
  end_sessions(time);
  if (time >= next_day_) {
    day_over(time);
    next_day_ += day * std::ceil((time - next_day_ + 1) / day);
  }
}

void Judge::end_sessions(double time) {
  const auto& sessions = calendar_.sessions;
  if (!calendar_.hourly) {
    while (session_ < sessions.size() && sessions[session_].end + after_session <= time) {
      session_over(sessions[session_++], time);
    }
    return;
  }
  if (time < next_hour_ + after_session) return;
  const auto meets = [&](const Session& s) { return s.start < next_hour_ && s.end > next_hour_ - hour; };
  session_over({next_hour_ - hour, next_hour_, std::any_of(sessions.begin(), sessions.end(), meets)}, time);
  next_hour_ = hour * (std::floor((time - after_session) / hour) + 1);
}

const TrendRules* Judge::trend(std::uint16_t point) const {
  if (point >= points_.size() || points_[point].trend == nowhere) return nullptr;
  return &trends_[points_[point].trend];
}

double Judge::age(const TrendRules& trend) const {
  const auto at = points_[plant_.components[trend.component()].points.front()].at;
  switch (trend.kind().ageing) {
    case Ageing::operations: return relays_[at].operations();
    case Ageing::heated_hours: return modules_[at].heated;
    case Ageing::days: break;
  }
  return (now_ - start_) / day;
}

/// How fast the relays of a board are against their own usual: a slow supply or a cold room is common to all.
double Judge::board_pace(std::uint16_t board) const {
  std::array<double, 64> paces{};
  std::size_t count = 0;
  for (const auto& t : trends_) {
    if (t.kind().fault != Fault::R5 || plant_.components[t.component()].powered_by != board) continue;
    if (!t.spoke() || t.usual() <= 0 || count == paces.size()) continue;
    paces[count++] = t.session_median() / t.usual();
  }
  return count < 3 ? 1 : median_of({paces.data(), count});
}

void Judge::session_over(const Session& session, double time) {
  power_.session_over(time, book_);
  std::uint32_t operations = 0;
  for (const auto& r : relays_) operations += r.operations();
  use_.learn(session, operations - operations_);
  operations_ = operations;
  std::uint16_t board = nowhere;
  double pace = 1;
  for (std::size_t i = 0; i < trends_.size(); ++i) {
    const auto& t = trends_[i];
    if (!t.spoke()) continue;
    levels_[i] = t.session_median();
    if (t.kind().fault != Fault::R5) continue;
    const auto above = plant_.components[t.component()].powered_by;
    if (above != board) board = above, pace = board_pace(above);
    levels_[i] /= pace;
  }
  for (std::size_t i = 0; i < trends_.size(); ++i) {
    auto& t = trends_[i];
    if (!t.spoke()) continue;
    t.session_over(time, levels_[i], age(t), book_);
    if (t.crossed()) ledger_.crossed(time, t.point());
  }
  ++changes_;
}

void Judge::day_over(double time) {
  book_.age(time);
  ledger_.age(time);
  for (auto& t : trends_) t.day_over(time, use_, book_, ledger_);
  ++changes_;
}

void Judge::maintained(const Maintenance& m) {
  if (m.component == nowhere) return;
  book_.mended(m.time, m.component);
  power_.mended(m.time, m.component);
  links_.mended(m.component);
  for (std::size_t c = 0; c < plant_.components.size(); ++c) {
    const auto& component = plant_.components[c];
    if (component.points.empty() || (c != m.component && component.powered_by != m.component)) continue;
    const auto& p = points_[component.points.front()];
    if (p.unit == Unit::relay) relays_[p.at].replaced();
    if (p.unit == Unit::tester) testers_[p.at].mended();
  }
  for (auto& t : trends_) {
    if (t.component() == m.component) t.restart(), ledger_.moot(m.time, t.point());
  }
  ++changes_;
}

}  // namespace inspect::judgement
