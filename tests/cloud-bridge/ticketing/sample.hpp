#pragma once

#include "cloud-bridge/ticketing/desk/desk.hpp"
#include "protocol/messages/message.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace inspect::ticketing::test {

using namespace std::chrono_literals;

inline const WallTime noon = *parse_rfc3339("2026-11-24T12:00:00Z");
inline const std::string epoch_a = "00112233445566aa";
inline const std::string epoch_b = "00112233445566bb";

/// A report of a welded relay as gateway gw-1 would send it.
struct Sample {
  std::string gateway = "gw-1";
  std::string epoch = epoch_a;
  std::uint64_t seq = 1;
  FindingEvent event = FindingEvent::opened;
  bool active = true;
  FaultClass fault_class = FaultClass::ordinary;
  std::string device = "seat-07";
  std::string department = "relay-electronics";
  std::uint32_t occurrence = 1;
  std::string title = "继电器触点粘连";
  std::string site = "changsha-1";

  [[nodiscard]] messages::FindingMessage message() const {
    messages::FindingMessage out;
    out.envelope = {gateway, epoch, seq, noon};
    out.site_title = {"长沙考核点", "Changsha site"};
    out.device_title = {"7 号工位继电器板", "Relay board, seat 7"};
    out.model = "waveshare-relay-8ch";
    out.change.event = event;
    auto& finding = out.change.finding;
    finding.id = {site, device, "relay.3.state", "relay.welded", occurrence};
    finding.fault_class = fault_class;
    finding.active = active;
    finding.state = active ? AlarmState::unacknowledged : AlarmState::returned;
    finding.since = {BootTime{1h}, noon - 2min, ClockTrust::ntp};
    finding.changed = {BootTime{1h + 1min * seq}, noon - 1min, ClockTrust::ntp};
    if (!active) finding.returned = finding.changed;
    finding.analysis.title = {title, "Relay contact welded"};
    finding.analysis.what = {"断开后仍闭合。", "Closed after the order to open, report " + std::to_string(seq) + "."};
    finding.analysis.where = {"长沙 / 7 号工位", "Changsha / seat 7"};
    finding.analysis.confidence = 0.97;
    finding.analysis.part = "SRD-05VDC-SL-C";
    finding.analysis.department = department;
    finding.analysis.evidence = {
        {device, "output.voltage", 12.04, "V", Quality::good, noon - 90s, {"断开时", "when off"}}};
    return out;
  }
  [[nodiscard]] std::string bytes() const { return messages::encode(message()); }
  [[nodiscard]] Incoming incoming() const { return {"site/" + gateway + "/up/finding", bytes()}; }
};

inline Event event_of(EventKind kind, WallTime at) {
  Event event;
  event.kind = kind;
  event.at = at;
  return event;
}

inline Event reported(const Sample& sample, WallTime at) {
  auto event = event_of(EventKind::reported, at);
  event.report = sample.message();
  return event;
}

inline Event resolved(Outcome outcome, WallTime at, std::string by = "李娜") {
  auto event = event_of(EventKind::resolved, at);
  event.outcome = outcome;
  event.by = std::move(by);
  return event;
}

/// A directory that is gone when the test ends.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "ticketing-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline std::unique_ptr<Desk> desk_in(const std::string& directory, WallTime now = noon, StoreLimits limits = {}) {
  auto desk = Desk::open(directory, standard_dispatch(), now, limits);
  REQUIRE_MESSAGE(desk.has_value(), (desk ? "" : desk.error().message));
  return std::move(*desk);
}

}  // namespace inspect::ticketing::test
