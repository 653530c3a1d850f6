#include "protocol/model/finding.hpp"

#include <doctest/doctest.h>

using namespace inspect;

TEST_CASE("a finding's identity is one string and comes back from it") {
  const FindingId relay{"site-a", "board-1", "relay.3.state", "relay.welded", 2};
  CHECK(to_string(relay) == "site-a/board-1/relay.3.state/relay.welded/2");
  CHECK(finding_id_from(to_string(relay)) == relay);
  const FindingId whole{"site-a", "board-1", "", "link.no-answer", 1};
  CHECK(to_string(whole) == "site-a/board-1/-/link.no-answer/1");
  CHECK(finding_id_from(to_string(whole)) == whole);
}

TEST_CASE("what is not an identity is refused") {
  for (const auto* text : {"", "a", "a/b/c/d", "a/b/c/d/0", "a/b/c/d/x", "a/b/c/d/1/2", "/b/c/d/1", "a//c/d/1",
                           "a/b/c/d/", "a/b/c/d/-1", "a/b/c/d/99999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(finding_id_from(text).has_value());
  }
}
