// What becomes of the culprits that the link watch names: findings, what they hold back, what is told in their place.

#include "firmware-agent/detection/watchman.hpp"

#include "tests/firmware-agent/detection/world.hpp"

#include <algorithm>

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::agent::world;

namespace {

LineSigns damaged() {
  LineSigns signs;
  signs.damaged = 1;
  return signs;
}

void rounds(WatchedSite& w, int count, const std::vector<DeviceIndex>& silent = {}) {
  for (int i = 0; i < count; ++i) {
    for (const auto device : {w.place.board, w.place.power, w.place.leak}) {
      w.wait(100ms);
      const bool answers = std::find(silent.begin(), silent.end(), device) == silent.end();
      w.attempt(device, answers ? std::nullopt : std::optional(Errc::timeout));
    }
  }
  w.wait(500ms);
  w.tick();
}

/// Every third answer of each device is damaged.
void noise(WatchedSite& w, int count) {
  for (int i = 0; i < count; ++i) {
    for (const auto device : {w.place.board, w.place.power, w.place.leak}) {
      w.wait(100ms);
      const bool hit = (i + static_cast<int>(at(device))) % 3 == 0;
      w.attempt(device, hit ? std::optional(Errc::corrupt_frame) : std::nullopt, hit ? damaged() : LineSigns{});
    }
  }
}

}  // namespace

TEST_CASE("a connection in trouble is told with the network's kind, part and checks") {
  WatchedSite w;
  w.port(w.place.tcp, false, "Connection refused");
  w.wait(1s);
  w.tick();
  const auto finding = w.open_one();
  CHECK(to_string(finding.id) == "demo/tcp-1/-/net.unreachable/1");
  CHECK(finding.analysis.part == "network cable");
  for (const auto& check : finding.analysis.checks) CHECK(check.en.find("A/B") == std::string::npos);
}

TEST_CASE("the only device of a connection that falls silent and the connection that is then lost are one finding") {
  WatchedSite w;
  for (int i = 0; i < 3; ++i) {
    w.wait(1s);
    w.attempt(w.place.inputs, Errc::timeout);
  }
  CHECK(w.open_one().id.kind == "net.no-answer");
  w.port(w.place.tcp, false, "Connection refused");
  w.wait(5s);
  w.tick();
  CHECK(w.open_one().id.kind == "net.no-answer");
}

TEST_CASE("noise is one finding of the line that holds back the bad links of its devices") {
  WatchedSite w;
  rounds(w, 3);
  noise(w, 20);
  const auto finding = w.open_one();
  CHECK(to_string(finding.id) == "demo/line-1/-/bus.noise/1");
  CHECK(finding.analysis.held_back.size() == 3);
  CHECK(finding.analysis.what.en.find("bit errors") != std::string::npos);
}

TEST_CASE("what is known of a device is suppressed while its line spoils everything, and released after it") {
  WatchedSite w;
  rounds(w, 5);
  for (int i = 0; i < 20; ++i) {
    w.wait(100ms);
    w.attempt(w.place.board, Errc::corrupt_frame, damaged());
    for (const auto device : {w.place.power, w.place.leak}) w.attempt(device);
  }
  REQUIRE(w.open_one().id.kind == "link.address-conflict");
  LineSigns foreign;
  foreign.foreign = 3;
  w.attempt(w.place.power, std::nullopt, foreign);
  auto open = w.man->open();
  REQUIRE(open.size() == 2);
  const auto conflict = std::find_if(open.begin(), open.end(), [](auto& f) { return f.id.device == "board-1"; });
  CHECK(conflict->state == AlarmState::suppressed);
  w.wait(61s);
  w.attempt(w.place.board, Errc::corrupt_frame, damaged());
  w.tick();
  open = w.man->open();
  CHECK(std::any_of(open.begin(), open.end(),
                    [](auto& f) { return f.id.device == "board-1" && f.state == AlarmState::unacknowledged; }));
}

TEST_CASE("two devices that fall silent together are one finding of the bus that names them") {
  WatchedSite w;
  rounds(w, 3);
  rounds(w, 20, {w.place.power, w.place.leak});
  const auto finding = w.open_one();
  CHECK(to_string(finding.id) == "demo/line-1/-/bus.branch-cut/1");
  REQUIRE_FALSE(finding.analysis.checks.empty());
  CHECK(finding.analysis.checks.front().en == "Silent together: Supply, Leakage monitor");
  CHECK(finding.analysis.held_back == std::vector<std::string>{"power-1/-/link.no-answer", "leak-1/-/link.no-answer"});
  w.restart();
  rounds(w, 20, {w.place.power, w.place.leak});
  CHECK(w.count(FindingEvent::opened) == 1);
  rounds(w, 3);
  CHECK(w.count(FindingEvent::returned) == 1);
}

TEST_CASE("a supply that the site names is told by its name, and is the same finding through a restart") {
  WatchedSite w;
  w.place.site.devices[at(w.place.power)].supply = "psu-24v";
  w.place.site.devices[at(w.place.leak)].supply = "psu-24v";
  w.restart();
  rounds(w, 3);
  rounds(w, 20, {w.place.power, w.place.leak});
  const auto finding = w.open_one();
  CHECK(to_string(finding.id) == "demo/psu-24v/-/supply.lost/1");
  CHECK(finding.analysis.where.en == "Demo site, supply psu-24v");
  CHECK(finding.analysis.department == "power");
  w.restart();
  rounds(w, 20, {w.place.power, w.place.leak});
  CHECK(w.count(FindingEvent::opened) == 1);
  rounds(w, 3);
  CHECK(w.count(FindingEvent::returned) == 1);
}

TEST_CASE("a device told to be silent that answers late keeps its ticket, which now says so") {
  WatchedSite w;
  w.place.site.devices[at(w.place.power)].unit = 7;
  w.restart();
  rounds(w, 3);
  rounds(w, 20, {w.place.power});
  const auto id = w.only_open();
  LineSigns late;
  late.late = 1;
  late.late_unit = 7;
  late.late_by = 1700ms;
  CHECK(w.open_one().analysis.title.en == "Device does not answer");
  w.attempt(w.place.leak, std::nullopt, late);
  CHECK(w.count(FindingEvent::opened) == 1);
  CHECK(w.count(FindingEvent::updated) == 1);
  CHECK(w.only_open() == id);
  CHECK(w.open_one().analysis.title.en == "Device answers too late");
  CHECK(w.open_one().analysis.what.en.find("1.7 s") != std::string::npos);
}

TEST_CASE("a device that never answered in its life is told as nobody at this address") {
  WatchedSite w;
  w.man->newcomer(w.place.power);
  rounds(w, 20, {w.place.power});
  CHECK(w.open_one().id.kind == "link.wrong-address");
}

TEST_CASE("a port that vanishes suppresses the silence of its line from just before") {
  WatchedSite w;
  rounds(w, 3);
  rounds(w, 5, {w.place.board, w.place.power, w.place.leak});
  REQUIRE(w.open_one().id.kind == "bus.down");
  w.port(w.place.line, false, "No such device");
  w.wait(2s);
  w.tick();
  const auto open = w.man->open();
  REQUIRE(open.size() == 2);
  for (const auto& finding : open) {
    CHECK(finding.state == (finding.id.kind == "bus.down" ? AlarmState::suppressed : AlarmState::unacknowledged));
  }
}
