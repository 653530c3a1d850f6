// LD_PRELOAD: writes what a program does to the files below $POWER_DIR into $POWER_LOG, in order, together with what
// the program says on its standard output. power_cut_test.cpp plays it back to every state a power cut may leave.
// Covers the calls that SQLite's unix layer and the store's own files make; memory-mapped writes are not seen (the
// store sets mmap_size=0 and keeps no shared memory file).
#include "tests/faults/interposed.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <string>

namespace inspect::tests::faults {

namespace {

enum class Op : std::uint32_t { write = 1, sync, truncate, create, remove, rename, say };

struct Recorder {
  std::string directory;
  int log = -1;
  std::mutex mutex;
  std::array<std::string, 1024> names;  // by descriptor; empty: not ours

  Recorder() {
    const char* dir = std::getenv("POWER_DIR");
    const char* out = std::getenv("POWER_LOG");
    if (dir == nullptr || out == nullptr) return;
    directory = std::string(dir) + "/";
    log = real<int(const char*, int, ...)>("open")(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  }

  [[nodiscard]] std::string name_of(const char* path) const {
    const std::string whole = path == nullptr ? "" : path;
    return log >= 0 && whole.rfind(directory, 0) == 0 ? whole.substr(directory.size()) : "";
  }
  [[nodiscard]] std::string name_of(int fd) const {
    return fd >= 0 && fd < static_cast<int>(names.size()) ? names[static_cast<std::size_t>(fd)] : "";
  }

  void put(Op op, const std::string& name, std::uint64_t offset, const void* data, std::uint64_t size) {
    struct {
      std::uint32_t op;
      std::uint32_t name_length;
      std::uint64_t offset;
      std::uint64_t size;
    } header{static_cast<std::uint32_t>(op), static_cast<std::uint32_t>(name.size()), offset, size};
    std::string record(reinterpret_cast<const char*>(&header), sizeof header);
    record += name;
    if (data != nullptr) record.append(static_cast<const char*>(data), size);
    const std::lock_guard lock(mutex);
    if (real<ssize_t(int, const void*, std::size_t)>("write")(log, record.data(), record.size()) < 0) _exit(9);
  }

  void opened(int fd, const char* path, bool existed) {
    const auto name = name_of(path);
    if (fd < 0 || fd >= static_cast<int>(names.size()) || name.empty()) return;
    names[static_cast<std::size_t>(fd)] = name;
    if (!existed) put(Op::create, name, 0, nullptr, 0);
  }
};

Recorder& recorder() {
  static auto* the = new Recorder;  // outlives every destructor that still writes
  return *the;
}

}  // namespace

int opened(const char* function, const char* path, int flags, mode_t mode) {
  struct stat status {};
  const bool existed = recorder().name_of(path).empty() || stat(path, &status) == 0;
  const int fd = real<int(const char*, int, ...)>(function)(path, flags, mode);
  recorder().opened(fd, path, existed);
  return fd;
}

ssize_t written(const char* function, int fd, const void* data, std::size_t size, off_t offset) {
  const auto done = real<ssize_t(int, const void*, std::size_t, off_t)>(function)(fd, data, size, offset);
  const auto name = recorder().name_of(fd);
  if (!name.empty() && done > 0) {
    recorder().put(Op::write, name, static_cast<std::uint64_t>(offset), data, static_cast<std::uint64_t>(done));
  }
  return done;
}

int synced(const char* function, int fd) {
  const int result = real<int(int)>(function)(fd);
  const auto name = recorder().name_of(fd);
  if (!name.empty() && result == 0) recorder().put(Op::sync, name, 0, nullptr, 0);
  return result;
}

int truncated(const char* function, int fd, off_t size) {
  const int result = real<int(int, off_t)>(function)(fd, size);
  const auto name = recorder().name_of(fd);
  if (!name.empty() && result == 0) {
    recorder().put(Op::truncate, name, static_cast<std::uint64_t>(size), nullptr, 0);
  }
  return result;
}

}  // namespace inspect::tests::faults

using namespace inspect::tests::faults;

extern "C" {

ssize_t write(int fd, const void* data, std::size_t size) {
  const auto name = recorder().name_of(fd);
  const auto offset = name.empty() ? 0 : lseek(fd, 0, SEEK_CUR);
  const auto done = real<ssize_t(int, const void*, std::size_t)>("write")(fd, data, size);
  if (!name.empty() && done > 0) {
    recorder().put(Op::write, name, static_cast<std::uint64_t>(offset), data, static_cast<std::uint64_t>(done));
  }
  if (fd == STDOUT_FILENO && recorder().log >= 0 && done > 0) {
    recorder().put(Op::say, "", 0, data, static_cast<std::uint64_t>(done));
  }
  return done;
}

int unlink(const char* path) {
  const int result = real<int(const char*)>("unlink")(path);
  const auto name = recorder().name_of(path);
  if (!name.empty() && result == 0) recorder().put(Op::remove, name, 0, nullptr, 0);
  return result;
}

int close(int fd) {
  if (fd >= 0 && fd < static_cast<int>(recorder().names.size())) recorder().names[static_cast<std::size_t>(fd)].clear();
  return real<int(int)>("close")(fd);
}

}  // extern "C"
