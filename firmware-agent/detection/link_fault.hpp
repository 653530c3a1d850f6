#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/model/reading.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace inspect::agent {

/// Who or what is to blame for a link in trouble. In three groups: of a device, of a bus, of a supply.
enum class LinkFault : std::uint8_t {
  no_answer,      ///< one device is silent, its neighbours are not
  wrong_address,  ///< nobody ever answered under its address, or another unit answers in its place
  slow,           ///< it answers, but after its time
  conflict,       ///< two devices answer under one address
  wrong_format,   ///< its bytes come, and never make a frame: baud rate or parity
  refused,        ///< one device answers half of the questions or more with an exception
  degraded,       ///< one device's answers get lost or arrive damaged, again and again

  bus_down,          ///< the port is open and every device on it is silent
  bus_unavailable,   ///< the port or connection cannot be opened
  bus_degraded,      ///< the answers of several devices get lost: in trouble, and the cause is not yet known
  bus_noise,         ///< the answers of all are damaged, in proportion to their length
  bus_wrong_format,  ///< bytes come from everybody, and never make a frame
  branch_cut,        ///< several devices fell silent at the same instant, the rest answers
  echo,              ///< the line gives our own words back
  second_master,     ///< somebody else asks on this line

  supply_lost,  ///< the devices of one supply, and no others, fell silent at the same instant
};
constexpr std::size_t device_fault_count = 7;
constexpr std::size_t bus_fault_count = 8;

constexpr bool is_of_device(LinkFault fault) { return fault < LinkFault::bus_down; }
constexpr bool is_of_bus(LinkFault fault) { return fault >= LinkFault::bus_down && fault < LinkFault::supply_lost; }

/// The numbers a verdict rests on.
struct LinkNumbers {
  unsigned asked = 0;  ///< of the last 64 questions to each device
  unsigned lost = 0;
  unsigned damaged = 0;
  unsigned garbled = 0;
  unsigned doubled = 0;
  unsigned late = 0;
  std::uint8_t other_unit = 0;         ///< the unit that answered in its place
  std::chrono::nanoseconds late_by{};  ///< how long the last late answer took
  double bit_errors = 0;               ///< estimated share of bits that are turned on the way
};

/// One link finding opens or closes.
struct LinkStep {
  LinkFault fault = LinkFault::no_answer;
  bool opens = true;
  BusIndex bus{};
  DeviceIndex device{};           ///< meaningless for what is not of a device
  Moment since;                   ///< first sign of it
  unsigned count = 0;             ///< questions that ended so; devices, for a bus's faults
  bool neighbours_heard = false;  ///< no_answer: another device on the bus answered after this one fell silent
  bool newcomer = false;          ///< no_answer: it has never answered since it was configured
  double certainty = 1;           ///< of this name for what was seen, 0..1
  LinkNumbers numbers{};
  std::vector<DeviceIndex> devices{};  ///< those that fell silent with it
  std::size_t supply = 0;              ///< supply_lost: into LinkWatch's list
  /// What is open already under this name is better known now: the same finding, with another first analysis.
  std::optional<LinkFault> told_as{};
};

/// What one call led to. Kept by the caller and cleared before each call, so that a quiet call allocates nothing.
struct LinkSteps {
  std::vector<LinkStep> steps;
  std::vector<DeviceIndex> ask;  ///< an answer or a silence of these decides something: ask them soon
};

}  // namespace inspect::agent
