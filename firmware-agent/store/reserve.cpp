#include "firmware-agent/store/reserve.hpp"

#include <filesystem>

namespace inspect::agent::storage {

Reserve::Reserve(std::string directory, std::uint64_t bytes)
    : directory_(std::move(directory)), path_(directory_ + "/reserve.bin"), bytes_(bytes) {
  // A crash between release and the next hold leaves a file that is too small: it holds nothing.
  std::error_code error;
  held_ = std::filesystem::file_size(path_, error) == bytes_ && !error;
}

bool Reserve::hold() {
  if (held_) return true;
  if (free_bytes(directory_) < 2 * bytes_) return false;
  const auto file = File::open(path_);
  if (!file || !file->allocate(bytes_)) {
    release();
    return false;
  }
  held_ = true;
  return true;
}

bool Reserve::release() {
  std::error_code error;
  const bool there = std::filesystem::remove(path_, error);
  held_ = false;
  return there;
}

}  // namespace inspect::agent::storage
