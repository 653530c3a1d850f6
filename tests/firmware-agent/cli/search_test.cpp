#include "firmware-agent/cli/search.hpp"

#include "drivers/profiles/load.hpp"
#include "firmware-agent/cli/scan_page.hpp"
#include "tests/firmware-agent/cli/traces.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>

using namespace inspect;
using namespace inspect::cli;
using modbus::Answer;
using modbus::Request;

namespace {

const std::vector<drivers::Profile>& shipped() {
  static const auto profiles = drivers::load_profiles({"drivers/profiles"}).value();
  return profiles;
}

/// A line with an R421A08 at 7 (one holding register a read, 1 to 8) and a board that refuses everything at 9.
std::optional<Answer> reply_of(const Request& request) {
  if (request.unit == 9) return Answer{{}, std::uint8_t{1}};
  if (request.unit != 7) return std::nullopt;
  if (request.function != 3 || request.quantity != 1) return Answer{{}, std::uint8_t{1}};
  if (request.address < 1 || request.address > 8) return Answer{{}, std::uint8_t{2}};
  return Answer{{1}, {}};
}

struct Outcome {
  std::vector<FoundUnit> found;
  std::vector<Request> asked;
};

Outcome search_all(Search search) {
  Outcome outcome;
  while (const auto question = search.next()) {
    outcome.asked.push_back(*question);
    REQUIRE(outcome.asked.size() < 10'000);
    if (const auto found = search.take(reply_of(*question))) outcome.found.push_back(*found);
  }
  return outcome;
}

}  // namespace

TEST_CASE("a search finds who answers, refuses included, and says what it is like") {
  const auto outcome = search_all(Search(*units_in("1-16"), shipped(), drivers::LineFormat{}));
  REQUIRE(outcome.found.size() == 2);
  CHECK(outcome.found[0].unit == 7);
  REQUIRE_FALSE(outcome.found[0].likely.empty());
  CHECK(outcome.found[0].likely[0].model == "r421a08");
  CHECK(outcome.found[0].likely[0].signs == outcome.found[0].likely[0].of);
  CHECK(outcome.found[1].unit == 9);
  CHECK(outcome.found[1].exception == 1);
  CHECK(outcome.found[1].likely.empty());
}

TEST_CASE("a search only reads, asks no unit but those it was given, and none that was found twice over") {
  const auto outcome = search_all(Search(*units_in("5-9"), shipped(), std::nullopt));
  std::map<std::uint8_t, std::set<std::tuple<int, int, int>>> asked;
  for (const auto& question : outcome.asked) {
    CHECK(modbus::is_read(question.function));
    CHECK(modbus::check(question).has_value());
    CHECK(question.unit >= 5);
    CHECK(question.unit <= 9);
    asked[question.unit].emplace(question.function, question.address, question.quantity);
  }
  const auto rounds = drivers::finding_questions(shipped()).size();
  for (const std::uint8_t silent : {std::uint8_t{5}, std::uint8_t{6}, std::uint8_t{8}})
    CHECK(asked[silent].size() == rounds);
}

TEST_CASE("progress counts what was asked and what is left, down to nothing") {
  const std::vector<drivers::Profile> none;
  Search search(*units_in("1-3"), none, std::nullopt);
  CHECK(search.to_ask() == 3);
  const auto first = search.next();
  REQUIRE(first);
  CHECK(first->unit == 1);
  CHECK(first->function == 3);
  search.take(std::nullopt);
  CHECK(search.asked() == 1);
  CHECK(search.to_ask() == 2);
  const auto found = search.take(Answer{{5}, {}});
  REQUIRE(found);  // without profiles there is nothing to tell it by
  CHECK(found->unit == 2);
  CHECK(found->question.function == 3);
  CHECK(search.found() == 1);
  CHECK(search.to_ask() == 1);
  search.take(std::nullopt);
  CHECK(search.to_ask() == 0);
  CHECK_FALSE(search.next());
  CHECK_FALSE(search.take(std::nullopt));
}

TEST_CASE("a search without units asks nothing") {
  CHECK_FALSE(Search({}, shipped(), std::nullopt).next());
  // The last unit of a round answers: the next round begins with those that are left.
  Search search(*units_in("1-2"), shipped(), std::nullopt);
  const auto rounds = drivers::finding_questions(shipped()).size();
  search.take(std::nullopt);
  search.take(Answer{{}, std::uint8_t{1}});
  while (search.next()->unit == 2) search.take(std::nullopt);
  CHECK(search.next()->unit == 1);
  CHECK(search.to_ask() == rounds - 1);
}
