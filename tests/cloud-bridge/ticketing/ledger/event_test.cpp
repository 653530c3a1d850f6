#include "cloud-bridge/ticketing/ledger/event.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace inspect::ticketing;

namespace {

/// Each name once, read back as what it was written for; the store and the API rest on it.
template <class Enum, class Read>
std::set<std::string> names(int count, Read read) {
  std::set<std::string> all;
  for (int i = 0; i < count; ++i) {
    const auto value = static_cast<Enum>(i);
    const std::string text(name(value));
    CAPTURE(text);
    CHECK(all.insert(text).second);
    CHECK(read(text) == value);
    CHECK_FALSE(read(text + " ").has_value());
    CHECK_FALSE(read(text.substr(1)).has_value());
  }
  CHECK_FALSE(read("").has_value());
  CHECK_FALSE(read("?").has_value());
  return all;
}

}  // namespace

TEST_CASE("every kind of event has its own name, and stays readable in ledgers of years ago") {
  CHECK(names<EventKind>(12, event_kind_from) ==
        std::set<std::string>{"reported", "acknowledged", "remote_started", "arrived", "resolved", "paused", "resumed",
                              "noted", "noticed", "dispatched", "warned", "expired"});
}

TEST_CASE("every clock has its own name") {
  CHECK(names<ClockKind>(3, clock_kind_from) == std::set<std::string>{"response", "remote", "on_site"});
}

TEST_CASE("every outcome has its own name") {
  CHECK(names<Outcome>(4, outcome_from) == std::set<std::string>{"repaired", "bridged", "replaced", "no_fault_found"});
}

TEST_CASE("a value that is none of ours has a name that cannot be read back") {
  CHECK(name(static_cast<EventKind>(99)) == "?");
  CHECK(name(static_cast<ClockKind>(99)) == "?");
  CHECK(name(static_cast<Outcome>(99)) == "?");
}
