#include "firmware-agent/control/desk.hpp"

#include "tests/firmware-agent/control/ask.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::control;
using namespace inspect::tests;
using namespace std::chrono_literals;

namespace {

const std::string welded = "demo/relay-1/relay.1.state/relay.welded/1";

struct World {
  RunningServer server;
  RawClient client{server.path()};
};

}  // namespace

TEST_CASE("status tells the whole gateway, with what waits in the outbox") {
  World w;
  w.server.on_loop([](FakeAgent& agent) { agent.rows.push_back({Stream::findings, "0123456789abcdef", 1, "{}"}); });
  const auto status = ask<Status>(w.client, AskStatus{});
  CHECK(status.site_title.zh == "电工考核站");
  CHECK(status.points.good == 3);
  CHECK(status.socket.connections == 1);
  REQUIRE(status.outbox);
  CHECK(status.outbox->findings_waiting == 1);
}

TEST_CASE("a store that does not answer is a status without an outbox, not a failure") {
  World w;
  w.server.on_loop([](FakeAgent& agent) { agent.storage_failure = fail(Errc::storage, "disk full"); });
  CHECK_FALSE(ask<Status>(w.client, AskStatus{}).outbox);
  CHECK(ask_in_vain(w.client, AskOutbox{}).code == Refusal::storage);
}

TEST_CASE("buses, devices and points are told as rows") {
  World w;
  CHECK(ask<std::vector<BusRow>>(w.client, AskBuses{}).size() == 2);
  CHECK(ask<std::vector<DeviceRow>>(w.client, AskDevices{}).size() == 2);
  CHECK(ask<std::vector<PointRow>>(w.client, AskPoints{}).size() == 4);
  const auto points = ask<std::vector<PointRow>>(w.client, AskPoints{"power-1"});
  REQUIRE(points.size() == 2);
  CHECK(points[0].point == "output.voltage");
  CHECK(points[0].reading.value == 11.98);
  CHECK(ask_in_vain(w.client, AskPoints{"power-2"}).code == Refusal::not_found);
}

TEST_CASE("a plain read asks nobody, a fresh one asks the bus for exactly these points") {
  World w;
  CHECK(ask<std::vector<PointRow>>(w.client, AskRead{"power-1/output.voltage", false}).front().reading.value == 11.98);
  w.server.on_loop([](FakeAgent& agent) { CHECK(agent.asked_fresh.empty()); });
  const auto fresh = ask<std::vector<PointRow>>(w.client, AskRead{"power-1/output.voltage", true});
  REQUIRE(fresh.size() == 1);
  CHECK(fresh[0].reading.value == 12.5);
  CHECK(fresh[0].reading.age == 0ms);
  w.server.on_loop([](FakeAgent& agent) { CHECK(agent.asked_fresh == std::vector{PointIndex{2}}); });
  CHECK(ask<std::vector<PointRow>>(w.client, AskRead{"relay-1", true}).size() == 2);
}

TEST_CASE("a bus that cannot ask says why") {
  World w;
  w.server.on_loop([](FakeAgent& agent) { agent.bus_failure = fail(Errc::bus_unavailable, "/dev/ttyUSB0 is gone"); });
  const auto trouble = ask_in_vain(w.client, AskRead{"relay-1", true});
  CHECK(trouble.code == Refusal::device);
  CHECK(trouble.message.en == "/dev/ttyUSB0 is gone");
}

TEST_CASE("history is of one point, in the span asked for") {
  World w;
  const auto now = fake_now().wall;
  const auto rows = ask<std::vector<HistoryRow>>(w.client, AskHistory{"power-1/output.voltage", now - 1h, now, 100});
  REQUIRE(rows.size() == 4);
  CHECK(rows[0].value == 11.9);
  CHECK_FALSE(rows[2].value);
  CHECK(rows[2].reason == Reason::no_answer);
  CHECK(ask<std::vector<HistoryRow>>(w.client, AskHistory{"power-1/output.voltage", now - 90s, now, 100}).size() == 2);
  CHECK(ask_in_vain(w.client, AskHistory{"power-1", now - 1h, now, 100}).code == Refusal::not_found);
}

TEST_CASE("open findings come from memory, newest first; ended ones from the store") {
  World w;
  w.server.on_loop([](FakeAgent& agent) {
    auto newer = welded_relay();
    newer.id.kind = "relay.stuck";
    newer.since.wall += 60s;
    agent.open.push_back(newer);
    auto ended = welded_relay();
    ended.id.occurrence = 9;
    ended.state = AlarmState::normal;
    agent.ended = {ended};
    agent.storage_failure = fail(Errc::storage, "disk full");
  });
  const auto open = ask<std::vector<Finding>>(w.client, AskFindings{});
  REQUIRE(open.size() == 2);
  CHECK(open[0].id.kind == "relay.stuck");
  CHECK(open[1].analysis == welded_relay().analysis);
  CHECK(ask<std::vector<Finding>>(w.client, AskFindings{false, 1}).size() == 1);
  CHECK(ask_in_vain(w.client, AskFindings{true, 10}).code == Refusal::storage);
  w.server.on_loop([](FakeAgent& agent) { agent.storage_failure.reset(); });
  CHECK(ask<std::vector<Finding>>(w.client, AskFindings{true, 10}).size() == 3);
}

TEST_CASE("one finding is shown whole, also after it ended") {
  World w;
  CHECK(ask<Finding>(w.client, AskFinding{welded}).analysis.checks.size() == 2);
  w.server.on_loop([](FakeAgent& agent) { agent.ended = std::exchange(agent.open, {}); });
  CHECK(to_string(ask<Finding>(w.client, AskFinding{"relay-1/relay.1.state/relay.welded"}).id) == welded);
  CHECK(ask_in_vain(w.client, AskFinding{"relay-1/relay.1.state/relay.stuck"}).code == Refusal::not_found);
}

TEST_CASE("who acknowledges is the account that connected, with the name that was given") {
  World w;
  const auto after = ask<Finding>(w.client, Acknowledge{welded, "张工"});
  CHECK(after.state == AlarmState::acknowledged);
  CHECK(after.by == agent::user_name(getuid()) + " (张工)");
  const auto again = ask_in_vain(w.client, Acknowledge{welded, ""});
  CHECK(again.code == Refusal::invalid);
  CHECK(again.message.en == "it is acknowledged already");
  CHECK(ask_in_vain(w.client, Acknowledge{"relay-9/x/y/1", ""}).code == Refusal::not_found);
}

TEST_CASE("a shelf needs an end in the next 31 days") {
  World w;
  const auto now = fake_now().wall;
  for (const auto until : {now, now - 1s, now + std::chrono::hours(24 * 31) + 1ms}) {
    CHECK(ask_in_vain(w.client, Shelve{welded, until, "spare part", ""}).code == Refusal::invalid);
  }
  w.server.on_loop([](FakeAgent& agent) { CHECK(agent.open[0].state == AlarmState::unacknowledged); });
  const auto shelved = ask<Finding>(w.client, Shelve{welded, now + 2h, "备件在路上", ""});
  CHECK(shelved.state == AlarmState::shelved);
  CHECK(shelved.shelved_until == now + 2h);
  CHECK(shelved.reason == "备件在路上");
  CHECK(ask<Finding>(w.client, Unshelve{"relay-1/relay.1.state/relay.welded", ""}).state == AlarmState::unacknowledged);
}

TEST_CASE("rows are claimed without those on their way, and leave by a receipt") {
  World w;
  const std::string epoch = "0123456789abcdef";
  w.server.on_loop([&](FakeAgent& agent) {
    for (std::uint64_t seq = 1; seq <= 3; ++seq)
      agent.rows.push_back({Stream::findings, epoch, seq, "{\"n\":" + std::to_string(seq) + "}"});
  });
  const auto rows = ask<std::vector<OutboxRow>>(w.client, ClaimRows{20, {{epoch, 2}}});
  REQUIRE(rows.size() == 2);
  CHECK(rows[0] == OutboxRow{Stream::findings, epoch, 1, "{\"n\":1}"});
  CHECK(rows[1].seq == 3);
  CHECK(ask<Receipted>(w.client, GiveReceipt{epoch, {1, 2, 77}}).count == 2);
  CHECK(ask<OutboxState>(w.client, AskOutbox{}).findings_waiting == 1);
}

TEST_CASE("what the centre holds is compared, and too often is refused") {
  World w;
  const std::vector<Holding> held{{"0123456789abcdef", {{1, 4}, {6, 9}}}, {"fedcba9876543210", {}}};
  CHECK(ask<Unsent>(w.client, GiveHoldings{held}).count == 5);
  w.server.on_loop([&](FakeAgent& agent) {
    CHECK(agent.holdings == held);
    agent.told_too_often = true;
  });
  CHECK(ask_in_vain(w.client, GiveHoldings{held}).code == Refusal::not_permitted);
}

TEST_CASE("a claim that would not fit a line gives what fits, in order, and the rest the next time") {
  World w;
  const std::string epoch = "0123456789abcdef";
  // Quotes double when they are escaped: what the store lets through as 1 MiB is more on the line.
  const std::string payload(60'000, '"');
  w.server.on_loop([&](FakeAgent& agent) {
    for (std::uint64_t seq = 1; seq <= 17; ++seq) agent.rows.push_back({Stream::findings, epoch, seq, payload});
  });
  const auto rows = ask<std::vector<OutboxRow>>(w.client, ClaimRows{256, {}});
  REQUIRE(rows.size() == 8);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CHECK(rows[i].seq == i + 1);
    CHECK(rows[i].payload == payload);
  }
}

TEST_CASE("an answer over the bound is refused with the way to ask for less") {
  World w;
  w.server.on_loop([](FakeAgent& agent) {
    agent.open.assign(400, welded_relay());
    for (auto& finding : agent.open) finding.analysis.what.en = std::string(4000, 'x');
  });
  const auto trouble = ask_in_vain(w.client, AskFindings{false, 400});
  CHECK(trouble.code == Refusal::too_large);
  CHECK(trouble.cure.en.find("fewer") != std::string::npos);
  CHECK(ask<std::vector<Finding>>(w.client, AskFindings{false, 10}).size() == 10);
}

TEST_CASE("what is on USB is listed, and a device is adopted by name and person") {
  World w;
  const auto rows = ask<std::vector<UsbRow>>(w.client, AskUsb{});
  REQUIRE(rows.size() == 2);
  CHECK(rows[1].device.empty());
  const auto adopted = ask<std::vector<UsbRow>>(w.client, AdoptUsb{rows[0].device, "Li"});
  REQUIRE(adopted.size() == 1);
  CHECK(adopted[0].why.en.find("Li") != std::string::npos);
  CHECK(ask_in_vain(w.client, AdoptUsb{"nobody", ""}).code == Refusal::not_found);
}

TEST_CASE("a proof names a device, a relay and an input; what the guard forbids is not permitted") {
  World w;
  const auto board = ask<std::vector<UsbRow>>(w.client, AskUsb{})[0].device;
  const auto proven = ask<std::vector<UsbRow>>(w.client, ProveUsb{board, 2, "power-1/output.voltage", "Li"});
  REQUIRE(proven.size() == 1);
  CHECK(proven[0].identity == "proven");
  CHECK(ask_in_vain(w.client, ProveUsb{board, 2, "power-1", ""}).code == Refusal::invalid);
  CHECK(ask_in_vain(w.client, ProveUsb{board, 2, "", ""}).code == Refusal::invalid);
  CHECK(ask_in_vain(w.client, ProveUsb{board, 65, "power-1/output.voltage", ""}).code == Refusal::invalid);
  CHECK(ask_in_vain(w.client, ProveUsb{board, 9, "power-1/output.voltage", ""}).code == Refusal::not_permitted);
}

TEST_CASE("an exam is begun for a while by a person, is told in the status, and is ended") {
  World w;
  CHECK_FALSE(ask<ExamRow>(w.client, AskExam{}).on);
  const auto begun = ask<ExamRow>(w.client, BeginExam{std::chrono::hours(4), "张工"});
  CHECK(begun.on);
  CHECK(begun.who.find("(张工)") != std::string::npos);
  CHECK(begun.until == begun.from.value() + std::chrono::hours(4));
  CHECK(ask<Status>(w.client, AskStatus{}).exam == begun);
  for (const auto wrong : {0, -1, 24 * 3600 * 1000 + 1}) {
    CHECK(ask_in_vain(w.client, BeginExam{std::chrono::milliseconds(wrong), ""}).code == Refusal::invalid);
  }
  CHECK_FALSE(ask<ExamRow>(w.client, EndExam{""}).on);
  CHECK(ask_in_vain(w.client, EndExam{""}).code == Refusal::invalid);
  w.server.on_loop([](FakeAgent& agent) { agent.storage_failure = fail(Errc::storage, "the disk is full"); });
  CHECK(ask_in_vain(w.client, BeginExam{std::chrono::hours(1), ""}).code == Refusal::storage);
}

TEST_CASE("an order names a device and an action; a refusal comes in both languages") {
  World w;
  const auto device = ask<std::vector<DeviceRow>>(w.client, AskDevices{})[0].name;
  const auto done = ask<OrderRow>(w.client, GiveOrder{device, "relay.1.on", std::chrono::seconds(10), "张工"});
  CHECK(done.device == device);
  CHECK(done.action == "relay.1.on");
  CHECK(done.until.has_value());
  CHECK_FALSE(ask<OrderRow>(w.client, GiveOrder{device, "relay.1.off", {}, ""}).until);
  CHECK(ask_in_vain(w.client, GiveOrder{"nobody", "relay.1.on", {}, ""}).code == Refusal::not_found);
  CHECK(ask_in_vain(w.client, GiveOrder{"power-1/output.voltage", "relay.1.on", {}, ""}).code == Refusal::invalid);
  CHECK(ask_in_vain(w.client, GiveOrder{device, "", {}, ""}).code == Refusal::invalid);
  CHECK(ask_in_vain(w.client, GiveOrder{device, "relay.1.on", std::chrono::hours(2), ""}).code == Refusal::invalid);
  ask<ExamRow>(w.client, BeginExam{std::chrono::hours(1), ""});
  const auto refused = ask_in_vain(w.client, GiveOrder{device, "relay.1.on", {}, ""});
  CHECK(refused.code == Refusal::not_permitted);
  CHECK(refused.message == Text{"正在考试", "an exam is on"});
}

TEST_CASE("a proof on a bus names an output and an input of another device") {
  World w;
  const auto device = ask<std::vector<DeviceRow>>(w.client, AskDevices{})[0].name;
  CHECK(ask<IdentityRow>(w.client, Prove{device, "relay.1", "power-1/output.voltage", "Li"}).identity == "proven");
  CHECK(ask_in_vain(w.client, Prove{device, "relay.2", "power-1/output.voltage", ""}).code == Refusal::device);
  CHECK(ask_in_vain(w.client, Prove{device, "relay.1", "power-1", ""}).code == Refusal::invalid);
  CHECK(ask_in_vain(w.client, Prove{device, "", "power-1/output.voltage", ""}).code == Refusal::invalid);
  CHECK(ask<IdentityRow>(w.client, Prove{device, "", "", "Li"}).why.en == "SN7");
}

TEST_CASE("tests of the plan are listed, one is begun by name and its row tells how far it is") {
  World w;
  CHECK(ask<std::vector<TestRow>>(w.client, AskTests{}).front().state == "never");
  const auto begun = ask<std::vector<TestRow>>(w.client, StartTest{"drill", "张工"});
  REQUIRE(begun.size() == 1);
  CHECK(begun[0].state == "running");
  CHECK(begun[0].who.find("(张工)") != std::string::npos);
  CHECK(ask<std::vector<TestRow>>(w.client, AskTests{"drill"}) == begun);
  CHECK(ask_in_vain(w.client, AskTests{"other"}).code == Refusal::not_found);
  CHECK(ask_in_vain(w.client, StartTest{"other", ""}).code == Refusal::not_found);
  CHECK(ask_in_vain(w.client, StartTest{"", ""}).code == Refusal::invalid);
}
