#include "firmware-agent/control/peer.hpp"

#include <doctest/doctest.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

using namespace inspect;
using namespace inspect::agent;

TEST_CASE("the kernel says who is at the other end") {
  std::array<int, 2> ends{};
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
  const auto peer = peer_of(ends[0]);
  REQUIRE(peer.has_value());
  CHECK(peer->uid == getuid());
  CHECK(peer->pid == getpid());
  close(ends[0]);
  close(ends[1]);
}

TEST_CASE("what is no socket has no peer") {
  const auto peer = peer_of(-1);
  REQUIRE(peer.has_error());
  CHECK(peer.error().code == Errc::not_permitted);
}

TEST_CASE("an account is shown by its name, and by its number when it has none") {
  CHECK(user_name(0) == "root");
  CHECK(user_name(4'000'000'000U) == "uid 4000000000");
}

TEST_CASE("the person who shares an account is named behind it") {
  CHECK(who(Peer{0, 1}, "") == "root");
  CHECK(who(Peer{0, 1}, "张工") == "root (张工)");
}
