#pragma once

#include "firmware-agent/judgement/claim.hpp"
#include "firmware-agent/judgement/plant.hpp"
#include "firmware-agent/judgement/record_csv.hpp"
#include "firmware-agent/judgement/sample.hpp"

#include <sstream>
#include <string>
#include <vector>

namespace inspect::judgement::tests {

/// Names that say nothing, because judgement goes by roles: a board of two relays, two feeds of two modules, a tester,
/// and a link for each board, feed and tester on two hubs.
inline const char* const topology_csv =
    "component,component_kind,powered_by,linked_by\n"
    "h1,hub,,\nh2,hub,,\n"
    "l1,usb_link,,h1\nl2,usb_link,,h1\nl3,usb_link,,h2\nl4,usb_link,,h2\n"
    "f1,dc_feed,,l2\nf2,dc_feed,,l3\n"
    "m1,lm2596_module,f1,l2\nm2,lm2596_module,f1,l2\nm3,lm2596_module,f2,l3\nm4,lm2596_module,f2,l3\n"
    "b,relay_board,m1,l1\nk1,relay,b,\nk2,relay,b,\n"
    "t,leakage_tester,,l4\n";

inline std::string plant_csv() {
  std::string text = "device,device_kind,point,unit,kind,nominal,low_limit,high_limit,cadence_s,role,component\n";
  const auto add = [&](const std::string& component, const std::string& role, const std::string& limits) {
    text += component + "-box,x," + component + "." + role + ",,x," + limits + ",60," + role + "," + component + "\n";
  };
  for (const auto* relay : {"k1", "k2"}) {
    add(relay, "command", "0,,");
    add(relay, "feedback", "0,,");
    add(relay, "operate_time", "6.5,,10");
    add(relay, "contact_resistance", "40,,500");
    add(relay, "cycles", "0,,");
  }
  for (const auto* module : {"m1", "m2", "m3", "m4"}) {
    add(module, "output_voltage", "5,4.8,5.2");
    add(module, "output_current", "1,,3");
    add(module, "output_ripple", "30,,60");
    add(module, "temperature", "40,,85");
    add(module, "input_voltage", "18,15.3,20.7");
  }
  add("t", "leakage_current", "300,,");
  add("t", "test_voltage", "242,230,254");
  add("t", "insulation", "60,2,");
  add("t", "zero", "0,-20,20");
  add("t", "check_ratio", "1,0.95,1.05");
  add("t", "tester_temperature", "25,-10,50");
  for (const auto* link : {"l1", "l2", "l3", "l4"}) {
    add(link, "error_count", "0,,");
    add(link, "latency", "8,,100");
  }
  return text;
}

inline Plant small_site() {
  std::istringstream plant(plant_csv());
  std::istringstream topology(topology_csv);
  return read_plant(plant, topology).value();
}

struct Site {
  Plant plant = small_site();

  [[nodiscard]] std::uint16_t id(const char* component) const { return plant.component(component); }
  [[nodiscard]] std::uint16_t point(const char* component, Role role) const { return plant.point(id(component), role); }
  [[nodiscard]] Sample sample(double time, const char* component, Role role, double value,
                              Reason reason = Reason::none) const {
    return {time, value, point(component, role), reason};
  }
};

/// "R1 k1, P6 m2": what was raised, in order; "-R1 k1" for what ended.
inline std::string told(const ClaimBook& book, const Plant& plant) {
  std::string text;
  for (const auto& claim : book.told) {
    if (!text.empty()) text += ", ";
    if (!claim.raised) text += '-';
    text += std::string(facts(claim.fault).code) + ' ' + plant.components[claim.component].name;
  }
  return text;
}

}  // namespace inspect::judgement::tests
