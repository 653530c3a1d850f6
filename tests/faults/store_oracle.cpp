#include "tests/faults/store_oracle.hpp"

#include "tests/firmware-agent/store/bench_site.hpp"

#include <set>
#include <sstream>

namespace inspect::tests {

namespace {

std::string digest(const std::string& text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return std::to_string(hash);
}

void judge_findings(OpenStore& store, const Promises& promises, Verdict& verdict) {
  const auto findings = store.wait(store->open_findings());
  if (!good(findings)) return;
  std::set<std::uint32_t> there;
  for (const auto& finding : *findings) there.insert(finding.id.occurrence);
  verdict.findings = static_cast<std::uint32_t>(findings->size());
  for (std::uint32_t i = 1; i <= promises.acknowledged; ++i) verdict.lost += there.contains(i) ? 0 : 1;
}

void judge_rows(OpenStore& store, const Promises& promises, Verdict& verdict) {
  const auto rows = store.wait(store->claim({}, 100'000));
  if (!good(rows)) return;
  std::uint64_t next = 1;
  verdict.gapless = true;
  std::set<std::pair<std::string, std::uint64_t>> batches;
  for (const auto& row : *rows) {
    if (row.stream == control::Stream::findings) {
      verdict.gapless = verdict.gapless && row.seq == next++;
      continue;
    }
    batches.insert({row.epoch, row.seq});
    const auto said = promises.batches.find({row.epoch, row.seq});
    if (said != promises.batches.end() && said->second != digest(row.payload)) ++verdict.changed_batches;
  }
  verdict.gapless = verdict.gapless && next == verdict.findings + std::uint64_t{1};
  for (const auto& [key, said] : promises.batches) verdict.lost_batches += batches.contains(key) ? 0 : 1;
}

}  // namespace

void Promises::hear(std::string& rest, const std::string& text) {
  rest += text;
  for (auto end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
    std::istringstream line(rest.substr(0, end));
    rest.erase(0, end + 1);
    std::string word;
    line >> word;
    if (word == "ACK") line >> acknowledged;
    if (word == "BATCH") {
      std::string epoch;
      std::uint64_t seq = 0;
      std::string content;
      line >> epoch >> seq >> content;
      batches[{epoch, seq}] = content;
    }
  }
}

std::string Verdict::text() const {
  std::ostringstream out;
  out << "opens " << opens << ", corrupt " << corrupt << ", findings " << findings << ", lost " << lost << ", gapless "
      << gapless << ", batches lost " << lost_batches << ", changed " << changed_batches;
  return out.str();
}

Verdict judge(const std::string& directory, const Promises& promises) {
  Verdict verdict;
  const auto site = small_site(directory);
  TestClock clock;
  clock.advance(std::chrono::hours{24});
  auto options = test_options(clock);
  options.reserve_bytes = 0;
  OpenStore store(site, options);
  verdict.opens = good(store.store);
  if (!verdict.opens) return verdict;
  judge_findings(store, promises, verdict);
  // New batches must not take numbers that the centre has seen with other content.
  for (int i = 0; i < 130; ++i) {
    const auto now = clock.advance(std::chrono::seconds{1});
    const std::vector<Reading> readings{a_reading(9, 0.3 * (i % 5), now)};
    store->gather(readings);
  }
  store.settle();
  judge_rows(store, promises, verdict);
  store.loop.restart();
  store.loop.poll();
  verdict.corrupt = !store.warnings.empty();
  return verdict;
}

}  // namespace inspect::tests
