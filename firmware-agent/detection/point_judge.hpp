#pragma once

#include "firmware-agent/config/site.hpp"
#include "firmware-agent/detection/confirmation.hpp"
#include "firmware-agent/detection/frozen.hpp"
#include "firmware-agent/detection/mismatch.hpp"
#include "protocol/model/reading.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace inspect::agent {

/// A rule, or a point's plausibility, changed its mind.
struct PointStep {
  enum class What : std::uint8_t { watch, plausibility };
  What what = What::watch;
  std::size_t index = 0;  ///< into Site::watches, or the point
  bool opens = true;
  Moment since;  ///< first reading that showed it
};

/// What one call led to. Kept by the caller and cleared before each call, so that a quiet call allocates nothing.
struct PointSteps {
  std::vector<PointStep> steps;
  std::vector<PointIndex> confirm;
};

/// Holds every reading against the rules it touches. Pure; the cost of a reading is the number of its rules.
///
/// Only good readings are judged. A bad or uncertain one opens and closes nothing: it interrupts what is pending.
class PointJudge {
 public:
  explicit PointJudge(const Site& site);

  /// Takes one reading into account. The readings of one block are all noted before any is judged, so that a command
  /// and its feedback in the same block are seen together.
  void note(const Reading& reading);
  void judge(const Reading& reading, BootTime now, PointSteps& out);
  /// The point cannot be judged now, whatever its reading says.
  void interrupt(PointIndex point);
  void tick(BootTime now, PointSteps& out);

  void hold_open(std::size_t watch) { watches_[watch].confirmation.hold_open(); }
  void hold_implausible(PointIndex point) { plausibility_[at(point)].hold_open(); }

  [[nodiscard]] bool open(std::size_t watch) const { return watches_[watch].confirmation.open(); }
  [[nodiscard]] bool suspected(std::size_t watch) const {
    return open(watch) || watches_[watch].confirmation.pending();
  }
  /// The last reading of the point, good or not.
  [[nodiscard]] const Reading& latest(PointIndex point) const { return latest_[at(point)]; }
  /// The first of the two readings that opened or closed the rule; never_read before any did.
  [[nodiscard]] const Reading& first(std::size_t watch) const { return first_sights_[watch]; }
  [[nodiscard]] const Frozen& frozen(std::size_t watch) const { return frozen_[watches_[watch].detail]; }

 private:
  struct WatchState {
    Confirmation confirmation;
    Delays delays;
    std::size_t detail = 0;  ///< into mismatches_ or frozen_
  };

  [[nodiscard]] std::span<const std::uint32_t> touched_by(PointIndex point) const;
  [[nodiscard]] Sight sight(std::size_t watch, PointIndex arrived, BootTime now);
  void judge_watch(std::size_t watch, PointIndex arrived, BootTime now, PointSteps& out);
  void judge_plausibility(const Reading& reading, PointSteps& out);
  void settle(Step step, PointStep change, const Watch* watch, PointSteps& out);

  const Site& site_;
  std::vector<Reading> latest_;
  std::vector<Confirmation> plausibility_;
  std::vector<WatchState> watches_;
  std::vector<Reading> first_sights_;  ///< by watch; apart, because hardly ever touched
  std::vector<Mismatch> mismatches_;
  std::vector<Frozen> frozen_;
  // The watches of each point, packed: those of point p lie in touching_[first_[p] .. first_[p + 1]).
  std::vector<std::uint32_t> first_;
  std::vector<std::uint32_t> touching_;
};

}  // namespace inspect::agent
