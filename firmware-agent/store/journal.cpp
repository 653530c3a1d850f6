#include "firmware-agent/store/journal.hpp"

#include "firmware-agent/store/byte_stream.hpp"

#include <algorithm>
#include <utility>

namespace inspect::agent::storage {

namespace {

constexpr std::uint8_t format = 1;
constexpr std::uint32_t first_seed = 0x494e534a;  // "INSJ"
constexpr std::size_t epoch_length = 16;

std::string header_record(const JournalHeader& header) {
  ByteWriter out;
  out.u8(format);
  out.bytes(header.epoch);
  out.u64(header.generation);
  out.u64(header.next_batch);
  out.u64(header.dropped);
  return std::move(out).take();
}

std::optional<JournalHeader> header_from(std::string_view record) {
  ByteReader in(record);
  if (in.u8() != format) return std::nullopt;
  JournalHeader header;
  header.epoch = std::string(in.bytes(epoch_length));
  header.generation = in.u64();
  header.next_batch = in.u64();
  header.dropped = in.u64();
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return header;
}

/// A file from its start, of which a piece at a time is in memory.
class Pieces {
 public:
  explicit Pieces(const File& file) : file_(file) {}

  /// What was not taken yet: `wanted` bytes or more, or all there are.
  Result<std::string_view> look(std::size_t wanted) {
    while (held_.size() - taken_ < wanted) {
      held_.erase(0, std::exchange(taken_, 0));
      const auto more = file_.read(std::max(piece, wanted - held_.size()), next_);
      if (!more) return more.error();
      if (more->empty()) break;
      next_ += more->size();
      held_ += *more;
    }
    return std::string_view(held_).substr(taken_);
  }
  void take(std::size_t count) { taken_ += count; }

 private:
  static constexpr std::size_t piece = 32 << 10;

  const File& file_;
  std::string held_;
  std::size_t taken_ = 0;
  std::uint64_t next_ = 0;
};

Result<bool> holds_something(const File& file) {
  Pieces pieces(file);
  for (;;) {
    const auto bytes = pieces.look(1);
    if (!bytes) return bytes.error();
    if (bytes->empty()) return false;
    if (bytes->find_first_not_of('\0') != std::string_view::npos) return true;
    pieces.take(bytes->size());
  }
}

}  // namespace

Result<void> Journal::prepare() {
  auto file = File::open(path_);
  if (!file) return file.error();
  file_ = std::move(*file);
  auto tail = File::open(tail_path_);
  if (!tail) return tail.error();
  tail_ = std::move(*tail);
  const auto size = file_.size();
  if (!size) return size.error();
  if (*size == capacity_) return {};
  // Written once with zeros: later writes find real blocks, so a full disk cannot stop them.
  if (auto cut = file_.resize(std::min(*size, capacity_)); !cut) return cut.error();
  // By the page: kernels that cache a file in larger pieces (6.x) count, and may write, the piece for each byte
  // changed.
  constexpr std::uint64_t step = 4 << 10;
  for (auto at = std::min(*size, capacity_); at < capacity_; at += step) {
    const auto count = std::min(step, capacity_ - at);
    if (auto written = file_.write(at, std::string(count, '\0')); !written) {
      // A part of it would hold nothing, and take the last space of a full disk.
      (void)file_.resize(std::min(*size, capacity_));
      return written.error();
    }
  }
  return file_.sync();
}

Result<Journal::Content> Journal::open(const Visit& visit) {
  broken_ = true;
  if (auto ready = prepare(); !ready) return ready.error();
  Content content;
  chain_ = first_seed;
  const auto end = scan(file_, content, visit);
  if (!end) return end.error();
  end_ = *end;
  unsynced_.clear();
  if (content.header) {
    const auto more = scan(tail_, content, visit);
    if (!more) return more.error();
    auto bytes = tail_.read(*more);
    if (!bytes) return bytes.error();
    unsynced_ = std::move(*bytes);
  }
  const auto used = content.header ? Result<bool>(true) : holds_something(file_);
  if (!used) return used.error();
  content.used = *used;
  // What is read now must stay true: later records build on it.
  broken_ = end_ + unsynced_.size() > capacity_;
  if (auto synced = sync(); !synced) return synced.error();
  broken_ = !content.header;
  return content;
}

/// Takes records from `file` as far as they continue the chain; answers how many bytes that were.
Result<std::size_t> Journal::scan(const File& file, Content& content, const Visit& visit) {
  Pieces pieces(file);
  std::size_t end = 0;
  for (;;) {
    const auto head = pieces.look(overhead);
    if (!head) return head.error();
    ByteReader in(*head);
    const std::size_t length = in.u32();
    const auto crc = in.u32();
    if (!in.ok() || length == 0 || length > capacity_) break;
    const auto whole = pieces.look(overhead + length);
    if (!whole) return whole.error();
    if (whole->size() < overhead + length) break;
    const auto record = whole->substr(overhead, length);
    if (crc32(record, chain_) != crc) break;
    if (content.header) {
      visit(*content.header, record);
    } else if (content.header = header_from(record); !content.header) {
      break;
    }
    chain_ = crc;
    end += overhead + length;
    pieces.take(overhead + length);
  }
  return end;
}

Result<void> Journal::restart(const JournalHeader& header) {
  broken_ = true;
  // Fresh descriptors: after a failed fsync the old one may claim success for pages that were lost.
  if (auto ready = prepare(); !ready) return ready.error();
  end_ = 0;
  chain_ = first_seed;
  unsynced_ = framed(header_record(header));
  broken_ = false;
  return sync();
}

std::string Journal::framed(std::string_view record) {
  chain_ = crc32(record, chain_);
  ByteWriter out;
  out.u32(static_cast<std::uint32_t>(record.size()));
  out.u32(chain_);
  out.bytes(record);
  return std::move(out).take();
}

Result<void> Journal::append(std::span<const std::string> records) {
  if (broken_) return fail(Errc::storage, path_ + ": waits to be begun anew after a failed write");
  std::string bytes;
  for (const auto& record : records) bytes += framed(record);
  const auto at = unsynced_.size();
  unsynced_ += bytes;
  if (end_ + unsynced_.size() > capacity_) {
    broken_ = true;
    return fail(Errc::storage, path_ + ": full");
  }
  return tail_.write(at, bytes);
}

Result<void> Journal::sync() {
  if (broken_) return fail(Errc::storage, path_ + ": waits to be begun anew after a failed write");
  auto written = file_.write(end_, unsynced_);
  if (written) written = file_.sync();
  broken_ = !written;
  if (!written) return written;
  // The tail needs no clearing: its first record no longer continues the chain.
  end_ += unsynced_.size();
  unsynced_.clear();
  return {};
}

}  // namespace inspect::agent::storage
