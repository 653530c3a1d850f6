#pragma once

#include "firmware-agent/judgement/plant.hpp"

#include <array>
#include <cstdint>

namespace inspect::judgement {

/// How much the site is used, from its calendar: future use is a forecast too (reference: detection 1.2 j). An exam
/// works the relays harder than a training; by how much is learned from the sessions that were.
class UsePlan {
 public:
  explicit UsePlan(const Calendar& calendar) : calendar_(calendar) {}

  /// A session is over in which all relays together made so many operations.
  void learn(const Session& session, std::uint32_t operations);
  /// Sessions that begin in [from, to), an exam counted as so many trainings; hours where nobody knows the sessions.
  [[nodiscard]] double use(double from, double to) const;
  /// Exam against training; 1 until ten of each were seen.
  [[nodiscard]] double exam_weight() const;
  template <class Bytes>
  void keep(Bytes& bytes) {
    bytes(operations_, sessions_);
  }

 private:
  const Calendar& calendar_;
  std::array<double, 2> operations_{};  ///< of trainings, of exams
  std::array<double, 2> sessions_{};
};

}  // namespace inspect::judgement
