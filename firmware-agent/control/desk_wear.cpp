// The verbs about what wears.
#include "firmware-agent/control/desk.hpp"
#include "firmware-agent/control/lookup.hpp"
#include "firmware-agent/control/refusals.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace inspect::agent {

using control::Data;
using control::Trouble;

Desk::Answer Desk::on(control::AskTrend ask, Peer /*peer*/) {
  auto found = find_target(view_.site(), ask.target);
  if (auto* trouble = std::get_if<Trouble>(&found)) co_return std::move(*trouble);
  const auto point = std::get<Target>(found).point;
  if (!point) co_return no_point(ask.target);
  auto row = co_await view_.trend(*point);
  if (!row) co_return trouble_of(row.error());
  co_return Data(std::move(*row));
}

Desk::Answer Desk::on(control::AskForecasts ask, Peer /*peer*/) {
  auto list = co_await view_.forecasts(ask.most);
  if (!list) co_return trouble_of(list.error());
  co_return Data(std::move(*list));
}

Desk::Answer Desk::on(control::NotePart ask, Peer peer) {
  auto found = find_target(view_.site(), ask.target);
  if (auto* trouble = std::get_if<Trouble>(&found)) co_return std::move(*trouble);
  const auto target = std::get<Target>(found);
  if (!target.device) co_return trouble_of(fail(Errc::invalid_argument, "a device is needed"));
  auto person = who(peer, ask.by);
  spdlog::info("control: part replaced {} by {} (uid {}, pid {})", ask.target, person, peer.uid, peer.pid);
  auto row = co_await view_.part_replaced(*target.device, target.point, std::move(ask.part), std::move(person));
  if (!row) co_return trouble_of(row.error());
  co_return Data(std::move(*row));
}

}  // namespace inspect::agent
