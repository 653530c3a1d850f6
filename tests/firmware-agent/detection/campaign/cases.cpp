#include "tests/firmware-agent/detection/campaign/cases.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>

namespace inspect::campaign {

using namespace std::chrono_literals;

namespace {

constexpr std::array<const char*, injuries> names{"silent",          "never there",   "other unit", "slow",
                                                  "twin address",    "moved address", "wrong baud", "wrong baud, mute",
                                                  "wrong baud, all", "cable cut",     "branch cut", "supply lost",
                                                  "unplugged",       "noise",         "echo",       "second master"};

/// Below the first share of lost questions a noise must not be told, above the second it must.
constexpr double noise_bearable = 0.02;
constexpr double noise_plain = 0.10;

constexpr auto watched_for = 150s;

std::size_t below(Random& random, std::size_t bound) { return random() % bound; }
double between(Random& random, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(random);
}
Nanoseconds milliseconds(double ms) { return Nanoseconds{static_cast<std::int64_t>(ms * 1e6)}; }

std::string text(const char* format, double value) {
  std::array<char, 64> out{};
  std::snprintf(out.data(), out.size(), format, value);
  return out.data();
}

/// A healthy line of 3 to 16 devices.
struct Stage {
  Random random;
  Format format;
  std::vector<Asked> asked;
  std::unique_ptr<PlayedLine> line;
  std::unique_ptr<PlayedAgent> agent;

  explicit Stage(std::uint64_t seed) : random(seed) {
    constexpr std::array<double, 4> bauds{9600, 19200, 38400, 115200};
    format.baud = bauds[below(random, bauds.size())];
    const auto kind = below(random, 3);
    format.parity = kind == 2 ? 'E' : 'N';
    format.stop_bits = kind == 1 ? 2 : 1;
    line = std::make_unique<PlayedLine>(format, random());
    const auto count = 3 + below(random, 14);
    for (std::size_t i = 0; i < count; ++i) add(i);
  }

  void add(std::size_t i) {
    Asked each;
    each.name = "device-" + std::to_string(i + 1);
    each.unit = static_cast<std::uint8_t>(i + 1);
    const auto blocks = 1 + below(random, 2);
    for (std::size_t b = 0; b < blocks; ++b) each.blocks.push_back(static_cast<std::uint16_t>(2 + below(random, 24)));
    each.limit = std::chrono::milliseconds(300 + 100 * below(random, 8));
    asked.push_back(each);
    line->devices.push_back(device(each.unit));
  }

  PlayedDevice device(std::uint8_t unit) {
    PlayedDevice played;
    played.unit = unit;
    played.turnaround = milliseconds(between(random, 0.5, 20));
    played.jitter = milliseconds(between(random, 0.2, 4));
    played.salt = static_cast<std::uint16_t>(random());
    played.format = format;
    return played;
  }

  void begin(const catalogue::Catalogue& catalogue) {
    agent = std::make_unique<PlayedAgent>(*line, asked, static_cast<std::uint32_t>(format.baud), catalogue);
  }

  [[nodiscard]] std::string finding(std::size_t device, const char* kind) const {
    return asked[device].name + "/" + kind;
  }

  [[nodiscard]] double lost_to(double bit_errors) const {
    double sum = 0;
    double count = 0;
    for (const auto& each : asked) {
      for (const auto registers : each.blocks) {
        sum += 1 - std::pow(1 - bit_errors, (8.0 + 5 + 2 * registers) * format.bits());
        ++count;
      }
    }
    return sum / count;
  }
};

Format another(Random& random, const Format& format) {
  Format other = format;
  switch (below(random, 4)) {
    case 0: other.baud *= 2; break;
    case 1: other.baud /= 2; break;
    case 2: other.baud *= 4; break;
    default: other.baud /= 4; break;
  }
  return other;
}

void silence(Stage& stage, std::size_t first, std::size_t count) {
  for (auto i = first; i < first + count; ++i) stage.line->devices[i].reachable = false;
}

/// Prepares what must be there from the start, says what is expected, and returns what is done at the instant.
std::function<void()> prepare(Injury injury, Stage& stage, Outcome& outcome) {
  auto& random = stage.random;
  auto& line = *stage.line;
  const auto count = stage.asked.size();
  const auto victim = below(random, count);
  const auto expect = [&](std::string finding) { outcome.expected.push_back(std::move(finding)); };
  switch (injury) {
    case Injury::silent: {
      expect(stage.finding(victim, "link.no-answer"));
      return [&line, victim] { line.devices[victim].reachable = false; };
    }
    case Injury::never_there: {
      expect(stage.finding(victim, "link.wrong-address"));
      line.devices[victim].reachable = false;
      outcome.never_answered = true;
      return [] {};
    }
    case Injury::other_unit: {
      expect(stage.finding(victim, "link.wrong-address"));
      const auto unit = static_cast<std::uint8_t>(100 + below(random, 100));
      return [&line, victim, unit] { line.devices[victim].speaks_as = unit; };
    }
    case Injury::slow: {
      expect(stage.finding(victim, "link.slow"));
      const auto over = between(random, 50, 2000);
      outcome.severity = text("%.0f ms over its limit", over);
      const auto slower = stage.asked[victim].limit + milliseconds(over);
      return [&line, victim, slower] { line.devices[victim].slower = slower; };
    }
    case Injury::twin: {
      expect(stage.finding(victim, "link.address-conflict"));
      auto twin = stage.device(stage.asked[victim].unit);
      return [&line, twin] { line.devices.push_back(twin); };
    }
    case Injury::moved: {
      const auto to = (victim + 1 + below(random, count - 1)) % count;
      expect(stage.finding(to, "link.address-conflict"));
      const auto unit = stage.asked[to].unit;
      return [&line, victim, unit] { line.devices[victim].unit = unit; };
    }
    case Injury::wrong_baud: {
      expect(stage.finding(victim, "link.wrong-format"));
      const auto other = another(random, stage.format);
      outcome.severity = text("%.0f baud", other.baud);
      return [&line, victim, other] { line.devices[victim].format = other; };
    }
    case Injury::wrong_baud_mute: {
      // Nothing on the wires tells it from a dead one; what can be known is whether it ever answered.
      const bool from_the_start = below(random, 2) == 0;
      expect(stage.finding(victim, from_the_start ? "link.wrong-address" : "link.no-answer"));
      outcome.severity = from_the_start ? "since it was fitted" : "set while it ran";
      const auto mute = [&line, victim, other = another(random, stage.format)] {
        line.devices[victim].format = other;
        line.devices[victim].strict = true;
      };
      if (!from_the_start) return mute;
      mute();
      outcome.never_answered = true;
      return [] {};
    }
    case Injury::wrong_baud_all: {
      expect("line/bus.wrong-format");
      const auto other = another(random, stage.format);
      outcome.severity = text("%.0f baud", other.baud);
      return [&line, other] {
        for (auto& device : line.devices) device.format = other;
      };
    }
    case Injury::cable_cut: {
      expect("line/bus.down");
      return [&stage, count] { silence(stage, 0, count); };
    }
    case Injury::branch_cut: {
      expect("line/bus.branch-cut");
      const auto lost = 2 + below(random, count - 2);
      const auto first = below(random, count - lost + 1);
      outcome.severity = text("%.0f devices", static_cast<double>(lost));
      // Supplies that do not match the branch.
      for (std::size_t i = 0; i < count; ++i) stage.asked[i].supply = i % 2 == 0 ? "psu-1" : "psu-2";
      return [&stage, first, lost] { silence(stage, first, lost); };
    }
    case Injury::supply_lost: {
      expect("psu-1/supply.lost");
      const auto lost = 2 + below(random, count - 2);
      outcome.severity = text("%.0f devices", static_cast<double>(lost));
      for (std::size_t i = 0; i < count; ++i) stage.asked[i].supply = i < lost ? "psu-1" : "psu-2";
      return [&stage, lost] { silence(stage, 0, lost); };
    }
    case Injury::unplugged: {
      expect("line/bus.unavailable");
      return [&stage] { stage.agent->plug(false); };
    }
    case Injury::noise: {
      const auto errors = std::pow(10, between(random, -6, -2));
      const auto lost = stage.lost_to(errors);
      outcome.severity = text("%.1e bit errors", errors) + text(", %.1f %% of the questions", 100 * lost);
      if (lost > noise_bearable) expect("line/bus.noise");
      if (lost < noise_plain) expect("");
      return [&line, errors] { line.air.bit_errors = errors; };
    }
    case Injury::echo: {
      expect("line/bus.echo");
      return [&line] { line.air.echo = true; };
    }
    case Injury::second_master: {
      expect("line/bus.second-master");
      const PlayedMaster master{milliseconds(between(random, 100, 3000)), below(random, 5) != 0};
      outcome.severity = text("a question every %.1f s", std::chrono::duration<double>(master.every).count()) +
                         (master.polite ? "" : ", rude");
      return [&stage, &line, master] { line.begin_master(master, stage.agent->now()); };
    }
  }
  return [] {};
}

}  // namespace

const char* name(Injury injury) { return names[static_cast<std::size_t>(injury)]; }

std::string Outcome::answer() const {
  if (named.empty()) return "nothing";
  if (named.size() > 1) return "several";
  return named.front().what.substr(named.front().what.find('/') + 1);
}

Outcome play(Injury injury, std::uint64_t seed, const catalogue::Catalogue& catalogue) {
  Stage stage(seed);
  Outcome outcome;
  outcome.injury = injury;
  const auto injure = prepare(injury, stage, outcome);
  stage.begin(catalogue);
  auto began = stage.agent->now();
  if (outcome.never_answered) {
    for (std::size_t i = 0; i < stage.asked.size(); ++i) stage.agent->newcomer(i);
  } else {
    stage.agent->run_until(began + milliseconds(between(stage.random, 15e3, 40e3)));
    began = stage.agent->now();
  }
  injure();
  stage.agent->run_until(began + watched_for);
  outcome.named = stage.agent->named();
  outcome.counters = stage.agent->counters();
  if (!outcome.named.empty()) outcome.took = outcome.named.front().at - began;
  const auto what = outcome.named.empty() ? std::string() : outcome.named.front().what;
  outcome.right = outcome.named.size() <= 1 &&
                  std::find(outcome.expected.begin(), outcome.expected.end(), what) != outcome.expected.end();
  return outcome;
}

Outcome play_healthy(double hours, std::uint64_t seed, const catalogue::Catalogue& catalogue) {
  Stage stage(seed);
  stage.line->air.bit_errors = 1e-7;
  for (std::size_t i = 0; i < stage.asked.size(); ++i) {
    auto& device = stage.line->devices[i];
    device.late_share = 1e-3;
    device.late_by = stage.asked[i].limit + milliseconds(between(stage.random, 50, 2000));
  }
  stage.begin(catalogue);
  for (double hour = 0; hour < hours; ++hour) {
    const auto began = stage.agent->now();
    auto& restarting = stage.line->devices[below(stage.random, stage.line->devices.size())];
    stage.agent->run_until(began + milliseconds(between(stage.random, 60e3, 3000e3)));
    restarting.reachable = false;
    stage.agent->run_until(stage.agent->now() + milliseconds(between(stage.random, 200, 1000)));
    restarting.reachable = true;
    stage.agent->run_until(began + 1h);
  }
  Outcome outcome;
  outcome.named = stage.agent->named();
  outcome.counters = stage.agent->counters();
  return outcome;
}

}  // namespace inspect::campaign
