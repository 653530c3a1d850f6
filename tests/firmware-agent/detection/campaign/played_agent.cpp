#include "tests/firmware-agent/detection/campaign/played_agent.hpp"

#include <algorithm>
#include <stdexcept>

namespace inspect::campaign {

using namespace std::chrono_literals;
using agent::Purpose;
using modbus::Step;

namespace {

constexpr BootTime start{std::chrono::hours{1}};
constexpr auto tick_every = 500ms;
constexpr auto port_pause = 1s;  // as the poller's
constexpr unsigned port_tries = 2;

agent::Site site_of(const std::vector<Asked>& devices) {
  agent::Site site;
  site.name = "campaign";
  site.title = {"活动", "Campaign"};
  site.buses = {{"line", {"总线", "Line"}, agent::SerialLine{}}};
  for (const auto& asked : devices) {
    site.profiles.emplace_back().points.emplace_back();
    site.profiles.back().limits.answer_ms = static_cast<std::uint16_t>(asked.limit.count());
    agent::Device device;
    device.profile = site.devices.size();
    device.name = asked.name;
    device.title = {asked.name, asked.name};
    device.unit = asked.unit;
    device.point_count = 1;
    device.supply = asked.supply;
    device.first_point = PointIndex(site.points.size());
    site.points.push_back({DeviceIndex(site.devices.size()), 0});
    site.devices.push_back(device);
  }
  return site;
}

}  // namespace

PlayedAgent::PlayedAgent(PlayedLine& line, std::vector<Asked> devices, std::uint32_t baud,
                         const catalogue::Catalogue& catalogue)
    : line_(line),
      asked_(std::move(devices)),
      site_(site_of(asked_)),
      catalogue_(catalogue),
      man_(std::make_unique<agent::Watchman>(site_, catalogue)),
      machine_(modbus::WireTime(baud), counters_),
      health_(asked_.size()),
      items_(asked_.size()),
      now_(start),
      next_tick_(start) {
  for (std::size_t i = 0; i < asked_.size(); ++i) {
    for (std::size_t block = 0; block < asked_[i].blocks.size(); ++block) {
      const auto item = schedule_.add({DeviceIndex(i), block, asked_[i].period}, now_);
      items_[i].push_back(item);
      if (places_.size() <= item) places_.resize(item + 1);
      places_[item] = {i, block};
    }
  }
  machine_.opened(now_);
}

Moment PlayedAgent::moment() const {
  const WallTime wall{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}};
  return {now_, wall + std::chrono::floor<std::chrono::milliseconds>(now_ - start), ClockTrust::ntp};
}

void PlayedAgent::run_until(BootTime end) {
  while (now_ < end) {
    if (const auto task = schedule_.next(now_)) {
      ask(*task);
    } else {
      wait(std::clamp(schedule_.wake(now_), now_ + 1ms, std::min(end, now_ + 1s)), false);
    }
    tick();
  }
}

void PlayedAgent::tick() {
  if (now_ < next_tick_) return;
  next_tick_ = now_ + tick_every;
  agent::Verdict verdict;
  man_->tick(moment(), verdict);
  conclude(verdict);
}

void PlayedAgent::conclude(const agent::Verdict& verdict) {
  for (const auto device : verdict.ask) schedule_.hasten(device, now_);
  for (const auto& change : verdict.changes) {
    const auto& finding = change.finding;
    const auto what = finding.id.device + "/" + kind_titled(finding.analysis.title.en);
    if (change.event == FindingEvent::opened) named_.push_back({what, now_, to_string(finding.id)});
    // The same finding, better known: what counts is what the technician reads in the end.
    for (auto& named : named_) {
      if (named.id == to_string(finding.id)) named.what = what;
    }
  }
}

std::string PlayedAgent::kind_titled(const std::string& title) const {
  for (const auto& kind : catalogue_.kinds) {
    if (kind.title.en == title) return kind.key;
  }
  return title;
}

void PlayedAgent::wait(BootTime until, bool for_bytes) {
  while (for_bytes && line_.next_event() <= until) {
    now_ = std::max(now_, line_.next_event());
    line_.advance(now_);
    if (line_.air.next_character() <= now_) return;
  }
  now_ = std::max(now_, until);
  line_.advance(now_);
}

Result<modbus::Answer> PlayedAgent::transact(const modbus::Request& request, const modbus::Allowance& allowance) {
  machine_.begin(request, allowance, now_);
  for (int steps = 0; steps < 100'000; ++steps) {
    const auto next = machine_.next(now_);
    if (next.what == Step::Do::done) return machine_.result();
    step(next);
  }
  throw std::logic_error("the machine goes in a circle");
}

void PlayedAgent::step(const Step& step) {
  if (step.what == Step::Do::send) {
    line_.asked(step.bytes, now_);
    machine_.sent(now_);
    return;
  }
  if (step.until > now_) wait(step.until, step.what == Step::Do::receive);
  machine_.take(line_.receive(now_), now_);
}

void PlayedAgent::no_port() {
  if (++unavailable_ == port_tries) {
    agent::Verdict verdict;
    man_->bus_available(BusIndex{}, false, "/dev/serial/by-path/x: No such file or directory", moment(), verdict);
    conclude(verdict);
  }
  const auto until = now_ + port_pause;
  while (now_ < until) {
    now_ = std::min(until, next_tick_);
    tick();
  }
}

void PlayedAgent::ask(const agent::Task& task) {
  const auto place = places_[task.item];
  const auto& asked = asked_[place.device];
  auto& health = health_[place.device];
  const auto started = now_;
  if (!plugged_) {
    schedule_.done(task, started, now_);
    no_port();
    return;
  }
  const auto before = counters_;
  modbus::Request request{asked.unit, 3, static_cast<std::uint16_t>(100 * place.block), asked.blocks[place.block], {}};
  if (task.purpose == Purpose::confirm) request.quantity = static_cast<std::uint16_t>(request.quantity + 1);
  modbus::Allowance allowance{asked.limit};
  if (task.purpose == Purpose::probe) allowance.probe = task.spare;
  const auto result = transact(request, allowance);
  schedule_.done(task, started, now_);
  const auto failure = result ? std::nullopt : std::optional(result.error().code);
  const bool doubted = health.in_doubt();
  const bool was_dormant = health.health() == DeviceHealth::dormant;
  const auto after = health.take(failure);
  if (was_dormant != (after == DeviceHealth::dormant)) {
    schedule_.set_dormant(DeviceIndex(place.device), !was_dormant, now_, now_ - started);
  }
  agent::Verdict verdict;
  man_->take(
      {DeviceIndex(place.device), BusIndex{}, moment(), failure, after, modbus::signs_between(before, counters_)},
      verdict);
  conclude(verdict);
  if (health.in_doubt()) {
    schedule_.doubt(task.item, now_);
  } else if (doubted) {
    schedule_.settle(DeviceIndex(place.device));
  }
}

}  // namespace inspect::campaign
