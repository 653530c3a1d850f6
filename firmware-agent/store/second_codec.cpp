// OpenBlock's records as bytes. A second in which little changes costs a handful of them:
//   base time (difference), ids read (difference from the second before),
//   then per instant: time (difference), and per change: id (difference), value (difference) with three flags, and the
//   quality when it changed.
#include "firmware-agent/store/byte_stream.hpp"
#include "firmware-agent/store/open_block.hpp"

#include <algorithm>
#include <iterator>

namespace inspect::agent::storage {

namespace {

// Flags below a change's difference.
constexpr std::uint64_t quality_follows = 1;
constexpr std::uint64_t bits_follow = 2;
constexpr std::uint64_t same_instant = 4;  ///< the next change shares this one's time: points of one register block
constexpr int flag_bits = 3;

std::vector<StoredId> difference(const std::vector<StoredId>& a, const std::vector<StoredId>& b) {
  std::vector<StoredId> result;
  std::set_symmetric_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(result));
  return result;
}

/// Ascending ids as gaps.
class Gaps {
 public:
  void put(ByteWriter& out, StoredId id) {
    out.varint(id - next_);
    next_ = id + std::uint64_t{1};
  }
  /// Below `points`, or the reader is no longer ok.
  StoredId get(ByteReader& in, std::size_t points) {
    const auto gap = in.varint();
    if (gap >= points || next_ + gap >= points) {
      in.refuse();
      return 0;
    }
    const auto id = static_cast<StoredId>(next_ + gap);
    next_ = id + std::uint64_t{1};
    return id;
  }

 private:
  std::uint64_t next_ = 0;
};

/// What a point's next change is relative to.
struct Before {
  double value = 0;
  int quality = -1;  ///< -1: nothing yet
};

/// The last value of each point: of the block, then of this record.
class LastValues {
 public:
  explicit LastValues(const OpenBlock& block) : block_(block), changed_(block.points().size()) {}

  [[nodiscard]] Before of(StoredId id) const {
    if (changed_[id].quality >= 0) return changed_[id];
    const auto* last = block_.last(id);
    return last == nullptr ? Before{} : Before{last->value, last->quality};
  }
  void note(const ValueChange& change) { changed_[change.id] = {change.value, change.quality}; }

 private:
  const OpenBlock& block_;
  std::vector<Before> changed_;
};

std::int64_t raw_base(const Before& before, const Scaling& scaling) {
  const auto raw = raw_of(before.value, scaling);
  return raw.exact ? raw.raw : 0;
}

void put_change(ByteWriter& out, const ValueChange& change, const Before& before, const Scaling& scaling,
                std::uint64_t flags) {
  const auto raw = raw_of(change.value, scaling);
  const auto delta = raw.exact ? raw.raw - raw_base(before, scaling) : 0;
  const bool new_quality = before.quality != change.quality;
  flags |= (new_quality ? quality_follows : 0) | (raw.exact ? 0 : bits_follow);
  out.varint(zigzag(delta) << flag_bits | flags);
  if (new_quality) out.u8(change.quality);
  if (!raw.exact) out.changed_bits(before.value, change.value);
}

/// Answers the flags.
std::uint64_t get_change(ByteReader& in, ValueChange& change, const Before& before, const Scaling& scaling) {
  const auto packed = in.varint();
  change.quality = (packed & quality_follows) != 0 ? in.u8() : static_cast<std::uint8_t>(std::max(before.quality, 0));
  change.value = (packed & bits_follow) != 0
                     ? in.changed_bits(before.value)
                     : value_of(wrapping_sum(raw_base(before, scaling), unzigzag(packed >> flag_bits)), scaling);
  if (!is_packed_quality(change.quality)) in.refuse();
  return packed;
}

}  // namespace

std::string OpenBlock::encode(const SecondRecord& record) const {
  ByteWriter out;
  out.signed_varint(record.base_ms - previous_base_);
  const auto ids = difference(previous_read_, record.read);
  out.varint(ids.size());
  Gaps read;
  for (const auto id : ids) read.put(out, id);

  LastValues last(*this);
  auto time = record.base_ms;
  std::int64_t id = 0;
  bool same = false;
  for (std::size_t i = 0; i < record.changes.size(); ++i) {
    const auto& change = record.changes[i];
    if (!same) out.signed_varint(change.ms - time);
    out.signed_varint(change.id - id);
    time = change.ms;
    id = change.id;
    same = i + 1 < record.changes.size() && record.changes[i + 1].ms == time;
    put_change(out, change, last.of(change.id), points_[change.id].scaling, same ? same_instant : 0);
    last.note(change);
  }
  return std::move(out).take();
}

Result<SecondRecord> OpenBlock::decode(std::string_view bytes) const {
  ByteReader in(bytes);
  SecondRecord record;
  record.base_ms = wrapping_sum(previous_base_, in.signed_varint());
  std::vector<StoredId> ids(in.count());
  Gaps read;
  for (auto& id : ids) id = read.get(in, points_.size());
  if (!in.ok()) return fail(Errc::storage, "a record of the journal is damaged");
  record.read = difference(previous_read_, ids);

  LastValues last(*this);
  ValueChange change;
  change.ms = record.base_ms;
  std::int64_t id = 0;
  for (std::uint64_t flags = 0; in.ok() && !in.at_end();) {
    if ((flags & same_instant) == 0) change.ms = wrapping_sum(change.ms, in.signed_varint());
    id = wrapping_sum(id, in.signed_varint());
    if (id < 0 || static_cast<std::uint64_t>(id) >= points_.size())
      return fail(Errc::storage, "there is no such point");
    change.id = static_cast<StoredId>(id);
    flags = get_change(in, change, last.of(change.id), points_[change.id].scaling);
    last.note(change);
    record.changes.push_back(change);
  }
  if (!in.ok()) return fail(Errc::storage, "a record of the journal is damaged");
  return record;
}

}  // namespace inspect::agent::storage
