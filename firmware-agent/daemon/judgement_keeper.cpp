#include "firmware-agent/daemon/judgement_keeper.hpp"

#include "firmware-agent/detection/claim_wording.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <utility>

namespace inspect::agent {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

/// Told, and not yet written: a dead disk must not fill the memory.
constexpr std::size_t most_waiting = 4096;

template <class T>
void keep_newest(std::vector<T>& rows) {
  if (rows.size() <= most_waiting) return;
  rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(most_waiting));
}

}  // namespace

JudgementKeeper::JudgementKeeper(const Site& site, Foresight& foresight, Store& store,
                                 const asio::any_io_executor& loop)
    : site_(site), foresight_(foresight), store_(store), timer_(loop), changes_(foresight.judge().changes()) {
  // What was read back lies on the disk as it is.
  for (const auto& piece : foresight.judge().kept()) written_[piece.name] = std::hash<std::string>{}(piece.bytes);
}

std::optional<control::ForecastRow> JudgementKeeper::row_of(const judgement::Foretold& foretold) const {
  const auto* kind = foresight_.kind_of(foretold.fault);
  if (kind == nullptr || foretold.point >= foresight_.plant().point_of.size()) return std::nullopt;
  const auto point = foresight_.plant().point_of[foretold.point];
  control::ForecastRow row;
  row.device = site_.device_of(point).name;
  row.point = site_.spec(point).name;
  row.kind = kind->key;
  row.made = wall_of(foretold.made);
  row.probability = foretold.forecast.probability;
  row.crossing = wall_of(foretold.forecast.crossing);
  row.earliest = wall_of(foretold.forecast.earliest);
  row.latest = wall_of(foretold.forecast.latest);
  row.alert = foretold.alert;
  row.outcome = std::string(name(foretold.outcome));
  if (foretold.outcome != judgement::Outcome::open) row.graded = wall_of(foretold.graded);
  return row;
}

void JudgementKeeper::take_news() {
  auto& judge = foresight_.judge();
  for (const auto& foretold : judge.ledger().news) {
    if (auto row = row_of(foretold)) forecasts_.push_back(std::move(*row));
  }
  judge.ledger().news.clear();
  for (const auto& moved : judge.rebaselined()) {
    const auto text = [](double value) { return quantity_text(value, "V"); };
    parts_.push_back({wall_of(moved.time), foresight_.plant().plant.components[moved.component].name, "", "", "",
                      "set-point " + text(moved.from) + " → " + text(moved.to)});
  }
  judge.rebaselined().clear();
  keep_newest(forecasts_);
  keep_newest(parts_);
}

bool JudgementKeeper::due() {
  take_news();
  return foresight_.judge().changes() != changes_ || !forecasts_.empty() || !parts_.empty();
}

void JudgementKeeper::add_changed(std::vector<judgement::KeptPiece>& changed) {
  for (auto& piece : foresight_.judge().kept()) {
    const auto digest = std::hash<std::string>{}(piece.bytes);
    auto& last = written_[piece.name];
    if (last == digest) continue;
    last = digest;
    changed.push_back(std::move(piece));
  }
}

JudgementNews JudgementKeeper::collect() {
  take_news();
  changes_ = foresight_.judge().changes();
  JudgementNews news;
  add_changed(news.pieces);
  news.forecasts = std::exchange(forecasts_, {});
  news.parts = std::exchange(parts_, {});
  return news;
}

asio::awaitable<Result<void>> JudgementKeeper::write() {
  auto news = collect();
  if (news.empty()) co_return Result<void>{};
  auto copy = news;
  auto kept = co_await store_.keep(std::move(copy));
  if (kept) {
    failed_ = false;
    co_return kept;
  }
  // They are not on the disk, whatever their digest says.
  for (const auto& piece : news.pieces) written_.erase(piece.name);
  forecasts_.insert(forecasts_.begin(), news.forecasts.begin(), news.forecasts.end());
  parts_.insert(parts_.begin(), news.parts.begin(), news.parts.end());
  changes_ = foresight_.judge().changes() - 1;
  if (!std::exchange(failed_, true)) spdlog::error("judgement: {}; it is tried again", kept.error().message);
  co_return kept;
}

asio::awaitable<Result<control::PartRow>> JudgementKeeper::note(control::PartRow part) {
  parts_.push_back(part);
  auto written = co_await write();
  if (!written) co_return written.error();
  co_return part;
}

asio::awaitable<void> JudgementKeeper::run() {
  while (!stopping_) {
    auto pause = 1s;
    if (due()) {
      const auto written = co_await write();
      if (!written) pause = 30s;
    }
    if (stopping_) break;
    timer_.expires_after(pause);
    boost::system::error_code ignored;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

void JudgementKeeper::stop() {
  stopping_ = true;
  timer_.cancel();
}

}  // namespace inspect::agent
