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

struct HeadDraft {
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
  EndDraft end;
  settings::Place place;
};

const settings::Fields<PointDraft>& point_fields();
const settings::Fields<ProfileDraft>& profile_fields();

/// Spells out repetitions, looks up names and checks what one row alone cannot show.
Profile resolve(const ProfileDraft& draft, std::string model, settings::Problems& problems);

}  // namespace inspect::drivers
