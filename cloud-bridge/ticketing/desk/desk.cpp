#include "cloud-bridge/ticketing/desk/desk.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace inspect::ticketing {

namespace {

constexpr std::size_t shown_series = 4;
constexpr std::size_t shown_readings = 240;
constexpr auto prune_every = std::chrono::minutes(1);
constexpr std::size_t room_to_recover = std::size_t{256} * 1024;  ///< a full batch of usual findings

bool wanted(const Case& entry, const TicketFilter& filter) {
  return (!filter.state || entry.ticket.state() == *filter.state) &&
         (!filter.open || entry.ticket.open() == *filter.open) &&
         (filter.gateway.empty() || entry.row.gateway == filter.gateway);
}

}  // namespace

Desk::Desk(std::unique_ptr<TicketStore> store, Book book, DispatchTable dispatch, StoreLimits limits)
    : store_(std::move(store)),
      book_(std::move(book)),
      dispatch_(std::move(dispatch)),
      intake_(book_, *store_, dispatch_, limits) {}

Result<std::unique_ptr<Desk>> Desk::open(const std::string& directory, DispatchTable dispatch, WallTime now,
                                         StoreLimits limits, bool begin_anew) {
  auto store = TicketStore::open(directory, limits, begin_anew ? std::optional(now) : std::nullopt);
  if (!store) return store.error();
  auto book = Book::load(**store, now);
  if (!book) return book.error();
  return std::unique_ptr<Desk>(new Desk(std::move(*store), std::move(*book), std::move(dispatch), limits));
}

Error Desk::noted(Error error, WallTime now) {
  if (error.code == Errc::storage) {
    if (!trouble_) trouble_.emplace().since = now;
    trouble_->why = error.message;
  }
  return error;
}

Result<Taken> Desk::take(std::span<const Incoming> batch, WallTime now) {
  auto taken = intake_.take(batch, now);
  if (!taken) return noted(taken.error(), now);
  return taken;
}

std::size_t Desk::count(const TicketFilter& filter) const {
  const auto& cases = book_.cases();
  return static_cast<std::size_t>(
      std::count_if(cases.begin(), cases.end(), [&](const auto& item) { return wanted(item.second, filter); }));
}

std::vector<const Case*> Desk::list(const TicketFilter& filter) const {
  std::vector<const Case*> found;
  const auto& cases = book_.cases();
  std::size_t passed = 0;
  // Ids rise with time, so nothing has to be sorted, and only as many are looked at as it takes.
  for (const bool open : {true, false}) {
    for (auto at = cases.rbegin(); at != cases.rend() && found.size() < filter.most; ++at) {
      if (at->second.ticket.open() != open || !wanted(at->second, filter)) continue;
      if (passed++ >= filter.skip) found.push_back(&at->second);
    }
  }
  return found;
}

Result<const Case*> Desk::find(std::string_view number) {
  const auto row = store_->find_number(number);
  if (!row) return row.error();
  if (!*row) return nullptr;
  return book_.fetch(*store_, (*row)->id);
}

Result<std::vector<Series>> Desk::series(const Case& entry) {
  std::vector<Series> all;
  std::set<std::pair<std::string, std::string>> seen;
  const auto& finding = entry.ticket.latest.change.finding;
  for (const auto& evidence : finding.analysis.evidence) {
    if (all.size() == shown_series) break;
    if (evidence.point.empty() || !seen.emplace(evidence.device, evidence.point).second) continue;
    const FindingId of{finding.id.site, evidence.device, evidence.point, {}, 0};
    auto rows = store_->readings(entry.row.gateway, of, shown_readings);
    if (!rows) return rows.error();
    Series one{evidence.device, evidence.point, {}};
    for (auto& row : *rows) one.readings.push_back(std::move(row.entry));
    if (!one.readings.empty()) all.push_back(std::move(one));
  }
  return all;
}

Result<std::vector<GatewayRow>> Desk::gateways() {
  auto rows = store_->gateways();
  if (!rows) return rows;
  for (auto& row : *rows) row.twins = intake_.twins(row.name, row.heard_at);
  return rows;
}

Result<const Case*> Desk::act(TicketId id, const Action& action, WallTime now) {
  const auto entry = book_.fetch(*store_, id);
  if (!entry) return entry.error();
  if (!*entry) return fail(Errc::invalid_argument, "there is no such ticket");
  const auto events = on_action((*entry)->ticket, action, dispatch_, now);
  if (!events) return events.error();
  Stage stage(book_, *store_, dispatch_, now);
  if (auto staged = stage.append(id, *events); !staged) return staged.error();
  if (auto written = stage.commit(); !written) return noted(written.error(), now);
  return book_.fetch(*store_, id);
}

Result<std::vector<TicketId>> Desk::tick(WallTime now) {
  if (trouble_) {
    if (auto alive = store_->sign_of_life(now, room_to_recover); !alive) return noted(alive.error(), now);
    trouble_.reset();
    pruned_ = {};
  }
  if (now - pruned_ >= prune_every) {
    pruned_ = now;
    book_.forget(now);
    auto kept = store_->prune(now);
    if (kept) kept = store_->sign_of_life(now, 0);
    if (!kept) return noted(kept.error(), now);
  }
  Stage stage(book_, *store_, dispatch_, now);
  for (const auto& [id, entry] : book_.cases()) {
    const auto marks = due_marks(entry.ticket, now);
    if (marks.empty()) continue;
    if (auto staged = stage.append(id, marks); !staged) return staged.error();
  }
  auto changed = stage.commit();
  if (!changed) return noted(changed.error(), now);
  return changed;
}

}  // namespace inspect::ticketing
