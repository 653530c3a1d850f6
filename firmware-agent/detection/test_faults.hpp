#pragma once

#include "firmware-agent/detection/finding_book.hpp"
#include "firmware-agent/detection/notice.hpp"
#include "protocol/catalogue/catalogue.hpp"

#include <map>
#include <string>
#include <vector>

namespace inspect::agent {

/// The findings of tests that somebody runs: one that fails opens, and the next that passes ends it. One without a
/// verdict changes nothing. Pure.
class TestFaults {
 public:
  /// Both must outlive it.
  TestFaults(const catalogue::Catalogue& catalogue, FindingBook& book) : catalogue_(catalogue), book_(book) {}

  /// Makes the test's place in the book; before the first restore.
  void add(const std::string& device, const std::string& test);
  void take(const TestNotice& notice, const Moment& now, std::vector<FindingChange>& changes);

 private:
  const catalogue::Catalogue& catalogue_;
  FindingBook& book_;
  std::map<std::string, SubjectIndex> subjects_;  ///< by test
};

}  // namespace inspect::agent
