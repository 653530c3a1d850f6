#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/core/text.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::drivers {

/// How it was shown, at commissioning, that a device is the one that was meant.
enum class Proof : std::uint8_t {
  none,      ///< written down only
  answered,  ///< an instrument said its serial number: holds wherever it is plugged in
  moved,     ///< a relay was moved and seen by an independent input: holds until the plug is pulled
};
std::string_view name(Proof proof);
std::optional<Proof> proof_from(std::string_view name);

/// What was written down of a USB device when it was commissioned.
struct UsbRecord {
  std::string device;  ///< its name in the site's configuration
  std::string port;
  std::uint16_t vendor = 0;
  std::uint16_t product = 0;
  std::string serial;  ///< by USB or in its own words; empty: nothing tells it from its twins
  std::string mark;    ///< five characters of a V-USB board: a hint, for boards leave the factory with the same
  Proof proof = Proof::none;
  std::string by;  ///< who
  WallTime at{};
  std::string connection;  ///< where and since when it was plugged in at the proof

  friend bool operator==(const UsbRecord&, const UsbRecord&) = default;
};

/// What is at a port now.
struct UsbSight {
  std::string port;
  std::uint16_t vendor = 0;
  std::uint16_t product = 0;
  std::string serial{};  ///< empty: it has none, or has not said it yet
  std::string mark{};    ///< empty: it has none, or none that is text
  std::string connection{};
};

/// "boot/bus/address": the same as long as the plug was not pulled and the machine not started anew.
std::string connection_of(const std::string& boot_id, std::uint8_t bus, std::uint8_t address);

struct Identification {
  enum class State : std::uint8_t {
    unproven,  ///< nobody has shown it, or not since the plug was pulled
    proven,
    doubtful,  ///< a swap, a moved plug, a twin or a clone: a finding
  };
  State state = State::unproven;
  Text why;
};
std::string_view name(Identification::State state);

/// Who is at the port of `device`? `seen`: nothing when nobody is. `others`: what is at all other ports. Where the
/// marks of two boards differ in text it is a swap; where they are alike nothing can be told by them, and only a proof
/// counts. Pure.
Identification identify(const std::string& device, std::span<const UsbRecord> records,
                        const std::optional<UsbSight>& seen, std::span<const UsbSight> others);

}  // namespace inspect::drivers
