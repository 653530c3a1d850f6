#include "firmware-agent/store/reading_keeper.hpp"

#include "firmware-agent/store/byte_stream.hpp"
#include "firmware-agent/store/run_codec.hpp"

#include <algorithm>
#include <filesystem>

namespace inspect::agent::storage {

namespace {

std::int64_t ms(WallTime time) { return time.time_since_epoch().count(); }

/// More batches than a journal can hold.
constexpr std::uint64_t skipped_after_damage = 100'000;

ValueChange change_of(StoredId id, const Reading& reading) {
  return {id, ms(reading.measured_at.wall), reading.quality == Quality::bad ? 0 : reading.value,
          pack(reading.quality, reading.reason)};
}

}  // namespace

ReadingKeeper::ReadingKeeper(const Site& site, const StoreOptions& options, Reserve& reserve,
                             std::function<void(const std::string&)> warn)
    : site_(site), options_(options), reserve_(reserve), warn_(std::move(warn)), database_(site, options) {}

Result<void> ReadingKeeper::open() {
  const auto state = database_.open();
  if (!state) return state.error();
  if (!state->quarantined.empty()) tell_put_aside(*state);
  epoch_ = state->epoch;
  generation_ = state->generation;
  next_batch_ = state->next_batch;
  dropped_batches_ = state->dropped;
  auto numbering = number_points();
  if (!numbering) return numbering.error();
  adopt(std::move(*numbering));
  make_journal();
  // Without a journal readings stay in memory until there is room: a kill loses them, the watch goes on.
  if (journal_fits()) {
    taken_bytes_ = Journal::header_bytes;
    bool sound = true;
    const auto content = journal_->open([&](const JournalHeader& header, std::string_view record) {
      taken_bytes_ += record.size() + Journal::overhead;
      sound = sound && header.epoch == epoch_ && replay(record, header.generation >= generation_);
    });
    if (!content) return content.error();
    go_on_from(*content);
  } else {
    warn_("the disk has no room for readings.journal: readings are kept in memory only until some is freed");
    ++generation_;
    // Cut short: whatever it said of batches that were sent cannot be known.
    std::error_code error;
    if (std::filesystem::file_size(site_.store.directory + "/readings.journal", error) > 0 && !error) {
      next_batch_ += skipped_after_damage;
    }
  }
  claimable_ = next_batch_;
  figures_.bytes = database_.bytes();
  return {};
}

void ReadingKeeper::go_on_from(const Journal::Content& content) {
  const auto& header = content.header;
  const bool ours = header && header->epoch == epoch_;
  if (header && !ours && taken_bytes_ > Journal::header_bytes) {
    warn_("readings.journal belongs to another history.db; its readings were given up");
  }
  // Its batches may have been sent, and nobody knows how many there were: begin far beyond them.
  if (!header && content.used) next_batch_ += skipped_after_damage;
  if (ours) {
    next_batch_ = std::max(next_batch_, header->next_batch);
    dropped_batches_ = std::max(dropped_batches_, header->dropped);
  }
  if (ours && header->generation >= generation_) {
    generation_ = header->generation;
  } else {
    // Never the generation of what lies there: its records would continue the new header.
    begin_anew(std::max(generation_, ours ? header->generation : 0) + 1);
  }
}

bool ReadingKeeper::replay(std::string_view record, bool current) {
  ByteReader in(record);
  const auto kind = in.u8();
  if (kind == batch_record) {
    Batch batch;
    batch.seq = in.varint();
    const auto dropped = in.varint();
    batch.created_ms = in.signed_varint();
    batch.payload = std::string(in.rest());
    if (!in.ok()) return false;
    // Also in a generation that was taken over: its numbers may have been sent.
    next_batch_ = std::max(next_batch_, batch.seq + 1);
    if (!current) return true;
    dropped_batches_ = std::max(dropped_batches_, dropped);
    recent_.push_back(std::move(batch));
    pending_.clear();
    return true;
  }
  if (kind != second_record) return false;
  if (!current) return true;
  const auto second = block_.decode(in.rest());
  if (!second) return false;
  block_.apply(*second);
  observe(*second);
  return true;
}

bool ReadingKeeper::take(const std::vector<Reading>& readings, BootTime now) {
  bool good = true;
  std::vector<bool> seen(site_.points.size());
  std::size_t from = 0;
  const auto second_of = [&](std::size_t i) {
    return std::chrono::floor<std::chrono::seconds>(readings[i].measured_at.boot.time_since_epoch());
  };
  // One record a second; a point is in it once.
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const auto point = at(readings[i].point);
    if (point >= seen.size()) continue;
    if (second_of(i) != second_of(from) || seen[point]) {
      good = journal_second(std::span(readings).subspan(from, i - from)) && good;
      good = do_what_is_due(readings[i].measured_at.boot) && good;
      from = i;
      seen.assign(seen.size(), false);
    }
    seen[point] = true;
  }
  if (from < readings.size()) good = journal_second(std::span(readings).subspan(from)) && good;
  return do_what_is_due(now) && good;
}

SecondRecord ReadingKeeper::record_of(std::span<const Reading> readings) const {
  SecondRecord record;
  record.base_ms = INT64_MAX;
  for (const auto& reading : readings) {
    if (at(reading.point) >= ids_.size()) continue;
    const auto change = change_of(ids_[at(reading.point)], reading);
    record.base_ms = std::min(record.base_ms, change.ms);
    record.read.push_back(change.id);
    if (block_.is_change(change)) record.changes.push_back(change);
  }
  std::sort(record.read.begin(), record.read.end());
  std::sort(record.changes.begin(), record.changes.end(),
            [](const auto& a, const auto& b) { return std::pair(a.ms, a.id) < std::pair(b.ms, b.id); });
  return record;
}

bool ReadingKeeper::journal_second(std::span<const Reading> readings) {
  auto record = record_of(readings);
  if (record.read.empty()) return true;
  auto bytes = static_cast<char>(second_record) + block_.encode(record);
  if (taken_bytes_ + bytes.size() + Journal::overhead > journal_bytes) {
    if (!compact(readings.front().measured_at.boot)) give_up_block();
    // The block is empty now: the same readings make another record.
    record = record_of(readings);
    bytes = static_cast<char>(second_record) + block_.encode(record);
  }
  const bool written = append(bytes);
  block_.apply(record);
  observe(record);
  figures_.stored += record.read.size();
  while (pending_.size() >= most_entries) close_batch();
  return written;
}

bool ReadingKeeper::append(const std::string& record) {
  taken_bytes_ += record.size() + Journal::overhead;
  return journal_->append({&record, 1}).has_value();
}

void ReadingKeeper::observe(const SecondRecord& record) {
  std::vector<bool> changed(known_.size());
  for (const auto& change : record.changes) {
    observe_value(change);
    changed[change.id] = true;
  }
  for (const auto id : record.read) {
    const auto* last = block_.last(id);
    if (!changed[id] && last != nullptr) observe_value({id, record.base_ms, last->value, last->quality});
  }
}

void ReadingKeeper::observe_value(const ValueChange& change) {
  const auto point = point_of_[change.id];
  if (!point || !filter_.take(change.id, change.ms, change.value, change.quality)) return;
  pending_.push_back(change);
}

}  // namespace inspect::agent::storage
