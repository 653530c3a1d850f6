#include "firmware-agent/judgement/link_rules.hpp"
#include "tests/firmware-agent/judgement/small_site.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::judgement;
using namespace inspect::judgement::tests;

namespace {

struct Links {
  Site site;
  LinkRules rules{site.plant};
  ClaimBook book;
  double time = 1000;

  void latency(const char* link, double ms) {
    rules.take(site.id(link), Role::latency, site.sample(time, link, Role::latency, ms), book);
  }
  void silent(const char* link) {
    rules.take(site.id(link), Role::latency, site.sample(time, link, Role::latency, 0, Reason::no_answer), book);
  }
  void errors(const char* link, double count) {
    rules.take(site.id(link), Role::error_count, site.sample(time, link, Role::error_count, count), book);
  }
  std::string verdict() { return told(book, site.plant); }
};

}  // namespace

TEST_CASE("a cable: errors while the link is slow or silent") {
  Links l;
  l.errors("l1", 100);
  l.latency("l1", 8);
  l.time += 20;
  l.latency("l1", 33);
  l.errors("l1", 103);
  CHECK(l.verdict().empty());
  l.time += 20;
  l.silent("l1");
  l.errors("l1", 106);
  CHECK(l.verdict() == "U1 l1");
}

TEST_CASE("a plug that somebody pulled makes no errors, and errors of a quick link are not the cable's") {
  Links l;
  l.errors("l1", 100);
  for (int i = 0; i < 5; ++i, l.time += 20) l.silent("l1");
  l.errors("l1", 100);
  l.time += 600;
  for (int i = 1; i < 50; ++i, l.time += 20) {
    l.latency("l1", 8);
    l.errors("l1", 100 + i);
  }
  CHECK(l.verdict().empty());
}

TEST_CASE("an error a day with a slow reading beside it never adds up, and a counter that was reset tells nothing") {
  Links l;
  double count = 60'000;
  for (int i = 0; i < 100; ++i, l.time += 86400) {
    l.latency("l1", 30);
    l.errors("l1", count += 1);
    l.time += 100;
    l.latency("l1", 8);
  }
  l.latency("l1", 30);
  l.errors("l1", 5);
  CHECK(l.verdict().empty());
}

TEST_CASE("errors that were read only after the cable was changed are the old one's") {
  Links l;
  l.errors("l1", 100);
  l.latency("l1", 33);
  l.rules.mended(l.site.id("l1"));
  l.time += 20;
  l.errors("l1", 118);
  CHECK(l.verdict().empty());
}

TEST_CASE("a hub: all its links fall silent and another one's answers after that") {
  Links l;
  for (const auto* link : {"l1", "l2", "l3", "l4"}) l.latency(link, 8);
  l.time += 5;
  l.silent("l1");
  l.time += 5;
  l.latency("l3", 8);
  CHECK(l.verdict().empty());
  l.silent("l2");
  l.time += 5;
  l.latency("l4", 8);
  CHECK(l.verdict() == "U2 h1");
}

TEST_CASE("a site whose power goes off blames no hub, nor does it when it comes back hub by hub days later") {
  Links l;
  for (const auto* link : {"l1", "l2", "l3", "l4"}) l.latency(link, 8);
  for (const auto* link : {"l1", "l3", "l2", "l4"}) {
    l.time += 5;
    l.silent(link);
  }
  l.time += 40'000;
  l.latency("l3", 8);
  l.latency("l4", 8);
  l.time += 5;
  l.latency("l1", 8);
  l.latency("l2", 8);
  CHECK(l.verdict().empty());
}

TEST_CASE("lately troubled links are known to those who judge what lies behind them") {
  Links l;
  l.latency("l1", 8);
  CHECK_FALSE(l.rules.troubled(l.site.id("l1"), l.time));
  l.silent("l1");
  CHECK(l.rules.troubled(l.site.id("l1"), l.time + 60));
  CHECK_FALSE(l.rules.troubled(l.site.id("l1"), l.time + 600));
  CHECK_FALSE(l.rules.troubled(nowhere, l.time));
}
