// Orders, and who may be given them: what a device is known by.
#include "drivers/bus/clock.hpp"
#include "firmware-agent/control/rows.hpp"
#include "firmware-agent/daemon/agent.hpp"
#include "firmware-agent/daemon/line.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace inspect::agent {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

guard::Identity known_to_guard(drivers::Identification::State state) {
  switch (state) {
    case drivers::Identification::State::proven: return guard::Identity::proven;
    case drivers::Identification::State::doubtful: return guard::Identity::doubtful;
    case drivers::Identification::State::unproven: break;
  }
  return guard::Identity::unproven;
}

std::string proof_note(const Device& device) { return "proof." + device.name; }

/// Where a device on a bus is, and what it is: another place or model is another device.
std::string place_of(const Site& site, const Device& device) {
  return transport_text(site.buses[at(device.bus)]) + " unit " + std::to_string(device.unit) + ' ' +
         site.profiles[device.profile].model;
}

std::optional<PointIndex> point_named(const Site& site, const Device& device, const std::string& name) {
  const auto& points = site.profiles[device.profile].points;
  const auto found = std::find_if(points.begin(), points.end(), [&](const auto& each) { return each.name == name; });
  if (found == points.end()) return std::nullopt;
  return PointIndex(at(device.first_point) + static_cast<std::size_t>(found - points.begin()));
}

}  // namespace

OrderMeans Agent::order_means() {
  OrderMeans means;
  means.now = &drivers::moment_now;
  means.identity = [this](DeviceIndex device) { return identity(device); };
  means.send = [this](DeviceIndex device, std::string action, OrderMeans::Permit permit) {
    return lines_[at(site_.devices[at(device)].bus)]->order(site_, device, std::move(action), std::move(permit));
  };
  return means;
}

guard::Identity Agent::identity(DeviceIndex device) const {
  const auto& appliance = lines_[at(site_.devices[at(device)].bus)]->appliance;
  if (!appliance) return identity_on_bus(device);
  const auto known = usb_care_ ? known_to_guard(usb_care_->identity(device).state) : guard::Identity::unproven;
  // A serial port that is no USB adapter has no record there.
  return known == guard::Identity::unproven && !appliance->usb() ? identity_on_port(device, *appliance) : known;
}

/// A serial port says nothing of who is at its other end: an instrument counts by the serial number it says, a board as
/// long as the port was not opened anew since it was moved.
guard::Identity Agent::identity_on_port(DeviceIndex index, Appliance& appliance) const {
  const auto proof = proofs_.find(at(index));
  if (proof == proofs_.end()) return guard::Identity::unproven;
  if (proof->second == place_of_port(index, appliance)) return guard::Identity::proven;
  const bool silent = appliance.tester() == nullptr || !appliance.tester()->identity();
  return silent ? guard::Identity::unproven : guard::Identity::doubtful;
}

/// Where it is, and what tells it from another one there.
std::string Agent::place_of_port(DeviceIndex index, Appliance& appliance) const {
  const auto place = place_of(site_, site_.devices[at(index)]);
  if (appliance.tester() == nullptr) {
    return place + " opened " + std::to_string(appliance.counters().reopened) + " since " +
           std::to_string(started_.time_since_epoch().count());
  }
  const auto& said = appliance.tester()->identity();
  return place + " serial " + (said ? said->serial : "?");
}

/// A device on a bus stays where its wires are and keeps its address: the proof holds until the configuration says
/// another place or model. Where the model has a constant to be known by, another value is another device.
guard::Identity Agent::identity_on_bus(DeviceIndex index) const {
  const auto& device = site_.devices[at(index)];
  const auto proof = proofs_.find(at(index));
  const bool proven = proof != proofs_.end() && proof->second == place_of(site_, device);
  const auto& known_by = site_.profiles[device.profile].identity;
  const auto point = known_by ? point_named(site_, device, known_by->point) : std::nullopt;
  if (point) {
    const auto read = as_of(reading(*point), drivers::boot_now());
    const auto& values = known_by->values;
    const bool other = std::find(values.begin(), values.end(), read.value) == values.end();
    if (read.quality == Quality::good && other) return guard::Identity::doubtful;
  }
  return proven ? guard::Identity::proven : guard::Identity::unproven;
}

asio::awaitable<Result<void>> Agent::restore_proofs() {
  for (std::size_t i = 0; i < site_.devices.size(); ++i) {
    if (site_.devices[i].allow.empty()) continue;
    auto kept = co_await store_->note(proof_note(site_.devices[i]));
    if (!kept) co_return kept.error();
    if (!kept->empty()) proofs_[i] = std::move(*kept);
  }
  co_return Result<void>{};
}

asio::awaitable<std::variant<control::OrderRow, control::Trouble>> Agent::order(
    DeviceIndex device, std::string action, std::optional<std::chrono::milliseconds> length, std::string who) {
  guard::OrderWish wish{std::move(action), length};
  co_return co_await orders_.order(device, std::move(wish), std::move(who));
}

/// The point that shows what an output is.
std::optional<PointIndex> Agent::shown_by(DeviceIndex index, const std::string& output) const {
  const auto& device = site_.devices[at(index)];
  for (const auto& each : site_.profiles[device.profile].actions) {
    if (each.name != output + ".on") continue;
    return point_named(site_, device, each.relay ? output + ".command" : each.readback);
  }
  return std::nullopt;
}

asio::awaitable<Result<bool>> Agent::seen(PointIndex point) {
  const auto asked = drivers::boot_now();
  std::vector<PointIndex> points{point};
  const auto read = co_await read_fresh(std::move(points));
  if (!read) co_return read.error();
  const auto& reading = read->front();
  if (reading.quality != Quality::good || reading.measured_at.boot < asked) {
    co_return fail(Errc::timeout, site_.device_of(point).name + '/' + site_.spec(point).name + " could not be read");
  }
  co_return reading.value >= 0.5;
}

asio::awaitable<void> Agent::settle() {
  // A relay bounces for 10 ms; an input's own filter may take a few tenths of a second.
  asio::steady_timer timer(loop_, 500ms);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

asio::awaitable<Result<control::IdentityRow>> Agent::prove(DeviceIndex index, std::string output,
                                                           std::optional<PointIndex> witness, std::string who) {
  const auto& device = site_.devices[at(index)];
  const auto& appliance = lines_[at(device.bus)]->appliance;
  if (appliance && appliance->usb()) {
    co_return fail(Errc::invalid_argument, "what is on USB is proven by inspectctl usb prove");
  }
  const bool speaks = appliance && appliance->tester() != nullptr;
  if (!speaks) {
    if (!witness) co_return fail(Errc::invalid_argument, "an output and an independent input are needed");
    auto moved = co_await prove_by_moving(index, std::move(output), *witness);
    if (!moved) co_return moved.error();
  } else if (const auto& said = appliance->tester()->identity(); !said || said->serial.empty()) {
    co_return fail(Errc::device_refused, "the instrument has not said a serial number");
  }
  auto place = appliance ? place_of_port(index, *appliance) : place_of(site_, device);
  auto kept = co_await store_->keep_note(proof_note(device), place);
  if (!kept) co_return kept.error();
  proofs_[at(index)] = std::move(place);
  spdlog::info("prove: {} was proven by {}", device.name, who);
  const bool proven = identity(index) == guard::Identity::proven;
  const Text why = speaks ? Text{"仪器报出了序列号", "the instrument said its serial number"}
                          : Text{"输出动作，独立输入跟随", "its output was moved, and the independent input followed"};
  co_return control::IdentityRow{device.name, proven ? "proven" : "doubtful", why};
}

asio::awaitable<Result<void>> Agent::prove_by_moving(DeviceIndex index, std::string output, PointIndex witness) {
  if (site_.points[at(witness)].device == index) {
    co_return fail(Errc::invalid_argument, "a board is no witness of itself: name an input of another device");
  }
  const auto shown = shown_by(index, output);
  if (!shown) co_return fail(Errc::invalid_argument, "nothing tells what " + output + " is: it cannot be put back");
  const auto was = co_await seen(*shown);
  if (!was) co_return was.error();
  OutputProof proof;
  proof.move = [&](bool on) { return orders_.move(index, output, on); };
  proof.witness = [&] { return seen(witness); };
  proof.settle = [this] { return settle(); };
  auto moved = co_await prove_output(*was, std::move(proof));
  if (!moved) spdlog::warn("prove: {}: {}", site_.devices[at(index)].name, moved.error().message);
  co_return moved;
}

}  // namespace inspect::agent
