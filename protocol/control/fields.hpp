#pragma once

#include "protocol/control/answer.hpp"
#include "protocol/control/request.hpp"
#include "protocol/control/rows.hpp"

// One field table for each object on the socket. A writer and a reader both walk the same table (json_archive.hpp), so
// that what is written is what is read. `v(name, member)` is a field that must be there; `v.maybe(name, member)` may be
// absent and then keeps its default; `v.moment` writes the wall clock and how far it can be believed (the boot clock of
// one machine means nothing to another reader); `v.derived` is written for people's scripts and not read.

namespace inspect {

template <class V>
void fields(V& v, Text& t) {
  v("zh", t.zh);
  v("en", t.en);
}

template <class V>
void fields(V& v, Evidence& e) {
  v("device", e.device);
  v("point", e.point);
  v("value", e.value);
  v("unit", e.unit);
  v("quality", e.quality);
  v("at", e.at);
  v("note", e.note);
}

template <class V>
void fields(V& v, Analysis& a) {
  v("title", a.title);
  v("what", a.what);
  v("where", a.where);
  v("confidence", a.confidence);
  v("part", a.part);
  v("part_name", a.part_name);
  v("department", a.department);
  v("urgency", a.urgency);
  v("checks", a.checks);
  v("evidence", a.evidence);
  v("held_back", a.held_back);
}

template <class V>
void fields(V& v, Finding& f) {
  v("id", f.id);
  v.derived("device", f.id.device);
  v.derived("point", f.id.point);
  v.derived("kind", f.id.kind);
  v("class", f.fault_class);
  v("state", f.state);
  v("active", f.active);
  v.moment("since", "since_clock", f.since);
  v.moment("changed", "changed_clock", f.changed);
  v.moment("returned", "returned_clock", f.returned);
  v("by", f.by);
  v("reason", f.reason);
  v("shelved_until", f.shelved_until);
  v("repeats", f.repeats);
  v("analysis", f.analysis);
}

template <class V>
void fields(V& v, FindingChange& c) {
  v("change", c.event);
  v("finding", c.finding);
}

}  // namespace inspect

namespace inspect::control {

template <class V>
void fields(V& v, ReadingRow& r) {
  v("value", r.value);
  v("quality", r.quality);
  v("reason", r.reason);
  v("measured_at", r.measured_at);
  v("clock", r.clock);
  v("age_ms", r.age);
  v("good_until", r.good_until);
}

template <class V>
void fields(V& v, PointRow& p) {
  v("device", p.device);
  v("point", p.point);
  v("title", p.title);
  v("unit", p.unit);
  v("role", p.role);
  v("reading", p.reading);
}

template <class V>
void fields(V& v, DeviceRow& d) {
  v("name", d.name);
  v("title", d.title);
  v("bus", d.bus);
  v("unit", d.unit);
  v("model", d.model);
  v("health", d.health);
  v("last_answer_age_ms", d.last_answer_age);
  v("points", d.points);
  v("open_findings", d.open_findings);
  v.maybe("learned", d.learned);
}

template <class V>
void fields(V& v, LineCounters& c) {
  v("transactions", c.transactions);
  v("answered", c.answered);
  v("exceptions", c.exceptions);
  v("timeouts", c.timeouts);
  v("corrupt", c.corrupt);
  v("refused_frames", c.refused_frames);
  v("foreign", c.foreign);
  v("noise_bytes", c.noise_bytes);
  v("late", c.late);
  v("quarantines", c.quarantines);
  v("reopened", c.reopened);
  v("bytes_out", c.bytes_out);
  v("bytes_in", c.bytes_in);
}

template <class V>
void fields(V& v, BusRow& b) {
  v("name", b.name);
  v("title", b.title);
  v("transport", b.transport);
  v("health", b.health);
  v("utilisation", b.utilisation);
  v("devices", b.devices);
  v("counters", b.counters);
}

template <class V>
void fields(V& v, HistoryRow& h) {
  v("at", h.at);
  v("value", h.value);
  v("quality", h.quality);
  v("reason", h.reason);
}

template <class V>
void fields(V& v, StoreState& s) {
  v("commits", s.commits);
  v("commit_failures", s.commit_failures);
  v("readings_gathered", s.readings_gathered);
  v("readings_stored", s.readings_stored);
  v("readings_dropped", s.readings_dropped);
  v("history_bytes", s.history_bytes);
  v("degraded", s.degraded);
}

template <class V>
void fields(V& v, ThreadState& t) {
  v("name", t.name);
  v("age_ms", t.age);
}

template <class V>
void fields(V& v, SocketState& s) {
  v("connections", s.connections);
  v("accepted", s.accepted);
  v("refused", s.refused);
  v("requests", s.requests);
  v("malformed", s.malformed);
  v("overlong", s.overlong);
  v("dropped_events", s.dropped_events);
  v("timed_out", s.timed_out);
}

template <class V>
void fields(V& v, BusTally& t) {
  v("unknown", t.unknown);
  v("up", t.up);
  v("silent", t.silent);
  v("unavailable", t.unavailable);
}

template <class V>
void fields(V& v, DeviceTally& t) {
  v("unknown", t.unknown);
  v("active", t.active);
  v("degraded", t.degraded);
  v("dormant", t.dormant);
}

template <class V>
void fields(V& v, UsbRow& u) {
  v("port", u.port);
  v("device", u.device);
  v("plugged", u.plugged);
  v("ids", u.ids);
  v("maker", u.maker);
  v("name", u.name);
  v("serial", u.serial);
  v("identity", u.identity);
  v("why", u.why);
  v("arrivals", u.arrivals);
  v("departures", u.departures);
  v("failures", u.failures);
  v("resets", u.resets);
}

template <class V>
void fields(V& v, PointTally& t) {
  v("good", t.good);
  v("uncertain", t.uncertain);
  v("bad", t.bad);
}

template <class V>
void fields(V& v, FindingTally& t) {
  v("ordinary", t.ordinary);
  v("major", t.major);
  v("preventive", t.preventive);
  v("unacknowledged", t.unacknowledged);
}

template <class V>
void fields(V& v, OutboxState& o) {
  v("findings_epoch", o.findings_epoch);
  v("findings_waiting", o.findings_waiting);
  v("findings_receipted", o.findings_receipted);
  v("oldest_waiting", o.oldest_waiting);
  v("readings_epoch", o.readings_epoch);
  v("readings_waiting", o.readings_waiting);
  v("readings_dropped", o.readings_dropped);
}

template <class V>
void fields(V& v, OutboxRow& r) {
  v("stream", r.stream);
  v("epoch", r.epoch);
  v("seq", r.seq);
  v("payload", r.payload);
}

template <class V>
void fields(V& v, OrderRow& o) {
  v("device", o.device);
  v("action", o.action);
  v("sent", o.sent);
  v("again_ms", o.again);
  v("until", o.until);
}

template <class V>
void fields(V& v, IdentityRow& i) {
  v("device", i.device);
  v("identity", i.identity);
  v("why", i.why);
}

template <class V>
void fields(V& v, TestRow& t) {
  v("name", t.name);
  v("title", t.title);
  v("state", t.state);
  v("at", t.at);
  v("who", t.who);
  v("why", t.why);
}

template <class V>
void fields(V& v, ExamRow& e) {
  v("on", e.on);
  v("by", e.by);
  v("from", e.from);
  v("until", e.until);
  v("who", e.who);
}

template <class V>
void fields(V& v, LearningTally& t) {
  v("learned", t.learned);
  v("learning", t.learning);
  v("slowest", t.slowest);
}
template <class V>
void fields(V& v, Status& s) {
  v("version", s.version);
  v("site", s.site);
  v("site_title", s.site_title);
  v("gateway", s.gateway);
  v("now", s.now);
  v("clock", s.clock);
  v("uptime_ms", s.uptime);
  v("buses", s.buses);
  v("devices", s.devices);
  v("points", s.points);
  v("findings", s.findings);
  v.maybe("learning", s.learning);
  v("store", s.store);
  v("threads", s.threads);
  v("outbox", s.outbox);
  v("socket", s.socket);
  v("config_warning", s.config_warning);
  v.maybe("exam", s.exam);
}

template <class V>
void fields(V& v, Receipted& r) {
  v("count", r.count);
}

template <class V>
void fields(V& v, Unsent& u) {
  v("count", u.count);
}

template <class V>
void fields(V& v, ReadingNews& n) {
  v("device", n.device);
  v("point", n.point);
  v("reading", n.reading);
}

template <class V>
void fields(V& v, ReadingsEvent& e) {
  v("readings", e.readings);
}
template <class V>
void fields(V& v, FindingNews& e) {
  fields(v, e.change);
}
template <class V>
void fields(V& v, HealthEvent& e) {
  v("device", e.device);
  v("before", e.before);
  v("health", e.health);
  v("at", e.at);
}
template <class V>
void fields(V& v, RowsAdded& e) {
  static_cast<void>(v);
  static_cast<void>(e);
}

template <class V>
void fields(V& v, TraceUnit& u) {
  v("unit", u.unit);
  v("name", u.name);
  v("title", u.title);
}
template <class V>
void fields(V& v, TraceHead& h) {
  v("format", h.format);
  v("version", h.version);
  v("site", h.site);
  v("bus", h.bus);
  v("title", h.title);
  v("transport", h.transport);
  v("mode", h.mode);
  v("framing", h.framing);
  v("baud", h.baud);
  v("started", h.started);
  v("us", h.us);
  v("devices", h.devices);
}
template <class V>
void fields(V& v, TraceRecord& r) {
  v("us", r.us);
  v("dir", r.dir);
  v.maybe("hex", r.hex);
}
template <class V>
void fields(V& v, TraceEvent& e) {
  v("records", e.records);
}
template <class V>
void fields(V& v, ProbeRow& p) {
  v("answered", p.answered);
  v("values", p.values);
  v("exception", p.exception);
  v("took_ms", p.took);
}

template <class V>
void fields(V& v, Trouble& t) {
  v("code", t.code);
  v("message", t.message);
  v("cure", t.cure);
}

}  // namespace inspect::control
