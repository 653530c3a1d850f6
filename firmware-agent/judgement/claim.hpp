#pragma once

#include "firmware-agent/judgement/plant.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace inspect::judgement {

/// Codes of the fault model (reference: detection, section 2).
enum class Fault : std::uint8_t {
  R1,
  R2,
  R3,
  R4,
  R5,
  R6,
  P1,
  P2,
  P3,
  P4,
  P5,
  P6,
  B1,
  B2,
  F1,
  D1,
  D2,
  L1,
  L2,
  G1,
  W1,
  U1,
  U2,
  T1,
  T2,
  T3,
  T4
};
inline constexpr std::size_t fault_count = 27;

struct FaultFacts {
  std::string_view code;
  std::string_view part;      ///< what the technician brings; "none": nothing
  std::string_view severity;  ///< major, ordinary, preventive
  double quiet_days;          ///< without a further sight the claim ends; longer for what comes and goes
};
const FaultFacts& facts(Fault fault);

/// A limit that is probably crossed before the next inspection.
struct Forecast {
  double crossing = 0;  ///< median date, seconds since 1970
  double earliest = 0;  ///< 90 % interval
  double latest = 0;
  double probability = 0;  ///< of crossing within the horizon

  template <class Bytes>
  void keep(Bytes& bytes) {
    bytes(crossing, earliest, latest, probability);
  }
};

/// One line about one fault: raised, told anew, or over.
struct Claim {
  double time = 0;
  std::uint16_t component = nowhere;
  std::uint16_t point = nowhere;
  Fault fault = Fault::R1;
  bool raised = true;
  std::optional<Forecast> forecast;  ///< nothing: the fault is there now
};

/// Which claims stand. One fault is claimed once, however often it is seen. Claims that were made are appended to
/// `told`, which the caller empties; at most `most` can stand, further ones are counted and dropped.
class ClaimBook {
 public:
  static constexpr std::size_t most = 1024;

  ClaimBook() { open_.reserve(most), told.reserve(most); }

  /// The fault was seen. It is told unless it stands already.
  void see(double time, std::uint16_t component, std::uint16_t point, Fault fault);
  /// What is to be expected of that limit; told when it differs from what was told last by two points of a hundred.
  /// True when it was told.
  bool expect(double time, std::uint16_t component, std::uint16_t point, Fault fault, const Forecast& forecast);
  /// Nothing is to be expected any more.
  void withdraw(double time, std::uint16_t point, Fault fault);
  /// The contrary was seen: the part does again what it is there for.
  void over(double time, std::uint16_t component, Fault fault);
  [[nodiscard]] bool stands(std::uint16_t component, Fault fault) const;
  /// Somebody worked on `component`: what was claimed of it is over.
  void mended(double time, std::uint16_t component);
  /// Claims that were not seen for their quiet time end. Call at least daily.
  void age(double time);

  struct Standing {
    Claim claim;
    double seen = 0;
  };
  [[nodiscard]] const std::vector<Standing>& standing() const { return open_; }
  /// It stood before a restart; told to nobody again.
  void restore(const Standing& standing);

  std::vector<Claim> told;
  std::uint64_t dropped = 0;

 private:
  Standing* find(std::uint16_t component, std::uint16_t point, Fault fault);
  void end(std::size_t at, double time);

  std::vector<Standing> open_;
};

}  // namespace inspect::judgement
