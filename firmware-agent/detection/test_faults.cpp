#include "firmware-agent/detection/test_faults.hpp"

#include "firmware-agent/detection/first_analysis.hpp"

namespace inspect::agent {

namespace {

constexpr const char* kind = "leakage.test-failed";

}  // namespace

void TestFaults::add(const std::string& device, const std::string& test) {
  const auto* fault = catalogue_.kind(kind);
  const auto fault_class = fault != nullptr ? fault->fault_class : FaultClass::major;
  subjects_.emplace(test, book_.subject(device, "test." + test, kind, fault_class));
}

void TestFaults::take(const TestNotice& notice, const Moment& now, std::vector<FindingChange>& changes) {
  const auto subject = subjects_.find(notice.test);
  if (subject == subjects_.end()) return;
  if (!notice.failed) {
    if (book_.active(subject->second)) book_.clear(subject->second, now, changes);
    return;
  }
  Observation seen;
  seen.what = notice.what;
  auto analysis = compose(catalogue_, kind, notice.where, std::move(seen));
  if (book_.active(subject->second)) {
    book_.restate(subject->second, std::move(analysis), now, changes);
  } else {
    book_.raise(subject->second, now, std::move(analysis), now, changes);
  }
}

}  // namespace inspect::agent
