// Which number each point has in history.db, and what happens when that file has to be begun anew under a running
// agent.
#include "firmware-agent/store/reading_keeper.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>

namespace inspect::agent::storage {

namespace {

std::string tail_directory(const Site& site, const StoreOptions& options) {
  const auto wanted = options.tail_directory.empty() ? std::filesystem::path(site.socket).parent_path().string()
                                                     : options.tail_directory;
  return access(wanted.c_str(), W_OK | X_OK) == 0 ? wanted : site.store.directory;
}

/// A fresh history.db and a few findings take as much: less is not worth losing any readings.
constexpr std::uint64_t worth_giving_up = 512 << 10;

/// history.db, its log, what was put aside of it, and the journal.
std::vector<std::filesystem::path> raw_files(const std::string& directory) {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    const auto name = entry->path().filename().string();
    if (name.starts_with("history.db") || name == "readings.journal") found.push_back(entry->path());
  }
  return found;
}

}  // namespace

Result<ReadingKeeper::Numbering> ReadingKeeper::number_points() {
  std::vector<HistoryDatabase::KnownPoint> wanted;
  for (std::size_t i = 0; i < site_.points.size(); ++i) {
    const auto point = static_cast<PointIndex>(i);
    const auto& spec = site_.spec(point);
    wanted.push_back({site_.device_of(point).name + "/" + spec.name, {spec.map.scale, spec.map.offset}});
  }
  auto known = database_.know(wanted);
  if (!known) return known.error();
  Numbering made;
  made.known = std::move(*known);

  std::map<std::string, std::vector<StoredId>> by_name;
  for (StoredId id = 0; id < made.known.size(); ++id) by_name[made.known[id].name].push_back(id);
  made.stored.resize(made.known.size());
  made.limits.resize(made.known.size());
  made.point_of.resize(made.known.size());
  for (StoredId id = 0; id < made.known.size(); ++id) made.stored[id].scaling = made.known[id].scaling;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto point = static_cast<PointIndex>(i);
    const auto& spec = site_.spec(point);
    made.namesakes.push_back(by_name[wanted[i].name]);
    const auto same = std::find_if(made.namesakes[i].begin(), made.namesakes[i].end(), [&](StoredId id) {
      return made.known[id].scaling.scale == wanted[i].scaling.scale &&
             made.known[id].scaling.offset == wanted[i].scaling.offset;
    });
    if (same == made.namesakes[i].end()) return fail(Errc::storage, "history.db: no number for " + wanted[i].name);
    made.ids.push_back(*same);
    made.point_of[*same] = point;
    const auto period = std::max(spec.period, site_.device_of(point).period);
    made.stored[*same].longest_gap_ms = (3 * period + std::chrono::seconds{5}).count();
    made.limits[*same] = {spec.deadband, std::chrono::milliseconds(spec.longest_age).count(), shortest_age_ms};
  }
  return made;
}

void ReadingKeeper::adopt(Numbering numbering) {
  block_ = OpenBlock(std::move(numbering.stored));
  filter_ = ExceptionFilter(std::move(numbering.limits));
  ids_ = std::move(numbering.ids);
  point_of_ = std::move(numbering.point_of);
  namesakes_ = std::move(numbering.namesakes);
  known_ = std::move(numbering.known);
}

void ReadingKeeper::make_journal() {
  // Named by the epoch: stores share the directory, and a new history must not meet an old tail.
  tail_path_ = tail_directory(site_, options_) + "/readings-" + epoch_ + ".tail";
  journal_.emplace(site_.store.directory + "/readings.journal", journal_bytes, tail_path_);
}

void ReadingKeeper::tell_put_aside(const HistoryDatabase::State& state) {
  warn_("history.db was corrupt and lies in " + state.quarantined + " now; a new one with epoch " + state.epoch +
        " begins");
}

std::uint64_t ReadingKeeper::give_up_files() {
  const auto files = raw_files(site_.store.directory);
  std::uint64_t bytes = 0;
  std::error_code error;
  for (const auto& file : files) {
    const auto size = std::filesystem::file_size(file, error);
    if (!error) bytes += size;
  }
  if (bytes < worth_giving_up) return 0;
  journal_.reset();
  database_.forget();
  for (const auto& file : files) std::filesystem::remove(file, error);
  if (!tail_path_.empty()) std::filesystem::remove(tail_path_, error);
  recent_.clear();
  receipted_.clear();
  pending_.clear();
  dropped_batches_ = 0;  // of the epoch that is gone
  return bytes;
}

// The journal takes its whole size at once, which findings may need more.
bool ReadingKeeper::journal_fits() {
  std::error_code error;
  const auto size = std::filesystem::file_size(site_.store.directory + "/readings.journal", error);
  return (!error && size >= journal_bytes) || free_bytes(site_.store.directory) >= 2 * journal_bytes;
}

bool ReadingKeeper::database_ready() { return (!database_.lost() && database_.epoch() == epoch_) || start_over(); }

// Everything that can fail comes first, so that a disk that fails here too finds the keeper as it was, and the next
// call tries again. Values of the last hours are in memory and move over; batches were numbered under the epoch that is
// gone.
bool ReadingKeeper::start_over() {
  const auto state = database_.open();
  if (!state) return false;
  if (!state->quarantined.empty()) tell_put_aside(*state);
  if (state->epoch == epoch_) return true;
  auto numbering = number_points();
  if (!numbering) return false;

  const auto old_block = std::move(block_);
  const auto old_ids = std::move(ids_);
  adopt(std::move(*numbering));
  for (std::size_t point = 0; point < old_ids.size(); ++point)
    block_.adopt(ids_[point], old_block.runs(old_ids[point]));
  dropped_batches_ += recent_.size() + (pending_.empty() ? 0 : 1);
  recent_.clear();
  receipted_.clear();
  pending_.clear();
  epoch_ = state->epoch;
  next_batch_ = claimable_ = state->next_batch;
  std::error_code ignored;
  std::filesystem::remove(tail_path_, ignored);
  make_journal();
  figures_.bytes = database_.bytes();
  // The journal first: what lies there belongs to the file that is gone.
  const bool begun = begin_anew(state->generation + 1);
  return compact(last_compaction_.value_or(BootTime{})) && begun;
}

}  // namespace inspect::agent::storage
