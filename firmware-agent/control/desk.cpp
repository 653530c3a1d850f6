#include "firmware-agent/control/desk.hpp"

#include "firmware-agent/control/lookup.hpp"
#include "firmware-agent/control/refusals.hpp"
#include "firmware-agent/control/rows.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace inspect::agent {

namespace {

using control::Data;
using control::Trouble;

constexpr std::chrono::hours longest_shelf{24 * 31};

std::vector<Finding> newest_first(std::vector<Finding> findings) {
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) { return a.since.wall > b.since.wall; });
  return findings;
}

/// A result of the store, the bus or the watchman as an outcome.
template <class T>
Outcome outcome_of(Result<T> result) {
  if (!result) return trouble_of(result.error());
  return Data(std::move(*result));
}

/// One line in the journal for everything that changes something: what, to what, by whom.
void log_act(const char* verb, const std::string& object, const std::string& person, const Peer& peer) {
  spdlog::info("control: {} {} by {} (uid {}, pid {})", verb, object, person, peer.uid, peer.pid);
}

/// The full id of an open finding; what cannot be found cannot be acted on.
Found<std::string> open_id(const AgentView& view, const std::string& asked) {
  const auto open = view.open_findings();
  auto found = find_finding(open, view.site(), asked);
  if (auto* trouble = std::get_if<Trouble>(&found)) return std::move(*trouble);
  return to_string(std::get<Finding>(found).id);
}

}  // namespace

boost::asio::awaitable<Outcome> Desk::serve(control::Ask ask, Peer peer) {
  return std::visit([&](auto&& one) { return on(std::forward<decltype(one)>(one), peer); }, std::move(ask));
}

Desk::Answer Desk::on(control::AskStatus /*ask*/, Peer /*peer*/) {
  auto status = status_of(view_, socket_);
  // A store that does not answer is itself something status must be able to say.
  if (auto outbox = co_await view_.outbox_state(); outbox) status.outbox = std::move(*outbox);
  co_return Data(std::move(status));
}

Desk::Answer Desk::on(control::AskBuses /*ask*/, Peer /*peer*/) { co_return Data(bus_rows(view_)); }

Desk::Answer Desk::on(control::AskDevices /*ask*/, Peer /*peer*/) { co_return Data(device_rows(view_)); }

Outcome Desk::rows_of(const std::string& target) const {
  auto found = find_target(view_.site(), target);
  if (auto* trouble = std::get_if<Trouble>(&found)) return std::move(*trouble);
  std::vector<control::PointRow> rows;
  for (const auto point : points_of(view_.site(), std::get<Target>(found))) {
    rows.push_back(point_row(view_, view_.reading(point)));
  }
  return Data(std::move(rows));
}

Desk::Answer Desk::on(control::AskPoints ask, Peer /*peer*/) { co_return rows_of(ask.device); }

Desk::Answer Desk::on(control::AskWatch ask, Peer /*peer*/) { co_return rows_of(ask.target); }

Desk::Answer Desk::on(control::AskRead ask, Peer /*peer*/) {
  if (!ask.fresh) co_return rows_of(ask.target);
  auto found = find_target(view_.site(), ask.target);
  if (auto* trouble = std::get_if<Trouble>(&found)) co_return std::move(*trouble);
  auto fresh = co_await view_.read_fresh(points_of(view_.site(), std::get<Target>(found)));
  if (!fresh) co_return trouble_of(fresh.error());
  std::vector<control::PointRow> rows;
  for (const auto& reading : *fresh) rows.push_back(point_row(view_, reading));
  co_return Data(std::move(rows));
}

Desk::Answer Desk::on(control::AskHistory ask, Peer /*peer*/) {
  auto found = find_target(view_.site(), ask.target);
  if (auto* trouble = std::get_if<Trouble>(&found)) co_return std::move(*trouble);
  const auto point = std::get<Target>(found).point;
  if (!point) co_return no_point(ask.target);
  auto entries = co_await view_.history(*point, ask.from, ask.to, ask.most);
  if (!entries) co_return trouble_of(entries.error());
  std::vector<control::HistoryRow> rows;
  rows.reserve(entries->size());
  for (const auto& entry : *entries) rows.push_back(history_row(entry));
  co_return Data(std::move(rows));
}

Desk::Answer Desk::on(control::AskFindings ask, Peer /*peer*/) {
  if (ask.ended) co_return outcome_of(co_await view_.findings(true, ask.most));
  auto open = newest_first(view_.open_findings());
  if (open.size() > ask.most) open.resize(ask.most);
  co_return Data(std::move(open));
}

Desk::Answer Desk::on(control::AskFinding ask, Peer /*peer*/) {
  auto found = find_finding(view_.open_findings(), view_.site(), ask.finding);
  if (std::holds_alternative<Trouble>(found)) {
    // It may have ended; the store remembers longer than memory does.
    auto stored = co_await view_.findings(true, control::most_findings);
    if (!stored) co_return trouble_of(stored.error());
    found = find_finding(*stored, view_.site(), ask.finding);
  }
  if (auto* trouble = std::get_if<Trouble>(&found)) co_return std::move(*trouble);
  co_return Data(std::move(std::get<Finding>(found)));
}

Desk::Answer Desk::on(control::Acknowledge ask, Peer peer) {
  auto id = open_id(view_, ask.finding);
  if (auto* trouble = std::get_if<Trouble>(&id)) co_return std::move(*trouble);
  const auto person = who(peer, ask.by);
  log_act("acknowledge", std::get<std::string>(id), person, peer);
  co_return outcome_of(co_await view_.acknowledge(std::get<std::string>(id), person));
}

Desk::Answer Desk::on(control::Shelve ask, Peer peer) {
  auto id = open_id(view_, ask.finding);
  if (auto* trouble = std::get_if<Trouble>(&id)) co_return std::move(*trouble);
  const auto now = view_.now().wall;
  if (ask.until <= now || ask.until > now + longest_shelf) co_return shelf_end_out_of_range();
  const auto person = who(peer, ask.by);
  log_act("shelve", std::get<std::string>(id) + " until " + rfc3339(ask.until) + " because \"" + ask.reason + '"',
          person, peer);
  co_return outcome_of(co_await view_.shelve(std::get<std::string>(id), person, ask.reason, ask.until));
}

Desk::Answer Desk::on(control::Unshelve ask, Peer peer) {
  auto id = open_id(view_, ask.finding);
  if (auto* trouble = std::get_if<Trouble>(&id)) co_return std::move(*trouble);
  const auto person = who(peer, ask.by);
  log_act("unshelve", std::get<std::string>(id), person, peer);
  co_return outcome_of(co_await view_.unshelve(std::get<std::string>(id), person));
}

Desk::Answer Desk::on(control::AskOutbox /*ask*/, Peer /*peer*/) {
  co_return outcome_of(co_await view_.outbox_state());
}

Desk::Answer Desk::on(control::ClaimRows ask, Peer /*peer*/) {
  auto rows = co_await view_.claim(std::move(ask.skip), ask.most);
  if (!rows) co_return trouble_of(rows.error());
  control::fit_one_line(*rows);
  co_return Data(std::move(*rows));
}

Desk::Answer Desk::on(control::AwaitRows /*ask*/, Peer /*peer*/) { co_return Data(); }

Desk::Answer Desk::on(control::GiveReceipt ask, Peer peer) {
  // Receipts come by the minute for years; the journal gets them only when asked to be talkative.
  spdlog::debug("control: receipt for {} rows of {} (uid {}, pid {})", ask.seqs.size(), ask.epoch, peer.uid, peer.pid);
  auto count = co_await view_.receipt(std::move(ask.epoch), std::move(ask.seqs));
  if (!count) co_return trouble_of(count.error());
  co_return Data(control::Receipted{*count});
}

Desk::Answer Desk::on(control::GiveHoldings ask, Peer peer) {
  auto count = co_await view_.mark_unsent(std::move(ask.epochs));
  if (!count) co_return trouble_of(count.error());
  if (*count > 0) {
    spdlog::warn("control: the centre lost {} findings it had receipted, they are sent again (uid {}, pid {})", *count,
                 peer.uid, peer.pid);
  }
  co_return Data(control::Unsent{*count});
}

Desk::Answer Desk::on(control::AskTrace ask, Peer peer) {
  const auto bus = find_bus(view_.site(), ask.bus);
  if (!bus) co_return no_bus(ask.bus);
  if (std::holds_alternative<UsbPort>(view_.site().buses[at(*bus)].transport)) co_return no_frames(ask.bus);
  spdlog::info("control: trace of {} (uid {}, pid {})", ask.bus, peer.uid, peer.pid);
  co_return Data(trace_head(view_, *bus));
}

Desk::Answer Desk::on(control::AskProbe ask, Peer peer) {
  const auto bus = find_bus(view_.site(), ask.bus);
  if (!bus) co_return no_bus(ask.bus);
  if (auto why = view_.search_forbidden(*bus)) co_return search_refused(std::move(*why));
  spdlog::debug("control: probe of {} unit {} (uid {}, pid {})", ask.bus, ask.unit, peer.uid, peer.pid);
  const auto outcome = co_await view_.probe(*bus, {ask.unit, ask.function, ask.address, ask.quantity, {}});
  if (!outcome) co_return search_ended(outcome.error());
  control::ProbeRow row;
  row.answered = outcome->answer.has_value();
  if (outcome->answer) row.values = outcome->answer->values;
  if (outcome->answer) row.exception = outcome->answer->exception;
  row.took = std::chrono::duration_cast<std::chrono::milliseconds>(outcome->took);
  co_return Data(std::move(row));
}

Desk::Answer Desk::on(control::AskUsb /*ask*/, Peer /*peer*/) { co_return Data(co_await view_.usb()); }

Desk::Answer Desk::on(control::AdoptUsb ask, Peer peer) {
  auto found = find_target(view_.site(), ask.device);
  if (auto* trouble = std::get_if<Trouble>(&found)) co_return std::move(*trouble);
  const auto device = std::get<Target>(found).device;
  if (!device) co_return trouble_of(fail(Errc::invalid_argument, "a device is needed"));
  auto person = who(peer, ask.by);
  log_act("usb adopt", ask.device, person, peer);
  co_return outcome_of(co_await view_.adopt_usb(*device, std::move(person)));
}

Desk::Answer Desk::on(control::ProveUsb ask, Peer peer) {
  auto found = find_target(view_.site(), ask.device);
  if (auto* trouble = std::get_if<Trouble>(&found)) co_return std::move(*trouble);
  auto witness = find_target(view_.site(), ask.witness);
  if (auto* trouble = std::get_if<Trouble>(&witness)) co_return std::move(*trouble);
  const auto device = std::get<Target>(found).device;
  const auto point = std::get<Target>(witness).point;
  if (!device) co_return trouble_of(fail(Errc::invalid_argument, "a device is needed"));
  if (ask.relay != 0 && !point) {
    co_return trouble_of(fail(Errc::invalid_argument, "the witness is an input: device/point"));
  }
  auto person = who(peer, ask.by);
  log_act("usb prove", ask.device + " by relay " + std::to_string(ask.relay) + " and " + ask.witness, person, peer);
  co_return outcome_of(co_await view_.prove_usb(*device, ask.relay, point, std::move(person)));
}

Desk::Answer Desk::on(control::AskExam /*ask*/, Peer /*peer*/) { co_return Data(view_.exam()); }

Desk::Answer Desk::on(control::BeginExam ask, Peer peer) {
  auto person = who(peer, ask.by);
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(ask.length).count();
  log_act("exam begin", "for " + std::to_string(minutes) + " min", person, peer);
  co_return outcome_of(co_await view_.begin_exam(ask.length, std::move(person)));
}

Desk::Answer Desk::on(control::EndExam ask, Peer peer) {
  auto person = who(peer, ask.by);
  log_act("exam end", "by the switch", person, peer);
  co_return outcome_of(co_await view_.end_exam(std::move(person)));
}

Desk::Answer Desk::on(control::GiveOrder ask, Peer peer) {
  auto found = find_target(view_.site(), ask.device);
  if (auto* trouble = std::get_if<Trouble>(&found)) co_return std::move(*trouble);
  const auto [device, none] = std::get<Target>(found);
  if (!device || none) co_return trouble_of(fail(Errc::invalid_argument, "a device is needed"));
  auto person = who(peer, ask.by);
  log_act("order", ask.device + '/' + ask.action, person, peer);
  const auto length = ask.length.count() > 0 ? std::optional(ask.length) : std::nullopt;
  auto done = co_await view_.order(*device, ask.action, length, std::move(person));
  if (auto* trouble = std::get_if<Trouble>(&done)) co_return std::move(*trouble);
  co_return Data(std::get<control::OrderRow>(std::move(done)));
}

Desk::Answer Desk::on(control::Prove ask, Peer peer) {
  auto found = find_target(view_.site(), ask.device);
  if (auto* trouble = std::get_if<Trouble>(&found)) co_return std::move(*trouble);
  auto witness = find_target(view_.site(), ask.witness);
  if (auto* trouble = std::get_if<Trouble>(&witness)) co_return std::move(*trouble);
  const auto device = std::get<Target>(found).device;
  const auto point = std::get<Target>(witness).point;
  if (!device) co_return trouble_of(fail(Errc::invalid_argument, "a device is needed"));
  if (!ask.output.empty() && !point) {
    co_return trouble_of(fail(Errc::invalid_argument, "the witness is an input: device/point"));
  }
  auto person = who(peer, ask.by);
  log_act("prove", ask.device + '/' + ask.output + " by " + ask.witness, person, peer);
  co_return outcome_of(co_await view_.prove(*device, ask.output, point, std::move(person)));
}

Desk::Answer Desk::on(control::AskTests ask, Peer /*peer*/) {
  auto rows = view_.tests();
  if (ask.test.empty()) co_return Data(std::move(rows));
  std::erase_if(rows, [&](const auto& row) { return row.name != ask.test; });
  if (rows.empty()) co_return no_test(ask.test);
  co_return Data(std::move(rows));
}

Desk::Answer Desk::on(control::StartTest ask, Peer peer) {
  auto person = who(peer, ask.by);
  log_act("test", ask.test, person, peer);
  auto begun = co_await view_.start_test(ask.test, std::move(person));
  if (auto* trouble = std::get_if<Trouble>(&begun)) co_return std::move(*trouble);
  co_return Data(std::vector<control::TestRow>{std::get<control::TestRow>(std::move(begun))});
}

}  // namespace inspect::agent
