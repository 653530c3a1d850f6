#include "firmware-agent/judgement/power_rules.hpp"

#include <algorithm>
#include <cmath>

namespace inspect::judgement {

namespace {

// LM2596 data sheet: the switch saturates at 1.4 V at most, so about 2 V are needed above the output.
constexpr double headroom = 2;
constexpr double dead_share = 0.1;       // of nominal: nothing there
constexpr double collapse_share = 0.75;  // far outside +-4 %: no drift
constexpr double rest_share = 0.12;      // of the rated current: unloaded
constexpr double together = 5;           // seconds in which one cause shows on all of a feed
constexpr double fresh = 90;
constexpr int well_again = 3;      // readings that show a dead module or lead alive
constexpr double live_again = 60;  // seconds that a feed must live on all its modules
constexpr double refused = 3600;   // seconds after which a blown fuse is a new story

}  // namespace

PowerRules::PowerRules(const Plant& plant, int sessions_to_learn)
    : sessions_to_learn_(sessions_to_learn), module_of_(plant.components.size(), nowhere) {
  for (std::size_t c = 0; c < plant.components.size(); ++c) {
    const auto id = static_cast<std::uint16_t>(c);
    const auto output = plant.point(id, Role::output_voltage);
    if (output == nowhere) continue;
    Module m;
    m.component = id;
    m.output = output;
    m.current = plant.point(id, Role::output_current);
    m.input = plant.point(id, Role::input_voltage);
    m.nominal = plant.points[output].nominal;
    m.most = m.current == nowhere ? std::numeric_limits<double>::infinity() : plant.points[m.current].high;
    if (m.input != nowhere) m.nominal_input = plant.points[m.input].nominal;
    m.least_input = m.input == nowhere ? 0 : plant.points[m.input].low;
    if (m.input != nowhere && m.nominal > 0) m.least_input = std::max(m.least_input, m.nominal + headroom);
    const auto above = plant.components[c].powered_by;
    auto feed = std::find_if(feeds_.begin(), feeds_.end(), [&](const Feed& f) { return f.component == above; });
    if (feed == feeds_.end()) {
      feeds_.emplace_back();
      feeds_.back().component = above;
      feed = feeds_.end() - 1;
    }
    m.feed = static_cast<std::size_t>(feed - feeds_.begin());
    feed->modules.push_back(modules_.size());
    module_of_[c] = static_cast<std::uint16_t>(modules_.size());
    modules_.push_back(m);
  }
}

bool PowerRules::fed(std::uint16_t component) const {
  const auto at = module_of_[component];
  if (at == nowhere) return true;
  const auto& m = modules_[at];
  return m.input == nowhere || (m.dead_since < 0 && (m.nominal <= 0 || m.in.value >= m.nominal + headroom));
}

void PowerRules::forget(Module& m) {
  m.out_since = m.dead_since = m.low_since = -1;
  m.out_reads = m.out_zero = m.over = m.dead_reads = m.low_reads = 0;
}

void PowerRules::rest(std::uint16_t component) { forget(modules_[module_of_[component]]); }

void PowerRules::expect(std::uint16_t component, double volts) {
  auto& m = modules_[module_of_[component]];
  m.nominal = volts;
  if (m.input != nowhere) m.least_input = std::max(m.least_input, volts + headroom);
}

void PowerRules::mended(double time, std::uint16_t component) {
  for (auto& f : feeds_) {
    if (f.component != component) continue;
    f.sagging_sessions = 0;
    f.fused_at = time;
    for (const auto i : f.modules) forget(modules_[i]);
  }
  if (module_of_[component] != nowhere) forget(modules_[module_of_[component]]);
}

void PowerRules::take(std::uint16_t component, Role role, const Sample& sample, ClaimBook& book) {
  auto& m = modules_[module_of_[component]];
  if (!sample.good()) {
    m.over = 0;
    return;
  }
  if (role == Role::input_voltage) input(m, sample);
  if (role == Role::output_current) overload(m, sample, book);
  if (role == Role::output_voltage || role == Role::input_voltage) output(m, sample, book);
}

void PowerRules::input(Module& m, const Sample& sample) {
  m.in = {sample.value, sample.time};
  m.session_sum += sample.value;
  ++m.session_reads;
  if (sample.value < dead_share * m.nominal_input) {
    if (m.dead_since < 0) m.dead_since = sample.time;
    ++m.dead_reads;
    return;
  }
  m.dead_since = -1;
  m.dead_reads = 0;
  if (sample.value >= m.least_input) {
    m.low_since = -1;
    m.low_reads = 0;
    m.low_unloaded = false;
    return;
  }
  if (m.low_since < 0) m.low_since = sample.time;
  ++m.low_reads;
  // Without load there is no droop: a sag that is there all the same is none of the bridge's.
  m.low_unloaded = m.low_unloaded || m.amps.value < rest_share * m.most || sample.value < m.nominal + headroom;
}

/// The output is wrong at three readings, or at two when the input was seen to stand after the first.
void PowerRules::output(Module& m, const Sample& sample, ClaimBook& book) {
  if (sample.point == m.output) {
    const bool wrong = sample.value < collapse_share * m.nominal && m.amps.value <= m.most;
    if (!wrong || !fed(m.component)) {
      m.out_since = -1;
      m.out_reads = m.out_zero = 0;
      if (!wrong) recovered(m, sample.time, book);
      return;
    }
    m.well = 0;
    if (m.out_since < 0) m.out_since = sample.time;
    ++m.out_reads;
    if (sample.value < dead_share * m.nominal) ++m.out_zero;
  }
  if (m.out_since < 0 || m.out_reads < 2 || !fed(m.component)) return;
  if (m.out_reads < 3 && m.in.time <= m.out_since) return;
  const bool dead = m.out_zero == m.out_reads;
  // A low output may be an overload where nobody knows what the module can give.
  if (dead || std::isfinite(m.most)) book.see(sample.time, m.component, m.output, dead ? Fault::P6 : Fault::P3);
}

/// What is dead does not come back by itself: somebody mended it and did not say so.
void PowerRules::recovered(Module& m, double time, ClaimBook& book) {
  if (++m.well != well_again) return;
  book.over(time, m.component, Fault::P6);
  if (m.dead_since < 0) book.over(time, m.component, Fault::D2);
}

/// Over the rated current at three readings in a row and for a minute (start-up of a load is shorter).
void PowerRules::overload(Module& m, const Sample& sample, ClaimBook& book) {
  m.amps = {sample.value, sample.time};
  if (sample.value <= m.most) {
    m.over = 0;
    return;
  }
  if (m.over++ == 0) m.over_since = sample.time;
  if (m.over >= 3 && sample.time - m.over_since >= 60) book.see(sample.time, m.component, m.current, Fault::P4);
}

void PowerRules::tick(double time, ClaimBook& book) {
  for (auto& feed : feeds_) {
    if (feed.component == nowhere) continue;
    judge_feed(feed, time, book);
    judge_sag(feed, time, book);
  }
}

/// Mains that fail take every feed: a fuse is only claimed while another feed lives.
bool PowerRules::others_live(const Feed& feed, double since) const {
  bool any = false;
  for (const auto& other : feeds_) {
    if (&other == &feed) continue;
    for (const auto i : other.modules) {
      if (modules_[i].dead_since >= 0) return false;
      any = any || modules_[i].in.time >= since - 600;
    }
  }
  return any || feeds_.size() == 1;
}

void PowerRules::judge_feed(Feed& feed, double time, ClaimBook& book) {
  std::size_t dead = 0;
  double first = time;
  for (const auto i : feed.modules) {
    if (modules_[i].dead_since < 0) continue;
    ++dead;
    first = std::min(first, modules_[i].dead_since);
  }
  if (dead > 0) feed.live_since = -1;
  if (dead == 0 && feed.live_since < 0) feed.live_since = time;
  if (dead == 0 && time - feed.live_since >= live_again && book.stands(feed.component, Fault::F1)) {
    book.over(time, feed.component, Fault::F1);
  }
  if (dead == 0 || time - first < together || time - first > 4 * 86400 || !others_live(feed, first)) return;
  if (dead >= 2 && 2 * dead >= feed.modules.size()) {
    // A new fuse that blows at once was no fuse: the bridge behind it is shorted.
    const bool again = first - feed.fused_at < refused || book.stands(feed.component, Fault::B2);
    book.see(time, feed.component, nowhere, again ? Fault::B2 : Fault::F1);
    return;
  }
  for (const auto i : feed.modules) {
    const auto& m = modules_[i];
    if (dead == 1 && m.dead_since >= 0 && m.dead_reads >= 3) book.see(time, m.component, m.input, Fault::D2);
  }
}

void PowerRules::judge_sag(Feed& feed, double time, ClaimBook& book) {
  std::size_t low = 0;
  bool unloaded = false;
  for (const auto i : feed.modules) {
    const auto& m = modules_[i];
    if (m.low_since < 0 || m.low_reads < 3 || time - m.low_since < fresh || time - m.in.time > 3600) continue;
    ++low;
    unloaded = unloaded || m.low_unloaded;
  }
  // The bridge's own claim stands for it; a sag of the mains is on every feed.
  if (2 * low <= feed.modules.size() || !unloaded || book.stands(feed.component, Fault::B1)) return;
  for (const auto& other : feeds_) {
    if (&other == &feed) continue;
    for (const auto i : other.modules) {
      if (modules_[i].low_since >= 0 && modules_[i].low_reads >= 3) return;
    }
  }
  book.see(time, feed.component, nowhere, Fault::P5);
}

double PowerRules::session_mean(const Feed& feed) const {
  double sum = 0;
  int reads = 0;
  for (const auto i : feed.modules) {
    if (modules_[i].dead_since >= 0) return 0;
    sum += modules_[i].session_sum;
    reads += modules_[i].session_reads;
  }
  return reads < 20 ? 0 : sum / reads;
}

/// With one diode open the reservoir is filled half as often: the feed sags under load, and mains and season cancel in
/// the ratio to the other feeds.
void PowerRules::session_over(double time, ClaimBook& book) {
  for (auto& f : feeds_) f.mean = session_mean(f);
  for (auto& feed : feeds_) {
    // The highest other: two feeds with a trouble do not hide a third.
    double highest = 0;
    for (const auto& other : feeds_) {
      if (&other != &feed) highest = std::max(highest, other.mean);
    }
    if (feed.mean > 0 && highest > 0) judge_bridge(feed, feed.mean / highest, time, book);
  }
  for (auto& m : modules_) m.session_sum = m.session_reads = 0;
}

void PowerRules::judge_bridge(Feed& feed, double share, double time, ClaimBook& book) {
  // 5 % of the feed: a third of what the input limit allows, and several times what load does to a sound one.
  constexpr double sag = 0.05;
  const double usual = feed.learned == 0 ? 1 : feed.usual;
  if (share > usual - sag) {
    feed.sagging_sessions = 0;
    if (feed.learned < sessions_to_learn_) feed.usual += (share - feed.usual) / ++feed.learned;
    return;
  }
  if (++feed.sagging_sessions >= 2 && !book.stands(feed.component, Fault::P5)) {
    book.see(time, feed.component, nowhere, Fault::B1);
  }
}

}  // namespace inspect::judgement
