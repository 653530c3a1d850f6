#include "firmware-agent/judgement/tester_rules.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace inspect::judgement {

namespace {

constexpr double floor_microamps = 10;  // half of the zero's tolerance of 20 uA: nothing flows
constexpr double floor_share = 0.1;     // of the usual object: nothing flows, whatever the object
constexpr double scatter_factor = 8;    // of the usual difference within one object
constexpr double noise_share = 0.2;
constexpr double count = 1;  // uA, the converter's step
constexpr int objects_to_learn = 200;
constexpr double day = 86400;
// A shift of a reading's standard deviation, CUSUM k 1.5, h 12: Siegmund's formula gives a run length above 10^12
// for independent objects; humidity moves the mean by one deviation at most, for which it is about 10^6
// (Montgomery 9.6).
constexpr double moisture_k = 1.5, moisture_h = 12, clip = 3.5;

}  // namespace

TesterRules::TesterRules(const Plant& plant, std::uint16_t component)
    : component_(component),
      leakage_(plant.point(component, Role::leakage_current)),
      insulation_(plant.point(component, Role::insulation)) {
  const auto voltage = plant.point(component, Role::test_voltage);
  if (voltage != nowhere) voltage_ = plant.points[voltage].nominal;
  if (insulation_ != nowhere) least_ = plant.points[insulation_].low;
  level_ = plant.points[leakage_].nominal;
  scatter_ = 0.01;
}

void TesterRules::mended() {
  open_ = scattered_ = low_ = 0;
  stuck_ = moist_ = 0;
  last_ = {};
}

void TesterRules::take(Role role, const Sample& sample, ClaimBook& book) {
  if (role == Role::test_voltage) {
    finish(book);
    test_ = {};
    if (!sample.good() || sample.value <= 0.5 * voltage_) return;
    test_.time = sample.time;
    test_.voltage = sample.value;
    const bool same = sample.value == last_.voltage;
    if (last_.readings > 0) judge_stuck(sample.time, same, voltage_repeats_, book);
    voltage_repeats_ += 0.01 * ((same ? 1 : 0) - voltage_repeats_);
    return;
  }
  // A late reading belongs to an earlier object.
  const double into = sample.time - test_.time;
  if (!sample.good() || test_.time < 0 || into < 0 || into > 30) return;
  if (role == Role::leakage_current && test_.readings < test_.leakage.size()) {
    leakage(sample, book);
  }
  if (role == Role::insulation) {
    // Only when the run reaches back into the last test was its insulation told by a stuck tester too.
    if (across_) judge_stuck(sample.time, sample.value == last_.insulation, voltage_repeats_, book);
    test_.insulation = sample.value;
    test_.time = sample.time;
    finish(book);
  }
}

/// Between two objects a repeated count is a matter of their usual distance (density of a normal difference at 0).
void TesterRules::leakage(const Sample& sample, ClaimBook& book) {
  const bool first = test_.readings == 0;
  const double before = first ? last_.leakage[0] : test_.leakage[test_.readings - 1];
  const bool same = sample.value == before;
  test_.leakage[test_.readings++] = sample.value;
  if (first) {
    across_ = same && last_.readings > 0;
    if (last_.readings == 0) return;
    const double difference = std::abs(sample.value - before);
    judge_stuck(sample.time, same, apart_ > 0 ? std::min(0.1, 0.32 * count / apart_) : 0.1, book);
    if (!same) apart_ += (apart_ > 0 ? 0.02 : 1) * (difference - apart_);
  } else {
    judge_stuck(sample.time, same, repeats_, book);
    repeats_ += 0.01 * ((same ? 1 : 0) - repeats_);
  }
}

void TesterRules::finish(ClaimBook& book) {
  if (test_.time < 0 || test_.readings < 2) return;
  const auto test = test_;
  test_ = {};
  judge_contact(test, book);
  judge_moisture(test, book);
  learn(test);
  last_ = test;
}

TesterRules::Shape TesterRules::shape(const Test& test) const {
  std::array<double, 8> sorted = test.leakage;
  std::fill(sorted.begin() + test.readings, sorted.end(), std::numeric_limits<double>::infinity());
  std::sort(sorted.begin(), sorted.end());
  const double low = sorted[0], high = sorted[test.readings - 1];
  const double floor = std::max(floor_microamps, floor_share * level_);
  // Noise with tails reaches far at times, but not a fifth of the reading: twice the span's tolerance on either side.
  const double within = std::max({scatter_factor * scatter_ * high, scatter_factor * 2 * count, noise_share * high});
  if (high - low <= within) return high <= floor ? Shape::floor : Shape::healthy;
  // Some readings of a live object fell to the floor, the others agree with each other: a loose lead.
  const auto* const first = std::upper_bound(sorted.begin(), sorted.end(), floor);
  const bool agree = high - *first <= within;
  if (low <= floor && agree && high > 0.25 * level_) return Shape::part_floor;
  return Shape::scattered;
}

void TesterRules::judge_contact(const Test& test, ClaimBook& book) {
  const auto seen = shape(test);
  // Nothing flows although the object insulates as objects do: the scale is wrong, not the lead.
  const bool open_circuit = test.insulation < 0 || test.insulation >= 0.95 * range_;
  open_ = seen == Shape::floor && open_circuit ? open_ + 1 : 0;
  if (seen == Shape::scattered) ++scattered_, dropped_out_ = -1e18;
  if (seen == Shape::healthy) scattered_ = std::max(0, scattered_ - 1);
  if (open_ >= 3) book.see(test.time, component_, leakage_, Fault::L1);
  if (scattered_ >= 2) book.see(test.time, component_, leakage_, Fault::G1);
  if (seen != Shape::part_floor || scattered_ > 0) return;
  if (test.time - dropped_out_ <= 20 * day) book.see(test.time, component_, leakage_, Fault::L2);
  dropped_out_ = test.time;
}

/// A run of identical values over different objects, whose surprise is the sum of -ln(chance): past ln(10^6) a sound
/// tester does so once in a million tests. What reads nothing everywhere is an open lead or a scale, not a stuck
/// tester.
void TesterRules::judge_stuck(double time, bool same, double chance, ClaimBook& book) {
  constexpr double enough = 13.8;
  constexpr double most = 2 * enough;
  const double value = test_.readings > 0 ? test_.leakage[0] : last_.leakage[0];
  stuck_ = same && value > floor_microamps ? std::min(most, stuck_ - std::log(std::clamp(chance, 0.001, 0.5))) : 0;
  if (stuck_ >= enough) book.see(time, component_, leakage_, Fault::T3);
}

void TesterRules::judge_moisture(const Test& test, ClaimBook& book) {
  if (test.insulation <= 0) return;
  range_ = std::max(range_, test.insulation);
  const double y = std::log(test.insulation);
  // Three objects in a row that insulate less than they may: the limit's own fact.
  low_ = test.insulation < least_ ? low_ + 1 : 0;
  if (low_ >= 3) book.see(test.time, component_, insulation_, Fault::T4);
  if (open_ > 0 || test.insulation >= 0.95 * range_) return;
  if (learned_ < objects_to_learn) {
    mean_ += y, square_ += y * y, ++learned_;
    return;
  }
  const double mean = mean_ / learned_;
  const double deviation = std::sqrt(std::max(1e-3, square_ / learned_ - mean * mean));
  const double z = std::clamp((mean - y) / deviation, -clip, clip);
  moist_ = std::max(0.0, moist_ + z - moisture_k);
  if (moist_ >= moisture_h) {
    moist_ = moisture_h;
    book.see(test.time, component_, insulation_, Fault::T4);
  }
}

/// Running medians by stochastic approximation (Robbins, Monro 1951): O(1), and a single wild object moves them little.
void TesterRules::learn(const Test& test) {
  if (shape(test) != Shape::healthy) return;
  const double step = ++objects_ < 100 ? 0.05 : 0.01;
  level_ *= test.leakage[0] > level_ ? 1 + step : 1 - step;
  const double difference = std::abs(test.leakage[0] - test.leakage[1]) / std::max(test.leakage[0], 20 * count);
  scatter_ = std::clamp(scatter_ * (difference > scatter_ ? 1 + step : 1 - step), 0.002, 0.05);
}

}  // namespace inspect::judgement
