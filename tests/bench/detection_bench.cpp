// What one reading costs, in all layers from its rules to its wear: 250 points at one reading a second, 218 rules,
// healthy. Prints the median of 9 runs.

#include "firmware-agent/detection/watchman.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <vector>

using namespace inspect;
using namespace inspect::agent;

namespace {

using namespace std::chrono_literals;

constexpr std::size_t device_count = 25, points_per_device = 10, rounds = 4000;

/// Three supplies of a board that are judged by how they wear: voltage, current and input each.
void supplies(Site& site) {
  auto profile = site.profiles[0];
  for (std::size_t i = 0; i < 9; ++i) {
    constexpr std::array quantities{Quantity::output_voltage, Quantity::output_current, Quantity::input_voltage};
    profile.points[i].name = "supply." + std::to_string(i / 3) + "." + std::to_string(i % 3);
    profile.points[i].quantity = quantities[i % 3];
  }
  site.profiles.push_back(profile);
}

/// 25 boards: every other one of 5 relays, with command and feedback, two mismatch rules a relay and two limits; the
/// others of three supplies with their limits.
Site boards() {
  Site site;
  site.name = "bench";
  drivers::Profile profile;
  for (std::size_t i = 0; i < points_per_device; ++i) {
    drivers::PointSpec spec;
    spec.name = "point." + std::to_string(i);
    profile.points.push_back(spec);
  }
  site.profiles.push_back(profile);
  supplies(site);
  site.buses.push_back({"line", {}, SerialLine{}});
  for (std::size_t d = 0; d < device_count; ++d) {
    Device device;
    device.name = "board-" + std::to_string(d);
    device.first_point = PointIndex(site.points.size());
    device.point_count = points_per_device;
    for (std::size_t i = 0; i < points_per_device; ++i) site.points.push_back({DeviceIndex(d), i});
    device.profile = d % 2;
    device.supply = "feed";
    site.devices.push_back(device);
    if (d % 2 == 1) {
      for (std::size_t i = 0; i < 9; i += 3) {
        Rule limit;
        limit.kind = "rail.high";
        limit.low = 4.8;
        limit.high = 5.2;
        site.watches.push_back({limit, PointIndex(at(device.first_point) + i), std::nullopt});
      }
      continue;
    }
    for (std::size_t i = 0; i < points_per_device; i += 2) {
      const auto point = PointIndex(at(device.first_point) + i);
      Rule rule;
      rule.detector = Detector::mismatch;
      rule.kind = "relay.welded";
      rule.when = false;
      site.watches.push_back({rule, PointIndex(at(point) + 1), point});
      rule.kind = "relay.no-pull-in";
      rule.when = true;
      site.watches.push_back({rule, PointIndex(at(point) + 1), point});
      if (i >= 4) continue;
      Rule limit;
      limit.kind = "rail.high";
      limit.high = 5;
      site.watches.push_back({limit, point, std::nullopt});
    }
  }
  return site;
}

double run(const Site& site) {
  const catalogue::Catalogue none;
  Watchman man(site, none);
  Verdict verdict;
  std::vector<Reading> block(points_per_device);
  constexpr std::array given{5.0, 1.0, 12.0};  // volts, amps, volts behind the feed
  Moment now{BootTime{} + 1h, WallTime{std::chrono::hours{500'000}}, ClockTrust::ntp};
  const auto started = std::chrono::steady_clock::now();
  for (std::size_t round = 0; round < rounds; ++round) {
    now.boot += 1s;
    now.wall += 1s;
    for (std::size_t d = 0; d < device_count; ++d) {
      for (std::size_t i = 0; i < points_per_device; ++i) {
        block[i] = {PointIndex(d * points_per_device + i),
                    d % 2 == 1       ? given[i % 3]
                    : round / 60 % 2 ? 1.0
                                     : 0.0,
                    Quality::good,
                    Reason::none,
                    now,
                    now.boot + 3s};
      }
      man.take(block, now, verdict);
    }
  }
  const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - started;
  if (!verdict.changes.empty()) std::puts("unexpected findings");
  return spent.count() / static_cast<double>(rounds * device_count * points_per_device);
}

}  // namespace

int main() {
  const auto site = boards();
  std::vector<double> runs(9);
  for (auto& figure : runs) figure = run(site);
  std::sort(runs.begin(), runs.end());
  std::printf("%zu points, %zu rules: %.1f ns a reading (median of 9 runs of %zu readings; %.1f to %.1f)\n",
              site.points.size(), site.watches.size(), runs[4], rounds * device_count * points_per_device, runs.front(),
              runs.back());
  return 0;
}
