#pragma once

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/types.h>

#include <cstdarg>
#include <cstddef>

/// The calls with which SQLite's unix layer and the store's own files change a disk, taken over. For the one source of
/// a program, or of a preloaded library, that says by the four functions below what happens instead.
namespace inspect::tests::faults {

/// The C library's own.
template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

// `function` names the call taken over, for `real`.
int opened(const char* function, const char* path, int flags, mode_t mode);
ssize_t written(const char* function, int fd, const void* data, std::size_t size, off_t offset);
int synced(const char* function, int fd);
int truncated(const char* function, int fd, off_t size);

inline mode_t mode_from(int flags, va_list arguments) { return (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0; }

}  // namespace inspect::tests::faults

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const auto mode = inspect::tests::faults::mode_from(flags, arguments);
  va_end(arguments);
  return inspect::tests::faults::opened("open", path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const auto mode = inspect::tests::faults::mode_from(flags, arguments);
  va_end(arguments);
  return inspect::tests::faults::opened("open64", path, flags, mode);
}

ssize_t pwrite(int fd, const void* data, std::size_t size, off_t offset) {
  return inspect::tests::faults::written("pwrite", fd, data, size, offset);
}
ssize_t pwrite64(int fd, const void* data, std::size_t size, off64_t offset) {
  return inspect::tests::faults::written("pwrite64", fd, data, size, offset);
}

int fsync(int fd) { return inspect::tests::faults::synced("fsync", fd); }
int fdatasync(int fd) { return inspect::tests::faults::synced("fdatasync", fd); }
int ftruncate(int fd, off_t size) noexcept { return inspect::tests::faults::truncated("ftruncate", fd, size); }
int ftruncate64(int fd, off64_t size) noexcept { return inspect::tests::faults::truncated("ftruncate64", fd, size); }

}  // extern "C"
