#include "cloud-bridge/ticketing/http/ticket_view.hpp"

#include "cloud-bridge/ticketing/intake/digest.hpp"

#include <cmath>

namespace inspect::ticketing {

using messages::JsonWriter;

namespace {

constexpr std::size_t most = 4096;  ///< longest text shown; everything was bounded when it came in
constexpr std::size_t most_ledger = 500;

/// What is not there is null: an empty text would be a name or a remark that happens to be empty.
void write(JsonWriter& out, std::string_view key, std::string_view value) {
  value.empty() ? out.key(key).null() : out.key(key).text(value, most);
}
void write(JsonWriter& out, std::string_view key, WallTime time) { out.key(key).text(rfc3339(time), 40); }
void write(JsonWriter& out, std::string_view key, const std::optional<WallTime>& time) {
  time ? out.key(key).text(rfc3339(*time), 40) : out.key(key).null();
}

void write(JsonWriter& out, std::string_view key, const Text& text) {
  out.key(key);
  if (text.zh.empty() && text.en.empty()) {
    out.null();
    return;
  }
  out.begin_object();
  write(out, "zh", text.zh);
  write(out, "en", text.en);
  out.end_object();
}

void write_clock(JsonWriter& out, const PromiseClock& clock, WallTime now) {
  out.begin_object();
  write(out, "kind", name(clock.kind));
  out.key("round").natural(clock.round);
  write(out, "status", name(clock.status(now)));
  write(out, "started", clock.started);
  write(out, "due", clock.due());
  write(out, "warn_at", clock.warn_at());
  out.key("limit_s").integer(limit_of(clock.kind).count() / 1000);
  write(out, "stopped", clock.stopped);
  write(out, "proof", clock.stopped ? name(clock.proof) : std::string_view{});
  write(out, "stopped_by", clock.stopped_by);
  if (clock.paused_at(now)) {
    const auto& pause = clock.pauses.back();
    out.key("pause").begin_object();
    write(out, "until", pause.until);
    write(out, "reason", pause.reason);
    write(out, "by", pause.by);
    out.end_object();
  }
  out.end_object();
}

void write_clocks(JsonWriter& out, const Ticket& ticket, WallTime now) {
  out.key("clocks").begin_list();
  for (const auto& clock : ticket.clocks) write_clock(out, clock, now);
  out.end_list();
}

void write_finding_summary(JsonWriter& out, const messages::FindingMessage& message) {
  const auto& finding = message.change.finding;
  const auto& analysis = finding.analysis;
  write(out, "title", analysis.title);
  write(out, "what", analysis.what);
  write(out, "where", analysis.where);
  write(out, "site_title", message.site_title);
  write(out, "device_title", message.device_title);
  write(out, "kind", finding.id.kind);
  // Older agents told 0.7999999.
  const auto hundredths = std::round(analysis.confidence * 100);
  out.key("confidence").number(std::isfinite(hundredths) ? hundredths / 100 : 0);
  write(out, "part", analysis.part);
  write(out, "part_name", analysis.part_name);
  write(out, "urgency", analysis.urgency);
  write(out, "since", finding.since.wall);
  write(out, "since_trust", name(finding.since.trust));
  write(out, "returned", finding.returned ? std::optional(finding.returned->wall) : std::nullopt);
}

void write_summary_fields(JsonWriter& out, const Case& entry, const DispatchTable& dispatch, WallTime now) {
  const auto& ticket = entry.ticket;
  write(out, "number", entry.row.number);
  write(out, "gateway", entry.row.gateway);
  write(out, "finding", to_string(ticket.latest.change.finding.id));
  write(out, "state", name(ticket.state()));
  out.key("open").boolean(ticket.open());
  out.key("measured").boolean(ticket.measured());
  write(out, "class", name(ticket.fault_class));
  write_finding_summary(out, ticket.latest);
  const auto& department = dispatch.department_of(ticket.latest.change.finding);
  write(out, "department", department);
  write(out, "department_name", party_text(dispatch, department));
  out.key("dispatched").boolean(!ticket.dispatched.empty());
  write(out, "owner", ticket.owner);
  write(out, "outcome", ticket.outcome ? name(*ticket.outcome) : std::string_view{});
  write(out, "opened_at", ticket.opened_at);
  write(out, "changed_at", ticket.changed_at);
  write(out, "closed_at", ticket.closed_at);
  out.key("round").natural(ticket.round);
  write_clocks(out, ticket, now);
}

void write_evidence(JsonWriter& out, const Evidence& evidence) {
  out.begin_object();
  write(out, "device", evidence.device);
  write(out, "point", evidence.point);
  out.key("value");
  evidence.quality != Quality::bad&& std::isfinite(evidence.value) ? out.number(evidence.value) : out.null();
  write(out, "unit", evidence.unit);
  write(out, "quality", name(evidence.quality));
  write(out, "at", evidence.at);
  write(out, "note", evidence.note);
  out.end_object();
}

void write_analysis(JsonWriter& out, const Finding& finding) {
  out.key("id").begin_object();
  write(out, "site", finding.id.site);
  write(out, "device", finding.id.device);
  write(out, "point", finding.id.point);
  write(out, "kind", finding.id.kind);
  out.key("occurrence").natural(finding.id.occurrence).end_object();
  write(out, "alarm_state", name(finding.state));
  out.key("repeats").natural(finding.repeats);
  write(out, "site_by", finding.by);
  write(out, "site_reason", finding.reason);
  write(out, "shelved_until", finding.shelved_until);
  out.key("checks").begin_list();
  for (const auto& check : finding.analysis.checks) {
    out.begin_object();
    write(out, "zh", check.zh);
    write(out, "en", check.en);
    out.end_object();
  }
  out.end_list().key("evidence").begin_list();
  for (const auto& evidence : finding.analysis.evidence) write_evidence(out, evidence);
  out.end_list().key("held_back").begin_list();
  for (const auto& held : finding.analysis.held_back) out.text(held, most);
  out.end_list();
}

void write_report(JsonWriter& out, const messages::FindingMessage& message) {
  const auto& finding = message.change.finding;
  out.key("report").begin_object();
  write(out, "event", name(message.change.event));
  write(out, "epoch", message.envelope.epoch);
  out.key("seq").natural(message.envelope.seq);
  out.key("active").boolean(finding.active);
  write(out, "changed", finding.changed.wall);
  write(out, "what", finding.analysis.what);
  write(out, "by", finding.by);
  out.end_object();
}

void write_event(JsonWriter& out, const EventRow& row, const DispatchTable& dispatch) {
  const auto& event = row.event;
  out.begin_object();
  out.key("position").natural(row.position);
  write(out, "at", event.at);
  write(out, "kind", name(event.kind));
  write(out, "by", event.by);
  write(out, "note", event.note);
  if (!event.party.empty()) {
    write(out, "party", event.party);
    write(out, "party_name", party_text(dispatch, event.party));
  }
  if (event.clock) write(out, "clock", name(*event.clock));
  if (event.outcome) write(out, "outcome", name(*event.outcome));
  if (event.until) write(out, "until", *event.until);
  if (event.report) write_report(out, *event.report);
  out.end_object();
}

void write_series(JsonWriter& out, const std::vector<Series>& all) {
  out.key("series").begin_list();
  for (const auto& series : all) {
    out.begin_object();
    write(out, "device", series.device);
    write(out, "point", series.point);
    write(out, "unit", series.readings.back().unit);
    out.key("readings").begin_list();
    for (const auto& reading : series.readings) {
      out.begin_list().text(rfc3339(reading.at), 40);
      reading.quality != Quality::bad&& std::isfinite(reading.value) ? out.number(reading.value) : out.null();
      out.text(name(reading.quality), 16);
      reading.reason == Reason::none ? out.null() : out.text(name(reading.reason), 16);
      out.end_list();
    }
    out.end_list().end_object();
  }
  out.end_list();
}

Text both(std::string_view zh_before, const Text& middle, std::string_view zh_after, std::string_view en_before) {
  return {std::string(zh_before) + middle.zh + std::string(zh_after), std::string(en_before) + middle.en};
}

}  // namespace

Text party_text(const DispatchTable& dispatch, std::string_view party) {
  if (party == dispatch.customer_service.key) return dispatch.customer_service.name;
  if (party == dispatch.company.key) return dispatch.company.name;
  if (const auto* department = dispatch.department(party)) return department->name;
  if (party.starts_with("head/")) return both("", party_text(dispatch, party.substr(5)), "负责人", "Head of ");
  if (party.starts_with("experts/")) return both("", party_text(dispatch, party.substr(8)), "专家组", "Experts of ");
  return {std::string(party), std::string(party)};
}

void write_summary(JsonWriter& out, const Case& entry, const DispatchTable& dispatch, WallTime now) {
  out.begin_object();
  write_summary_fields(out, entry, dispatch, now);
  out.end_object();
}

std::string summary_json(const Case& entry, const DispatchTable& dispatch, WallTime now) {
  JsonWriter out;
  write_summary(out, entry, dispatch, now);
  return std::move(out).take();
}

std::string ticket_json(const TicketPage& page, const DispatchTable& dispatch, WallTime now) {
  JsonWriter out;
  out.begin_object();
  write(out, "now", now);
  write_summary_fields(out, page.entry, dispatch, now);
  write(out, "model", page.entry.ticket.latest.model);
  write_analysis(out, page.entry.ticket.latest.change.finding);
  out.key("earlier_clocks").begin_list();
  for (const auto& clock : page.entry.ticket.earlier) write_clock(out, clock, now);
  out.end_list();
  // A fault that flaps for months has a long ledger; the page shows its end, the store keeps all of it.
  const auto skipped = page.ledger.size() > most_ledger ? page.ledger.size() - most_ledger : 0;
  out.key("ledger_skipped").natural(skipped);
  out.key("ledger").begin_list();
  for (auto i = skipped; i < page.ledger.size(); ++i) write_event(out, page.ledger[i], dispatch);
  out.end_list();
  write_series(out, page.series);
  out.end_object();
  return std::move(out).take();
}

std::string list_json(const TicketListing& listing, const DispatchTable& dispatch, WallTime now) {
  JsonWriter out;
  out.begin_object();
  write(out, "now", now);
  out.key("total").natural(listing.total).key("offset").natural(listing.offset).key("limit").natural(listing.limit);
  out.key("tickets").begin_list();
  for (const auto* entry : listing.cases) write_summary(out, *entry, dispatch, now);
  out.end_list().end_object();
  return std::move(out).take();
}

namespace {

/// A bridge that tells of its agent tells so each minute: one that was not heard for three is gone, though no will
/// came.
constexpr std::chrono::minutes silent_after{3};

std::optional<bool> online_now(const GatewayRow& row, WallTime now) {
  const bool unheard = row.watching && now - row.heard_at >= silent_after;
  return row.online == true && unheard ? std::optional(false) : row.online;
}

void write_watch(JsonWriter& out, const GatewayRow& row, std::optional<bool> online) {
  const bool told = online == true && row.watching;
  out.key("watching");
  told ? out.boolean(*row.watching) : out.null();
  if (told && !*row.watching && row.agent_at) return write(out, "silent_since", *row.agent_at);
  out.key("silent_since").null();
}

}  // namespace

std::string gateways_json(const std::vector<GatewayRow>& gateways, WallTime now) {
  JsonWriter out;
  out.begin_object();
  write(out, "now", now);
  out.key("gateways").begin_list();
  for (const auto& row : gateways) {
    out.begin_object();
    write(out, "name", row.name);
    const auto online = online_now(row, now);
    out.key("online");
    online ? out.boolean(*online) : out.null();
    write_watch(out, row, online);
    write(out, "version", row.version);
    write(out, "heard_at", row.heard_at);
    out.key("findings").natural(row.findings);
    out.key("missing").natural(row.missing);
    out.key("twins").boolean(row.twins);
    out.key("dropped_batches").natural(row.dropped).end_object();
  }
  out.end_list().end_object();
  return std::move(out).take();
}

std::string quarantine_json(const std::vector<QuarantineRow>& rows, WallTime now) {
  JsonWriter out;
  out.begin_object();
  write(out, "now", now);
  out.key("messages").begin_list();
  for (const auto& row : rows) {
    out.begin_object();
    out.key("id").integer(row.id);
    write(out, "gateway", row.gateway);
    write(out, "topic", row.topic);
    write(out, "reason", row.reason);
    out.key("conflict").boolean(row.conflict);
    if (row.key) {
      write(out, "epoch", row.key->epoch);
      out.key("seq").natural(row.key->seq);
    }
    // A finding that became no ticket still has to be read by somebody.
    if (const auto finding = messages::decode_finding(row.payload)) {
      write(out, "device_title", finding->device_title);
      write(out, "title", finding->change.finding.analysis.title);
    }
    write(out, "sha256", hex(row.digest));
    write(out, "payload", harmless(row.payload, 1024));
    write(out, "first_at", row.first_at);
    write(out, "last_at", row.last_at);
    out.key("times").natural(row.times).end_object();
  }
  out.end_list().end_object();
  return std::move(out).take();
}

}  // namespace inspect::ticketing
