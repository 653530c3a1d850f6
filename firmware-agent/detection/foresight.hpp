#pragma once

#include "firmware-agent/config/site.hpp"
#include "firmware-agent/detection/finding_book.hpp"
#include "firmware-agent/detection/first_analysis.hpp"
#include "firmware-agent/detection/site_plant.hpp"
#include "firmware-agent/judgement/judge.hpp"
#include "protocol/catalogue/catalogue.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::agent {

/// A forecast this sure is a finding of its own; from `watched` on it is on the list that people watch.
inline constexpr double sure_enough = 0.9, watched = 0.5;

/// Judgement over the site's readings, and its claims as findings. One cause is one finding (decision 0027): what a
/// rule of the site tells of a point by itself is the rule's; a claim about the same point is told in the rule's
/// finding, or held back by it. Pure; the time comes with the readings and with `now`.
class Foresight {
 public:
  /// Makes its places in the book. All must outlive it.
  Foresight(const Site& site, const catalogue::Catalogue& catalogue, FindingBook& book);
  Foresight(const Foresight&) = delete;
  Foresight& operator=(const Foresight&) = delete;

  /// After the book was restored: what was known before the restart. Answers the names of pieces that fit nothing.
  std::vector<std::string> restore(std::span<const judgement::KeptPiece> pieces);

  /// Good readings are judged; what is not good is told by the rules of links and of plausibility. A reading whose
  /// date nobody can believe is passed over.
  void take(std::span<const Reading> readings, const Moment& now, std::vector<FindingChange>& changes);
  /// Whether something bigger than the point explains what it reads: it opens and closes nothing then.
  [[nodiscard]] bool explains(PointIndex point) const { return explained_[at(point)]; }
  void tick(const Moment& now, std::vector<FindingChange>& changes);
  /// A part of the device was replaced; with `point`, only the part that has it. What was learned of it is forgotten.
  void replaced(DeviceIndex device, std::optional<PointIndex> point, const Moment& now,
                std::vector<FindingChange>& changes);

  [[nodiscard]] judgement::Judge& judge() { return judge_; }
  [[nodiscard]] const judgement::Judge& judge() const { return judge_; }
  [[nodiscard]] const SitePlant& plant() const { return plant_; }
  [[nodiscard]] const judgement::TrendRules* trend(PointIndex point) const;
  /// The catalogue's kind of a fault: the first that has its code.
  [[nodiscard]] const catalogue::FaultKind* kind_of(judgement::Fault fault) const;

 private:
  /// One fault that judgement may claim of one point, or of a supply.
  struct Place {
    std::uint16_t component = judgement::nowhere;
    std::uint16_t point = judgement::nowhere;
    judgement::Fault fault = judgement::Fault::R1;
    SubjectIndex subject{};
    std::vector<SubjectIndex> covers;          ///< findings that tell it better
    std::optional<judgement::Claim> standing;  ///< as it was last told
    double told_crossing = 0;
    bool told_as_fact = false;
    bool attached = false;  ///< told in a finding that covers it
  };

  void add_places(std::uint16_t component);
  void add_place(std::uint16_t component, std::uint16_t point, judgement::Fault fault);
  [[nodiscard]] std::vector<SubjectIndex> watches_at(PointIndex point) const;
  [[nodiscard]] std::vector<SubjectIndex> watches_of_rail(PointIndex point) const;
  Place* place_of(const judgement::Claim& claim);
  void conclude(const Moment& now, std::vector<FindingChange>& changes);
  void settle(Place& place, const Moment& now, std::vector<FindingChange>& changes);
  void tell(Place& place, const Moment& now, std::vector<FindingChange>& changes);
  void attach(Place& place, SubjectIndex cover, const Moment& now, std::vector<FindingChange>& changes);
  void explain_behind(const Place& place, bool explained, const Moment& now, std::vector<FindingChange>& changes);
  template <class Visit>
  void for_each_behind(std::uint16_t supply, Visit visit) const;
  /// Nothing behind it gets anything: what is read there is no fault of its own.
  [[nodiscard]] static bool is_dead_supply(const Place& place) {
    return place.point == judgement::nowhere &&
           (place.fault == judgement::Fault::F1 || place.fault == judgement::Fault::B2);
  }
  [[nodiscard]] bool due(const Place& place) const;
  [[nodiscard]] Analysis analysis_of(const Place& place) const;

  const Site& site_;
  const catalogue::Catalogue& catalogue_;
  FindingBook& book_;
  SitePlant plant_;
  judgement::Calendar calendar_;
  judgement::Judge judge_;
  std::vector<Place> places_;
  std::vector<bool> explained_;  ///< by PointIndex
};

/// The exams of the site are its sessions that are known; the rest of the time is judged by the hour.
judgement::Calendar calendar_of(const Site& site);

/// Days in the agent's series count from here, so that a float holds them to the minute.
inline constexpr double record_start = 1767225600;  // 2026-01-01T00:00:00Z

}  // namespace inspect::agent
