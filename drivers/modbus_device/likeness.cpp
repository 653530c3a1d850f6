#include "drivers/modbus_device/likeness.hpp"

#include "drivers/modbus_device/point_value.hpp"
#include "protocol/modbus/codec.hpp"
#include "protocol/modbus/plan.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace inspect::drivers {
namespace {

using modbus::Request;

constexpr std::size_t most_questions = 4;

const PointSpec* constant_of(const Profile& profile) {
  if (!profile.identity) return nullptr;
  const auto found = std::find_if(profile.points.begin(), profile.points.end(),
                                  [&](const PointSpec& point) { return point.name == profile.identity->point; });
  return found == profile.points.end() ? nullptr : &*found;
}

Request question_for(const PointSpec& point) {
  return {1, modbus::reading_function(point.map.table), point.map.address, modbus::width(point.map), {}};
}

const modbus::Answer* answer_to(const Request& request, std::span<const Reply> replies) {
  for (const auto& [asked, answer] : replies) {
    if (asked.function == request.function && asked.address == request.address && asked.quantity == request.quantity) {
      return answer && !answer->exception ? &*answer : nullptr;
    }
  }
  return nullptr;
}

bool covers(const Request& request, const PointSpec& point) {
  return modbus::reading_function(point.map.table) == request.function && point.map.address >= request.address &&
         std::uint32_t{point.map.address} + modbus::width(point.map) <=
             std::uint32_t{request.address} + request.quantity;
}

/// A state that takes a whole register holds nothing else there: of R421A08's registers only 0 and 1 are known.
bool is_lone_bit(const Profile& profile, const PointSpec& point) {
  if (point.map.type != modbus::ValueType::bit || modbus::is_of_bits(point.map.table)) return false;
  return std::count_if(profile.points.begin(), profile.points.end(), [&](const PointSpec& other) {
           return other.map.table == point.map.table && other.map.address == point.map.address;
         }) == 1;
}

struct Values {
  unsigned answered = 0;
  bool plausible = true;
};

Values values_in(const Profile& profile, const Request& request, const modbus::Answer& answer) {
  Values seen;
  for (std::size_t i = 0; i < profile.points.size(); ++i) {
    const auto& point = profile.points[i];
    if (!covers(request, point)) continue;
    ++seen.answered;
    const auto at = static_cast<std::size_t>(point.map.address - request.address);
    if (is_lone_bit(profile, point) && answer.values[at] > (1U << point.map.bit)) seen.plausible = false;
    if (value_of(profile, i, request, answer).quality != Quality::good) seen.plausible = false;
  }
  return seen;
}

}  // namespace

std::vector<Request> telling_questions(const Profile& profile) {
  std::vector<Request> questions;
  if (profile.driver != DriverKind::modbus) return questions;
  if (const auto* constant = constant_of(profile)) questions.push_back(question_for(*constant));
  std::vector<modbus::PointMap> maps;
  for (const auto& point : profile.points) maps.push_back(point.map);
  const modbus::ReadPlan plan(maps, profile.limits);
  for (const auto& block : plan.blocks()) {
    if (questions.size() >= most_questions) break;
    const auto request = block.request(1);
    if (std::find(questions.begin(), questions.end(), request) == questions.end()) questions.push_back(request);
  }
  return questions;
}

std::optional<Likeness> likeness(const Profile& profile, std::span<const Reply> replies,
                                 const std::optional<LineFormat>& line) {
  Likeness like;
  like.model = profile.model;
  const auto sign = [&like](bool seen) {
    ++like.of;
    like.signs += seen ? 1 : 0;
  };
  if (const auto* constant = constant_of(profile)) {
    const auto request = question_for(*constant);
    const auto* answer = answer_to(request, replies);
    if (answer == nullptr) return std::nullopt;
    const auto decoded = modbus::decode(constant->map, answer->values);
    like.proven =
        decoded && std::any_of(profile.identity->values.begin(), profile.identity->values.end(), [&](double v) {
          return std::abs(v - decoded->value) <= 1e-9 * std::max(1.0, std::abs(v));
        });
    if (!like.proven) return std::nullopt;
    sign(true);
  }
  bool all_answered = true;
  bool plausible = true;
  for (const auto& request : telling_questions(profile)) {
    const auto* answer = answer_to(request, replies);
    all_answered = all_answered && answer != nullptr;
    if (answer == nullptr) continue;
    const auto seen = values_in(profile, request, *answer);
    like.values += seen.answered;
    plausible = plausible && seen.plausible;
  }
  if (like.values == 0) return std::nullopt;
  sign(all_answered);
  sign(plausible);
  if (line && profile.serial) sign(profile.serial->baud == line->baud && profile.serial->parity == line->parity);
  return like;
}

std::vector<Likeness> rank(std::vector<Likeness> found) {
  std::stable_sort(found.begin(), found.end(), [](const Likeness& a, const Likeness& b) {
    if (a.proven != b.proven) return a.proven;
    const auto left = a.signs * b.of;  // a.signs / a.of, without a division
    const auto right = b.signs * a.of;
    if (left != right) return left > right;
    return a.signs != b.signs ? a.signs > b.signs : a.values > b.values;
  });
  return found;
}

std::vector<Request> finding_questions(std::span<const Profile> profiles) {
  std::map<std::uint8_t, std::map<std::uint16_t, unsigned>> known;  // function, address: models that read it
  std::map<std::uint8_t, unsigned> models;
  for (const auto& profile : profiles) {
    if (profile.driver != DriverKind::modbus) continue;
    std::set<std::pair<std::uint8_t, std::uint16_t>> own;
    std::set<std::uint8_t> functions;
    for (const auto& point : profile.points) {
      const auto function = modbus::reading_function(point.map.table);
      own.emplace(function, point.map.address);
      functions.insert(function);
    }
    for (const auto& [function, address] : own) ++known[function][address];
    for (const auto function : functions) ++models[function];
  }
  std::vector<Request> questions;
  for (const auto& [function, addresses] : known) {
    const auto best = std::max_element(addresses.begin(), addresses.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    questions.push_back({1, function, best->first, 1, {}});
  }
  std::stable_sort(questions.begin(), questions.end(),
                   [&](const Request& a, const Request& b) { return models[a.function] > models[b.function]; });
  return questions;
}

}  // namespace inspect::drivers
