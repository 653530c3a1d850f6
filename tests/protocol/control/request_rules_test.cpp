#include "protocol/control/request_rules.hpp"

#include "tests/protocol/control/samples.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::control;

namespace {

bool refused(const Ask& ask) {
  const auto trouble = check(ask);
  if (!trouble) return false;
  CHECK(trouble->code == Refusal::invalid);
  CHECK_FALSE(trouble->message.zh.empty());
  CHECK_FALSE(trouble->message.en.empty());
  return true;
}

const auto noon = tests::at("2026-11-24T04:00:00Z");

}  // namespace

TEST_CASE("every sample keeps the rules") {
  for (const auto& ask : tests::every_ask()) {
    CAPTURE(verb(ask));
    CHECK_FALSE(check(ask));
  }
}

TEST_CASE("names are there, short, and hold no control characters") {
  CHECK(refused(AskRead{"", false}));
  CHECK(refused(AskRead{std::string(301, 'x'), false}));
  CHECK_FALSE(refused(AskRead{std::string(300, 'x'), false}));
  CHECK(refused(AskRead{"a\nb", false}));
  CHECK(refused(AskFinding{""}));
  CHECK(refused(Unshelve{"", ""}));
  CHECK(refused(Acknowledge{"\x1b[2J", ""}));
}

TEST_CASE("the person's name fits a line of the journal") {
  CHECK_FALSE(refused(Acknowledge{"x", std::string(64, 'n')}));
  CHECK(refused(Acknowledge{"x", std::string(65, 'n')}));
  CHECK(refused(Acknowledge{"x", "a\x7f"}));
  CHECK(refused(Unshelve{"x", "a\r\nb"}));
}

TEST_CASE("a shelf has a reason that says something") {
  CHECK(refused(Shelve{"x", noon, "", ""}));
  CHECK(refused(Shelve{"x", noon, "   ", ""}));
  CHECK(refused(Shelve{"x", noon, std::string(401, 'r'), ""}));
  CHECK(refused(Shelve{"x", noon, "line\nline", ""}));
  CHECK_FALSE(refused(Shelve{"x", noon, std::string(400, 'r'), ""}));
}

TEST_CASE("counts keep their bounds") {
  CHECK(refused(AskHistory{"p", noon, noon, 0}));
  CHECK(refused(AskHistory{"p", noon, noon, 10'001}));
  CHECK_FALSE(refused(AskHistory{"p", noon, noon, 10'000}));
  CHECK(refused(AskFindings{false, 0}));
  CHECK(refused(AskFindings{false, 501}));
  CHECK(refused(ClaimRows{0, {}}));
  CHECK(refused(ClaimRows{257, {}}));
  CHECK(refused(ClaimRows{20, std::vector<std::pair<std::string, std::uint64_t>>(1025)}));
}

TEST_CASE("a history does not end before it begins") {
  CHECK(refused(AskHistory{"p", noon, noon - std::chrono::milliseconds(1), 10}));
}

TEST_CASE("a receipt names an epoch and 1 to 256 rows") {
  CHECK(refused(GiveReceipt{"", {1}}));
  CHECK(refused(GiveReceipt{"e", {}}));
  CHECK(refused(GiveReceipt{"e", std::vector<std::uint64_t>(257, 1)}));
  CHECK_FALSE(refused(GiveReceipt{"e", std::vector<std::uint64_t>(256, 1)}));
}

TEST_CASE("holdings name few epochs, and their ranges ascend") {
  CHECK_FALSE(refused(GiveHoldings{}));
  CHECK_FALSE(refused(GiveHoldings{std::vector<Holding>(16, Holding{"e", {{1, 2}, {4, largest_row}}})}));
  CHECK(refused(GiveHoldings{std::vector<Holding>(17, Holding{"e", {}})}));
  CHECK(refused(GiveHoldings{{{"", {}}}}));
  CHECK(refused(GiveHoldings{{{"e", {{2, 1}}}}}));
  CHECK(refused(GiveHoldings{{{"e", {{1, 3}, {3, 4}}}}}));
  std::vector<SeqRange> many;
  for (std::uint64_t n = 1; n <= 33; ++n) many.push_back({2 * n, 2 * n});
  CHECK(refused(GiveHoldings{{{"e", many}}}));
  many.pop_back();
  CHECK_FALSE(refused(GiveHoldings{{{"e", many}}}));
}

TEST_CASE("a probe reads, on a unit that can be there, and nothing else") {
  const AskProbe good{"rs485-1", 1, 3, 0, 1};
  CHECK_FALSE(check(good));
  const auto refused = [&](auto change) {
    auto probe = good;
    change(probe);
    const auto trouble = check(probe);
    return trouble && trouble->code == Refusal::invalid;
  };
  CHECK(refused([](AskProbe& p) { p.unit = 0; }));
  CHECK(refused([](AskProbe& p) { p.unit = 248; }));
  for (unsigned function = 0; function < 256; ++function) {
    const bool reads = function >= 1 && function <= 4;
    CHECK(refused([&](AskProbe& p) { p.function = static_cast<std::uint8_t>(function); }) != reads);
  }
  CHECK(refused([](AskProbe& p) { p.quantity = 0; }));
  CHECK(refused([](AskProbe& p) { p.quantity = 126; }));
  CHECK_FALSE(refused([](AskProbe& p) { p.function = 1, p.quantity = 2000; }));
  CHECK(refused([](AskProbe& p) { p.address = 65'535, p.quantity = 2; }));
  CHECK(refused([](AskProbe& p) { p.bus = ""; }));
  CHECK(check(AskTrace{""})->code == Refusal::invalid);
  CHECK_FALSE(check(AskTrace{"rs485-1"}));
}
