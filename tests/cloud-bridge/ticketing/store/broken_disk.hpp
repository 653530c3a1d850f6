#pragma once

#include "tests/cloud-bridge/ticketing/sample.hpp"

#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

#include <fstream>
#include <string>

namespace inspect::ticketing::test {

/// While it lives no file of this process can grow or be written: what a disk does that is full or gone. Needs no
/// rights.
class FrozenFiles {
 public:
  FrozenFiles() {
    ::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
    const rlimit none{0, before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &none) == 0);
  }
  ~FrozenFiles() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  FrozenFiles(const FrozenFiles&) = delete;
  FrozenFiles& operator=(const FrozenFiles&) = delete;

 private:
  rlimit before_{};
};

/// A file system of its own with a fixed size, in memory. Not there without the right to mount.
class SmallDisk {
 public:
  explicit SmallDisk(const std::string& size) {
    mounted_ = ::mount("tmpfs", home_.path().c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(home_.path().c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  [[nodiscard]] bool mounted() const { return mounted_; }
  [[nodiscard]] std::string store() const { return home_.path() + "/store"; }
  [[nodiscard]] std::uint64_t free_bytes() const {
    struct statvfs now {};
    REQUIRE(::statvfs(home_.path().c_str(), &now) == 0);
    return now.f_bavail * now.f_bsize;
  }
  /// Somebody else's file takes all but `left` bytes, and gives it back.
  void fill(std::uint64_t left) {
    std::ofstream ballast(ballast_path(), std::ios::binary);
    const std::string block(4096, 'b');
    while (free_bytes() > left && ballast.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
  }
  void clear() { std::filesystem::remove(ballast_path()); }

 private:
  [[nodiscard]] std::string ballast_path() const { return home_.path() + "/ballast"; }
  TemporaryDirectory home_;
  bool mounted_ = false;
};

}  // namespace inspect::ticketing::test
