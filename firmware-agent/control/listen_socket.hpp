#pragma once

#include "protocol/core/error.hpp"

#include <sys/types.h>

#include <string>

namespace inspect::agent {

struct ListenSettings {
  std::string path;   ///< at most 100 bytes
  std::string group;  ///< who may connect besides the owner; empty: the process's own group
  mode_t mode = 0660;
};

/// A listening UNIX socket in the file system; closes and removes its file at the end, unless somebody else has put
/// another one there meanwhile.
class ListenSocket {
 public:
  /// Replaces a socket file only when nobody listens on it. The file appears with its final mode and group, never with
  /// wider ones. Errors say what is in the way and the cure.
  static Result<ListenSocket> open(const ListenSettings& settings);

  ListenSocket(ListenSocket&& other) noexcept;
  ListenSocket& operator=(ListenSocket&& other) noexcept;
  ListenSocket(const ListenSocket&) = delete;
  ListenSocket& operator=(const ListenSocket&) = delete;
  ~ListenSocket();

  /// Hands the descriptor on; the file stays this object's.
  int release();

 private:
  ListenSocket(std::string path, int descriptor, ino_t inode);
  void remove_file();

  std::string path_;
  int descriptor_ = -1;
  ino_t inode_ = 0;
};

}  // namespace inspect::agent
