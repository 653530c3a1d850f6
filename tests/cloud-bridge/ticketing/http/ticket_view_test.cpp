#include "cloud-bridge/ticketing/http/ticket_view.hpp"

#include "tests/cloud-bridge/ticketing/sample.hpp"

#include <nlohmann/json.hpp>

#include <limits>

using namespace inspect;
using namespace inspect::ticketing;
using namespace inspect::ticketing::test;
using nlohmann::json;

namespace {

const DispatchTable table = standard_dispatch();

Case case_of(const messages::FindingMessage& message) {
  Case entry;
  entry.row = {1, "T-2026-000001", message.envelope.gateway, to_string(message.change.finding.id), noon, {}};
  auto event = event_of(EventKind::reported, noon);
  event.report = message;
  apply(entry.ticket, event);
  return entry;
}

json summary(const messages::FindingMessage& message, WallTime now = noon + 1min) {
  return json::parse(summary_json(case_of(message), table, now));
}

json page(const Case& entry, const std::vector<EventRow>& ledger, const std::vector<Series>& series = {}) {
  return json::parse(ticket_json({entry, ledger, series}, table, noon + 1h));
}

}  // namespace

TEST_CASE("a clock whose gateway nobody trusts is marked, and a fault that went shows since when") {
  auto message = Sample{}.message();
  message.change.finding.since.trust = ClockTrust::none;
  CHECK(summary(message)["since_trust"] == "none");
  CHECK(summary(message)["returned"].is_null());
  const auto gone = summary(Sample{.event = FindingEvent::returned, .active = false}.message());
  CHECK(gone["returned"] == "2026-11-24T11:59:00.000Z");
  CHECK(gone["state"] == "recovered");
  CHECK(gone["measured"] == false);
}

TEST_CASE("numbers that are none never reach a browser as such") {
  auto message = Sample{}.message();
  message.change.finding.analysis.confidence = std::numeric_limits<double>::quiet_NaN();
  message.change.finding.analysis.evidence[0].value = std::numeric_limits<double>::infinity();
  CHECK(summary(message)["confidence"] == 0);
  message.change.finding.analysis.confidence = 0.8 * 0.999999;
  CHECK(summary(message)["confidence"].dump() == "0.8");
  const auto shown = page(case_of(message), {});
  CHECK(shown["evidence"][0]["value"].is_null());
}

TEST_CASE("a bad reading has no value, an uncertain one has") {
  auto message = Sample{}.message();
  auto& evidence = message.change.finding.analysis.evidence;
  evidence.push_back(evidence[0]);
  evidence[0].quality = Quality::bad;
  evidence[1].quality = Quality::uncertain;
  const auto shown = page(case_of(message), {});
  CHECK(shown["evidence"][0]["value"].is_null());
  CHECK(shown["evidence"][1]["value"] == 12.04);
}

TEST_CASE("text with every kind of mark arrives as it was") {
  const std::string text = "</script> \"quoted\" \\ & <b> 继电器 \t";
  CHECK(summary(Sample{.title = text}.message())["title"]["zh"].get<std::string>().find(
            "</script> \"quoted\" \\ & <b> 继电器") == 0);
}

TEST_CASE("what is not there is null, and no empty text is anywhere") {
  auto message = Sample{.department = ""}.message();
  message.site_title = {};
  message.device_title = {};
  message.model.clear();
  auto& finding = message.change.finding;
  finding.id.point.clear();
  finding.analysis.part.clear();
  finding.analysis.what = {"", "Only in English."};
  finding.analysis.evidence.push_back({"seat-07", "", 1, "", Quality::good, noon, {}});
  const auto entry = case_of(message);
  const auto event = reported({}, noon);
  const auto shown = page(entry, {{1, 0, event, {}}}, {{"seat-07", "", {{"seat-07", "", "", 1, {}, {}, noon}}}});
  CHECK(shown["part"].is_null());
  CHECK(shown["part_name"].is_null());
  CHECK(shown["owner"].is_null());
  CHECK(shown["outcome"].is_null());
  CHECK(shown["site_title"].is_null());
  CHECK(shown["id"]["point"].is_null());
  CHECK(shown["what"] == json{{"zh", nullptr}, {"en", "Only in English."}});
  CHECK(shown["evidence"][1]["unit"].is_null());
  CHECK(shown["ledger"][0]["by"].is_null());
  GatewayRow silent;
  silent.name = "gw-1";
  const auto gateways = json::parse(gateways_json({silent}, noon));
  const auto aside = json::parse(quarantine_json({QuarantineRow{}}, noon));
  for (const auto& answer : {shown, gateways, aside}) {
    const auto flat = answer.flatten();
    for (const auto& [where, value] : flat.items()) {
      CAPTURE(where);
      CHECK(value != "");
    }
  }
}

TEST_CASE("a clock is told with its round, its proof and its pause") {
  auto entry = case_of(Sample{}.message());
  auto acknowledged = event_of(EventKind::acknowledged, noon + 5min);
  acknowledged.by = "李娜";
  auto paused = event_of(EventKind::paused, noon + 10min);
  paused.clock = ClockKind::on_site;
  paused.until = noon + 5h;
  paused.note = "等待备件";
  apply(entry.ticket, acknowledged);
  apply(entry.ticket, paused);
  const auto clocks = page(entry, {})["clocks"];
  CHECK(clocks[0]["proof"] == "acknowledged");
  CHECK(clocks[0]["stopped_by"] == "李娜");
  CHECK(clocks[0]["limit_s"] == 1800);
  CHECK(clocks[1]["proof"].is_null());
  CHECK_FALSE(clocks[1].contains("pause"));
  CHECK(clocks[2]["pause"]["reason"] == "等待备件");
  CHECK(clocks[2]["due"] == rfc3339(noon + 12h + 4h + 50min));
}

TEST_CASE("a ticket that was opened again shows the clocks of its earlier rounds apart") {
  auto entry = case_of(Sample{.event = FindingEvent::returned, .active = false}.message());
  apply(entry.ticket, resolved(Outcome::repaired, noon + 1min));
  apply(entry.ticket, reported({.seq = 2, .event = FindingEvent::reopened}, noon + 2min));
  const auto shown = page(entry, {});
  CHECK(shown["round"] == 2);
  CHECK(shown["clocks"][0]["round"] == 2);
  REQUIRE(shown["earlier_clocks"].size() == 3);
  CHECK(shown["earlier_clocks"][0]["round"] == 1);
  CHECK(shown["earlier_clocks"][0]["status"] == "kept");
}

TEST_CASE("a ledger of thousands shows its last 500 and says how many stand before them") {
  const auto entry = case_of(Sample{}.message());
  std::vector<EventRow> ledger;
  for (std::uint32_t i = 0; i < 1234; ++i) ledger.push_back({1, i, event_of(EventKind::noted, noon), {}});
  const auto shown = page(entry, ledger);
  CHECK(shown["ledger_skipped"] == 734);
  REQUIRE(shown["ledger"].size() == 500);
  CHECK(shown["ledger"][0]["position"] == 734);
  CHECK(shown["ledger"][499]["position"] == 1233);
}

TEST_CASE("each entry of the ledger carries what belongs to its kind and nothing else") {
  const auto entry = case_of(Sample{}.message());
  std::vector<EventRow> ledger;
  auto told = event_of(EventKind::noticed, noon);
  told.party = "head/power";
  ledger.push_back({1, 0, told, {}});
  ledger.push_back({1, 1, resolved(Outcome::bridged, noon), {}});
  ledger.push_back({1, 2, reported({.seq = 9}, noon), {}});
  const auto shown = page(entry, ledger)["ledger"];
  CHECK(shown[0]["party_name"]["zh"] == "电源部负责人");
  CHECK_FALSE(shown[0].contains("report"));
  CHECK(shown[1]["outcome"] == "bridged");
  CHECK_FALSE(shown[1].contains("party"));
  CHECK(shown[2]["report"]["seq"] == 9);
  CHECK(shown[2]["report"]["epoch"] == epoch_a);
}

TEST_CASE("readings come as moments and values, a bad one as a gap") {
  Series series{"seat-07", "output.voltage", {}};
  series.readings.push_back({"seat-07", "output.voltage", "V", 12.0, Quality::good, Reason::none, noon});
  series.readings.push_back({"seat-07", "output.voltage", "V", 0.0, Quality::bad, Reason::no_answer, noon + 10s});
  const auto shown = page(case_of(Sample{}.message()), {}, {series})["series"][0];
  CHECK(shown["unit"] == "V");
  CHECK(shown["readings"][0] == json::array({"2026-11-24T12:00:00.000Z", 12.0, "good", nullptr}));
  CHECK(shown["readings"][1] == json::array({"2026-11-24T12:00:10.000Z", nullptr, "bad", "no_answer"}));
}

TEST_CASE("everybody who is told has a name in both languages, and a stranger keeps his own") {
  CHECK(party_text(table, "customer-service").zh == "客户服务部");
  CHECK(party_text(table, "company").en == "Company");
  CHECK(party_text(table, "power").en == "Power");
  CHECK(party_text(table, "experts/power").zh == "电源部专家组");
  CHECK(party_text(table, "head/nobody").en == "Head of nobody");
  CHECK(party_text(table, "stranger").en == "stranger");
}

TEST_CASE("a piece of the list says what it is a piece of") {
  const auto entry = case_of(Sample{}.message());
  const auto list = json::parse(list_json({{&entry}, 731, 200, 1}, table, noon));
  CHECK(list["total"] == 731);
  CHECK(list["offset"] == 200);
  CHECK(list["limit"] == 1);
  CHECK(list["tickets"].size() == 1);
  CHECK(json::parse(list_json({}, table, noon))["tickets"].empty());
}

TEST_CASE("a gateway that never said whether it is online is neither") {
  GatewayRow row;
  row.name = "gw-1";
  row.missing = 3;
  const auto shown = json::parse(gateways_json({row}, noon))["gateways"][0];
  CHECK(shown["online"].is_null());
  CHECK(shown["missing"] == 3);
  CHECK(shown["twins"] == false);
  row.twins = true;
  CHECK(json::parse(gateways_json({row}, noon))["gateways"][0]["twins"] == true);
}

TEST_CASE("a gateway whose agent is silent says since when, and one that is not heard itself is not online") {
  GatewayRow row;
  row.name = "gw-1";
  row.online = true;
  row.heard_at = noon;
  const auto shown = [&](std::chrono::seconds later) {
    return json::parse(gateways_json({row}, noon + later))["gateways"][0];
  };
  // An older bridge tells its state once, so its silence means nothing.
  CHECK(shown(3600s)["online"] == true);
  CHECK(shown(0s)["watching"].is_null());
  row.watching = true;
  row.agent_at = noon - 5s;
  CHECK(shown(179s)["online"] == true);
  CHECK(shown(179s)["watching"] == true);
  CHECK(shown(179s)["silent_since"].is_null());
  CHECK(shown(180s)["online"] == false);
  CHECK(shown(180s)["watching"].is_null());
  row.watching = false;
  CHECK(shown(10s)["online"] == true);
  CHECK(shown(10s)["watching"] == false);
  CHECK(shown(10s)["silent_since"] == rfc3339(noon - 5s));
  row.agent_at.reset();
  CHECK(shown(10s)["silent_since"].is_null());
}

TEST_CASE("what was put aside shows its finding when it can be read, and only harmless bytes when not") {
  QuarantineRow readable;
  readable.gateway = "gw-1";
  readable.conflict = true;
  readable.key = InboxKey{"gw-1", epoch_a, 4};
  readable.payload = Sample{}.bytes();
  QuarantineRow broken;
  broken.payload = "\x1b[2J\xff{";
  const auto rows = json::parse(quarantine_json({readable, broken}, noon))["messages"];
  CHECK(rows[0]["title"]["en"] == "Relay contact welded");
  CHECK(rows[0]["device_title"]["zh"] == "7 号工位继电器板");
  CHECK(rows[0]["seq"] == 4);
  CHECK_FALSE(rows[1].contains("title"));
  CHECK_FALSE(rows[1].contains("seq"));
  CHECK(rows[1]["payload"] == "?[2J?{");
}
