#include "drivers/modbus_device/likeness.hpp"

#include "drivers/profiles/load.hpp"
#include "protocol/modbus/codec.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

using namespace inspect;
using namespace inspect::drivers;
using modbus::Answer;
using modbus::Request;

namespace {

const std::vector<Profile>& shipped() {
  static const auto profiles = load_profiles({"drivers/profiles"}).value();
  return profiles;
}

const Profile& model(const std::string& name) {
  const auto found =
      std::find_if(shipped().begin(), shipped().end(), [&](const Profile& p) { return p.model == name; });
  REQUIRE(found != shipped().end());
  return *found;
}

/// A device that has the registers of a model, all at a value inside its range, and refuses the rest.
std::optional<Answer> play(const Profile& profile, const Request& request) {
  std::map<std::uint32_t, std::uint16_t> registers;
  for (const auto& point : profile.points) {
    if (modbus::reading_function(point.map.table) != request.function) continue;
    for (std::uint32_t i = 0; i < modbus::width(point.map); ++i) registers[point.map.address + i] = 0;
    if (profile.identity && point.name == profile.identity->point) {
      const auto raw = (profile.identity->values[0] - point.map.offset) / point.map.scale;
      registers[point.map.address] = static_cast<std::uint16_t>(raw);
    } else if (point.lowest && *point.lowest > 0) {
      registers[point.map.address] =
          static_cast<std::uint16_t>((*point.lowest - point.map.offset) / point.map.scale + 1);
    }
  }
  Answer answer;
  if (request.quantity > profile.limits.registers_per_read && !modbus::is_of_bits(request.function)) {
    return Answer{{}, std::uint8_t{3}};
  }
  if (registers.empty() || request.address < registers.begin()->first ||
      request.address + std::uint32_t{request.quantity} - 1 > registers.rbegin()->first) {
    return Answer{{}, std::uint8_t{2}};
  }
  for (std::uint32_t i = 0; i < request.quantity; ++i) {
    const auto found = registers.find(request.address + i);
    answer.values.push_back(found == registers.end() ? std::uint16_t{0} : found->second);  // a hole reads 0
  }
  return answer;
}

std::vector<Likeness> look_at(const Profile& real, const std::optional<LineFormat>& line) {
  std::vector<Likeness> all;
  for (const auto& profile : shipped()) {
    std::vector<Reply> replies;
    for (const auto& question : telling_questions(profile)) replies.emplace_back(question, play(real, question));
    if (auto like = likeness(profile, replies, line)) all.push_back(*like);
  }
  return rank(std::move(all));
}

bool is_modbus(const Profile& profile) { return profile.driver == DriverKind::modbus && profile.serial.has_value(); }

}  // namespace

TEST_CASE("every shipped model is like itself in all its signs") {
  for (const auto& profile : shipped()) {
    if (!is_modbus(profile)) continue;
    CAPTURE(profile.model);
    const auto all = look_at(profile, LineFormat{profile.serial->baud, profile.serial->parity});
    const auto own = std::find_if(all.begin(), all.end(), [&](const Likeness& l) { return l.model == profile.model; });
    REQUIRE(own != all.end());
    CHECK(own->signs == own->of);
    CHECK(own->of >= 3);
    CHECK(own->values > 0);
    // Nobody is nearer; who is as near has the same registers.
    CHECK(all.front().signs * own->of == own->signs * all.front().of);
  }
}

TEST_CASE("a constant proves a model, and another constant excludes it") {
  const auto& supply = model("xy6020l");
  const auto all = look_at(supply, std::nullopt);
  REQUIRE_FALSE(all.empty());
  CHECK(all.front().model == "xy6020l");
  CHECK(all.front().proven);
  CHECK(all.front().of == 3);  // the constant, the questions, the ranges
  for (const auto& like : look_at(model("asj10l"), std::nullopt)) CHECK(like.model != "xy6020l");
}

TEST_CASE("what a register cannot hold by the profile is a sign against it") {
  const auto& board = model("r421a08");
  std::vector<Reply> replies;
  for (const auto& question : telling_questions(board)) {
    CHECK(question.quantity == 1);  // the board reads one relay at a time
    replies.emplace_back(question, Answer{{1}, {}});
  }
  CHECK(likeness(board, replies, std::nullopt)->signs == 2);
  for (auto& reply : replies) reply.second->values = {0x1234};
  const auto like = likeness(board, replies, std::nullopt);
  REQUIRE(like);
  CHECK(like->signs == 1);
  CHECK(like->of == 2);
}

TEST_CASE("a refused question and another line speed cost a sign each; silence to all is no likeness") {
  const auto& board = model("r421a08");
  std::vector<Reply> replies;
  for (const auto& question : telling_questions(board)) replies.emplace_back(question, Answer{{1}, {}});
  replies.back().second = Answer{{}, std::uint8_t{2}};
  const auto like = likeness(board, replies, LineFormat{board.serial->baud * 2, board.serial->parity});
  REQUIRE(like);
  CHECK(like->signs == 1);
  CHECK(like->of == 3);
  for (auto& reply : replies) reply.second.reset();
  CHECK_FALSE(likeness(board, replies, std::nullopt));
}

TEST_CASE("the nearest model is first: proven, then more signs, then more values") {
  const auto ranked =
      rank({{"few", 2, 3, false, 9}, {"more", 3, 4, false, 1}, {"sure", 1, 4, true, 1}, {"most", 3, 4, false, 2}});
  CHECK(ranked[0].model == "sure");
  CHECK(ranked[1].model == "most");
  CHECK(ranked[2].model == "more");
  CHECK(ranked[3].model == "few");
}

TEST_CASE("of two models with all their signs the one that has more signs is first") {
  const auto ranked = rank({{"short", 2, 2, false, 20}, {"long", 3, 3, false, 7}});
  CHECK(ranked[0].model == "long");
}

TEST_CASE("what speaks no Modbus is like no unit of a Modbus line, whatever that answers") {
  unsigned strangers = 0;
  std::vector<Reply> replies;
  for (const auto& profile : shipped())
    for (const auto& question : telling_questions(profile))
      replies.emplace_back(question, Answer{std::vector<std::uint16_t>(question.quantity, 0), {}});
  for (const auto& profile : shipped()) {
    if (profile.driver == DriverKind::modbus) continue;
    ++strangers;
    CAPTURE(profile.model);
    CHECK_FALSE(likeness(profile, replies, LineFormat{}));
  }
  CHECK(strangers >= 8);  // dcttech-1 to -8, lcus-hid, lcus-serial, ucreatefun-hidrelay, testers
}

TEST_CASE("a search asks few questions, only reads, and every shipped model knows the function of one of them") {
  const auto questions = finding_questions(shipped());
  CHECK(questions.size() <= 4);
  std::set<std::uint8_t> functions;
  for (const auto& question : questions) {
    CHECK(modbus::is_read(question.function));
    CHECK(modbus::check(question).has_value());
    functions.insert(question.function);
  }
  CHECK(functions.size() == questions.size());
  for (const auto& profile : shipped()) {
    if (!is_modbus(profile)) continue;
    CAPTURE(profile.model);
    CHECK(std::any_of(profile.points.begin(), profile.points.end(), [&](const PointSpec& point) {
      return functions.count(modbus::reading_function(point.map.table)) > 0;
    }));
    CHECK(telling_questions(profile).size() <= 4);
    for (const auto& question : telling_questions(profile)) CHECK(modbus::is_read(question.function));
  }
  CHECK(finding_questions({}).empty());
}

TEST_CASE("nothing on a bus is like an instrument that speaks no Modbus") {
  const auto other = std::find_if(shipped().begin(), shipped().end(),
                                  [](const Profile& profile) { return profile.driver != DriverKind::modbus; });
  REQUIRE(other != shipped().end());
  CHECK(telling_questions(*other).empty());
  CHECK(finding_questions(std::span(&*other, 1)).empty());
  for (const auto& like : look_at(model("asj10l"), std::nullopt)) {
    CAPTURE(like.model);
    CHECK(model(like.model).driver == DriverKind::modbus);
  }
}
