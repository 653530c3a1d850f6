#pragma once

#include "protocol/core/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace inspect::agent::storage {

/// An open file descriptor that closes itself. All failures are Errc::storage and name the file.
class File {
 public:
  /// Opens for reading and writing; creates it with mode 0640 when missing.
  static Result<File> open(std::string path);

  File() = default;
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File();

  [[nodiscard]] Result<std::uint64_t> size() const;
  /// Up to `most` bytes from `offset` on; fewer at the end of the file.
  [[nodiscard]] Result<std::string> read(std::size_t most, std::uint64_t offset = 0) const;
  [[nodiscard]] Result<void> write(std::uint64_t offset, std::string_view bytes) const;
  /// Real blocks for [0, size): later writes inside it need no new space.
  [[nodiscard]] Result<void> allocate(std::uint64_t size) const;
  [[nodiscard]] Result<void> resize(std::uint64_t size) const;
  [[nodiscard]] Result<void> sync() const;
  /// False when another process holds it.
  [[nodiscard]] bool lock() const;

 private:
  [[nodiscard]] Error failure(const char* what) const;
  int fd_ = -1;
  std::string path_;
};

/// At most `most` bytes of a file that is not created when it is missing.
Result<std::string> read_file(const std::string& path, std::size_t most);
/// Old or new content after a crash at any moment, never half; durable when it returns.
Result<void> replace_file(const std::string& path, std::string_view bytes);

/// Makes names in `directory` (created, renamed, removed) survive a power cut.
Result<void> sync_directory(const std::string& directory);
/// Bytes an unprivileged process can still write there; 0 when that cannot be told.
std::uint64_t free_bytes(const std::string& directory);
Result<void> make_directory(const std::string& directory);

}  // namespace inspect::agent::storage
