#include "firmware-agent/detection/point_judge.hpp"

#include "firmware-agent/detection/limit.hpp"

namespace inspect::agent {

PointJudge::PointJudge(const Site& site)
    : site_(site), latest_(site.points.size()), plausibility_(site.points.size()), first_(site.points.size() + 1, 0) {
  for (std::size_t i = 0; i < latest_.size(); ++i) latest_[i].point = PointIndex(i);

  watches_.reserve(site.watches.size());
  first_sights_.resize(site.watches.size());
  std::vector<std::vector<std::uint32_t>> touching(site.points.size());
  for (const auto& watch : site.watches) {
    WatchState state;
    state.delays = {watch.rule.on_delay, watch.rule.off_delay};
    if (watch.rule.detector == Detector::mismatch) {
      state.detail = mismatches_.size();
      mismatches_.emplace_back();
    } else if (watch.rule.detector == Detector::frozen) {
      state.detail = frozen_.size();
      frozen_.emplace_back();
    }
    const auto index = static_cast<std::uint32_t>(watches_.size());
    touching[at(watch.point)].push_back(index);
    if (watch.against && *watch.against != watch.point) touching[at(*watch.against)].push_back(index);
    watches_.push_back(state);
  }
  for (std::size_t p = 0; p < touching.size(); ++p) {
    touching_.insert(touching_.end(), touching[p].begin(), touching[p].end());
    first_[p + 1] = static_cast<std::uint32_t>(touching_.size());
  }
}

std::span<const std::uint32_t> PointJudge::touched_by(PointIndex point) const {
  const auto first = first_[at(point)];
  return std::span(touching_).subspan(first, first_[at(point) + 1] - first);
}

void PointJudge::note(const Reading& reading) {
  latest_[at(reading.point)] = reading;
  if (reading.quality != Quality::good) return;
  for (const auto index : touched_by(reading.point)) {
    const auto& watch = site_.watches[index];
    if (watch.against != reading.point) continue;
    if (watch.rule.detector == Detector::mismatch) mismatches_[watches_[index].detail].command(reading);
    if (watch.rule.detector == Detector::frozen) frozen_[watches_[index].detail].other(reading.value);
  }
}

void PointJudge::interrupt(PointIndex point) {
  for (const auto index : touched_by(point)) {
    const auto& watch = site_.watches[index];
    auto& state = watches_[index];
    const bool command = watch.against == point;
    if (watch.rule.detector == Detector::mismatch && command) mismatches_[state.detail].command_lost();
    // A frozen value's witness may pause: it only has to have moved, not to have been watched all the time.
    if (watch.rule.detector == Detector::frozen && command) continue;
    if (watch.rule.detector == Detector::frozen) frozen_[state.detail].gap();
    state.confirmation.gap();
  }
}

void PointJudge::judge(const Reading& reading, BootTime now, PointSteps& out) {
  judge_plausibility(reading, out);
  if (reading.quality != Quality::good) {
    interrupt(reading.point);
    return;
  }
  for (const auto index : touched_by(reading.point)) judge_watch(index, reading.point, now, out);
}

Sight PointJudge::sight(std::size_t index, PointIndex arrived, BootTime now) {
  const auto& watch = site_.watches[index];
  const auto& reading = latest_[at(watch.point)];
  if (watch.rule.detector == Detector::mismatch) {
    if (!watch.against) return Sight::not_judged;
    return mismatches_[watches_[index].detail].judge(watch.rule, latest_[at(*watch.against)], reading, now);
  }
  if (arrived != watch.point) return Sight::nothing_new;
  if (watch.rule.detector == Detector::frozen) return frozen_[watches_[index].detail].see(watch.rule, reading);
  if (watch.rule.only_above) {
    if (!watch.against) return Sight::not_judged;
    const auto condition = as_of(latest_[at(*watch.against)], now);
    if (condition.quality != Quality::good || condition.value < *watch.rule.only_above) return Sight::not_judged;
  }
  return limit_sight(watch.rule, reading.value);
}

void PointJudge::judge_watch(std::size_t index, PointIndex arrived, BootTime now, PointSteps& out) {
  const auto& watch = site_.watches[index];
  const auto& reading = latest_[at(watch.point)];
  auto& state = watches_[index];
  const auto seen = sight(index, arrived, now);
  // The feedback would change something if the command still stands: read the command now, not in its own time.
  if (seen == Sight::nothing_new && watch.rule.detector == Detector::mismatch &&
      mismatches_[state.detail].contradicts(reading) != state.confirmation.open()) {
    out.confirm.push_back(*watch.against);
  }
  const auto step = state.confirmation.see(seen, reading.measured_at, reading.good_until, state.delays);
  if (step == Step::none) return;
  if (step == Step::pending) first_sights_[index] = reading;
  settle(step, {PointStep::What::watch, index, true, state.confirmation.since()}, &watch, out);
}

void PointJudge::judge_plausibility(const Reading& reading, PointSteps& out) {
  auto seen = Sight::not_judged;
  if (reading.quality == Quality::good) seen = Sight::healthy;
  if (reading.quality == Quality::bad && reading.reason == Reason::implausible) seen = Sight::fault;
  auto& confirmation = plausibility_[at(reading.point)];
  const auto step = confirmation.see(seen, reading.measured_at, reading.good_until, {});
  if (step == Step::none) return;
  settle(step, {PointStep::What::plausibility, at(reading.point), true, confirmation.since()}, nullptr, out);
}

void PointJudge::settle(Step step, PointStep change, const Watch* watch, PointSteps& out) {
  if (step == Step::pending) {
    out.confirm.push_back(watch != nullptr ? watch->point : PointIndex(change.index));
    if (watch != nullptr && watch->against) out.confirm.push_back(*watch->against);
    return;
  }
  change.opens = step == Step::opened;
  out.steps.push_back(change);
}

void PointJudge::tick(BootTime now, PointSteps& out) {
  for (std::size_t i = 0; i < watches_.size(); ++i) {
    auto& state = watches_[i];
    if (!state.confirmation.wants_reading(now, state.delays)) continue;
    out.confirm.push_back(site_.watches[i].point);
    if (site_.watches[i].against) out.confirm.push_back(*site_.watches[i].against);
  }
}

}  // namespace inspect::agent
