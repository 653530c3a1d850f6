#include "firmware-agent/daemon/pipeline.hpp"

#include "drivers/bus/clock.hpp"
#include "firmware-agent/detection/foresight.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace inspect::agent {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto first_retry = 500ms;
constexpr auto longest_retry = 30s;

template <class T>
void append(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

Pipeline::Pipeline(const Site& site, Watchman& watchman, Store& store, const asio::any_io_executor& loop)
    : site_(site),
      watchman_(watchman),
      store_(store),
      loop_(loop),
      wake_(loop),
      committed_(loop),
      health_(site.devices.size()) {
  latest_.resize(site.points.size());
  for (std::size_t i = 0; i < latest_.size(); ++i) latest_[i].point = PointIndex(i);
  wake_.expires_at(std::chrono::steady_clock::time_point::max());
  committed_.expires_at(std::chrono::steady_clock::time_point::max());
  heartbeat_ = drivers::boot_now();
}

void Pipeline::readings(std::span<const Reading> readings) {
  for (const auto& reading : readings) latest_[at(reading.point)] = reading;
  store_.gather(readings);
  if (told_readings_) told_readings_(readings);
  if (!judging()) return;
  const auto now = drivers::moment_now();
  Verdict verdict;
  watchman_.take(readings, now, verdict);
  conclude(verdict, now);
}

/// Nothing here waits: neither for the disk nor until a silence is long enough for a finding.
void Pipeline::tell_health(const DeviceAttempt& attempt) {
  const auto change = health_.take(attempt);
  if (!change) return;
  if (told_health_) told_health_(*change);
  const auto left_out = health_.journal(*change);
  if (!left_out) return;
  const bool silent = change->after == DeviceHealth::dormant;
  const auto& device = site_.devices[at(change->device)];
  spdlog::log(silent ? spdlog::level::warn : spdlog::level::info, "{} on {} {}{}", device.name,
              site_.buses[at(device.bus)].name, silent ? "does not answer" : "answers again",
              *left_out > 0 ? fmt::format(" ({} such changes not told)", *left_out) : "");
}

void Pipeline::attempt(const DeviceAttempt& attempt) {
  tell_health(attempt);
  if (!judging()) return;
  Verdict verdict;
  watchman_.take(attempt, verdict);
  conclude(verdict, attempt.at);
}

void Pipeline::bus_available(BusIndex bus, bool available, std::string why) {
  if (!judging()) return;
  const auto now = drivers::moment_now();
  Verdict verdict;
  watchman_.bus_available(bus, available, std::move(why), now, verdict);
  conclude(verdict, now);
}

void Pipeline::notice(const UsbNotice& notice) {
  if (!judging()) return;  // it is looked at again within a second
  const auto now = drivers::moment_now();
  Verdict verdict;
  watchman_.notice(notice, now, verdict);
  conclude(verdict, now);
}

void Pipeline::part_replaced(DeviceIndex device, std::optional<PointIndex> point) {
  const auto now = drivers::moment_now();
  Verdict verdict;
  watchman_.foresight().replaced(device, point, now, verdict.changes);
  conclude(verdict, now);
}

/// A person waits for it and sees its verdict; a disk that stands still takes the finding with the next run.
void Pipeline::notice(const TestNotice& notice) {
  if (!judging()) return;
  const auto now = drivers::moment_now();
  Verdict verdict;
  watchman_.notice(notice, now, verdict);
  conclude(verdict, now);
}

void Pipeline::conclude(Verdict& verdict, const Moment& now) {
  if (confirm_) {
    for (const auto point : verdict.confirm) confirm_(point);
  }
  if (hasten_) {
    for (const auto device : verdict.ask) hasten_(device);
  }
  if (verdict.changes.empty()) return;
  accepted_ += verdict.changes.size();
  append(waiting_.changes, verdict.changes);
  append(waiting_.explaining, verdict.explaining);
  if (waiting_.explaining.size() > most_explaining) {
    waiting_.explaining.erase(waiting_.explaining.begin(),
                              waiting_.explaining.end() - static_cast<std::ptrdiff_t>(most_explaining));
  }
  waiting_.at = now;
  wake_.cancel();
}

asio::awaitable<void> Pipeline::pause(std::chrono::milliseconds time) {
  asio::steady_timer timer(loop_, time);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

asio::awaitable<bool> Pipeline::write(FindingCommit commit) {
  std::chrono::milliseconds retry = first_retry;
  for (unsigned attempt = 0;; ++attempt) {
    heartbeat_ = drivers::boot_now();
    auto result = co_await store_.commit(commit);
    if (result) {
      if (attempt > 0) spdlog::warn("store: writes again, after {} failed attempts", attempt);
      written_ += commit.changes.size();
      for (const auto& change : commit.changes) {
        if (told_change_) told_change_(change);
      }
      co_return true;
    }
    if (attempt == 0)
      spdlog::error("store: {}; the watch goes on and the write is tried again", result.error().message);
    if (stopping_ && attempt >= 3) co_return false;
    co_await pause(retry);
    retry = std::min<std::chrono::milliseconds>(retry * 2, longest_retry);
  }
}

asio::awaitable<void> Pipeline::commit_loop() {
  while (!stopping_ || !waiting_.changes.empty()) {
    heartbeat_ = drivers::boot_now();
    if (waiting_.changes.empty()) {
      // Woken by cancel; the second is for the heartbeat.
      wake_.expires_after(1s);
      boost::system::error_code ignored;
      co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
      continue;
    }
    const bool written = co_await write(std::exchange(waiting_, {}));
    committed_.cancel();
    if (!written) co_return;
  }
}

asio::awaitable<void> Pipeline::tick_loop() {
  while (!stopping_) {
    if (judging()) {
      const auto now = drivers::moment_now();
      Verdict verdict;
      watchman_.tick(now, verdict);
      conclude(verdict, now);
    }
    co_await pause(500ms);
  }
}

void Pipeline::stop() {
  stopping_ = true;
  wake_.cancel();
}

asio::awaitable<bool> Pipeline::until_written(std::uint64_t change, std::chrono::milliseconds longest) {
  const auto deadline = drivers::boot_now() + longest;
  while (written_ < change) {
    if (drivers::boot_now() > deadline) co_return false;
    committed_.expires_after(1s);
    boost::system::error_code ignored;
    co_await committed_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  co_return true;
}

asio::awaitable<bool> Pipeline::drain(std::chrono::milliseconds longest) {
  co_return co_await until_written(accepted_, longest);
}

asio::awaitable<Result<Finding>> Pipeline::committed(Result<void> accepted, Verdict verdict, Moment now) {
  if (!accepted) co_return accepted.error();
  if (verdict.changes.empty()) co_return fail(Errc::invalid_argument, "nothing to change: it is so already");
  auto finding = verdict.changes.back().finding;
  conclude(verdict, now);
  if (!co_await until_written(accepted_, 10s)) {
    co_return fail(Errc::storage, "taken, but the disk did not write it in 10 s; it is tried again until it does");
  }
  co_return finding;
}

asio::awaitable<Result<Finding>> Pipeline::acknowledge(std::string finding, std::string who) {
  const auto now = drivers::moment_now();
  Verdict verdict;
  auto accepted = watchman_.acknowledge(finding, std::move(who), now, verdict);
  co_return co_await committed(std::move(accepted), std::move(verdict), now);
}

asio::awaitable<Result<Finding>> Pipeline::shelve(std::string finding, std::string who, std::string reason,
                                                  WallTime until) {
  const auto now = drivers::moment_now();
  Verdict verdict;
  auto accepted = watchman_.shelve(finding, std::move(who), std::move(reason), until, now, verdict);
  co_return co_await committed(std::move(accepted), std::move(verdict), now);
}

asio::awaitable<Result<Finding>> Pipeline::unshelve(std::string finding, std::string who) {
  const auto now = drivers::moment_now();
  Verdict verdict;
  auto accepted = watchman_.unshelve(finding, std::move(who), now, verdict);
  co_return co_await committed(std::move(accepted), std::move(verdict), now);
}

}  // namespace inspect::agent
