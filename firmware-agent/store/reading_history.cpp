// Answers what a point's values were.
#include "firmware-agent/store/reading_keeper.hpp"
#include "firmware-agent/store/run_codec.hpp"

#include <algorithm>

namespace inspect::agent::storage {

namespace {

WallTime wall(std::int64_t ms) { return WallTime{std::chrono::milliseconds{ms}}; }

/// A stretch shows as its first and its last reading inside [from, to].
void add_run(std::vector<HistoryEntry>& entries, const Run& run, std::int64_t from, std::int64_t to) {
  const auto first = std::max(run.first_ms, from);
  const auto last = std::min(run.last_ms, to);
  if (first > last) return;
  const HistoryEntry entry{wall(first), run.value, quality_of(run.quality), reason_of(run.quality)};
  entries.push_back(entry);
  if (last == first) return;
  entries.push_back(entry);
  entries.back().at = wall(last);
}

}  // namespace

Result<std::vector<HistoryEntry>> ReadingKeeper::history(PointIndex point, WallTime from, WallTime to,
                                                         std::size_t most) {
  if (at(point) >= ids_.size()) return fail(Errc::invalid_argument, "there is no such point");
  const auto first = from.time_since_epoch().count();
  const auto last = to.time_since_epoch().count();
  const auto ask = [&] { return database_.blocks(namesakes_[at(point)], first, last, most); };
  auto blocks = database_ready() ? ask() : fail(Errc::storage, "history.db is corrupt and cannot be begun anew yet");
  if (!blocks && database_.lost() && start_over()) blocks = ask();
  if (!blocks) return blocks.error();
  const auto& ids = namesakes_[at(point)];
  std::vector<HistoryEntry> entries;
  for (const auto& block : *blocks) {
    const auto runs = decode_runs(block.data, known_[block.id].scaling);
    if (!runs) {
      // Costs its hours of this point, never the answer.
      ++figures_.damaged;
      continue;
    }
    for (const auto& run : *runs) add_run(entries, run, first, last);
  }
  for (const auto id : ids) {
    for (const auto& run : block_.runs(id)) add_run(entries, run, first, last);
  }
  std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  if (entries.size() <= most) return entries;
  std::vector<HistoryEntry> thinned;
  for (std::size_t i = 0; i < most; ++i) thinned.push_back(entries[i * entries.size() / most]);
  return thinned;
}

}  // namespace inspect::agent::storage
