#include "firmware-agent/control/listen_socket.hpp"

#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <utility>

namespace inspect::agent {

namespace {

constexpr std::size_t longest_path = 100;  ///< sun_path holds 108 with its end; ".new" must fit too
constexpr int backlog = 64;

std::string reason() { return std::generic_category().message(errno); }

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

/// Closes on the way out of a function that failed.
struct Descriptor {
  explicit Descriptor(int opened) : number(opened) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  int number;
};

bool somebody_listens(const std::string& path) {
  const Descriptor probe{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  const auto address = address_of(path);
  if (probe.number < 0) return true;
  if (::connect(probe.number, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return true;
  // A full backlog is somebody too; anything but a clear "nobody" is taken for somebody.
  return errno != ECONNREFUSED && errno != ENOENT;
}

Result<void> clear_the_way(const std::string& path) {
  struct stat present {};
  if (::lstat(path.c_str(), &present) != 0) {
    if (errno == ENOENT) return {};
    return fail(Errc::unreachable, path + ": " + reason() + "; create its directory, owned by the agent's user");
  }
  if (!S_ISSOCK(present.st_mode)) {
    return fail(Errc::invalid_argument, path + " is there and is no socket; move it away or set another socket path");
  }
  if (somebody_listens(path)) {
    return fail(Errc::unreachable, "another agent listens on " + path + "; stop it first, or set another socket path");
  }
  return {};
}

Result<gid_t> group_id(const std::string& name) {
  if (name.empty()) return static_cast<gid_t>(-1);
  group entry{};
  group* found = nullptr;
  std::array<char, 16384> buffer{};
  if (getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
    return fail(Errc::invalid_argument, "there is no group \"" + name + "\"; create it with groupadd --system " + name);
  }
  return entry.gr_gid;
}

/// Owner, group and mode before anybody can find the file, then its real name.
Result<ino_t> publish(const std::string& hidden, const ListenSettings& settings) {
  const auto group = group_id(settings.group);
  if (!group) return group.error();
  struct stat made {};
  if (::chown(hidden.c_str(), static_cast<uid_t>(-1), *group) != 0 || ::chmod(hidden.c_str(), settings.mode) != 0 ||
      ::stat(hidden.c_str(), &made) != 0 || ::rename(hidden.c_str(), settings.path.c_str()) != 0) {
    return fail(Errc::not_permitted, settings.path + ": " + reason() + "; the agent's user must be in the group");
  }
  return made.st_ino;
}

}  // namespace

Result<ListenSocket> ListenSocket::open(const ListenSettings& settings) {
  if (settings.path.empty() || settings.path.size() > longest_path) {
    return fail(Errc::invalid_argument, "the socket path must have 1 to 100 bytes: " + settings.path);
  }
  if (auto clear = clear_the_way(settings.path); !clear) return clear.error();
  Descriptor made{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  const auto hidden = settings.path + ".new";
  const auto address = address_of(hidden);
  ::unlink(hidden.c_str());
  // The mask keeps the moment between bind and chmod closed to everybody else.
  const auto mask = ::umask(0177);
  const int bound =
      made.number < 0 ? -1 : ::bind(made.number, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const auto why = reason();
  ::umask(mask);
  if (bound != 0) return fail(Errc::unreachable, hidden + ": " + why + "; is its directory there and writable?");
  if (::listen(made.number, backlog) != 0) return fail(Errc::unreachable, settings.path + ": " + reason());
  const auto inode = publish(hidden, settings);
  if (!inode) {
    ::unlink(hidden.c_str());
    return inode.error();
  }
  return ListenSocket(settings.path, std::exchange(made.number, -1), *inode);
}

ListenSocket::ListenSocket(std::string path, int descriptor, ino_t inode)
    : path_(std::move(path)), descriptor_(descriptor), inode_(inode) {}

ListenSocket::ListenSocket(ListenSocket&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      descriptor_(std::exchange(other.descriptor_, -1)),
      inode_(std::exchange(other.inode_, 0)) {}

ListenSocket& ListenSocket::operator=(ListenSocket&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(inode_, other.inode_);
  return *this;
}

ListenSocket::~ListenSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
  remove_file();
}

int ListenSocket::release() { return std::exchange(descriptor_, -1); }

void ListenSocket::remove_file() {
  struct stat present {};
  if (!path_.empty() && ::lstat(path_.c_str(), &present) == 0 && present.st_ino == inode_) ::unlink(path_.c_str());
}

}  // namespace inspect::agent
