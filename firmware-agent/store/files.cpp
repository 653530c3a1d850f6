#include "firmware-agent/store/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

namespace inspect::agent::storage {

namespace {

Error system_failure(const std::string& path, const char* what, int error) {
  return fail(Errc::storage,
              path + ": " + what + ": " + std::strerror(error) +
                  (error == ENOSPC  ? "; free some space on this disk"
                   : error == EROFS ? "; the file system became read-only, look for disk errors in `dmesg`"
                                    : ""));
}

}  // namespace

Result<File> File::open(std::string path) {
  File file;
  file.fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (file.fd_ < 0) return system_failure(path, "cannot open", errno);
  file.path_ = std::move(path);
  // No reading ahead: it would fill the cache with pieces larger than a page (see Journal::prepare).
  (void)posix_fadvise(file.fd_, 0, 0, POSIX_FADV_RANDOM);
  return file;
}

File::File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  return *this;
}

File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

Error File::failure(const char* what) const { return system_failure(path_, what, errno); }

Result<std::uint64_t> File::size() const {
  struct stat status {};
  if (fstat(fd_, &status) != 0) return failure("cannot look at it");
  return static_cast<std::uint64_t>(status.st_size);
}

Result<std::string> File::read(std::size_t most, std::uint64_t offset) const {
  std::string bytes(most, '\0');
  std::size_t have = 0;
  while (have < most) {
    const auto got = pread(fd_, bytes.data() + have, most - have, static_cast<off_t>(offset + have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure("cannot read");
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

Result<void> File::write(std::uint64_t offset, std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto done = pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return failure("cannot write");
    bytes.remove_prefix(static_cast<std::size_t>(done));
    offset += static_cast<std::uint64_t>(done);
  }
  return {};
}

Result<void> File::allocate(std::uint64_t size) const {
  if (const int error = posix_fallocate(fd_, 0, static_cast<off_t>(size)); error != 0) {
    return system_failure(path_, "cannot allocate", error);
  }
  return {};
}

Result<void> File::resize(std::uint64_t size) const {
  if (ftruncate(fd_, static_cast<off_t>(size)) != 0) return failure("cannot resize");
  return {};
}

Result<void> File::sync() const {
  if (fdatasync(fd_) != 0) return failure("cannot be made durable");
  return {};
}

bool File::lock() const { return flock(fd_, LOCK_EX | LOCK_NB) == 0; }

Result<std::string> read_file(const std::string& path, std::size_t most) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Errc::storage, path + ": cannot open");
  std::string bytes(most, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(most));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

Result<void> replace_file(const std::string& path, std::string_view bytes) {
  const auto fresh = path + ".new";
  const auto write = [&]() -> Result<void> {
    const auto file = File::open(fresh);
    if (!file) return file.error();
    if (auto cut = file->resize(0); !cut) return cut;
    if (auto written = file->write(0, bytes); !written) return written;
    return file->sync();
  };
  auto written = write();
  if (written && ::rename(fresh.c_str(), path.c_str()) != 0) {
    written = system_failure(path, "cannot be replaced", errno);
  }
  if (!written) {
    // Half of it would take space on a disk that has none.
    ::unlink(fresh.c_str());
    return written;
  }
  return sync_directory(std::filesystem::path(path).parent_path().string());
}

Result<void> sync_directory(const std::string& directory) {
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return system_failure(directory, "cannot open", errno);
  const int result = fsync(fd);
  const int error = errno;
  ::close(fd);
  if (result != 0) return system_failure(directory, "cannot be made durable", error);
  return {};
}

std::uint64_t free_bytes(const std::string& directory) {
  struct statvfs status {};
  if (statvfs(directory.c_str(), &status) != 0) return 0;
  return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

Result<void> make_directory(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return system_failure(directory, "cannot be created", error.value());
  return {};
}

}  // namespace inspect::agent::storage
