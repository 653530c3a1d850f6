#include "protocol/catalogue/catalogue.hpp"

#include <doctest/doctest.h>
#include <algorithm>
#include <set>
#include <string>

using namespace inspect;
using catalogue::Catalogue;

namespace {

const Catalogue& shipped() {
  static const auto loaded = [] {
    auto result = catalogue::load("protocol/catalogue");
    INFO((result ? std::string() : result.error().message));
    REQUIRE(result.has_value());
    return *std::move(result);
  }();
  return loaded;
}

/// Whether the text holds a Chinese character (UTF-8 lead bytes E4 to E9 cover U+4000 to U+9FFF).
bool has_chinese(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0xE4 && byte <= 0xE9;
  });
}

void check_both_languages(const Text& text) {
  CAPTURE(text.zh);
  CAPTURE(text.en);
  CHECK(has_chinese(text.zh));
  CHECK_FALSE(has_chinese(text.en));
  CHECK(text.en.size() >= 4);
}

}  // namespace

TEST_CASE("every kind of the fault model, and every link kind, is in the shipped catalogue") {
  const char* keys[] = {"relay.welded",
                        "relay.no-pull-in",
                        "relay.contact-resistance",
                        "relay.film",
                        "relay.slow-operate",
                        "relay.chatter",
                        "relay.wear",
                        "rail.drift",
                        "rail.low",
                        "rail.high",
                        "rail.capacitor-ageing",
                        "rail.thermal-shutdown",
                        "rail.over-current",
                        "rail.input-sag",
                        "rail.dead",
                        "rail.protection-tripped",
                        "bridge.diode-open",
                        "bridge.short",
                        "fuse.blown",
                        "diode.flyback-open",
                        "diode.series-open",
                        "lead.open",
                        "lead.intermittent",
                        "clamp.open",
                        "wire.broken",
                        "usb.cable",
                        "usb.hub",
                        "usb.identity",
                        "tester.zero-offset",
                        "tester.span-drift",
                        "tester.stuck",
                        "insulation.low",
                        "calibration.due",
                        "leakage.high",
                        "leakage.prewarning",
                        "leakage.sensor-open",
                        "leakage.test-failed",
                        "link.no-answer",
                        "link.refused",
                        "link.degraded",
                        "bus.down",
                        "bus.unavailable",
                        "link.wrong-address",
                        "link.slow",
                        "link.address-conflict",
                        "link.wrong-format",
                        "bus.wrong-format",
                        "bus.noise",
                        "bus.branch-cut",
                        "bus.echo",
                        "bus.second-master",
                        "supply.lost",
                        "net.no-answer",
                        "net.degraded",
                        "net.unreachable",
                        "net.branch-silent",
                        "value.frozen",
                        "value.implausible",
                        "board.supply-low",
                        "board.overheated"};
  for (const auto* key : keys) {
    CAPTURE(key);
    CHECK(shipped().kind(key) != nullptr);
  }
  CHECK(shipped().kinds.size() == std::size(keys));
}

TEST_CASE("every row of the fault model is covered by a kind with its code") {
  const char* codes[] = {"R1", "R2", "R3", "R4", "R5", "R6", "R7", "P1", "P2", "P3", "P4", "P5", "P6", "B1", "B2",
                         "F1", "D1", "D2", "L1", "L2", "G1", "W1", "U1", "U2", "T1", "T2", "T3", "T4", "T5"};
  std::set<std::string> present;
  for (const auto& kind : shipped().kinds) present.insert(kind.code);
  for (const auto* code : codes) {
    CAPTURE(code);
    CHECK(present.count(code) == 1);
  }
}

TEST_CASE("every kind is complete in Chinese and English and says what to check first") {
  for (const auto& kind : shipped().kinds) {
    CAPTURE(kind.key);
    for (const auto* text : {&kind.title, &kind.mode, &kind.mechanism, &kind.cause, &kind.urgency}) {
      check_both_languages(*text);
    }
    CHECK(kind.checks.size() >= 2);
    for (const auto& text : kind.checks) check_both_languages(text);
    CHECK(kind.confidence >= 0.5);
    CHECK(kind.confidence <= 1.0);
  }
}

TEST_CASE("every kind names a known department and a known part, or no part") {
  for (const auto& kind : shipped().kinds) {
    CAPTURE(kind.key);
    CHECK(std::count_if(catalogue::departments.begin(), catalogue::departments.end(),
                        [&](const auto& department) { return department.key == kind.department; }) == 1);
    if (!kind.part.empty()) CHECK(shipped().part(kind.part) != nullptr);
  }
}

TEST_CASE("a department is told by its name in both languages, one nobody knows by its key") {
  CHECK(catalogue::department_name("measurement") == Text{"测量部", "Measurement"});
  CHECK(catalogue::department_name("night-shift") == Text{"night-shift", "night-shift"});
}

TEST_CASE("every department has kinds to work on") {
  for (const auto& department : catalogue::departments) {
    CAPTURE(department.key);
    CHECK(std::any_of(shipped().kinds.begin(), shipped().kinds.end(),
                      [&](const auto& kind) { return kind.department == department.key; }));
  }
}

TEST_CASE("the nine spares every outlet carries are in the list, and each cures something") {
  const char* spares[] = {"LM2596S module",
                          "SRD-05VDC-SL-C",
                          "KBP310",
                          "test lead 60 cm",
                          "ground lead and clamp",
                          "30AWG jumper wire",
                          "shielded USB cable with ferrite 1 m",
                          "diode",
                          "fuse"};
  for (const auto* key : spares) {
    CAPTURE(key);
    const auto* part = shipped().part(key);
    REQUIRE(part != nullptr);
    CHECK(part->carried);
    check_both_languages(part->name);
    CHECK(std::any_of(shipped().kinds.begin(), shipped().kinds.end(), [&](const auto& k) { return k.part == key; }));
  }
  CHECK(std::count_if(shipped().parts.begin(), shipped().parts.end(), [](const auto& p) { return p.carried; }) == 9);
}

TEST_CASE("whatever reads falsely safe or endangers people is a major fault") {
  for (const auto* key : {"relay.welded", "lead.open", "clamp.open", "tester.stuck", "leakage.high",
                          "leakage.sensor-open", "leakage.test-failed", "rail.high", "fuse.blown", "bus.down"}) {
    CAPTURE(key);
    REQUIRE(shipped().kind(key) != nullptr);
    CHECK(shipped().kind(key)->fault_class == FaultClass::major);
  }
  for (const auto* key : {"relay.wear", "rail.drift", "calibration.due", "leakage.prewarning"}) {
    CAPTURE(key);
    CHECK(shipped().kind(key)->fault_class == FaultClass::preventive);
  }
}

TEST_CASE("what hangs on the network is told without parts and checks of RS-485") {
  for (const auto* key : {"net.no-answer", "net.degraded", "net.unreachable", "net.branch-silent"}) {
    CAPTURE(key);
    const auto* kind = shipped().kind(key);
    REQUIRE(kind != nullptr);
    CHECK(kind->part.rfind("RS-485", 0) != 0);
    for (const auto& check : kind->checks) {
      CAPTURE(check.en);
      CHECK(check.en.find("A/B") == std::string::npos);
      CHECK(check.en.find("120 Ω") == std::string::npos);
    }
  }
}

TEST_CASE("an unknown key finds nothing") {
  CHECK(shipped().kind("relay.unheard-of") == nullptr);
  CHECK(shipped().part("") == nullptr);
}
