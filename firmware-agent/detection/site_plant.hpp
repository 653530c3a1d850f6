#pragma once

#include "firmware-agent/config/site.hpp"
#include "firmware-agent/judgement/plant.hpp"

#include <vector>

namespace inspect::agent {

/// The site as judgement takes it, and which point is which.
struct SitePlant {
  judgement::Plant plant;
  std::vector<std::uint16_t> place_of;  ///< by PointIndex: the plant's point; judgement::nowhere: not judged so
  std::vector<PointIndex> point_of;     ///< by the plant's point
};

/// What a technician replaces is a component: a device, or a numbered part of one ("relay-1/relay.3"), fed by the
/// supply the site names and read through its bus. What a point tells is its profile's `quantity`; a rule that holds a
/// feedback against a command makes a relay of the two. Limits are those of the rules in force, the inner ones where
/// there are several; the nominal value lies in their middle, and is 0 where there are not two. Pure.
SitePlant plant_of(const Site& site);

}  // namespace inspect::agent
