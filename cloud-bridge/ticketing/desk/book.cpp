#include "cloud-bridge/ticketing/desk/book.hpp"

#include <utility>

namespace inspect::ticketing {

namespace {

int year_of(WallTime time) {
  return static_cast<int>(std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(time)}.year());
}

Result<Case> told_again(TicketStore& store, TicketRow row) {
  auto rows = store.events(row.id);
  if (!rows) return std::move(rows.error()).within(row.number);
  Case entry;
  entry.row = std::move(row);
  entry.events = static_cast<std::uint32_t>(rows->size());
  for (const auto& event : *rows) apply(entry.ticket, event.event);
  return entry;
}

std::string fault_key(const SourceRow& source) { return source.gateway + ' ' + source.finding; }

}  // namespace

Result<Book> Book::load(TicketStore& store, WallTime now) {
  Book book;
  const auto last = store.last_ticket_id();
  if (!last) return last.error();
  book.last_id_ = *last;
  auto rows = store.tickets(now - closed_shown);
  if (!rows) return rows.error();
  for (auto& row : *rows) {
    auto entry = told_again(store, std::move(row));
    if (!entry) return entry.error();
    const auto id = entry->row.id;
    book.cases_.emplace_hint(book.cases_.end(), id, std::move(*entry));
  }
  return book;
}

Result<const Case*> Book::fetch(TicketStore& store, TicketId id) {
  if (const auto found = cases_.find(id); found != cases_.end()) return &found->second;
  auto row = store.find_ticket(id);
  if (!row) return row.error();
  if (!*row) return nullptr;
  auto entry = told_again(store, std::move(**row));
  if (!entry) return entry.error();
  return &cases_.insert_or_assign(id, std::move(*entry)).first->second;
}

void Book::forget(WallTime now) {
  std::erase_if(cases_, [&](const auto& item) {
    const auto& closed = item.second.ticket.closed_at;
    return closed && *closed + closed_shown < now;
  });
}

Stage::Stage(Book& book, TicketStore& store, const DispatchTable& dispatch, WallTime now)
    : book_(book), store_(store), dispatch_(dispatch), last_id_(book.last_id_), counts_(book.counts_) {
  set_.at = now;
}

Result<Case*> Stage::copy_of(TicketId id) {
  if (const auto found = copies_.find(id); found != copies_.end()) return &found->second;
  const auto entry = book_.fetch(store_, id);
  if (!entry) return entry.error();
  if (!*entry) return fail(Errc::storage, "a ticket that is referred to is not there");
  return &copies_.emplace(id, **entry).first->second;
}

Result<void> Stage::add(Case& entry, std::span<const Event> events, const std::string& payload) {
  const bool was_open = entry.ticket.open();
  for (const auto& event : events) {
    apply(entry.ticket, event);
    set_.events.push_back({entry.row.id, entry.events++, event, event.report ? payload : std::string()});
  }
  if (entry.ticket.open() != was_open) {
    entry.row.closed_at = entry.ticket.closed_at;
    set_.closings.push_back(entry.row);
  }
  return {};
}

Result<TicketId> Stage::open_ticket(const SourceRow& source) {
  const auto year = year_of(set_.at);
  auto count = counts_.find(year);
  if (count == counts_.end()) {
    const auto last = store_.last_count(year);
    if (!last) return last.error();
    count = counts_.emplace(year, *last).first;
  }
  Case entry;
  entry.row = {++last_id_, ticket_number(set_.at, ++count->second), source.gateway, source.finding, set_.at, {}};
  set_.tickets.push_back(entry.row);
  copies_.emplace(last_id_, std::move(entry));
  return last_id_;
}

Result<std::optional<TicketId>> Stage::open_ticket_of(const SourceRow& source, bool apart) {
  const auto stored = store_.open_ticket_of(source, apart);
  if (!stored) return stored.error();
  auto newest = *stored;
  const auto fault = std::string(fault_of(fault_key(source)));
  for (const auto& [other, id] : sources_) {
    if (fault_of(other.first) != fault || (apart && other.second != source.epoch)) continue;
    // What happened to it in this batch is not in the store yet.
    const auto entry = copy_of(id);
    if (!entry) return entry.error();
    if ((*entry)->ticket.open()) newest = std::max(newest.value_or(0), id);
  }
  return newest;
}

/// One fault, one ticket. A database the ticket knows keeps reporting this occurrence to it even when it is closed. A
/// new occurrence of the same fault, or a new database of the gateway (a lost card, a restored one), joins the ticket
/// that is still open; after a close it is another fault, and a new ticket begins.
Result<TicketId> Stage::ticket_for(const messages::FindingMessage& message, bool apart) {
  SourceRow source{message.envelope.gateway, to_string(message.change.finding.id), message.envelope.epoch, 0};
  const auto key = std::make_pair(fault_key(source), source.epoch);
  if (const auto found = sources_.find(key); found != sources_.end()) return found->second;
  const auto known = store_.ticket_of(source);
  if (!known) return known.error();
  if (*known) {
    sources_.emplace(key, **known);
    return **known;
  }

  const auto joined = open_ticket_of(source, apart);
  if (!joined) return joined.error();
  if (*joined) {
    source.ticket = **joined;
  } else {
    const auto opened = open_ticket(source);
    if (!opened) return opened.error();
    source.ticket = *opened;
  }
  sources_.emplace(key, source.ticket);
  set_.sources.push_back(source);
  return source.ticket;
}

Result<void> Stage::report(const messages::FindingMessage& message, const std::string& payload, bool apart) {
  const auto id = ticket_for(message, apart);
  if (!id) return id.error();
  auto entry = copy_of(*id);
  if (!entry) return entry.error();
  const auto* ticket = (*entry)->events > 0 ? &(*entry)->ticket : nullptr;
  return add(**entry, on_report(ticket, message, dispatch_, set_.at), payload);
}

Result<void> Stage::append(TicketId id, std::span<const Event> events) {
  auto entry = copy_of(id);
  if (!entry) return entry.error();
  return add(**entry, events, {});
}

Result<std::vector<TicketId>> Stage::commit() {
  std::vector<TicketId> changed;
  if (set_.empty()) return changed;
  if (auto written = store_.commit(set_); !written) return written.error();
  std::set<TicketId> touched;
  for (const auto& event : set_.events) touched.insert(event.ticket);
  for (const auto id : touched) book_.cases_.insert_or_assign(id, std::move(copies_.at(id)));
  book_.last_id_ = last_id_;
  book_.counts_ = counts_;
  changed.assign(touched.begin(), touched.end());
  return changed;
}

}  // namespace inspect::ticketing
