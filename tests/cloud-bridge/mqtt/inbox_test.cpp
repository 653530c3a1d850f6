#include "cloud-bridge/mqtt/inbox.hpp"

#include <doctest/doctest.h>

using inspect::bridge::Inbox;

TEST_CASE("a full inbox drops the newest, counts it and keeps the oldest") {
  Inbox inbox(2, 1000);
  CHECK(inbox.put({"t", "1", false}));
  CHECK_FALSE(inbox.put({"t", "2", false}));
  CHECK_FALSE(inbox.put({"t", "3", false}));
  CHECK(inbox.dropped() == 1);
  CHECK(inbox.received() == 3);
  CHECK(inbox.take()->payload == "1");
  CHECK(inbox.take()->payload == "2");
  CHECK_FALSE(inbox.take());
}

TEST_CASE("the inbox is bounded in bytes too") {
  Inbox inbox(100, 10);
  CHECK(inbox.put({"topic", "12345", false}));
  inbox.put({"t", "", false});
  CHECK(inbox.dropped() == 1);
  inbox.take();
  inbox.put({"topic", "12345", false});
  CHECK(inbox.dropped() == 1);
}

TEST_CASE("the loop is woken once for many messages and again after it found the inbox empty") {
  Inbox inbox(100, 1000);
  CHECK(inbox.put({"t", "1", false}));
  CHECK_FALSE(inbox.put({"t", "2", false}));
  while (inbox.take()) {
  }
  CHECK(inbox.put({"t", "3", false}));
}
