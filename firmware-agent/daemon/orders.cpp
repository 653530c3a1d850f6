#include "firmware-agent/daemon/orders.hpp"

#include "firmware-agent/control/refusals.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace inspect::agent {

namespace asio = boost::asio;

namespace {

/// An agent that ends does not wait longer than this for outputs; their boards' timers let go of most.
constexpr std::chrono::seconds longest_release{5};

}  // namespace

/// An output that is to be on for a while.
struct Orders::Wanted {
  Wanted(DeviceIndex which, guard::OrderPlan how, BootTime end, std::string person, const asio::any_io_executor& loop)
      : device(which), plan(std::move(how)), until(end), who(std::move(person)), timer(loop) {}

  DeviceIndex device;
  guard::OrderPlan plan;
  BootTime until;
  std::string who;
  asio::steady_timer timer;
  std::shared_ptr<Asking> asking = std::make_shared<Asking>();
  bool over = false;  ///< another order counts now
};

Orders::Orders(const Site& site, guard::Guard& guard, OrderMeans means, asio::any_io_executor loop)
    : site_(site), guard_(guard), means_(std::move(means)), loop_(std::move(loop)) {}

Orders::~Orders() {
  for (const auto& [output, wanted] : wanted_) wanted->over = true;
}

asio::awaitable<Result<void>> Orders::send(DeviceIndex device, std::string action, std::shared_ptr<Asking> asking) {
  OrderMeans::Permit permit = [this, device, action, asking]() -> Result<drivers::WritePermit> {
    const drivers::WriteOrder order{site_.devices[at(device)].name, action};
    const auto known = means_.identity(device);
    auto given =
        asking->proof ? guard_.permit_proof(order, known, means_.now()) : guard_.permit(order, known, means_.now());
    if (given) return std::move(*given);
    asking->refused = given.error();
    return given.error().error();
  };
  co_return co_await means_.send(device, std::move(action), std::move(permit));
}

asio::awaitable<Result<void>> Orders::move(DeviceIndex device, std::string output, bool on) {
  const auto& own = site_.devices[at(device)];
  const auto plan = guard::plan_order(site_.profiles[own.profile], own.allow, {output + (on ? ".on" : ".off"), {}});
  if (!plan) co_return plan.error().error();
  forget({at(device), output});
  const auto asking = std::make_shared<Asking>();
  asking->proof = true;
  auto sent = co_await send(device, plan->first, asking);
  if (sent && plan->again.count() > 0) want(device, *plan, means_.now().boot + plan->length, "proof", true);
  co_return sent;
}

asio::awaitable<Found<control::OrderRow>> Orders::order(DeviceIndex device, guard::OrderWish wish, std::string who) {
  const auto& own = site_.devices[at(device)];
  auto plan = guard::plan_order(site_.profiles[own.profile], own.allow, wish);
  if (!plan) {
    spdlog::warn("order: {}/{} by {} refused: {}", own.name, wish.action, who, plan.error().text.en);
    co_return order_refused(std::move(plan.error().text));
  }
  if (plan->length.count() > 0 && wanted_.size() >= most_wanted) {
    co_return trouble_of(fail(Errc::device_busy, "64 outputs are wanted for a while already"));
  }
  co_return co_await carry_out(device, std::move(wish.action), std::move(*plan), std::move(who));
}

asio::awaitable<Found<control::OrderRow>> Orders::carry_out(DeviceIndex device, std::string meant,
                                                            guard::OrderPlan plan, std::string who) {
  const auto name = site_.devices[at(device)].name + '/' + meant;
  const auto asked = means_.now().boot;
  // What was wanted before is wanted no more, whatever comes of this: a hold must not undo an "off" that was lost.
  forget({at(device), guard::output_of(meant)});
  const auto asking = std::make_shared<Asking>();
  const auto sent = co_await send(device, plan.first, asking);
  if (!sent) {
    spdlog::warn("order: {} by {} not done: {}", name, who, sent.error().message);
    if (asking->refused) co_return order_refused(std::move(asking->refused->text));
    co_return trouble_of(sent.error());
  }
  spdlog::info("order: {} by {}: {} was sent and read back", name, who, plan.first);
  control::OrderRow row{site_.devices[at(device)].name, std::move(meant), plan.first, plan.again, {}};
  if (plan.length.count() > 0) {
    row.until = means_.now().wall + plan.length;
    const auto until = asked + plan.length;
    want(device, std::move(plan), until, std::move(who), false);
  }
  co_return row;
}

void Orders::want(DeviceIndex device, guard::OrderPlan plan, BootTime until, std::string who, bool proof) {
  const Output output{at(device), guard::output_of(plan.first)};
  // Two orders for one output may have been under way: the later one counts.
  forget(output);
  auto wanted = std::make_shared<Wanted>(device, std::move(plan), until, std::move(who), loop_);
  wanted->asking->proof = proof;
  wanted_[output] = wanted;
  asio::co_spawn(loop_, keep(std::move(wanted)), asio::detached);
}

void Orders::forget(const Output& output) {
  const auto found = wanted_.find(output);
  if (found == wanted_.end()) return;
  found->second->over = true;
  found->second->timer.cancel();
  wanted_.erase(found);
}

asio::awaitable<void> Orders::keep(std::shared_ptr<Wanted> wanted) {
  while (!wanted->over) {
    const auto now = means_.now().boot;
    if (now >= wanted->until) break;
    auto pause = wanted->until - now;
    if (wanted->plan.again.count() > 0) pause = std::min<BootClock::duration>(pause, wanted->plan.again);
    wanted->timer.expires_after(pause);
    boost::system::error_code ignored;
    co_await wanted->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (wanted->over || wanted->plan.again.count() == 0 || means_.now().boot >= wanted->until) continue;
    const auto sent = co_await send(wanted->device, wanted->plan.first, wanted->asking);
    if (sent || wanted->over || sent.error().code != Errc::not_permitted) continue;
    spdlog::warn("order: {} is held no longer: {}", wanted->plan.first, sent.error().message);
    forget({at(wanted->device), guard::output_of(wanted->plan.first)});
    co_return;
  }
  if (!wanted->over) co_await finish(std::move(wanted));
}

asio::awaitable<void> Orders::finish(std::shared_ptr<Wanted> wanted) {
  forget({at(wanted->device), guard::output_of(wanted->plan.first)});
  const auto& device = site_.devices[at(wanted->device)].name;
  const auto sent = co_await send(wanted->device, wanted->plan.last, wanted->asking);
  if (sent) {
    spdlog::info("order: {}/{}: its time is over ({})", device, wanted->plan.last, wanted->who);
  } else if (wanted->plan.again.count() > 0) {
    spdlog::info("order: {}/{} not sent, its own timer lets go: {}", device, wanted->plan.last, sent.error().message);
  } else {
    spdlog::error("order: {}/{} not done, the output may still be on: {}", device, wanted->plan.last,
                  sent.error().message);
  }
}

asio::awaitable<void> Orders::end_all() {
  const auto give_up = means_.now().boot + longest_release;
  while (!wanted_.empty() && means_.now().boot < give_up) {
    auto wanted = wanted_.begin()->second;
    co_await finish(std::move(wanted));
  }
}

}  // namespace inspect::agent
