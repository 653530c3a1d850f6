#include "firmware-agent/inspection/contact_run.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::inspection;
using Contacts = ContactRun::Contacts;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr Contacts contacts_open{};
constexpr Contacts passed{true, false};
constexpr Contacts failed{false, true};

/// Looks once a 100 ms; what came of it, and when.
struct Looked {
  std::optional<Verdict> verdict;
  std::size_t looks = 0;
};
Looked look_at(Contacts before, const std::vector<Contacts>& seen) {
  ContactRun run(before, BootTime{}, seconds{60});
  Looked out;
  for (const auto& each : seen) {
    ++out.looks;
    if (const auto judged = run.look(each, BootTime{milliseconds{100} * static_cast<int>(out.looks)})) {
      out.verdict = judged->verdict;
      break;
    }
  }
  return out;
}

}  // namespace

TEST_CASE("a contact that is seen closed twice in a row after the start is the verdict") {
  CHECK(look_at(contacts_open, {contacts_open, passed, passed}).verdict == Verdict::pass);
  CHECK(look_at(contacts_open, {failed, failed}).verdict == Verdict::fail);
  CHECK(look_at(contacts_open, {passed, contacts_open, passed, contacts_open}).verdict == std::nullopt);
  CHECK(look_at(contacts_open, {passed, failed, failed}).verdict == Verdict::fail);
}

TEST_CASE("the verdict of the test before counts for nothing until its contact was seen open") {
  CHECK(look_at(passed, {passed, passed, passed}).verdict == std::nullopt);
  CHECK(look_at(passed, {passed, contacts_open, passed, passed}).verdict == Verdict::pass);
  CHECK(look_at(passed, {passed, contacts_open, failed, failed}).verdict == Verdict::fail);
  CHECK(look_at(failed, {failed, contacts_open, passed, passed}).verdict == Verdict::pass);
}

TEST_CASE("both contacts at once are a wiring fault, also when one of them was closed all the time") {
  CHECK(look_at(contacts_open, {{true, true}, {true, true}}).verdict == Verdict::undecidable);
  CHECK(look_at(passed, {{true, true}, {true, true}}).verdict == Verdict::undecidable);
  CHECK(look_at(failed, {{true, true}, {true, true}}).verdict == Verdict::undecidable);
}

TEST_CASE("when the time is over without a contact there is no verdict, and it says why") {
  ContactRun run(passed, BootTime{}, seconds{60});
  CHECK_FALSE(run.look(passed, BootTime{seconds{60}} - milliseconds{1}));
  const auto over = run.look(passed, BootTime{seconds{60}});
  REQUIRE(over);
  CHECK(over->verdict == Verdict::undecidable);
  CHECK(over->why.en.find("time is over") != std::string::npos);
  ContactRun late(contacts_open, BootTime{}, seconds{60});
  CHECK_FALSE(late.look(passed, BootTime{seconds{59}}));
  CHECK(late.look(passed, BootTime{seconds{61}})->verdict == Verdict::pass);
}
