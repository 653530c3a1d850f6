#pragma once

#include "drivers/profiles/profile.hpp"
#include "drivers/profiles/rule_fields.hpp"
#include "protocol/settings/fields.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// A profile as written, before repetitions are spelled out and names looked up.
namespace inspect::drivers {

struct PointDraft {
  PointSpec spec;
  std::uint16_t repeat = 1;
  std::uint16_t stride = 1;
  settings::Place place;
};

struct ActionDraft {
  ActionSpec action;
  std::uint16_t repeat = 1;
  std::uint16_t stride = 1;
  settings::Place place;
};

struct BlindSpotDraft {
  BlindSpot spot;
  settings::Place place;
};

struct IdentityDraft {
  IdentitySpec spec;
  settings::Place place;
};

struct RelayBoardDraft {
  usb::RelayLayout layout;
  settings::Place place;
};

struct TesterDraft {
  usb::TesterWords words;
  settings::Place place;
};

struct CommandDraft {
  usb::TesterCommand command;
  settings::Place place;
};

struct VerdictDraft {
  usb::VerdictWord word;
  settings::Place place;
};

struct ResultDraft {
  usb::TesterField field;
  PointSpec spec;
  settings::Place place;
};

struct ReleaseDraft {
  Release release;
  settings::Place place;
};

struct HeadDraft {
  DriverKind driver = DriverKind::modbus;
  std::string maker;
  Text title;
  std::vector<std::string> sources;
  std::optional<std::uint16_t> tcp_port;
};

struct EndDraft {
  std::string model;
};

struct ProfileDraft {
  HeadDraft head;
  std::optional<SerialDefaults> serial;
  modbus::DeviceLimits limits;
  std::optional<IdentityDraft> identity;
  std::vector<PointDraft> points;
  std::vector<RuleDraft> rules;
  std::vector<ActionDraft> actions;
  std::vector<BlindSpotDraft> blind_spots;
  std::vector<UsbIds> usb;
  std::optional<RelayBoardDraft> relay_board;
  std::optional<TesterDraft> tester;
  std::vector<CommandDraft> commands;
  std::vector<VerdictDraft> verdicts;
  std::vector<ResultDraft> results;
  std::optional<ContactSpec> contacts;
  std::optional<ReleaseDraft> release;
  EndDraft end;
  settings::Place place;
};

const settings::Fields<PointDraft>& point_fields();
const settings::Fields<UsbIds>& usb_fields();
const settings::Fields<RelayBoardDraft>& relay_board_fields();
const settings::Fields<TesterDraft>& tester_fields();
const settings::Fields<CommandDraft>& command_fields();
const settings::Fields<VerdictDraft>& verdict_fields();
const settings::Fields<ResultDraft>& result_fields();
const settings::Fields<ContactSpec>& contact_fields();
const settings::Fields<ReleaseDraft>& release_fields();
const settings::Fields<ProfileDraft>& profile_fields();

/// Spells out repetitions, looks up names and checks what one row alone cannot show.
Profile resolve(const ProfileDraft& draft, std::string model, settings::Problems& problems);

/// What a model that is no Modbus device has: its driver's words, and the points and actions that follow from them.
/// Reports tables that the driver needs and lacks, and those it has no use for.
void resolve_board(const ProfileDraft& draft, Profile& profile, settings::Problems& problems);

}  // namespace inspect::drivers
