// When what was gathered becomes durable, compact, and ready to travel.
#include "firmware-agent/store/byte_stream.hpp"
#include "firmware-agent/store/reading_keeper.hpp"
#include "firmware-agent/store/run_codec.hpp"

#include <algorithm>

namespace inspect::agent::storage {

namespace {

// With the second that gather() may hold back, a power cut costs at most a minute.
constexpr std::chrono::seconds sync_every{59};
/// Nor do more than so many bytes wait in memory for it: five minutes of the reference site, seconds of a very fast
/// one.
constexpr std::size_t most_unsynced = 64 << 10;

std::string batch_bytes(const Batch& batch, std::uint64_t dropped) {
  ByteWriter out;
  out.u8(batch_record);
  out.varint(batch.seq);
  out.varint(dropped);
  out.signed_varint(batch.created_ms);
  out.bytes(batch.payload);
  return std::move(out).take();
}

}  // namespace

void ReadingKeeper::close_batches() {
  while (!pending_.empty()) close_batch();
}

std::size_t ReadingKeeper::entries_of_one_batch() const {
  std::size_t count = 0;
  for (std::size_t bytes = 0; count < std::min(pending_.size(), most_entries); ++count) {
    const auto& change = pending_[count];
    // Names and the digits of value and time; the exact size is known when it is encoded.
    bytes += known_[change.id].name.size() + site_.spec(*point_of_[change.id]).unit.size() + 120;
    if (bytes > most_entry_bytes && count > 0) break;
  }
  return count;
}

/// The oldest of what is pending, as many as one message holds.
void ReadingKeeper::close_batch() {
  messages::ReadingsMessage message;
  const auto count = entries_of_one_batch();
  const auto& last = pending_[count - 1];
  message.envelope = {site_.gateway, epoch_, next_batch_, WallTime{std::chrono::milliseconds{last.ms}}};
  message.dropped = dropped_batches_;
  message.site = site_.name;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& change = pending_[i];
    const auto point = *point_of_[change.id];
    message.entries.push_back({site_.device_of(point).name, site_.spec(point).name, site_.spec(point).unit,
                               change.value, quality_of(change.quality), reason_of(change.quality),
                               WallTime{std::chrono::milliseconds{change.ms}}});
  }
  Batch batch{next_batch_, last.ms, compress(options_.encode_readings(message))};
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(count));
  ++next_batch_;
  append(batch_bytes(batch, dropped_batches_));
  recent_.push_back(std::move(batch));
  bound_batches();
}

void ReadingKeeper::bound_batches() {
  std::size_t bytes = 0;
  for (const auto& batch : recent_) bytes += batch.payload.size();
  for (; bytes > site_.store.readings_outbox_bytes && !recent_.empty(); recent_.pop_front()) {
    bytes -= recent_.front().payload.size();
    ++dropped_batches_;
  }
}

bool ReadingKeeper::do_what_is_due(BootTime now) {
  if (!last_sync_) last_sync_ = last_batch_ = last_compaction_ = now;
  bool good = true;
  // A second early, so that the usual minute falls on the same instant as the sync and costs no other.
  const bool batch_due = now - *last_batch_ >= site_.store.batch_every - std::chrono::seconds{1};
  const bool closes = batch_due && !pending_.empty();
  if (batch_due) {
    close_batches();
    last_batch_ = now;
  }
  if (now - *last_compaction_ >= options_.compact_every || taken_bytes_ > journal_bytes - journal_bytes / 16) {
    good = compact(now);
  }
  const bool much_waits = !journal_->broken() && journal_->unsynced() > most_unsynced;
  if (closes || much_waits || now - *last_sync_ >= sync_every) good = make_durable(now) && good;
  return good;
}

bool ReadingKeeper::make_durable(BootTime now) {
  last_sync_ = now;
  if (journal_->broken()) return compact(now);
  if (!journal_->sync()) return compact(now);
  claimable_ = next_batch_;
  return true;
}

bool ReadingKeeper::history_may_grow() {
  return options_.reserve_bytes == 0 ||
         (reserve_.hold() && free_bytes(site_.store.directory) >= options_.reserve_bytes / 4);
}

bool ReadingKeeper::compact(BootTime now) {
  last_compaction_ = now;
  if (block_.empty() && recent_.empty() && receipted_.empty())
    return !journal_->broken() || begin_anew(generation_ + 1);
  // The disk is nearly full: history stops here, so that findings still fit.
  if (!history_may_grow() || !database_ready()) return false;
  const auto dropped = database_.write({block_, recent_, receipted_, generation_ + 1, next_batch_, dropped_batches_},
                                       options_.now().wall);
  // Found corrupt: begun anew, which writes what was to be written.
  if (!dropped) return database_.lost() && start_over();
  dropped_batches_ += *dropped;
  recent_.clear();
  receipted_.clear();
  block_.clear();
  claimable_ = next_batch_;
  figures_.bytes = database_.bytes();
  return begin_anew(generation_ + 1);
}

bool ReadingKeeper::begin_anew(std::uint64_t generation) {
  generation_ = generation;
  taken_bytes_ = Journal::header_bytes;
  if (!journal_fits()) return false;
  return journal_->restart({epoch_, generation_, next_batch_, dropped_batches_}).has_value();
}

void ReadingKeeper::give_up_block() {
  figures_.dropped += block_.readings();
  dropped_batches_ += recent_.size();
  recent_.clear();
  block_.clear();
  begin_anew(generation_ + 1);
}

Result<void> ReadingKeeper::flush() {
  close_batches();
  if (journal_->sync()) {
    claimable_ = next_batch_;
    return {};
  }
  if (compact(last_compaction_.value_or(BootTime{}))) return {};
  return fail(Errc::storage, "readings of the last minutes could not be written");
}

Result<std::vector<control::OutboxRow>> ReadingKeeper::claim(const Skip& skip, std::size_t most,
                                                             std::size_t most_bytes) {
  std::set<std::uint64_t> out_of_question = receipted_;
  for (const auto& [epoch, seq] : skip) {
    if (epoch == epoch_) out_of_question.insert(seq);
  }
  std::vector<control::OutboxRow> rows;
  std::size_t bytes = 0;
  const auto add = [&](const Batch& batch) {
    if (out_of_question.contains(batch.seq)) return true;
    auto payload = decompress(batch.payload, messages::largest_message);
    if (!payload) {
      // Damaged on the disk: it goes with the next compaction, and the centre hears that it is missing.
      receipted_.insert(batch.seq);
      ++dropped_batches_;
      return true;
    }
    bytes += payload->size();
    if (rows.size() >= most || bytes > most_bytes) return false;
    rows.push_back({control::Stream::readings, epoch_, batch.seq, std::move(*payload)});
    return true;
  };
  if (!database_ready()) return fail(Errc::storage, "history.db is corrupt and cannot be begun anew yet");
  auto stored = database_.batches(1, most + out_of_question.size());
  if (!stored) return stored.error();
  for (const auto& batch : *stored) {
    if (!add(batch)) return rows;
  }
  for (const auto& batch : recent_) {
    if (batch.seq >= claimable_ || !add(batch)) break;
  }
  return rows;
}

std::size_t ReadingKeeper::receipt(const std::string& epoch, const std::vector<std::uint64_t>& seqs) {
  if (epoch != epoch_) return 0;
  std::size_t known = 0;
  for (const auto seq : seqs) {
    const auto recent =
        std::find_if(recent_.begin(), recent_.end(), [&](const auto& batch) { return batch.seq == seq; });
    if (recent != recent_.end()) {
      recent_.erase(recent);
      ++known;
    } else if (database_.has_batch(seq) && receipted_.insert(seq).second) {
      ++known;
    }
  }
  return known;
}

Result<void> ReadingKeeper::state(control::OutboxState& state) {
  const auto stored = database_.batches_waiting();
  if (!stored) return stored.error();
  state.readings_epoch = epoch_;
  state.readings_waiting = *stored - std::min<std::uint64_t>(*stored, receipted_.size()) + recent_.size();
  state.readings_dropped = dropped_batches_;
  return {};
}

ReadingKeeper::Figures ReadingKeeper::figures() const {
  auto figures = figures_;
  figures.claimable = claimable_;
  return figures;
}

}  // namespace inspect::agent::storage
