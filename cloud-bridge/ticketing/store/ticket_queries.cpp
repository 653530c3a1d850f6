#include "cloud-bridge/ticketing/ledger/ticket.hpp"
#include "cloud-bridge/ticketing/store/store_impl.hpp"
#include "cloud-bridge/ticketing/store/ticket_store.hpp"

#include <algorithm>
#include <cstring>

namespace inspect::ticketing {

namespace {

constexpr int shown_payload = 4096;

std::string bytes_of(const SQLite::Column& column) {
  const auto* data = static_cast<const char*>(column.getBlob());
  return data ? std::string(data, static_cast<std::size_t>(column.getBytes())) : std::string();
}

Digest digest_of(const SQLite::Column& column) {
  Digest digest{};
  const void* data = column.getBlob();
  if (data && column.getBytes() == static_cast<int>(digest.size())) std::memcpy(digest.data(), data, digest.size());
  return digest;
}

std::optional<WallTime> time_of(const SQLite::Column& column) {
  if (column.isNull()) return std::nullopt;
  return wall(column.getInt64());
}

TicketRow ticket_row(SQLite::Statement& query) {
  return {query.getColumn(0).getInt64(),       query.getColumn(1),         query.getColumn(2), query.getColumn(3),
          wall(query.getColumn(4).getInt64()), time_of(query.getColumn(5))};
}

/// Throws on what this program never wrote: a ledger that cannot be told again is no ledger.
EventRow event_row(SQLite::Statement& query, TicketId ticket) {
  EventRow row;
  row.ticket = ticket;
  row.position = static_cast<std::uint32_t>(query.getColumn(0).getInt64());
  row.event.at = wall(query.getColumn(1).getInt64());
  const auto kind = event_kind_from(query.getColumn(2).getText());
  if (!kind) throw std::runtime_error("unknown kind of event in the ledger");
  row.event.kind = *kind;
  row.event.by = query.getColumn(3).getString();
  row.event.note = query.getColumn(4).getString();
  row.event.party = query.getColumn(5).getString();
  if (!query.getColumn(6).isNull()) row.event.clock = clock_kind_from(query.getColumn(6).getText());
  if (!query.getColumn(7).isNull()) row.event.outcome = outcome_from(query.getColumn(7).getText());
  row.event.until = time_of(query.getColumn(8));
  row.payload = bytes_of(query.getColumn(9));
  if (row.event.kind == EventKind::reported) {
    auto report = messages::decode_finding(row.payload);
    if (!report) throw std::runtime_error("a report in the ledger cannot be read: " + report.error().message);
    row.event.report = std::move(*report);
    if (!query.getColumn(10).isNull()) row.event.report->envelope.epoch = query.getColumn(10).getString();
  }
  return row;
}

QuarantineRow quarantine_row(SQLite::Statement& query) {
  QuarantineRow row;
  row.id = query.getColumn(0).getInt64();
  row.gateway = query.getColumn(1).getString();
  row.topic = query.getColumn(2).getString();
  row.reason = query.getColumn(3).getString();
  row.conflict = query.getColumn(4).getInt() != 0;
  if (!query.getColumn(5).isNull()) {
    row.key = InboxKey{row.gateway, query.getColumn(5), static_cast<std::uint64_t>(query.getColumn(6).getInt64())};
  }
  row.digest = digest_of(query.getColumn(7));
  row.payload = bytes_of(query.getColumn(8));
  row.first_at = wall(query.getColumn(9).getInt64());
  row.last_at = wall(query.getColumn(10).getInt64());
  row.times = static_cast<std::uint64_t>(query.getColumn(11).getInt64());
  return row;
}

}  // namespace

Result<std::optional<Digest>> TicketStore::find_inbox(const InboxKey& key) {
  return guarded("inbox", [&]() -> std::optional<Digest> {
    auto query = impl_->prepared("SELECT sha256 FROM inbox WHERE gateway = ? AND epoch = ? AND seq = ?");
    bind_text(*query, 1, key.gateway);
    bind_text(*query, 2, key.epoch);
    query->bind(3, static_cast<std::int64_t>(key.seq));
    if (!query->executeStep()) return std::nullopt;
    return digest_of(query->getColumn(0));
  });
}

Result<std::size_t> TicketStore::lives(const std::string& gateway, const std::string& epoch) {
  return guarded("lives", [&] {
    // ':' follows '9': the names of the later lives and nothing else. The counts outlive the rows of the inbox.
    auto query = impl_->prepared(
        "SELECT count(*) FROM numbering WHERE gateway = ?1 AND epoch > ?2 || '~' AND epoch < ?2 || '~:'");
    bind_text(*query, 1, gateway);
    bind_text(*query, 2, epoch);
    query->executeStep();
    return static_cast<std::size_t>(query->getColumn(0).getInt64()) + 1;
  });
}

Result<std::optional<TicketId>> TicketStore::ticket_of(const SourceRow& source) {
  return guarded("source", [&]() -> std::optional<TicketId> {
    auto query = impl_->prepared("SELECT ticket FROM ticket_source WHERE gateway = ? AND finding = ? AND epoch = ?");
    bind_text(*query, 1, source.gateway);
    bind_text(*query, 2, source.finding);
    bind_text(*query, 3, source.epoch);
    if (!query->executeStep()) return std::nullopt;
    return query->getColumn(0).getInt64();
  });
}

Result<std::optional<TicketId>> TicketStore::open_ticket_of(const SourceRow& source, bool same_epoch) {
  return guarded("ticket", [&]() -> std::optional<TicketId> {
    // '0' follows '/': the names of this fault's occurrences and nothing else.
    auto query = impl_->prepared(
        "SELECT max(ticket.id) FROM ticket_source s JOIN ticket ON ticket.id = s.ticket WHERE s.gateway = ?1"
        " AND s.finding > ?2 || '/' AND s.finding < ?2 || '0' AND closed_at IS NULL AND (?3 IS NULL OR s.epoch = ?3)");
    bind_text(*query, 1, source.gateway);
    bind_text(*query, 2, fault_of(source.finding));
    same_epoch ? bind_text(*query, 3, source.epoch) : query->bind(3);
    query->executeStep();
    if (query->getColumn(0).isNull()) return std::nullopt;
    return query->getColumn(0).getInt64();
  });
}

Result<std::optional<TicketRow>> TicketStore::find_number(std::string_view number) {
  return guarded("ticket", [&]() -> std::optional<TicketRow> {
    auto query = impl_->prepared("SELECT * FROM ticket WHERE number = ?");
    bind_text(*query, 1, number);
    if (!query->executeStep()) return std::nullopt;
    return ticket_row(*query);
  });
}

Result<std::optional<TicketRow>> TicketStore::find_ticket(TicketId id) {
  return guarded("ticket", [&]() -> std::optional<TicketRow> {
    auto query = impl_->prepared("SELECT * FROM ticket WHERE id = ?");
    query->bind(1, id);
    if (!query->executeStep()) return std::nullopt;
    return ticket_row(*query);
  });
}

Result<TicketId> TicketStore::last_ticket_id() {
  return guarded("ticket", [&]() -> TicketId {
    auto query = impl_->prepared("SELECT coalesce(max(id), 0) FROM ticket");
    query->executeStep();
    return query->getColumn(0).getInt64();
  });
}

Result<std::uint64_t> TicketStore::last_count(int year) {
  return guarded("ticket", [&]() -> std::uint64_t {
    auto query = impl_->prepared(
        "SELECT coalesce(max(CAST(substr(number, 8) AS INTEGER)), 0) FROM ticket"
        " WHERE substr(number, 1, 7) = ?");
    bind_text(*query, 1,
              ticket_number(WallTime{std::chrono::sys_days{std::chrono::year(year) / 1 / 1}}, 0).substr(0, 7));
    query->executeStep();
    return static_cast<std::uint64_t>(query->getColumn(0).getInt64());
  });
}

Result<std::vector<TicketRow>> TicketStore::tickets(WallTime closed_after) {
  return guarded("tickets", [&] {
    std::vector<TicketRow> rows;
    auto query = impl_->prepared("SELECT * FROM ticket WHERE closed_at IS NULL OR closed_at > ? ORDER BY id");
    query->bind(1, millis(closed_after));
    while (query->executeStep()) rows.push_back(ticket_row(*query));
    return rows;
  });
}

Result<std::vector<EventRow>> TicketStore::events(TicketId ticket) {
  return guarded("ledger", [&] {
    std::vector<EventRow> rows;
    auto query = impl_->prepared(
        "SELECT position, at, kind, by_whom, note, party, clock, outcome, until, payload, epoch FROM"
        " ticket_event"
        " WHERE ticket = ? ORDER BY position");
    query->bind(1, ticket);
    while (query->executeStep()) rows.push_back(event_row(*query, ticket));
    return rows;
  });
}

Result<WallTime> TicketStore::last_moment() {
  return guarded("store", [&] {
    auto query = impl_->prepared(
        "SELECT max(coalesce((SELECT max(at) FROM ticket_event), 0), coalesce((SELECT max(heard_at) FROM gateway), 0),"
        " coalesce((SELECT at FROM pulse), 0))");
    query->executeStep();
    return wall(query->getColumn(0).getInt64());
  });
}

Result<std::vector<GatewayRow>> TicketStore::gateways() {
  return guarded("gateways", [&] {
    std::vector<GatewayRow> rows;
    // Readings may be given up by the gateway; findings may not, so a hole among their numbers is news. Each database
    // numbers its findings by itself.
    auto query = impl_->prepared(
        "SELECT name, online, version, heard_at, dropped, coalesce(sum(held), 0), coalesce(sum(max(0, top - first + 1 "
        "- held)), 0), watching, agent_at"
        " FROM gateway g LEFT JOIN numbering n ON n.gateway = g.name AND n.findings > 0 GROUP BY name ORDER BY name");
    while (query->executeStep()) {
      GatewayRow row;
      row.name = query->getColumn(0).getString();
      if (!query->getColumn(1).isNull()) row.online = query->getColumn(1).getInt() != 0;
      row.version = query->getColumn(2).getString();
      row.heard_at = wall(query->getColumn(3).getInt64());
      row.dropped = static_cast<std::uint64_t>(query->getColumn(4).getInt64());
      row.findings = static_cast<std::uint64_t>(query->getColumn(5).getInt64());
      row.missing = static_cast<std::uint64_t>(query->getColumn(6).getInt64());
      if (!query->getColumn(7).isNull()) row.watching = query->getColumn(7).getInt() != 0;
      if (!query->getColumn(8).isNull()) row.agent_at = wall(query->getColumn(8).getInt64());
      rows.push_back(std::move(row));
    }
    return rows;
  });
}

Result<std::vector<QuarantineRow>> TicketStore::quarantine(std::size_t most) {
  return guarded("quarantine", [&] {
    std::vector<QuarantineRow> rows;
    auto query = impl_->prepared(
        "SELECT id, gateway, topic, reason, conflict, epoch, seq, sha256, substr(payload, 1, ?), first_at, last_at,"
        " times FROM quarantine ORDER BY last_at DESC, id DESC LIMIT ?");
    query->bind(1, shown_payload);
    query->bind(2, static_cast<std::int64_t>(most));
    while (query->executeStep()) rows.push_back(quarantine_row(*query));
    return rows;
  });
}

Result<std::uint64_t> TicketStore::quarantined(std::string_view gateway, bool keyed) {
  return guarded("quarantine", [&] {
    auto query = impl_->prepared("SELECT count(*) FROM quarantine WHERE gateway = ? AND (epoch IS NOT NULL) = ?");
    bind_text(*query, 1, gateway);
    query->bind(2, keyed ? 1 : 0);
    query->executeStep();
    return static_cast<std::uint64_t>(query->getColumn(0).getInt64());
  });
}

Result<std::vector<ReadingRow>> TicketStore::readings(std::string_view gateway, const FindingId& of, std::size_t most) {
  return guarded("readings", [&] {
    std::vector<ReadingRow> rows;
    auto query = impl_->prepared(
        "SELECT at, value, unit, quality, reason, site FROM reading WHERE gateway = ? AND device = ? AND point = ?"
        " AND site IN (?, '') ORDER BY at DESC LIMIT ?");
    bind_text(*query, 1, gateway);
    bind_text(*query, 2, of.device);
    bind_text(*query, 3, of.point);
    bind_text(*query, 4, of.site);
    query->bind(5, static_cast<std::int64_t>(most));
    while (query->executeStep()) {
      ReadingRow row;
      row.gateway = gateway;
      row.site = query->getColumn(5).getString();
      row.entry.device = of.device;
      row.entry.point = of.point;
      row.entry.at = wall(query->getColumn(0).getInt64());
      row.entry.value = query->getColumn(1).getDouble();
      row.entry.unit = query->getColumn(2).getString();
      row.entry.quality = quality_from(query->getColumn(3).getText()).value_or(Quality::bad);
      row.entry.reason = reason_from(query->getColumn(4).getText()).value_or(Reason::none);
      rows.push_back(std::move(row));
    }
    std::reverse(rows.begin(), rows.end());
    return rows;
  });
}

}  // namespace inspect::ticketing
