#pragma once

#include "drivers/profiles/rule_fields.hpp"
#include "firmware-agent/config/site.hpp"
#include "protocol/settings/fields.hpp"
#include "protocol/settings/node.hpp"

#include <optional>
#include <string>
#include <vector>

/// A site as written, before its names are looked up.
namespace inspect::agent {

struct HeadDraft {
  std::string name;
  Text title;
  std::string gateway;
};

struct BusDraft {
  std::string name;
  Text title;
  std::optional<SerialLine> serial;
  std::optional<TcpEndpoint> tcp;
  std::optional<UsbPort> usb;
  BusMode mode = BusMode::master;
  ScanRule scan = ScanRule::allowed;
  settings::Place place;
};

/// Another limit for one rule of the profile. What is not said stays.
struct OverrideDraft {
  std::string kind;
  std::string point;
  std::optional<double> low;
  std::optional<double> high;
  std::optional<double> deadband;
  std::optional<std::int64_t> on_delay_ms;
  std::optional<std::int64_t> off_delay_ms;
  settings::Place place;
};

struct DeviceDraft {
  std::string name;
  Text title;
  settings::Placed<std::string> bus;
  settings::Placed<std::uint8_t> unit{1, {}};
  settings::Placed<std::string> profile;
  std::chrono::milliseconds period{0};
  settings::Placed<std::string> supply;
  std::vector<settings::Placed<std::string>> disabled;
  std::vector<OverrideDraft> overrides;
  std::vector<settings::Placed<std::string>> allow;
  settings::Place place;
};

struct ExamDraft {
  Exam exam;
  settings::Place place;
};

struct ControlDraft {
  std::string socket = "/run/inspectd/control.sock";
};

struct InspectionDraft {
  std::string leakage_plan;
};

struct EndDraft {
  std::string site;
};

struct SiteDraft {
  HeadDraft head;
  StoreSettings store;
  ControlDraft control;
  std::vector<BusDraft> buses;
  std::vector<DeviceDraft> devices;
  std::vector<drivers::RuleDraft> watches;
  std::vector<ExamDraft> exams;
  InspectionDraft inspection;
  EndDraft end;
};

const settings::Fields<SiteDraft>& site_fields();

/// The profile's rules as this device has them: without the disabled ones, with the site's limits.
std::vector<Rule> rules_in_force(const DeviceDraft& draft, const drivers::Profile& profile,
                                 settings::Problems& problems);

/// What names may be looked up in.
struct Known {
  const std::vector<drivers::Profile>& profiles;
  const std::vector<std::string>& models;  ///< of profiles that are there, good or bad
  const std::vector<std::string>& kinds;   ///< of the catalogue; empty: not checked
};

/// Looks up names and checks what one row alone cannot show.
Site resolve(const SiteDraft& draft, const Known& known, settings::Problems& problems);

}  // namespace inspect::agent
