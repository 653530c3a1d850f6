#include "firmware-agent/daemon/agent.hpp"

#include "drivers/bus/clock.hpp"
#include "firmware-agent/daemon/line.hpp"
#include "firmware-agent/daemon/service.hpp"
#include "firmware-agent/daemon/version.hpp"
#include "firmware-agent/guard/site_rules.hpp"
#include "firmware-agent/store/sqlite_store.hpp"
#include "firmware-agent/usb/usb_rows.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace inspect::agent {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

/// A part that has not moved for so long is stuck. A transaction may take 2 s and a quarantine 10 s; a commit on a slow
/// card may take as long.
constexpr auto longest_standstill = 25s;
/// The history is asked this far back, and so thinly, for whether a device ever answered.
constexpr std::chrono::hours looked_back{24 * 30};
constexpr std::size_t history_samples = 32;
constexpr std::size_t points_looked_at = 4;

}  // namespace

Agent::Agent(const Site& site, const catalogue::Catalogue& catalogue, inspection::LeakagePlan plan,
             std::string config_warning, const asio::any_io_executor& loop)
    : site_(site),
      catalogue_(catalogue),
      config_warning_(std::move(config_warning)),
      loop_(loop),
      started_(drivers::boot_now()),
      guard_(guard::rules_of(site)),
      orders_(site, guard_, order_means(), loop),
      tests_(site, std::move(plan), test_means(), loop),
      watchdog_(loop),
      usb_timer_(loop) {}

Agent::~Agent() = default;

asio::awaitable<Result<void>> Agent::start() {
  auto options = default_store_options();
  options.warn = [](const std::string& what) { spdlog::warn("store: {}", what); };
  auto store = open_store(site_, loop_, std::move(options));
  if (!store) co_return store.error();
  store_ = std::move(*store);
  if (auto restored = co_await restore(); !restored) co_return restored.error();
  pipeline_ = std::make_unique<Pipeline>(site_, *watchman_, *store_, loop_);
  make_lines();
  if (auto restored = co_await restore_proofs(); !restored) co_return restored.error();

  ServerSettings settings;
  settings.listen.path = site_.socket;
  auto server = ControlServer::open(loop_, *this, settings);
  if (!server) co_return server.error();
  server_ = std::move(*server);
  server_->start();

  spawn(pipeline_->commit_loop(), "commit");
  spawn(pipeline_->tick_loop(), "tick");
  spawn(keeper_->run(), "judgement");
  for (const auto& line : lines_) spawn(line->attendant->run(), "bus " + site_.buses[at(line->index)].name);
  if (usb_care_) spawn(usb_loop(), "usb");
  spawn(watchdog_loop(), "watchdog");
  spawn(find_newcomers(), "newcomers");
  co_return Result<void>{};
}

asio::awaitable<Result<void>> Agent::restore() {
  auto open = co_await store_->open_findings();
  if (!open) co_return open.error();
  auto occurrences = co_await store_->last_occurrences();
  if (!occurrences) co_return occurrences.error();
  watchman_ = std::make_unique<Watchman>(site_, catalogue_);
  for (const auto& row : tests_.rows()) watchman_->add_test(tests_.device_of(row.name), row.name);
  if (!open->empty()) spdlog::info("{} findings were open when the agent last ran", open->size());
  watchman_->restore(std::move(*open), *occurrences);
  if (auto judgement = co_await restore_judgement(); !judgement) co_return judgement;
  if (auto exam = co_await restore_exam(); !exam) co_return exam;
  co_return co_await restore_tests();
}

asio::awaitable<bool> Agent::ever_answered(DeviceIndex index) {
  const auto& device = site_.devices[at(index)];
  const auto now = drivers::moment_now().wall;
  // Some: a model's variant may lack one and refuse it for ever.
  for (std::size_t i = 0; i < std::min(device.point_count, points_looked_at) && !stopping_; ++i) {
    const auto past =
        co_await store_->history(PointIndex(at(device.first_point) + i), now - looked_back, now, history_samples);
    if (!past) co_return true;
    if (std::any_of(past->begin(), past->end(), [](const auto& e) { return e.quality != Quality::bad; }))
      co_return true;
  }
  co_return stopping_;
}

/// Who has no good reading in the history has never answered; what its silence means is then another thing.
asio::awaitable<void> Agent::find_newcomers() {
  for (std::size_t i = 0; i < site_.devices.size() && !stopping_; ++i) {
    if (site_.devices[i].point_count > 0 && !co_await ever_answered(DeviceIndex(i))) {
      watchman_->newcomer(DeviceIndex(i));
    }
  }
}

void Agent::make_lines() {
  const auto on_usb = [](const Bus& bus) { return std::holds_alternative<UsbPort>(bus.transport); };
  // Who is at the other end of a serial adapter is told by its USB port.
  const auto on_adapter = [this](const Device& device) {
    const auto driver = site_.profiles[device.profile].driver;
    return driver == drivers::DriverKind::serial_relay || driver == drivers::DriverKind::serial_tester;
  };
  if (std::any_of(site_.buses.begin(), site_.buses.end(), on_usb) ||
      std::any_of(site_.devices.begin(), site_.devices.end(), on_adapter)) {
    auto host = drivers::UsbHost::start(loop_);
    // What hangs on USB is then told as not available; the rest is watched all the same.
    if (!host) spdlog::error("usb: {}", host.error().message);
    if (host) usb_ = std::move(*host);
    if (usb_) usb_care_ = std::make_unique<UsbCare>(site_, *usb_, site_.store.directory + "/usb-identity.json");
    if (usb_care_ && !usb_care_->trouble().empty()) {
      spdlog::error("usb: {}; no device counts as proven until it is adopted anew", usb_care_->trouble());
    }
  }
  for (std::size_t bus = 0; bus < site_.buses.size(); ++bus) {
    lines_.push_back(std::make_unique<Line>(site_, BusIndex(bus), *pipeline_, usb_.get(), loop_));
  }
  for (std::size_t i = 0; usb_care_ && i < site_.devices.size(); ++i) {
    const auto& line = *lines_[at(site_.devices[i].bus)];
    if (line.appliance) usb_care_->add(DeviceIndex(i), *line.appliance);
  }
  pipeline_->on_confirm(
      [this](PointIndex point) { lines_[at(site_.device_of(point).bus)]->attendant->confirm(point); });
  pipeline_->on_hasten(
      [this](DeviceIndex device) { lines_[at(site_.devices[at(device)].bus)]->attendant->hasten(device); });
}

void Agent::spawn(asio::awaitable<void> part, std::string name) {
  // A part that throws is a programming error: the process ends and the service manager starts it anew, loudly.
  asio::co_spawn(loop_, std::move(part), [name = std::move(name)](const std::exception_ptr& error) {
    if (!error) return;
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& what) {
      spdlog::critical("{} ended: {}", name, what.what());
    }
    std::terminate();
  });
}

std::vector<Heartbeat> Agent::heartbeats() const {
  std::vector<Heartbeat> beats{{"store", store_->heartbeat()}, {"commit", pipeline_->heartbeat()}};
  if (usb_) beats.push_back({"usb", usb_->heartbeat()});
  for (const auto& line : lines_)
    beats.push_back({"bus " + site_.buses[at(line->index)].name, line->attendant->heartbeat()});
  return beats;
}

asio::awaitable<void> Agent::usb_loop() {
  while (!stopping_) {
    const auto notices = co_await usb_care_->look();
    for (const auto& notice : notices) pipeline_->notice(notice);
    usb_timer_.expires_after(1s);
    boost::system::error_code ignored;
    co_await usb_timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

asio::awaitable<void> Agent::watchdog_loop() {
  const auto wanted = watchdog_interval();
  const auto pause = wanted.count() > 0 ? std::min<std::chrono::microseconds>(wanted / 4, 5s) : 5s;
  bool standing = false;
  while (!stopping_) {
    const auto now = drivers::boot_now();
    std::string stuck;
    for (const auto& beat : heartbeats()) {
      if (now - beat.at > longest_standstill) stuck = beat.thread;
    }
    if (stuck.empty()) feed_watchdog();
    if (!stuck.empty() && !standing) spdlog::critical("{} has not moved for 25 s: the watchdog is fed no more", stuck);
    standing = !stuck.empty();
    watchdog_.expires_after(pause);
    boost::system::error_code ignored;
    co_await watchdog_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

asio::awaitable<void> Agent::stop() {
  if (std::exchange(stopping_, true)) co_return;
  if (server_) server_->close();
  co_await tests_.end_all();
  co_await orders_.end_all();
  for (const auto& line : lines_) line->stop();
  watchdog_.cancel();
  usb_timer_.cancel();
  if (pipeline_) {
    co_await pipeline_->drain(5s);
    pipeline_->stop();
  }
  if (keeper_) {
    keeper_->stop();
    co_await keeper_->write();
  }
  if (store_) co_await store_->close();
}

Moment Agent::now() const { return drivers::moment_now(); }

AgentFacts Agent::facts() const {
  return {std::string(version()), started_, store_->counters(), heartbeats(), config_warning_};
}

BusState Agent::bus_state(BusIndex bus) const {
  const auto& line = *lines_[at(bus)];
  return {line.attendant->health(), line.attendant->utilisation(), line.counters()};
}

DeviceState Agent::device_state(DeviceIndex device) const {
  const auto& attendant = *lines_[at(site_.devices[at(device)].bus)]->attendant;
  return {attendant.health(device), attendant.last_answer(device)};
}

Reading Agent::reading(PointIndex point) const { return pipeline_->latest(point); }

std::vector<Finding> Agent::open_findings() const { return watchman_->open(); }

asio::awaitable<Result<std::vector<Reading>>> Agent::read_fresh(std::vector<PointIndex> points) {
  if (points.empty()) co_return std::vector<Reading>{};
  co_await lines_[at(site_.device_of(points.front()).bus)]->attendant->fresh(points);
  std::vector<Reading> readings;
  readings.reserve(points.size());
  for (const auto point : points) readings.push_back(pipeline_->latest(point));
  co_return readings;
}

asio::awaitable<Result<std::vector<HistoryEntry>>> Agent::history(PointIndex point, WallTime from, WallTime to,
                                                                  std::size_t most) {
  return store_->history(point, from, to, most);
}

asio::awaitable<Result<std::vector<Finding>>> Agent::findings(bool with_ended, std::size_t most) {
  return store_->findings(with_ended, most);
}

asio::awaitable<Result<Finding>> Agent::acknowledge(std::string finding, std::string who) {
  return pipeline_->acknowledge(std::move(finding), std::move(who));
}

asio::awaitable<Result<Finding>> Agent::shelve(std::string finding, std::string who, std::string reason,
                                               WallTime until) {
  return pipeline_->shelve(std::move(finding), std::move(who), std::move(reason), until);
}

asio::awaitable<Result<Finding>> Agent::unshelve(std::string finding, std::string who) {
  return pipeline_->unshelve(std::move(finding), std::move(who));
}

asio::awaitable<Result<std::vector<control::OutboxRow>>> Agent::claim(
    std::vector<std::pair<std::string, std::uint64_t>> skip, std::size_t most) {
  return store_->claim(std::move(skip), most);
}

asio::awaitable<Result<std::size_t>> Agent::receipt(std::string epoch, std::vector<std::uint64_t> seqs) {
  return store_->receipt(std::move(epoch), std::move(seqs));
}
asio::awaitable<Result<std::size_t>> Agent::mark_unsent(std::vector<Holding> held) {
  return store_->mark_unsent(std::move(held));
}

asio::awaitable<Result<control::OutboxState>> Agent::outbox_state() { return store_->outbox_state(); }

void Agent::tap(BusIndex bus, drivers::Tap* tap) { lines_[at(bus)]->tap(tap); }

std::optional<Text> Agent::search_forbidden(BusIndex number) const {
  const auto& bus = site_.buses[at(number)];
  if (bus.mode == BusMode::listen) {
    return Text{"总线 " + bus.name + " 由另一台主机询问，本网关只听不发",
                "another master asks on bus " + bus.name + ", and this gateway only listens there"};
  }
  if (bus.scan == ScanRule::never) {
    return Text{"配置不允许在总线 " + bus.name + " 上查找（scan = \"never\"）",
                "the configuration forbids a search on bus " + bus.name + " (scan = \"never\")"};
  }
  if (!lines_[at(number)]->prober) return Text{bus.name + " 不是 Modbus 总线", bus.name + " is no Modbus bus"};
  return guard_.exam(now());
}

asio::awaitable<Result<ProbeOutcome>> Agent::probe(BusIndex bus, modbus::Request request) {
  if (search_forbidden(bus)) co_return fail(Errc::not_permitted, "no search is allowed on this bus");
  auto outcome = co_await lines_[at(bus)]->prober->ask(std::move(request));
  if (!outcome) co_return outcome.error();
  co_return ProbeOutcome{std::move(outcome->answer), outcome->took};
}

asio::awaitable<std::vector<control::UsbRow>> Agent::usb() {
  if (!usb_care_) co_return std::vector<control::UsbRow>{};
  const auto places = co_await usb_care_->list();
  co_return usb_rows(places);
}

asio::awaitable<std::vector<control::UsbRow>> Agent::usb_of(std::string device) {
  auto rows = co_await usb();
  std::erase_if(rows, [&](const auto& row) { return row.device != device; });
  co_return rows;
}

asio::awaitable<Result<std::vector<control::UsbRow>>> Agent::adopt_usb(DeviceIndex device, std::string who) {
  if (!usb_care_) co_return fail(Errc::invalid_argument, "the site has no USB port");
  const auto record = co_await usb_care_->adopt(device, std::move(who), drivers::moment_now().wall);
  if (!record) co_return record.error();
  co_return co_await usb_of(record->device);
}

ProofMeans Agent::means_of_proof(DeviceIndex device, std::optional<PointIndex> witness) {
  ProofMeans means;
  means.permit = [this, device](const std::string& action) -> Result<drivers::WritePermit> {
    auto permission =
        guard_.permit_proof({site_.devices[at(device)].name, action}, identity(device), drivers::moment_now());
    if (!permission) return permission.error().error();
    return std::move(*permission);
  };
  means.settle = [this] { return settle(); };
  means.witness = [this, witness]() -> asio::awaitable<Result<bool>> {
    if (!witness) co_return fail(Errc::invalid_argument, "a relay board needs a relay and an independent input");
    co_return co_await seen(*witness);
  };
  return means;
}

asio::awaitable<Result<std::vector<control::UsbRow>>> Agent::prove_usb(DeviceIndex device, std::uint8_t relay,
                                                                       std::optional<PointIndex> witness,
                                                                       std::string who) {
  if (!usb_care_) co_return fail(Errc::invalid_argument, "the site has no USB port");
  if (witness && site_.points[at(*witness)].device == device) {
    co_return fail(Errc::invalid_argument, "a board is no witness of itself: name an input of another device");
  }
  auto means = means_of_proof(device, witness);
  const auto record =
      co_await usb_care_->prove(device, relay, std::move(means), std::move(who), drivers::moment_now().wall);
  if (!record) co_return record.error();
  co_return co_await usb_of(record->device);
}

void Agent::on_readings(std::function<void(std::span<const Reading>)> callback) {
  pipeline_->on_readings(std::move(callback));
}
void Agent::on_finding(std::function<void(const FindingChange&)> callback) {
  pipeline_->on_finding(std::move(callback));
}
void Agent::on_health(std::function<void(const HealthChange&)> callback) { pipeline_->on_health(std::move(callback)); }
void Agent::on_outbox(std::function<void()> callback) { store_->on_outbox(std::move(callback)); }

}  // namespace inspect::agent
