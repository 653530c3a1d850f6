#include "firmware-agent/judgement/judge.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace inspect::judgement {

namespace {

constexpr double day = 86400;
constexpr double clock_set = 600;        // a reading older than this was not late: the clock was set back
constexpr double after_session = 60;     // late readings of it
constexpr double continuous_amps = 0.4;  // above, the inductor's current does not stop (30 % ripple of 3 A, data sheet)

}  // namespace

Judge::Judge(const Plant& plant, const Calendar& calendar, double start)
    : plant_(plant),
      calendar_(calendar),
      start_(start),
      points_(plant.points.size()),
      power_(plant),
      links_(plant),
      use_(calendar) {
  modules_.reserve(plant.components.size());
  for (std::size_t c = 0; c < plant.components.size(); ++c) add_component(static_cast<std::uint16_t>(c));
  now_ = start;
  next_day_ = start + day;
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
  switch (p.unit) {
    case Unit::relay:
      // Behind a link in trouble a damaged reading says nothing of the relay.
      if (!sample.good() && links_.troubled(p.link, sample.time)) break;
      relays_[p.at].take(p.role, sample, book_);
      unsettled_ = unsettled_ || relays_[p.at].pending();
      break;
    case Unit::module: power_.take(p.component, p.role, sample, book_); break;
    case Unit::tester: testers_[p.at].take(p.role, sample, book_); break;
    case Unit::link: links_.take(p.component, p.role, sample, book_); break;
    case Unit::none: break;
  }
  if (sample.good() || sample.reason == Reason::implausible) wire(p, sample);
  if (sample.good()) measure(p, sample);
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
  const bool in_use = session_ < calendar_.sessions.size() && sample.time >= calendar_.sessions[session_].start;
  switch (p.role) {
    case Role::output_current: {
      m.amps = sample.value;
      // Pairs of one scan only: a load that came between would look like a drift. A collapse or an overload is no
      // drift either, and a starved module follows its input.
      const auto output = plant_.point(p.component, Role::output_voltage);
      const bool regulates =
          m.volts > 0.75 * plant_.points[output].nominal && m.amps <= plant_.points[sample.point].high;
      if (!in_use || !regulates || m.volts_at != sample.time || !power_.fed(p.component)) break;
      m.load.take(m.amps, m.volts);
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
      const auto output = plant_.point(p.component, Role::output_voltage);
      const bool regulates = m.volts > 0.75 * plant_.points[output].nominal && m.amps >= continuous_amps;
      if (!in_use || per_swing <= 0 || !regulates || !power_.fed(p.component)) break;
      const double y = std::log(per_swing);
      m.warmth.take(m.celsius, y);
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
  while (session_ < calendar_.sessions.size() && calendar_.sessions[session_].end + after_session <= time) {
    session_over(calendar_.sessions[session_++], time);
  }
  if (time >= next_day_) {
    day_over(time);
    next_day_ += day * std::ceil((time - next_day_ + 1) / day);
  }
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
    if (trends_[i].spoke()) trends_[i].session_over(time, levels_[i], age(trends_[i]), book_);
  }
}

void Judge::day_over(double time) {
  book_.age(time);
  for (auto& t : trends_) t.day_over(time, use_, book_);
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
    if (t.component() == m.component) t.restart();
  }
}

}  // namespace inspect::judgement
