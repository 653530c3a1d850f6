#include "firmware-agent/judgement/link_rules.hpp"

#include <algorithm>
#include <cmath>

namespace inspect::judgement {

namespace {

constexpr double window = 60;        // seconds in which an error and its symptom belong together
constexpr double slow_factor = 2.5;  // of the usual latency
constexpr double cable_errors = 5;
constexpr double day = 86400;

}  // namespace

LinkRules::LinkRules(const Plant& plant) : link_of_(plant.components.size(), nowhere) {
  for (std::size_t c = 0; c < plant.components.size(); ++c) {
    const auto id = static_cast<std::uint16_t>(c);
    const auto latency = plant.point(id, Role::latency);
    if (latency == nowhere) continue;
    Link link;
    link.component = id;
    link.hub = plant.components[c].linked_by;
    link.errors_point = plant.point(id, Role::error_count);
    link.usual = plant.points[latency].nominal;
    link_of_[c] = static_cast<std::uint16_t>(links_.size());
    links_.push_back(link);
  }
}

void LinkRules::mended(std::uint16_t component) {
  if (link_of_[component] == nowhere) return;
  auto& link = links_[link_of_[component]];
  link.burst = link.untold = 0;
  link.count = -1;  // errors that nobody had read yet are the old cable's
}

bool LinkRules::troubled(std::uint16_t link, double time) const {
  if (link == nowhere || link_of_[link] == nowhere) return false;
  return std::abs(time - links_[link_of_[link]].trouble_at) <= 2 * window;
}

void LinkRules::take(std::uint16_t component, Role role, const Sample& sample, ClaimBook& book) {
  auto& link = links_[link_of_[component]];
  if (role == Role::latency) latency(link, sample, book);
  if (role == Role::error_count && sample.good()) errors(link, sample);
  judge_cable(link, sample.time, book);
}

void LinkRules::latency(Link& link, const Sample& sample, ClaimBook& book) {
  link.tried_at = sample.time;
  if (sample.good()) {
    if (sample.value > slow_factor * link.usual) link.trouble_at = sample.time;
    if (link.usual <= 0) link.usual = sample.value;
    link.silent_since = -1;
    judge_hubs(link, sample.time, book);
    return;
  }
  link.trouble_at = sample.time;
  if (link.silent_since < 0) link.silent_since = sample.time;
}

void LinkRules::errors(Link& link, const Sample& sample) {
  const double more = link.count < 0 ? 0 : sample.value - link.count;
  link.count = sample.value;
  // A wrapped or reset counter tells nothing of the last minute.
  if (more <= 0 || more > 1000) return;
  if (sample.time - link.untold_at > window) link.untold = 0;
  link.untold += more;
  link.untold_at = sample.time;
}

/// Errors of the line count when the link was slow or silent at the same time: an unplugged cable makes no errors, and
/// a coil's release makes errors without a slow link. Five of them, half forgotten daily, are a cable: sound links make
/// some errors a day, one at a time.
void LinkRules::judge_cable(Link& link, double time, ClaimBook& book) {
  if (link.untold <= 0 || std::abs(link.untold_at - link.trouble_at) > window) return;
  link.burst = link.burst * std::exp2(-std::max(0.0, time - link.burst_at) / day) + link.untold;
  link.burst_at = time;
  link.untold = 0;
  if (link.burst >= cable_errors) book.see(time, link.component, link.errors_point, Fault::U1);
}

/// All links of a hub fell silent lately: not those of a site whose power went off days ago.
bool LinkRules::silent(std::uint16_t hub, double time) const {
  constexpr double lately = 180;  // two scans of an idle site, with their stagger
  int count = 0;
  for (const auto& l : links_) {
    if (l.hub != hub) continue;
    if (l.silent_since < 0 || l.tried_at > time || time - l.silent_since > lately) return false;
    ++count;
  }
  return count >= 2;
}

/// A link answers after all of another hub fell silent: it is the hub, and not the power of the whole site.
void LinkRules::judge_hubs(const Link& answered, double time, ClaimBook& book) {
  for (const auto& l : links_) {
    if (l.hub != nowhere && l.hub != answered.hub && l.silent_since >= 0 && silent(l.hub, time)) {
      book.see(time, l.hub, nowhere, Fault::U2);
    }
  }
}

}  // namespace inspect::judgement
