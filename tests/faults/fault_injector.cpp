#include "tests/faults/fault_injector.hpp"

#include "tests/faults/interposed.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <vector>

namespace inspect::tests::faults {

namespace {

enum class Op { open, write, sync, truncate, remove };

/// What stood where something was written that no sync has saved yet.
struct Before {
  off_t offset = 0;
  off_t size_of_file = 0;
  std::string bytes;
};

struct Handle {
  bool ours = false;
  bool sync_failed = false;
  std::vector<Before> unsaved;
};

struct State {
  std::mutex mutex;
  std::condition_variable released;
  bool armed = false;
  Plan plan;
  std::uint64_t calls = 0;
  std::uint64_t failures = 0;
  std::uint64_t asked_again = 0;
  std::uint64_t stalled = 0;
  std::array<Handle, 1024> handles;

  Handle* of(int fd) {
    if (fd < 0 || fd >= static_cast<int>(handles.size())) return nullptr;
    auto& handle = handles[static_cast<std::size_t>(fd)];
    return handle.ours ? &handle : nullptr;
  }
  [[nodiscard]] bool below(const char* path) const {
    return armed && path != nullptr && std::string(path).rfind(plan.directory + "/", 0) == 0;
  }
};

State& state() {
  static auto* the = new State;  // outlives every destructor that still writes
  return *the;
}

/// 0, or the errno this call fails with.
int verdict(std::unique_lock<std::mutex>& lock, State& s, Op op, Handle* handle) {
  if (handle != nullptr && handle->sync_failed && (op == Op::write || op == Op::sync)) ++s.asked_again;
  if (s.plan.kind == Plan::Kind::stall) {
    if (op != Op::write && op != Op::sync) return 0;
    ++s.stalled;
    s.released.wait(lock, [&] { return !s.armed; });
    --s.stalled;
    return 0;
  }
  if (s.plan.kind == Plan::Kind::lost_sync && op != Op::sync) return 0;
  ++s.calls;
  if (s.plan.sticky ? s.calls < s.plan.at : s.calls != s.plan.at) return 0;
  if (s.plan.kind == Plan::Kind::kill) raise(SIGKILL);
  ++s.failures;
  if (op == Op::sync && handle != nullptr) handle->sync_failed = true;
  return s.plan.error;
}

int verdict_on(int fd, Op op) {
  auto& s = state();
  std::unique_lock lock(s.mutex);
  auto* handle = s.of(fd);
  return s.armed && handle != nullptr ? verdict(lock, s, op, handle) : 0;
}

void remember(int fd, std::size_t size, off_t offset) {
  auto& s = state();
  const std::lock_guard lock(s.mutex);
  auto* handle = s.of(fd);
  if (!s.armed || handle == nullptr || s.plan.kind != Plan::Kind::lost_sync) return;
  struct stat status {};
  if (fstat(fd, &status) != 0) return;
  Before before{offset, status.st_size, std::string(size, '\0')};
  const auto got = pread(fd, before.bytes.data(), size, offset);
  before.bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  handle->unsaved.push_back(std::move(before));
}

void forget_or_lose(int fd, bool lost) {
  auto& s = state();
  const std::lock_guard lock(s.mutex);
  auto* handle = s.of(fd);
  if (handle == nullptr) return;
  if (lost) {
    for (auto before = handle->unsaved.rbegin(); before != handle->unsaved.rend(); ++before) {
      (void)real<ssize_t(int, const void*, std::size_t, off64_t)>("pwrite64")(fd, before->bytes.data(),
                                                                              before->bytes.size(), before->offset);
      (void)real<int(int, off64_t)>("ftruncate64")(fd, before->size_of_file);
    }
  }
  handle->unsaved.clear();
}

}  // namespace

int opened(const char* function, const char* path, int flags, mode_t mode) {
  auto& s = state();
  {
    std::unique_lock lock(s.mutex);
    if (s.below(path) && (flags & O_ACCMODE) != O_RDONLY) {
      if (const int error = verdict(lock, s, Op::open, nullptr); error != 0) {
        errno = error;
        return -1;
      }
    }
  }
  const int fd = real<int(const char*, int, ...)>(function)(path, flags, mode);
  const std::lock_guard lock(s.mutex);
  if (fd >= 0 && fd < static_cast<int>(s.handles.size())) {
    // Also while nothing is armed: the store is open before its disk fails.
    s.handles[static_cast<std::size_t>(fd)] = {};
    s.handles[static_cast<std::size_t>(fd)].ours =
        path != nullptr && !s.plan.directory.empty() && std::string(path).rfind(s.plan.directory + "/", 0) == 0;
  }
  return fd;
}

ssize_t written(const char* function, int fd, const void* data, std::size_t size, off_t offset) {
  if (const int error = verdict_on(fd, Op::write); error != 0) {
    errno = error;
    return -1;
  }
  remember(fd, size, offset);
  return real<ssize_t(int, const void*, std::size_t, off_t)>(function)(fd, data, size, offset);
}

int synced(const char* function, int fd) {
  const int error = verdict_on(fd, Op::sync);
  if (error == 0) {
    const int result = real<int(int)>(function)(fd);
    if (result == 0) forget_or_lose(fd, false);
    return result;
  }
  forget_or_lose(fd, true);
  errno = error;
  return -1;
}

int truncated(const char* function, int fd, off_t size) {
  if (const int error = verdict_on(fd, Op::truncate); error != 0) {
    errno = error;
    return -1;
  }
  return real<int(int, off_t)>(function)(fd, size);
}

void arm(Plan plan) {
  auto& s = state();
  const std::lock_guard lock(s.mutex);
  s.armed = plan.at > 0;
  s.plan = std::move(plan);
  s.calls = s.failures = s.asked_again = 0;
}

void disarm() {
  auto& s = state();
  {
    const std::lock_guard lock(s.mutex);
    s.armed = false;
  }
  s.released.notify_all();
}

std::uint64_t calls() {
  const std::lock_guard lock(state().mutex);
  return state().calls;
}
std::uint64_t failures() {
  const std::lock_guard lock(state().mutex);
  return state().failures;
}
std::uint64_t asked_again() {
  const std::lock_guard lock(state().mutex);
  return state().asked_again;
}
std::uint64_t stalled() {
  const std::lock_guard lock(state().mutex);
  return state().stalled;
}

}  // namespace inspect::tests::faults

using namespace inspect::tests::faults;

extern "C" {

int unlink(const char* path) noexcept {
  auto& s = state();
  {
    std::unique_lock lock(s.mutex);
    if (s.below(path)) {
      if (const int error = verdict(lock, s, Op::remove, nullptr); error != 0) {
        errno = error;
        return -1;
      }
    }
  }
  return real<int(const char*)>("unlink")(path);
}

int close(int fd) {
  auto& s = state();
  {
    const std::lock_guard lock(s.mutex);
    if (fd >= 0 && fd < static_cast<int>(s.handles.size())) s.handles[static_cast<std::size_t>(fd)] = {};
  }
  return real<int(int)>("close")(fd);
}

}  // extern "C"
