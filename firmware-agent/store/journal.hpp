#pragma once

#include "firmware-agent/store/files.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace inspect::agent::storage {

/// First record of each generation of the journal.
struct JournalHeader {
  std::string epoch;             ///< of the history database it belongs to
  std::uint64_t generation = 0;  ///< the database says up to which one everything was taken over
  std::uint64_t next_batch = 1;  ///< no batch of this generation has a lower number
  std::uint64_t dropped = 0;     ///< batches given up so far

  friend bool operator==(const JournalHeader&, const JournalHeader&) = default;
};

/// readings.journal: a file of fixed size that is written from its start in each generation, in place, so that making
/// it durable writes data pages only: no new blocks, no file size. Beside it a tail in memory (a file on a tmpfs) takes
/// each record at once, so that a kill loses nothing, and the disk sees one write a minute instead of sixty that the
/// kernel may each turn into a page on the flash.
///
/// Record: u32 length, u32 CRC-32 of the bytes continued from the record before (which starts from the header, hence
/// from epoch and generation). A torn end, leftovers of an older generation and a tail that was already taken over
/// fail the CRC and end the journal.
class Journal {
 public:
  struct Content {
    std::optional<JournalHeader> header;  ///< nothing: empty, foreign or damaged in its first record
    bool used = false;                    ///< something was written there once, readable or not
  };
  /// Is shown each record, oldest first, while it is read: a full journal is never in memory as a whole.
  using Visit = std::function<void(const JournalHeader&, std::string_view record)>;

  Journal(std::string path, std::uint64_t capacity, std::string tail_path)
      : path_(std::move(path)), tail_path_(std::move(tail_path)), capacity_(capacity) {}

  /// Opens the file (making it `capacity` bytes long) and the tail, reads what is valid and makes it durable; appending
  /// goes on after that.
  Result<Content> open(const Visit& visit);
  /// Begins a generation, durably: what was in the file before is gone afterwards, whatever happens.
  Result<void> restart(const JournalHeader& header);
  /// Into the tail. An error means that a kill would lose them; they become durable with the next sync() all the same,
  /// unless the journal is full or broken.
  Result<void> append(std::span<const std::string> records);
  /// Everything appended becomes durable. After a failure nothing more is taken until restart().
  Result<void> sync();
  [[nodiscard]] bool broken() const { return broken_; }
  /// Bytes that wait for sync(); they are in memory.
  [[nodiscard]] std::size_t unsynced() const { return unsynced_.size(); }

  static constexpr std::size_t overhead = 8;  ///< of each record
  static constexpr std::size_t header_bytes = overhead + 1 + 16 + 24;

 private:
  [[nodiscard]] std::string framed(std::string_view record);
  Result<void> prepare();
  Result<std::size_t> scan(const File& file, Content& content, const Visit& visit);

  std::string path_;
  std::string tail_path_;
  std::uint64_t capacity_;
  File file_;
  File tail_;
  std::string unsynced_;  ///< what the tail holds
  std::uint64_t end_ = 0;
  std::uint32_t chain_ = 0;
  bool broken_ = true;
};

}  // namespace inspect::agent::storage
