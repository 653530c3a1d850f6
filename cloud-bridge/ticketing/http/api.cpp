#include "cloud-bridge/ticketing/http/api.hpp"

#include "cloud-bridge/ticketing/http/ticket_view.hpp"
#include "protocol/messages/strict_json.hpp"

#include <array>
#include <charconv>

namespace inspect::ticketing {

namespace {

constexpr std::string_view root = "/api/v1/";
constexpr std::size_t most_listed = 2000;
constexpr std::size_t most_skipped = 1'000'000;

struct Verb {
  std::string_view path;
  EventKind kind;
};
constexpr std::array<Verb, 7> verbs{{{"acknowledge", EventKind::acknowledged},
                                     {"start-remote", EventKind::remote_started},
                                     {"arrive", EventKind::arrived},
                                     {"resolve", EventKind::resolved},
                                     {"pause", EventKind::paused},
                                     {"resume", EventKind::resumed},
                                     {"note", EventKind::noted}}};

/// One request on its way through the routes.
struct Call {
  Desk& desk;
  const WebRequest& request;
  const Target& target;
  WallTime now;

  [[nodiscard]] Answer refuse(unsigned status, std::string_view title, std::string_view detail) const {
    return {problem(status, title, detail, target.path), {}};
  }
  [[nodiscard]] Answer failed(const Error& error) const {
    switch (error.code) {
      case Errc::invalid_argument:
      case Errc::malformed: return refuse(400, "Bad Request", error.message);
      case Errc::not_permitted: return refuse(409, "Conflict", error.message);
      default: return refuse(503, "Service Unavailable", "the store does not answer: " + error.message);
    }
  }
  [[nodiscard]] Answer nothing_here() const { return refuse(404, "Not Found", "there is nothing at this address"); }
};

Answer okay(std::string json) {
  Answer answer;
  answer.response.body = std::move(json);
  return answer;
}

/// The whole of `text` as a number from `least` to `most`.
bool number(std::string_view text, std::size_t least, std::size_t most, std::size_t& out) {
  const auto [stop, status] = std::from_chars(text.data(), text.data() + text.size(), out);
  return status == std::errc{} && stop == text.data() + text.size() && out >= least && out <= most;
}

Result<TicketFilter> filter_of(const Target& target) {
  TicketFilter filter;
  for (const auto& [key, value] : target.query) {
    if (key == "state" && value == "open") {
      filter.open = true;
    } else if (key == "state") {
      filter.state = ticket_state_from(value);
      if (!filter.state) {
        return fail(Errc::invalid_argument,
                    "state: open, new, acknowledged, remote, on_site, recovered, bridged or closed");
      }
    } else if (key == "gateway") {
      filter.gateway = value;
    } else if (key == "limit") {
      if (!number(value, 1, most_listed, filter.most)) {
        return fail(Errc::invalid_argument, "limit: a whole number from 1 to 2000");
      }
    } else if (key == "offset") {
      if (!number(value, 0, most_skipped, filter.skip)) {
        return fail(Errc::invalid_argument, "offset: a whole number from 0 to 1000000");
      }
    } else {
      return fail(Errc::invalid_argument, "known parameters are state, gateway, limit and offset");
    }
  }
  return filter;
}

Answer list(const Call& call) {
  const auto filter = filter_of(call.target);
  if (!filter) return call.failed(filter.error());
  const TicketListing listing{call.desk.list(*filter), call.desk.count(*filter), filter->skip, filter->most};
  return okay(list_json(listing, call.desk.dispatch(), call.now));
}

Answer show(const Call& call, const Case& entry) {
  const auto ledger = call.desk.ledger(entry.row.id);
  if (!ledger) return call.failed(ledger.error());
  const auto series = call.desk.series(entry);
  if (!series) return call.failed(series.error());
  return okay(ticket_json({entry, *ledger, *series}, call.desk.dispatch(), call.now));
}

Result<Action> action_of(EventKind kind, std::string_view body) {
  messages::StrictJson document(body);
  auto in = document.root();
  Action action;
  action.kind = kind;
  action.by = in.text("by", 80, 1);
  if (in.has("note")) action.note = in.text("note", 2000);
  if (kind == EventKind::resolved) action.outcome = in.value<Outcome>("outcome", &outcome_from);
  if (kind == EventKind::paused || kind == EventKind::resumed) {
    action.clock = in.value<ClockKind>("clock", &clock_kind_from);
  }
  if (kind == EventKind::paused) action.until = in.value<WallTime>("until", &parse_rfc3339);
  in.done();
  if (document.problem()) return *document.problem();
  return action;
}

Answer act(const Call& call, const Case& entry, EventKind kind) {
  if (auto refused = refuse_forgery(call.request)) return {std::move(*refused), {}};
  const auto action = action_of(kind, call.request.body);
  if (!action) return call.failed(action.error());
  const auto id = entry.row.id;
  const auto after = call.desk.act(id, *action, call.now);
  if (!after) return call.failed(after.error());
  auto answer = show(call, **after);
  answer.changed.push_back(id);
  return answer;
}

Answer wrong_method(const Call& call, const char* allowed) {
  auto answer = call.refuse(405, "Method Not Allowed", std::string("use ") + allowed);
  answer.response.headers.emplace_back("Allow", allowed);
  return answer;
}

/// "<number>" or "<number>/<verb>".
Answer ticket(const Call& call, std::string_view rest) {
  const auto slash = rest.find('/');
  const bool post = call.request.method == "POST";
  const auto entry = call.desk.find(rest.substr(0, slash));
  if (!entry) return call.failed(entry.error());
  if (!*entry) return call.refuse(404, "Not Found", "there is no ticket with this number");
  if (slash == std::string_view::npos) return post ? wrong_method(call, "GET") : show(call, **entry);
  for (const auto& verb : verbs) {
    if (rest.substr(slash + 1) != verb.path) continue;
    return post ? act(call, **entry, verb.kind) : wrong_method(call, "POST");
  }
  return call.nothing_here();
}

Answer collection(const Call& call, std::string_view path) {
  if (call.request.method == "POST") return wrong_method(call, "GET");
  if (path == "tickets") return list(call);
  if (path == "gateways") {
    const auto rows = call.desk.gateways();
    return rows ? okay(gateways_json(*rows, call.now)) : call.failed(rows.error());
  }
  const auto rows = call.desk.quarantine();
  return rows ? okay(quarantine_json(*rows, call.now)) : call.failed(rows.error());
}

}  // namespace

Answer answer_api(Desk& desk, const WebRequest& request, WallTime now) {
  const auto target = parse_target(request.target);
  if (!target || !target->path.starts_with(root)) {
    return {problem(404, "Not Found", "there is nothing at this address", request.target), {}};
  }
  const Call call{desk, request, *target, now};
  if (request.method != "GET" && request.method != "POST") return wrong_method(call, "GET, POST");
  const auto path = std::string_view(target->path).substr(root.size());
  if (path == "tickets" || path == "gateways" || path == "quarantine") return collection(call, path);
  if (path.starts_with("tickets/")) return ticket(call, path.substr(8));
  return call.nothing_here();
}

}  // namespace inspect::ticketing
