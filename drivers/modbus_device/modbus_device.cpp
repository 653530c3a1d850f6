#include "drivers/modbus_device/modbus_device.hpp"

#include "protocol/modbus/codec.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace inspect::drivers {

namespace asio = boost::asio;
using modbus::Answer;
using modbus::Block;
using modbus::Request;

namespace {

constexpr std::size_t most_refused_shapes = 64;

/// Witnesses asked in one read. A variant whose first points are missing is understood within four reads, before it is
/// taken for a device that refuses everything; such a device is then asked one question more in a read, not four.
constexpr std::size_t witnesses_at_first = 4;
constexpr unsigned reads_at_first = 4;

std::vector<modbus::PointMap> maps_of(const Profile& profile) {
  std::vector<modbus::PointMap> maps;
  for (const auto& point : profile.points) maps.push_back(point.map);
  return maps;
}

std::vector<std::chrono::milliseconds> periods_of(const Profile& profile, std::chrono::milliseconds instead) {
  std::vector<std::chrono::milliseconds> periods;
  for (const auto& point : profile.points) periods.push_back(instead.count() > 0 ? instead : point.period);
  return periods;
}

BlockOutcome failed(Error error, const std::vector<std::size_t>& points) {
  BlockOutcome outcome;
  const auto quality = error.code == Errc::device_busy ? Quality::uncertain : Quality::bad;
  // Another master's frame says nothing about the points: they stay as they were.
  if (error.code != Errc::foreign_frame) {
    for (const auto point : points) outcome.values.push_back({point, 0, 0, quality, reason_of(error.code)});
  }
  outcome.failure = std::move(error);
  return outcome;
}

Error refusal_of(const Answer& answer) {
  return fail(modbus::refusal(*answer.exception), "exception " + std::to_string(*answer.exception));
}

bool is_unsupported(const Result<Answer>& answer) {
  return answer && answer->exception && modbus::refusal(*answer->exception) == Errc::unsupported_point;
}

}  // namespace

ModbusDevice::ModbusDevice(Bus& bus, std::uint8_t unit, const Profile& profile, std::chrono::milliseconds period,
                           BootTime (*now)())
    : bus_(bus),
      unit_(unit),
      profile_(profile),
      now_(now),
      plan_(maps_of(profile), profile.limits, periods_of(profile, period)) {}

asio::awaitable<Result<Answer>> ModbusDevice::ask(Request request, std::optional<std::chrono::nanoseconds> probe) {
  const auto& limits = profile_.limits;
  return bus_.transact(std::move(request),
                       {std::chrono::milliseconds{limits.answer_ms}, std::chrono::milliseconds{limits.gap_ms},
                        limits.registers_per_read, limits.bits_per_read, probe});
}

asio::awaitable<BlockOutcome> ModbusDevice::read(std::size_t block, std::optional<std::chrono::nanoseconds> probe) {
  if (block >= blocks().size()) co_return failed(fail(Errc::invalid_argument, "there is no such block"), {});
  const auto request = blocks()[block].request(unit_);
  also_refused_.clear();
  auto answer = co_await ask(request, probe);
  if (is_unsupported(answer) && co_await means_it(block, request, answer)) co_return give_way(block);

  BlockOutcome outcome;
  const auto& points = blocks()[block].points;
  if (!answer) co_return failed(answer.error(), points);
  if (answer->exception) {
    plan_.refused(block);
    outcome = co_await refused(block, refusal_of(*answer));
  } else {
    for (const auto point : points) outcome.values.push_back(value_of(profile_, point, request, *answer));
    plan_.answered(block, now_());
    refused_reads_ = 0;
    unwitnessed_ = 0;
    next_witness_ = 0;
  }
  const bool changed = co_await try_shape(!answer->exception);
  // After it refused everything all is due at once, also what is read seldom and was told to be refused.
  outcome.replanned = changed || (!answer->exception && std::exchange(told_of_others_, false));
  co_return outcome;
}

asio::awaitable<BlockOutcome> ModbusDevice::refused(std::size_t block, Error error) {
  const bool busy = error.code == Errc::device_busy;
  auto outcome = failed(std::move(error), blocks()[block].points);
  // Nothing was answered for a while: what is read seldom must not be taken for good until its turn comes.
  if (++refused_reads_ > 1 && !busy && also_refused_.empty()) co_await answers_otherwise(block);
  const auto& own = blocks()[block].points;
  for (const auto point : also_refused_) {
    if (std::find(own.begin(), own.end(), point) != own.end()) continue;
    outcome.values.push_back({point, 0, 0, Quality::bad, Reason::refused});
    told_of_others_ = true;
  }
  co_return outcome;
}

asio::awaitable<bool> ModbusDevice::means_it(std::size_t block, Request request, Result<Answer>& answer) {
  const bool witnessed = plan_.may_give_way(block) && co_await answers_otherwise(block);
  // Once more: an exception names no question and may have been meant for another, or the device may have come to
  // itself just before its witness answered.
  if (witnessed || !plan_.was_refused(block)) answer = co_await ask(request);
  if (!witnessed) co_return false;
  co_return is_unsupported(answer);
}

asio::awaitable<bool> ModbusDevice::answers_otherwise(std::size_t block) {
  const auto witnesses = plan_.witnesses(block);
  const auto most = std::min(witnesses.size(), unwitnessed_ < reads_at_first ? witnesses_at_first : std::size_t{1});
  for (std::size_t i = 0; i < most; ++i) {
    const auto& witness = witnesses[next_witness_++ % witnesses.size()];
    const auto answer = co_await ask(witness.request(unit_));
    if (!answer) co_return false;  // silence and damage tell nothing, and cost the line most
    if (answer->exception) {
      also_refused_.insert(also_refused_.end(), witness.points.begin(), witness.points.end());
      continue;
    }
    unwitnessed_ = 0;
    next_witness_ = 0;
    refused_reads_ = 0;
    also_refused_.clear();
    co_return true;
  }
  ++unwitnessed_;
  co_return false;
}

BlockOutcome ModbusDevice::give_way(std::size_t block) {
  const auto points = blocks()[block].points;
  auto error = fail(Errc::unsupported_point, "the device does not know these points");
  BlockOutcome outcome;
  if (plan_.give_way(block, now_()) == modbus::ReadPlan::Refusal::left) {
    outcome = failed(std::move(error), points);
    outcome.failure.reset();  // the block is gone, and what remains of it are its points' readings
  } else {
    outcome.failure = std::move(error);
  }
  outcome.replanned = true;
  return outcome;
}

asio::awaitable<bool> ModbusDevice::try_shape(bool well) {
  const auto shape = plan_.due(now_());
  if (!shape) co_return false;
  const auto answer = co_await ask(shape->request(unit_));
  if (answer && !answer->exception) {
    plan_.take_back(*shape, now_());
    co_return true;
  }
  plan_.not_yet(*shape, well && answer, now_());
  co_return false;
}

std::vector<Request> ModbusDevice::other_shapes(const Block& block, const std::vector<std::size_t>& points) const {
  std::uint32_t start = 0xFFFF;
  std::uint32_t end = 0;
  for (const auto point : points) {
    const auto& map = profile_.points[point].map;
    start = std::min<std::uint32_t>(start, map.address);
    end = std::max<std::uint32_t>(end, map.address + std::uint32_t{modbus::width(map)});
  }
  const bool bits = modbus::is_of_bits(block.table);
  const std::uint32_t more = bits ? 8 : 1;  // the answer must differ in length, and bits travel by the byte
  const std::uint32_t most = bits ? profile_.limits.bits_per_read : profile_.limits.registers_per_read;
  const auto usual = block.request(unit_);
  std::vector<Request> shapes;
  const auto offer = [&](std::uint32_t from, std::uint32_t to) {
    if (to > 0x10000U || to - from > most) return;
    const Request request{
        unit_, usual.function, static_cast<std::uint16_t>(from), static_cast<std::uint16_t>(to - from), {}};
    if (modbus::answer_pdu_length(request) == modbus::answer_pdu_length(usual)) return;
    if (std::find(refused_shapes_.begin(), refused_shapes_.end(), request) != refused_shapes_.end()) return;
    shapes.push_back(request);
  };
  offer(start, end);
  offer(start, end + more);
  if (start >= more) offer(start - more, end);
  shapes.push_back(usual);  // nothing else is known to work: better the same question twice than none
  return shapes;
}

asio::awaitable<BlockOutcome> ModbusDevice::read_again(std::size_t block, std::vector<std::size_t> points) {
  if (block >= blocks().size()) co_return failed(fail(Errc::invalid_argument, "there is no such block"), {});
  const auto& own = blocks()[block].points;
  std::erase_if(points, [&](std::size_t p) { return std::find(own.begin(), own.end(), p) == own.end(); });
  if (points.empty()) co_return failed(fail(Errc::invalid_argument, "none of the points is in the block"), {});

  const auto shapes = other_shapes(blocks()[block], points);
  for (const auto& request : shapes) {
    auto answer = co_await ask(request);
    if (is_unsupported(answer) && &request != &shapes.back()) {
      if (refused_shapes_.size() < most_refused_shapes) refused_shapes_.push_back(request);
      continue;
    }
    if (!answer) co_return failed(answer.error(), points);
    if (answer->exception) co_return failed(refusal_of(*answer), points);
    BlockOutcome outcome;
    for (const auto point : points) outcome.values.push_back(value_of(profile_, point, request, *answer));
    co_return outcome;
  }
  co_return failed(fail(Errc::unsupported_point, "the device does not know these points"), points);
}

asio::awaitable<Result<Identity>> ModbusDevice::identify() {
  if (!profile_.identity) co_return Identity{};
  const auto& wanted = *profile_.identity;
  const auto spec = std::find_if(profile_.points.begin(), profile_.points.end(),
                                 [&](const PointSpec& point) { return point.name == wanted.point; });
  if (spec == profile_.points.end()) {
    co_return fail(Errc::invalid_argument, profile_.model + ": no point \"" + wanted.point + "\" to know it by");
  }
  const Request request{
      unit_, modbus::reading_function(spec->map.table), spec->map.address, modbus::width(spec->map), {}};
  auto answer = co_await ask(request);
  if (!answer) co_return answer.error().within(wanted.point);
  if (is_unsupported(answer)) co_return Identity{Identity::Verdict::other, 0};
  if (answer->exception) co_return refusal_of(*answer).within(wanted.point);
  const auto decoded = modbus::decode(spec->map, answer->values);
  if (!decoded) co_return Identity{Identity::Verdict::other, 0};
  // The constant is written in decimal and the scale may be 0.1: equal to the last bits is equal.
  const bool known = std::any_of(wanted.values.begin(), wanted.values.end(), [&](double value) {
    return std::abs(value - decoded->value) <= 1e-9 * std::max(1.0, std::abs(value));
  });
  co_return Identity{known ? Identity::Verdict::confirmed : Identity::Verdict::other, decoded->value};
}

}  // namespace inspect::drivers
