#include "firmware-agent/control/listen_socket.hpp"

#include "tests/firmware-agent/control/running_server.hpp"

#include <doctest/doctest.h>
#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace inspect;
using namespace inspect::agent;
using inspect::tests::TemporaryDirectory;

namespace {

mode_t mode_of(const std::string& path) {
  struct stat found {};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  return found.st_mode & 07777U;
}

}  // namespace

TEST_CASE("the socket file is there with its mode, and gone at the end") {
  const TemporaryDirectory directory;
  const auto path = directory.path() + "/a.sock";
  {
    const auto opened = ListenSocket::open({path, "", 0660});
    REQUIRE(opened.has_value());
    CHECK(mode_of(path) == 0660);
    CHECK_FALSE(std::filesystem::exists(path + ".new"));
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("the group of the configuration owns the file") {
  const TemporaryDirectory directory;
  const auto path = directory.path() + "/a.sock";
  const auto* own = getgrgid(getgid());
  REQUIRE(own != nullptr);
  const auto opened = ListenSocket::open({path, own->gr_name, 0660});
  REQUIRE(opened.has_value());
  struct stat found {};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  CHECK(found.st_gid == getgid());
}

TEST_CASE("a group that is not there is said with the cure, and leaves nothing behind") {
  const TemporaryDirectory directory;
  const auto opened = ListenSocket::open({directory.path() + "/a.sock", "no-such-group", 0660});
  REQUIRE(opened.has_error());
  CHECK(opened.error().code == Errc::invalid_argument);
  CHECK(opened.error().message.find("groupadd --system no-such-group") != std::string::npos);
  CHECK(std::filesystem::is_empty(directory.path()));
}

TEST_CASE("a file left by a process that was killed is replaced") {
  const TemporaryDirectory directory;
  const auto path = directory.path() + "/a.sock";
  auto killed = ListenSocket::open({path, "", 0660});
  REQUIRE(killed.has_value());
  // A killed process closes its descriptor and removes nothing.
  ::close(killed->release());
  REQUIRE(std::filesystem::exists(path));
  const auto next = ListenSocket::open({path, "", 0660});
  REQUIRE(next.has_value());
  // The old one's end must not take the new one's file away.
  { const auto gone = std::move(*killed); }
  CHECK(std::filesystem::exists(path));
}

TEST_CASE("a socket somebody listens on is left alone") {
  const TemporaryDirectory directory;
  const auto path = directory.path() + "/a.sock";
  const auto first = ListenSocket::open({path, "", 0660});
  REQUIRE(first.has_value());
  const auto second = ListenSocket::open({path, "", 0660});
  REQUIRE(second.has_error());
  CHECK(second.error().code == Errc::unreachable);
  CHECK(second.error().message.find("another agent listens") != std::string::npos);
  CHECK_NOTHROW(inspect::tests::RawClient{path});
}

TEST_CASE("a file that is no socket is never removed") {
  const TemporaryDirectory directory;
  const auto path = directory.path() + "/a.sock";
  std::ofstream(path) << "mine";
  const auto opened = ListenSocket::open({path, "", 0660});
  REQUIRE(opened.has_error());
  CHECK(opened.error().message.find("is no socket") != std::string::npos);
  CHECK(std::filesystem::file_size(path) == 4);
}

TEST_CASE("paths that cannot be are refused with the cure") {
  const TemporaryDirectory directory;
  CHECK(ListenSocket::open({"", "", 0660}).has_error());
  CHECK(ListenSocket::open({"/" + std::string(100, 'x'), "", 0660}).error().code == Errc::invalid_argument);
  const auto nowhere = ListenSocket::open({directory.path() + "/no/such/dir.sock", "", 0660});
  REQUIRE(nowhere.has_error());
  CHECK(nowhere.error().message.find("directory") != std::string::npos);
}
