#include "cloud-bridge/ticketing/store/store_files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <utility>

namespace inspect::ticketing {

namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 4> parts{"", "-wal", "-shm", "-journal"};

bool exists(const std::string& file) {
  std::error_code failed;
  return fs::exists(file, failed);
}

}  // namespace

StoreLock::StoreLock(std::string file, int fd, bool made) : file_(std::move(file)), fd_(fd), made_(made) {}

StoreLock::StoreLock(StoreLock&& other) noexcept
    : file_(std::move(other.file_)), fd_(std::exchange(other.fd_, -1)), made_(other.made_) {}

StoreLock::~StoreLock() {
  if (fd_ >= 0) ::close(fd_);
}

Result<StoreLock> StoreLock::take(const std::string& directory) {
  auto file = directory + "/tickets.lock";
  int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool made = fd >= 0;
  if (!made) fd = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return fail(Errc::storage, file + ": cannot be made; is the directory writable?");
  struct stat held {};
  // No name left: whoever made it gave up beginning a store just now.
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0 || ::fstat(fd, &held) != 0 || held.st_nlink == 0) {
    ::close(fd);
    return fail(Errc::storage, file + ": another ticketd uses this store; stop it first");
  }
  return StoreLock(std::move(file), fd, made);
}

void StoreLock::erase() { ::unlink(file_.c_str()); }

bool StoreFiles::empty() const {
  std::error_code failed;
  const auto size = fs::file_size(database(), failed);
  // What is there and cannot be looked at is not taken for empty; opening it says why.
  return failed ? !exists(database()) : size == 0;
}

bool StoreFiles::used() const {
  return exists(marker()) || exists(database() + "-wal") || exists(database() + "-journal");
}

void StoreFiles::mark() const {
  if (exists(marker())) return;
  const int fd = ::open(marker().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
  // The names of a new store, too, have to outlive a power cut.
  const int folder = ::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  ::fsync(folder);
  ::close(folder);
}

Result<std::string> StoreFiles::set_aside(WallTime now) const {
  auto target = database() + ".corrupt-";
  for (const char c : rfc3339(now)) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) target += c;
  }
  for (const auto* part : parts) {
    const auto from = database() + part;
    if (!exists(from)) continue;
    const auto to = target + part;
    if (exists(to)) return fail(Errc::storage, to + ": is there already; try again");
    if (std::rename(from.c_str(), to.c_str()) != 0) return fail(Errc::storage, from + ": cannot be renamed");
  }
  return target;
}

void StoreFiles::erase() const {
  for (const auto* part : parts) ::unlink((database() + part).c_str());
}

}  // namespace inspect::ticketing
