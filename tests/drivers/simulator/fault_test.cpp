#include "drivers/simulator/fault.hpp"

#include "tests/drivers/simulator/fixtures.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace std::chrono_literals;
using sim::FaultKind;
using tests::Bytes;

namespace {

sim::Outgoing good() {
  sim::Outgoing answer;
  answer.unit = 3;
  answer.pdu = {4, 2, 0x05, 0x40};
  return answer;
}

sim::Faults with(const std::vector<std::string>& words) {
  sim::Faults faults;
  faults.add(*sim::parse_fault(words));
  return faults;
}

}  // namespace

TEST_CASE("a healthy device's answer passes as it is") {
  sim::Faults faults;
  const auto answer = faults.apply(good());
  REQUIRE(answer);
  CHECK(answer->pdu == good().pdu);
  CHECK(answer->unit == 3);
  CHECK(answer->delay == 0ms);
}

TEST_CASE("every fault spoils what its name says, and nothing else") {
  CHECK_FALSE(with({"silent"}).apply(good()));
  CHECK(with({"slow", "700"}).apply(good())->delay == 700ms);
  CHECK(with({"dribble"}).apply(good())->gap == 450ms);
  CHECK(with({"twin"}).apply(good())->twin == 3ms);
  CHECK(with({"twin", "20"}).apply(good())->twin == 20ms);
  CHECK_FALSE(with({"slow"}).apply(good())->twin);
  CHECK(with({"garbage"}).apply(good())->garbage);
  CHECK(with({"truncated"}).apply(good())->truncated);
  CHECK(with({"wrong-unit"}).apply(good())->unit == 4);
  CHECK(with({"exception", "6"}).apply(good())->pdu == Bytes{0x84, 6});
  CHECK(with({"wrong-unit"}).apply(good())->pdu == good().pdu);
}

TEST_CASE("a fault of USB says how the transfer ends") {
  CHECK(with({"babble"}).apply(good())->babble);
  CHECK(with({"damaged"}).apply(good())->damaged);
  CHECK(with({"exception"}).apply(good())->refused);
  const auto healthy = sim::Faults().apply(good());
  CHECK_FALSE((healthy->babble || healthy->damaged || healthy->refused));
}

TEST_CASE("a wrong echo changes what a write confirms and leaves reads alone") {
  auto faults = with({"wrong-echo"});
  CHECK(faults.apply(good())->pdu == good().pdu);
  sim::Outgoing write;
  write.pdu = {5, 0, 0, 0xFF, 0};
  CHECK(faults.apply(write)->pdu == Bytes{5, 0, 0, 0xFF, 1});
}

TEST_CASE("one answer in N is late, or only the next one") {
  auto some = with({"late", "1500", "every", "3"});
  std::vector<bool> late;
  late.reserve(6);
  for (int i = 0; i < 6; ++i) late.push_back(some.apply(good())->delay == 1500ms);
  CHECK(late == std::vector<bool>{false, false, true, false, false, true});

  auto once = with({"late", "1500", "once"});
  CHECK(once.apply(good())->delay == 1500ms);
  CHECK(once.apply(good())->delay == 0ms);
  CHECK(once.all().empty());
}

TEST_CASE("faults add up, one of each kind, and can be taken away") {
  auto faults = with({"slow", "100"});
  faults.add(*sim::parse_fault({"slow", "200"}));
  faults.add(*sim::parse_fault({"wrong-unit"}));
  CHECK(faults.all().size() == 2);
  const auto answer = faults.apply(good());
  CHECK(answer->delay == 200ms);
  CHECK(answer->unit == 4);
  CHECK(faults.remove(FaultKind::slow));
  CHECK_FALSE(faults.remove(FaultKind::slow));
  CHECK(faults.find(FaultKind::slow) == nullptr);
  CHECK(faults.find(FaultKind::wrong_unit) != nullptr);
}

TEST_CASE("what was typed is shown as it is understood") {
  CHECK(sim::describe(*sim::parse_fault({"slow"})) == "slow 300 ms");
  CHECK(sim::describe(*sim::parse_fault({"late", "900", "every", "100"})) == "late 900 ms every 100");
  CHECK(sim::describe(*sim::parse_fault({"late", "900", "once"})) == "late 900 ms once");
  CHECK(sim::describe(*sim::parse_fault({"late", "once"})) == "late 1500 ms once");
  CHECK(sim::describe(*sim::parse_fault({"exception"})) == "exception 4");
  CHECK(sim::describe(*sim::parse_fault({"exception", "every", "3"})) == "exception 4 every 3");
  CHECK(sim::describe(*sim::parse_fault({"garbage", "every", "10"})) == "garbage every 10");
}

TEST_CASE("every kind has a name that leads back to it") {
  for (auto i = 0; i <= static_cast<int>(FaultKind::damaged); ++i) {
    const auto kind = static_cast<FaultKind>(i);
    CHECK(sim::fault_kind_from(sim::name(kind)) == kind);
  }
  CHECK_FALSE(sim::fault_kind_from("tired"));
}

TEST_CASE("what cannot be understood is refused with what could") {
  const auto message = [](const std::vector<std::string>& words) { return sim::parse_fault(words).error().message; };
  CHECK(message({"tired"}).find("silent, slow, late") != std::string::npos);
  CHECK(message({"slow", "fast"}).find("from 1 to 3600000") != std::string::npos);
  CHECK(message({"slow", "-5"}).find("whole number") != std::string::npos);
  CHECK(message({"exception", "0"}).find("from 1 to 255") != std::string::npos);
  CHECK(message({"late", "100", "never"}).find("every 100") != std::string::npos);
  CHECK(message({"garbage", "every"}).find("every 100") != std::string::npos);
  CHECK_FALSE(sim::parse_fault({}).has_value());
  CHECK_FALSE(sim::parse_fault({"slow", "100", "once"}).has_value());
  CHECK_FALSE(sim::parse_fault({"late", "99999999999999999999"}).has_value());
}
