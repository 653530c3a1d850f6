#pragma once

#include "firmware-agent/config/site.hpp"
#include "firmware-agent/detection/finding_book.hpp"
#include "firmware-agent/detection/first_analysis.hpp"
#include "firmware-agent/detection/link_fault.hpp"
#include "firmware-agent/detection/notice.hpp"
#include "protocol/catalogue/catalogue.hpp"

#include <map>
#include <string>
#include <vector>

namespace inspect::agent {

/// The findings of USB ports, and what they explain: while a hub is told to be gone, or a device to come and go, that
/// its port is not available is the same fault and told no second time. Pure.
class UsbFaults {
 public:
  /// A port that is not available is told so much later, for what explains it may be seen after it.
  static constexpr std::chrono::seconds grace{3};
  /// What is still not available this long after its explanation ended is a fault of its own.
  static constexpr std::chrono::seconds patience{10};

  /// Makes its places in the book. All must outlive it.
  UsbFaults(const Site& site, const catalogue::Catalogue& catalogue, FindingBook& book);

  void take(const UsbNotice& notice, const Moment& now, std::vector<FindingChange>& changes);

  /// What is to be looked at, and the part, when a USB port is not available: no RS-485 adapter is in play there.
  void add_to(Observation& seen, const LinkStep& step) const;

  /// Whether the step that opens is of a USB port; then it is kept, and nothing is to be told yet.
  bool withholds(const LinkStep& step, const Moment& now);
  /// The bus is available again.
  void forget(BusIndex bus) { withheld_.erase(at(bus)); }
  /// Steps that nothing explains, or whose explanation ended a while ago: to be told.
  std::vector<LinkStep> overdue(const Moment& now);

 private:
  struct Withheld {
    LinkStep step;
    BootTime tell_at{};
  };
  [[nodiscard]] const SubjectIndex* subject_of(const UsbNotice& notice) const;
  [[nodiscard]] bool explains(BusIndex bus) const;
  [[nodiscard]] Text where(const UsbNotice& notice) const;

  const Site& site_;
  const catalogue::Catalogue& catalogue_;
  FindingBook& book_;
  std::map<std::size_t, SubjectIndex> cables_;  ///< by bus
  std::map<std::size_t, SubjectIndex> identities_;
  std::map<std::string, SubjectIndex> hubs_;  ///< by port path
  std::map<std::size_t, Withheld> withheld_;  ///< by bus
};

/// "usb-hub-1-2-4" for the hub at port 1-2.4: its name where others have a device's.
std::string hub_name(const std::string& port);

}  // namespace inspect::agent
