#include "firmware-agent/polling/bus_turns.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace inspect::agent {

namespace asio = boost::asio;

struct BusTurns::Waiting {
  Waiting(Work what, const asio::any_io_executor& loop) : work(std::move(what)), over(loop) {
    over.expires_at(asio::steady_timer::time_point::max());
  }

  Work work;
  asio::steady_timer over;  ///< cancelled when the work is done, or never will be
  bool done = false;
};

BusTurns::BusTurns(Poller& poller, asio::any_io_executor loop) : poller_(poller), loop_(std::move(loop)) {
  poller_.receive(*this);
}

asio::awaitable<Result<void>> BusTurns::take(Work work) {
  if (stopping_) co_return fail(Errc::bus_unavailable, "the agent stops");
  if (waiting_.size() >= bound) co_return fail(Errc::device_busy, "too many orders wait for this bus");
  const auto mine = std::make_shared<Waiting>(std::move(work), loop_);
  waiting_.push_back(mine);
  poller_.rouse();
  boost::system::error_code ignored;
  co_await mine->over.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  if (!mine->done) co_return fail(Errc::bus_unavailable, "the agent stops");
  co_return Result<void>{};
}

bool BusTurns::wants(BootTime /*now*/, BootTime /*idle_until*/) const { return !waiting_.empty(); }

BootTime BusTurns::next(BootTime now) const { return waiting_.empty() ? BootTime::max() : now; }

asio::awaitable<void> BusTurns::visit(BootTime /*idle_until*/) {
  const auto turn = std::move(waiting_.front());
  waiting_.pop_front();
  co_await turn->work();
  turn->done = true;
  turn->over.cancel();
}

void BusTurns::stop() {
  stopping_ = true;
  for (const auto& each : std::exchange(waiting_, {})) each->over.cancel();
}

}  // namespace inspect::agent
