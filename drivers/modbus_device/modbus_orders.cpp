#include "drivers/modbus_device/modbus_orders.hpp"

#include "protocol/modbus/codec.hpp"

#include <algorithm>
#include <utility>

namespace inspect::drivers {

namespace asio = boost::asio;
using modbus::Answer;
using modbus::Request;

namespace {

template <class Named>
const Named* find(const std::vector<Named>& all, std::string_view name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Named& each) { return each.name == name; });
  return found == all.end() ? nullptr : &*found;
}

Request request_of(const ActionSpec& action, std::uint8_t unit) {
  return {unit, action.function, action.address, static_cast<std::uint16_t>(action.values.size()), action.values};
}

Result<Answer> without_exception(Result<Answer> answer) {
  if (!answer || !answer->exception) return answer;
  return fail(Errc::device_refused,
              "the device refuses the order with exception " + std::to_string(*answer->exception));
}

}  // namespace

std::optional<bool> leaves(std::string_view action) {
  const auto verb = action.substr(action.rfind('.') + 1);
  if (verb == "on" || verb == "pulse") return true;
  if (verb == "off" || verb == "cancel") return false;
  return std::nullopt;
}

ModbusOrders::ModbusOrders(Bus& bus, std::string device, std::uint8_t unit, const Profile& profile, BootTime (*now)())
    : bus_(bus), device_(std::move(device)), unit_(unit), profile_(profile), now_(now) {}

AnswerLimits ModbusOrders::limits() const {
  const auto& given = profile_.limits;
  return {std::chrono::milliseconds{given.answer_ms}, std::chrono::milliseconds{given.gap_ms}, given.registers_per_read,
          given.bits_per_read};
}

asio::awaitable<Result<void>> ModbusOrders::order(std::string action, WritePermit permit) {
  const auto* spec = find(profile_.actions, action);
  if (spec == nullptr || spec->function == 0) {
    co_return fail(Errc::invalid_argument, profile_.model + " has no action \"" + action + "\"");
  }
  if (auto mine = std::move(permit).spend(device_, action, now_()); !mine) co_return mine.error();

  auto request = request_of(*spec, unit_);
  auto sent = without_exception(co_await bus_.transact(std::move(request), limits()));
  if (!sent && sent.error().code == Errc::device_refused) co_return sent.error();
  const auto* point = find(profile_.points, spec->readback);
  const auto wanted = leaves(action);
  if (point == nullptr || !wanted) {
    if (!sent) co_return sent.error();
    co_return Result<void>{};
  }
  const auto value = co_await read(*point);
  // What cannot be read back is not known to be done, whatever the answer to the order was.
  if (!value) co_return Error(value.error()).within("reading back " + point->name);
  if ((*value != 0) != *wanted) {
    co_return fail(Errc::device_refused, point->name + " is not what " + action + " must leave");
  }
  co_return Result<void>{};
}

asio::awaitable<Result<double>> ModbusOrders::read(const PointSpec& point) {
  Request request{unit_, modbus::reading_function(point.map.table), point.map.address, modbus::width(point.map), {}};
  const auto answer = without_exception(co_await bus_.transact(std::move(request), limits()));
  if (!answer) co_return answer.error();
  const auto decoded = modbus::decode(point.map, answer->values);
  if (!decoded) co_return decoded.error();
  co_return decoded->value;
}

}  // namespace inspect::drivers
