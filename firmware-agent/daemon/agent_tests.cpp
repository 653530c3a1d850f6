// The leakage tests of the site's plan, with what the agent has for them.
#include "drivers/bus/clock.hpp"
#include "firmware-agent/daemon/agent.hpp"
#include "firmware-agent/daemon/line.hpp"

#include <algorithm>
#include <utility>

namespace inspect::agent {

namespace asio = boost::asio;

TestMeans Agent::test_means() {
  TestMeans means;
  means.now = &drivers::moment_now;
  means.exam = [this] { return guard_.exam(now()); };
  means.tester = [this](DeviceIndex device) -> drivers::Tester* {
    const auto& line = *lines_[at(site_.devices[at(device)].bus)];
    return line.appliance ? line.appliance->tester() : nullptr;
  };
  means.permit = [this](DeviceIndex device, std::string action) -> Result<drivers::WritePermit> {
    auto given = guard_.permit({site_.devices[at(device)].name, std::move(action)}, identity(device), now());
    if (!given) return given.error().error();
    return std::move(*given);
  };
  means.start = [this](DeviceIndex device, std::string output, std::chrono::milliseconds length, std::string who) {
    return pulse(device, std::move(output), length, std::move(who));
  };
  means.seen = [this](PointIndex point) { return seen(point); };
  means.keep = [this](std::string name, std::string text) {
    return store_->keep_note(std::move(name), std::move(text));
  };
  means.notice = [this](const TestNotice& notice) { pipeline_->notice(notice); };
  return means;
}

asio::awaitable<Result<void>> Agent::restore_tests() {
  const auto rows = tests_.rows();
  for (const auto& row : rows) {
    const auto kept = co_await store_->note("test." + row.name);
    if (!kept) co_return kept.error();
    if (!kept->empty()) tests_.restore(row.name, *kept);
  }
  co_return Result<void>{};
}

/// By the board's own timer where the site allows that, so that a start is never held; else on and off again.
asio::awaitable<std::variant<control::OrderRow, control::Trouble>> Agent::pulse(DeviceIndex index, std::string output,
                                                                                std::chrono::milliseconds length,
                                                                                std::string who) {
  const auto& allowed = site_.devices[at(index)].allow;
  const bool by_timer = std::find(allowed.begin(), allowed.end(), output + ".pulse") != allowed.end();
  guard::OrderWish wish{output + (by_timer ? ".pulse" : ".on"), {}};
  if (!by_timer) wish.length = length;
  co_return co_await orders_.order(index, std::move(wish), std::move(who));
}

std::vector<control::TestRow> Agent::tests() const { return tests_.rows(); }

asio::awaitable<std::variant<control::TestRow, control::Trouble>> Agent::start_test(std::string test, std::string who) {
  co_return tests_.start(test, std::move(who));
}

}  // namespace inspect::agent
