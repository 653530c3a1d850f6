#pragma once

#include "firmware-agent/config/site.hpp"
#include "firmware-agent/detection/link_watch.hpp"
#include "firmware-agent/detection/point_judge.hpp"
#include "protocol/catalogue/catalogue.hpp"
#include "protocol/model/finding.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace inspect::agent {

constexpr std::size_t most_evidence = 16;
constexpr std::size_t most_held_back = 64;

/// What the detector itself knows; the catalogue knows the rest.
struct Observation {
  Text what;                 ///< one sentence with the numbers
  double certainty = 1;      ///< lowers the catalogue's confidence, 0..1
  std::string part;          ///< of this model; empty: the catalogue's
  std::vector<Text> checks;  ///< come before the catalogue's
  Text end;                  ///< what will show that it is mended, the last of the checks; empty: nothing to wait for
  std::vector<Evidence> evidence;
};

/// The first analysis (S4, S7). A kind the catalogue does not have is told by its key.
Analysis compose(const catalogue::Catalogue& catalogue, std::string_view kind, Text where, Observation observation);

/// Site, device and point in the site's own words.
Text place(const Site& site, PointIndex point);
Text place(const Site& site, DeviceIndex device);
Text place(const Site& site, BusIndex bus);
Text place_of_supply(const Site& site, const std::string& supply);

/// What a rule saw, with its numbers, limits and dates, and what else was looked at.
Observation observe(const Site& site, const PointJudge& judge, std::size_t watch, const Moment& since);
Observation observe_implausible(const Site& site, const PointJudge& judge, PointIndex point, const Moment& since);

/// What the link watch saw, with every device of the bus as evidence: how many questions in a row it left unanswered.
Observation observe_link(const Site& site, const LinkWatch& links, const LinkStep& step);

}  // namespace inspect::agent
