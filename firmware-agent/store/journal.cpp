#include "firmware-agent/store/journal.hpp"

#include "firmware-agent/store/byte_stream.hpp"

#include <algorithm>

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

}  // namespace

Result<void> Journal::prepare() {
  auto file = File::open(path_);
  if (!file) return file.error();
  file_ = std::move(*file);
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
    if (auto written = file_.write(at, std::string(count, '\0')); !written) return written.error();
  }
  return file_.sync();
}

Result<Journal::Content> Journal::open() {
  broken_ = true;
  if (auto ready = prepare(); !ready) return ready.error();
  const auto bytes = file_.read(capacity_);
  if (!bytes) return bytes.error();
  Content content;
  std::string_view rest = *bytes;
  end_ = 0;
  chain_ = first_seed;
  while (rest.size() > overhead) {
    ByteReader in(rest);
    const auto length = in.u32();
    const auto crc = in.u32();
    if (length == 0 || length > rest.size() - overhead) break;
    const auto record = rest.substr(overhead, length);
    if (crc32(record, chain_) != crc) break;
    if (!content.header) {
      content.header = header_from(record);
      if (!content.header) break;
    } else {
      content.records.emplace_back(record);
    }
    chain_ = crc;
    end_ += overhead + length;
    rest.remove_prefix(overhead + length);
  }
  // What is read now must stay true: later records build on it.
  if (auto synced = file_.sync(); !synced) return synced.error();
  broken_ = !content.header;
  return content;
}

Result<void> Journal::restart(const JournalHeader& header) {
  broken_ = true;
  // A fresh descriptor: after a failed fsync the old one may claim success for pages that were lost.
  if (auto ready = prepare(); !ready) return ready.error();
  end_ = 0;
  chain_ = first_seed;
  broken_ = false;
  const std::string record = header_record(header);
  if (auto written = append({&record, 1}); !written) return written.error();
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
  if (end_ + bytes.size() > capacity_) {
    broken_ = true;
    return fail(Errc::storage, path_ + ": full");
  }
  if (auto written = file_.write(end_, bytes); !written) {
    broken_ = true;
    return written.error();
  }
  end_ += bytes.size();
  return {};
}

Result<void> Journal::sync() {
  if (broken_) return fail(Errc::storage, path_ + ": waits to be begun anew after a failed write");
  auto synced = file_.sync();
  broken_ = !synced;
  return synced;
}

}  // namespace inspect::agent::storage
