#include "cloud-bridge/ticketing/http/api.hpp"

#include "tests/cloud-bridge/ticketing/sample.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <set>

using namespace inspect;
using namespace inspect::ticketing;
using namespace inspect::ticketing::test;
using nlohmann::json;

namespace {

struct Office {
  TemporaryDirectory home;
  std::unique_ptr<Desk> desk = desk_in(home.path());

  explicit Office(const std::vector<Sample>& samples = {Sample{}}) {
    std::vector<Incoming> batch;
    for (const auto& sample : samples) batch.push_back(sample.incoming());
    REQUIRE(desk->take(batch, noon).has_value());
  }
  Answer get(const std::string& target, WallTime now = noon + 1min) const {
    return answer_api(*desk, {"GET", target, {}, ""}, now);
  }
  Answer post(const std::string& target, const std::string& body, std::map<std::string, std::string> headers = ours,
              WallTime now = noon + 1min) const {
    return answer_api(*desk, {"POST", target, std::move(headers), body}, now);
  }
  static const std::map<std::string, std::string> ours;
};
const std::map<std::string, std::string> Office::ours{
    {"host", "desk:8080"}, {"content-type", "application/json"}, {"x-requested-with", "test"}};

const std::string first = "/api/v1/tickets/T-2026-000001";

json parsed(const Answer& answer) { return json::parse(answer.response.body); }

}  // namespace

TEST_CASE("the list holds the whole first analysis in short, and the service's own time") {
  const Office office;
  const auto answer = office.get("/api/v1/tickets");
  CHECK(answer.response.status == 200);
  const auto list = parsed(answer);
  CHECK(list["now"] == "2026-11-24T12:01:00.000Z");
  REQUIRE(list["tickets"].size() == 1);
  const auto ticket = list["tickets"][0];
  CHECK(ticket["number"] == "T-2026-000001");
  CHECK(ticket["state"] == "new");
  CHECK(ticket["title"]["zh"] == "继电器触点粘连");
  CHECK(ticket["title"]["en"] == "Relay contact welded");
  CHECK(ticket["part"] == "SRD-05VDC-SL-C");
  CHECK(ticket["confidence"] == 0.97);
  CHECK(ticket["department_name"]["en"] == "Relay electronics");
  REQUIRE(ticket["clocks"].size() == 3);
  CHECK(ticket["clocks"][0]["due"] == "2026-11-24T12:30:00.000Z");
  CHECK(ticket["clocks"][0]["status"] == "running");
}

TEST_CASE("the list is filtered by state and gateway, and refuses what it does not know") {
  const Office office({Sample{}, Sample{.gateway = "gw-2", .event = FindingEvent::returned, .active = false}});
  CHECK(parsed(office.get("/api/v1/tickets?state=new"))["tickets"].size() == 1);
  CHECK(parsed(office.get("/api/v1/tickets?state=recovered&gateway=gw-2"))["tickets"].size() == 1);
  CHECK(parsed(office.get("/api/v1/tickets?state=closed"))["tickets"].empty());
  CHECK(parsed(office.get("/api/v1/tickets?state=open&limit=1"))["tickets"].size() == 1);
  for (const auto* bad : {"state=nonsense", "limit=0", "limit=9999", "limit=1x", "limit=", "sort=1;drop"}) {
    CAPTURE(bad);
    const auto answer = office.get(std::string("/api/v1/tickets?") + bad);
    CHECK(answer.response.status == 400);
    CHECK(answer.response.type == "application/problem+json");
  }
}

TEST_CASE("the list is read in pieces that miss nothing and say how much there is") {
  std::vector<Sample> samples;
  for (std::uint64_t seq = 1; seq <= 23; ++seq) samples.push_back({.seq = seq, .device = "d-" + std::to_string(seq)});
  const Office office(samples);
  std::vector<std::string> numbers;
  for (int offset = 0;; offset += 10) {
    const auto piece = parsed(office.get("/api/v1/tickets?limit=10&offset=" + std::to_string(offset)));
    CHECK(piece["total"] == 23);
    CHECK(piece["offset"] == offset);
    CHECK(piece["limit"] == 10);
    if (piece["tickets"].empty()) break;
    for (const auto& ticket : piece["tickets"]) numbers.push_back(ticket["number"]);
  }
  REQUIRE(numbers.size() == 23);
  CHECK(numbers.front() == "T-2026-000023");
  CHECK(std::set<std::string>(numbers.begin(), numbers.end()).size() == 23);
  CHECK(parsed(office.get("/api/v1/tickets"))["limit"] == 500);
  CHECK(parsed(office.get("/api/v1/tickets?state=closed"))["total"] == 0);
  for (const auto* bad : {"offset=-1", "offset=1000001", "offset=", "offset=ten"}) {
    CHECK(office.get(std::string("/api/v1/tickets?") + bad).response.status == 400);
  }
}

TEST_CASE("a ticket shows its evidence and its ledger") {
  const Office office({Sample{.fault_class = FaultClass::major}});
  const auto ticket = parsed(office.get(first));
  CHECK(ticket["evidence"][0]["point"] == "output.voltage");
  CHECK(ticket["evidence"][0]["value"] == 12.04);
  REQUIRE(ticket["ledger"].size() == 5);
  CHECK(ticket["ledger"][0]["report"]["event"] == "opened");
  CHECK(ticket["ledger"][2]["party_name"]["en"] == "Head of Relay electronics");
  CHECK(ticket["ledger"][2]["party_name"]["zh"] == "继电器电子部负责人");
}

TEST_CASE("acknowledge and resolve, with what is refused in between") {
  const Office office;
  auto answer = office.post(first + "/acknowledge", R"({"by":"李娜","note":"已联系"})");
  CHECK(answer.response.status == 200);
  CHECK(answer.changed == std::vector<TicketId>{1});
  CHECK(parsed(answer)["state"] == "acknowledged");
  CHECK(parsed(answer)["clocks"][0]["status"] == "kept");
  CHECK(office.post(first + "/acknowledge", R"({"by":"王伟"})").response.status == 409);

  const auto refused = office.post(first + "/resolve", R"({"by":"李娜","outcome":"repaired"})");
  CHECK(refused.response.status == 409);
  CHECK(parsed(refused)["detail"].get<std::string>().find("bridged") != std::string::npos);
  CHECK(refused.changed.empty());
  CHECK(parsed(office.post(first + "/resolve", R"({"by":"李娜","outcome":"bridged"})"))["state"] == "bridged");

  const Sample gone{.seq = 2, .event = FindingEvent::returned, .active = false};
  REQUIRE(office.desk->take(std::vector{gone.incoming()}, noon + 1h).has_value());
  CHECK(parsed(office.post(first + "/resolve", R"({"by":"李娜","outcome":"replaced"})"))["state"] == "closed");
}

TEST_CASE("a clock is paused with reason and end, and the ticket says until when") {
  const Office office;
  const auto body = R"({"by":"李娜","note":"等待备件","clock":"on_site","until":"2026-11-24T18:00:00+00:00"})";
  const auto ticket = parsed(office.post(first + "/pause", body));
  CHECK(ticket["clocks"][2]["status"] == "paused");
  CHECK(ticket["clocks"][2]["pause"]["until"] == "2026-11-24T18:00:00.000Z");
  CHECK(parsed(office.post(first + "/resume", R"({"by":"李娜","clock":"on_site"})", Office::ours,
                           noon + 2h))["clocks"][2]["status"] == "running");
}

TEST_CASE("what changes something is refused without our header, from a foreign origin and as a form") {
  const Office office;
  const std::string body = R"({"by":"李娜"})";
  auto headers = Office::ours;
  headers.erase("x-requested-with");
  CHECK(office.post(first + "/acknowledge", body, headers).response.status == 403);
  headers = Office::ours;
  for (const auto* origin : {"http://evil.example", "null", "http://desk:8080.evil.example", "http://desk"}) {
    headers["origin"] = origin;
    CHECK(office.post(first + "/acknowledge", body, headers).response.status == 403);
  }
  headers = Office::ours;
  headers["content-type"] = "application/x-www-form-urlencoded";
  CHECK(office.post(first + "/acknowledge", body, headers).response.status == 415);
  CHECK(office.desk->list({})[0]->ticket.state() == TicketState::fresh);
  headers = Office::ours;
  headers["origin"] = "http://desk:8080";
  CHECK(office.post(first + "/acknowledge", body, headers).response.status == 200);
}

TEST_CASE("a body that is not exactly what is asked for is refused with the field") {
  const Office office;
  for (const auto* body :
       {"", "{", "[]", "null", R"({"by":""})", R"({"note":"x"})", R"({"by":7})", R"({"by":"a","by":"b"})",
        R"({"by":"a","admin":true})", "{\"by\":\"\xff\"}", R"({"by":"a\u0000b"})", R"({"by":"a\nb"})"}) {
    CAPTURE(body);
    const auto answer = office.post(first + "/acknowledge", body);
    CHECK(answer.response.status == 400);
    CHECK_FALSE(parsed(answer)["detail"].get<std::string>().empty());
  }
  CHECK(office.post(first + "/acknowledge", std::string(60'000, '[')).response.status == 400);
  CHECK(office.post(first + "/resolve", R"({"by":"a","outcome":"exploded"})").response.status == 400);
}

TEST_CASE("addresses that are not there and methods that are not theirs") {
  const Office office;
  CHECK(office.get("/api/v1/tickets/T-2026-999999").response.status == 404);
  CHECK(office.get("/api/v1/tickets/' OR 1=1 --").response.status == 404);
  CHECK(office.get("/api/v1/").response.status == 404);
  CHECK(office.get("/api/v2/tickets").response.status == 404);
  CHECK(office.get(first + "/explode").response.status == 404);
  CHECK(office.get("/api/v1/tickets/%").response.status == 404);
  const auto answer = office.get(first + "/acknowledge");
  CHECK(answer.response.status == 405);
  CHECK(office.post("/api/v1/tickets", "{}").response.status == 405);
  CHECK(answer_api(*office.desk, {"TRACE", "/api/v1/tickets", {}, ""}, noon).response.status == 405);
  CHECK(answer_api(*office.desk, {"DELETE", first, {}, ""}, noon).response.status == 405);
}

TEST_CASE("gateways and what was put aside are listed, a hostile payload as harmless text") {
  const Office office;
  const Incoming poison{"site/gw-1/up/finding", "<script>\r\n\x1b[2J</script>"};
  REQUIRE(office.desk->take(std::vector{poison}, noon).has_value());
  CHECK(parsed(office.get("/api/v1/gateways"))["gateways"][0]["name"] == "gw-1");
  const auto rows = parsed(office.get("/api/v1/quarantine"))["messages"];
  REQUIRE(rows.size() == 1);
  CHECK(rows[0]["payload"] == "<script>???[2J</script>");
}

TEST_CASE("the description of the API names every field that is sent, and every address it names is there") {
  std::ifstream file("cloud-bridge/ticketing/openapi.yaml");
  std::set<std::string> paths;
  std::string whole;
  for (std::string line; std::getline(file, line); whole += line + '\n') {
    if (line.rfind("  /api/v1/", 0) == 0) paths.insert(line.substr(2, line.size() - 3));
  }
  CHECK(paths.size() == 12);
  const Office office;
  for (auto path : paths) {
    if (path == "/api/v1/events") continue;  // the shell with the sockets answers it
    CAPTURE(path);
    if (const auto at = path.find("{number}"); at != std::string::npos) path.replace(at, 8, "T-2026-000001");
    CHECK(office.get(path).response.status != 404);
  }
  const auto ticket = parsed(office.get(first));
  for (const auto& [key, value] : ticket.items()) {
    CAPTURE(key);
    CHECK(whole.find("            " + key + ":") + whole.find("        " + key + ":") != 2 * std::string::npos);
  }
  for (const auto& [key, value] : ticket["clocks"][0].items()) {
    CAPTURE(key);
    CHECK(whole.find("        " + key + ": {") != std::string::npos);
  }
}
