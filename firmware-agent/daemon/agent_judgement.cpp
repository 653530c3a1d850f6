// What wears: read back at the start, told to who asks, written down by the hour.
#include "firmware-agent/daemon/agent.hpp"
#include "firmware-agent/daemon/wear_rows.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace inspect::agent {

namespace asio = boost::asio;

namespace {

constexpr std::size_t parts_shown = 20;

}  // namespace

asio::awaitable<Result<void>> Agent::restore_judgement() {
  const auto pieces = co_await store_->judgement();
  if (!pieces) co_return pieces.error();
  for (const auto& name : watchman_->restore(*pieces)) {
    spdlog::info("judgement: {} fits nothing of this site any more, or cannot be read; it is learned anew", name);
  }
  keeper_ = std::make_unique<JudgementKeeper>(site_, watchman_->foresight(), *store_, loop_);
  co_return Result<void>{};
}

std::optional<double> Agent::learned(PointIndex point) const {
  const auto* trend = watchman_->foresight().trend(point);
  return trend == nullptr ? std::nullopt : std::optional(trend->learned());
}

asio::awaitable<Result<control::TrendRow>> Agent::trend(PointIndex point) {
  auto row = trend_row(site_, watchman_->foresight(), point);
  if (!row) {
    co_return fail(Errc::invalid_argument,
                   "this point is not judged by how it wears: its profile tells no such quantity");
  }
  auto replaced = co_await store_->parts(row->device, parts_shown);
  if (!replaced) co_return replaced.error();
  row->replaced = std::move(*replaced);
  co_return std::move(*row);
}

asio::awaitable<Result<control::ForecastList>> Agent::forecasts(std::size_t most) {
  auto rows = co_await store_->forecasts(most);
  if (!rows) co_return rows.error();
  co_return control::ForecastList{std::move(*rows), skill_rows(watchman_->foresight())};
}

asio::awaitable<Result<control::PartRow>> Agent::part_replaced(DeviceIndex device, std::optional<PointIndex> point,
                                                               std::string part, std::string who) {
  pipeline_->part_replaced(device, point);
  control::PartRow row{now().wall,
                       site_.devices[at(device)].name,
                       point ? site_.spec(*point).name : std::string(),
                       std::move(part),
                       std::move(who),
                       "replaced"};
  co_return co_await keeper_->note(std::move(row));
}

}  // namespace inspect::agent
