// Is the culprit of a bus in trouble named right?
//
//     culprit_campaign [--cases N] [--hours H] [--seed S] [--kind K] [--least SHARE] [--show]
//
// N injured lines, spread over all kinds of injury, baud rates, numbers of devices and severities, each played for
// 150 s by the agent's own machine, schedule, health and watchman in virtual time; then H healthy hours with rare
// losses. Prints the confusion matrix, and with --show every case. Ends with 1 if fewer than SHARE (0.99) are right,
// or if a healthy line is accused of anything.
#include "tests/firmware-agent/detection/campaign/cases.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string>

using namespace inspect;
using namespace inspect::campaign;

namespace {

double seconds(Nanoseconds span) { return std::chrono::duration<double>(span).count(); }

struct Row {
  std::map<std::string, unsigned> answers;
  std::vector<double> took;
  unsigned right = 0;
  unsigned all = 0;
};

void tell_case(const Outcome& outcome, std::uint64_t seed) {
  std::printf("%s %s %s (%s):", outcome.right ? "right" : "WRONG", name(outcome.injury), std::to_string(seed).c_str(),
              outcome.severity.c_str());
  for (const auto& named : outcome.named) {
    std::printf(" %s@%.1f", named.what.c_str(), seconds(named.at - outcome.named.front().at + outcome.took));
  }
  std::printf("  expected");
  for (const auto& each : outcome.expected) std::printf(" %s", each.empty() ? "nothing" : each.c_str());
  const auto& c = outcome.counters;
  const auto ull = [](std::uint64_t n) { return static_cast<unsigned long long>(n); };
  std::printf("\n    asked %llu, timeouts %llu, damaged %llu, garbled %llu, doubled %llu, late %llu, foreign %llu\n",
              ull(c.transactions), ull(c.timeouts), ull(c.head_damaged), ull(c.garbled), ull(c.doubled), ull(c.late),
              ull(c.foreign));
}

void tell_matrix(const std::map<Injury, Row>& rows) {
  std::printf("%-16s %5s %6s   %-30s %s\n", "injury", "cases", "right", "first name after s (min med max)", "named");
  for (const auto& [injury, row] : rows) {
    auto took = row.took;
    std::sort(took.begin(), took.end());
    std::printf("%-16s %5u %6u   ", name(injury), row.all, row.right);
    if (took.empty()) {
      std::printf("%-30s", "-");
    } else {
      std::printf("%8.2f %8.2f %8.2f    ", took.front(), took[took.size() / 2], took.back());
    }
    for (const auto& [answer, count] : row.answers) std::printf("  %s %u", answer.c_str(), count);
    std::printf("\n");
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::map<std::string, double> wanted{{"--cases", 0}, {"--hours", 0},    {"--seed", 1},
                                       {"--kind", -1}, {"--least", 0.99}, {"--show", 0}};
  for (int i = 1; i + 1 < argc; i += 2) {
    if (!wanted.contains(argv[i])) {
      std::fprintf(stderr, "unknown option %s\n", argv[i]);
      return 2;
    }
    wanted[argv[i]] = std::strtod(argv[i + 1], nullptr);
  }
  const auto catalogue = catalogue::load("protocol/catalogue");
  if (!catalogue) {
    std::fprintf(stderr, "%s\n", catalogue.error().message.c_str());
    return 2;
  }
  const auto base = static_cast<std::uint64_t>(wanted["--seed"]) * 1'000'003;
  std::map<Injury, Row> rows;
  unsigned right = 0;
  const auto cases = static_cast<std::uint64_t>(wanted["--cases"]);
  for (std::uint64_t i = 0; i < cases; ++i) {
    const auto injury =
        static_cast<Injury>(wanted["--kind"] >= 0 ? static_cast<std::uint64_t>(wanted["--kind"]) : i % injuries);
    const auto outcome = play(injury, base + i, *catalogue);
    if (wanted["--show"] > 1 || (wanted["--show"] > 0 && !outcome.right)) tell_case(outcome, base + i);
    auto& row = rows[injury];
    ++row.all;
    ++row.answers[outcome.answer()];
    if (!outcome.named.empty()) row.took.push_back(seconds(outcome.took));
    if (outcome.right) ++row.right;
    right += outcome.right ? 1 : 0;
  }
  if (cases > 0) {
    tell_matrix(rows);
    std::printf("%u of %llu named right (%.2f %%)\n", right, static_cast<unsigned long long>(cases),
                100.0 * right / static_cast<double>(cases));
  }
  unsigned accused = 0;
  modbus::LineCounters healthy;
  const auto hours = wanted["--hours"];
  for (double hour = 0; hour < hours; hour += 1) {
    const auto outcome =
        play_healthy(std::min(1.0, hours - hour), base + 500'000 + static_cast<std::uint64_t>(hour), *catalogue);
    for (const auto& each : outcome.named) std::printf("healthy hour %.0f: accused %s\n", hour, each.what.c_str());
    accused += outcome.named.empty() ? 0 : 1;
    healthy.transactions += outcome.counters.transactions;
    healthy.answered += outcome.counters.answered;
    healthy.late += outcome.counters.late;
    healthy.head_damaged += outcome.counters.head_damaged + outcome.counters.garbled;
  }
  if (hours > 0) {
    std::printf("%.1f healthy hours, %u accused; %s questions, %s answered, %s late, %s damaged\n", hours, accused,
                std::to_string(healthy.transactions).c_str(), std::to_string(healthy.answered).c_str(),
                std::to_string(healthy.late).c_str(), std::to_string(healthy.head_damaged).c_str());
  }
  return right >= wanted["--least"] * static_cast<double>(cases) && accused == 0 ? 0 : 1;
}
