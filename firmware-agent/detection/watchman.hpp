#pragma once

#include "firmware-agent/config/site.hpp"
#include "firmware-agent/detection/notice.hpp"
#include "firmware-agent/judgement/kept_piece.hpp"
#include "protocol/catalogue/catalogue.hpp"
#include "protocol/core/error.hpp"
#include "protocol/model/finding.hpp"
#include "protocol/model/health.hpp"
#include "protocol/model/reading.hpp"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace inspect::agent {

class Foresight;

/// What the watchman concluded from one call.
struct Verdict {
  std::vector<FindingChange> changes;  ///< to be committed, in this order
  std::vector<Reading> explaining;     ///< the readings behind them
  std::vector<PointIndex> confirm;     ///< read these again soon: something would open or close on them
  std::vector<DeviceIndex> ask;        ///< an answer or a silence of these decides something: ask them soon
};

/// Judges readings and silence; holds every finding's state. Pure: time comes in as an argument, nothing goes out but
/// the verdict. Same calls, same verdicts, byte for byte.
class Watchman {
 public:
  /// Both must outlive it.
  Watchman(const Site& site, const catalogue::Catalogue& catalogue);
  ~Watchman();

  /// Findings that were open when the process last ran, and the occurrence numbers used so far. Raises nothing.
  void restore(std::vector<Finding> open, const std::vector<FindingId>& last_occurrences);

  /// What judgement had learned; after the findings. Answers the names of pieces that fit nothing here any more.
  std::vector<std::string> restore(std::span<const judgement::KeptPiece> pieces);

  /// The device has never answered, in this run or any before: its silence will speak of its address.
  void newcomer(DeviceIndex device);

  /// The readings of one block, good or bad.
  void take(std::span<const Reading> readings, const Moment& now, Verdict& verdict);
  /// How one question to one device ended.
  void take(const DeviceAttempt& attempt, Verdict& verdict);
  /// The port of a bus could not be opened, or could be again.
  void bus_available(BusIndex bus, bool available, std::string why, const Moment& now, Verdict& verdict);
  /// A fault seen at a USB port itself.
  void notice(const UsbNotice& notice, const Moment& now, Verdict& verdict);
  /// A test that people run, with the device its findings belong to; before the findings are restored.
  void add_test(const std::string& device, const std::string& test);
  void notice(const TestNotice& notice, const Moment& now, Verdict& verdict);
  /// Delays that ran out, shelves that ended. Call at least once a second.
  void tick(const Moment& now, Verdict& verdict);

  Result<void> acknowledge(std::string_view finding, std::string who, const Moment& now, Verdict& verdict);
  Result<void> shelve(std::string_view finding, std::string who, std::string reason, WallTime until, const Moment& now,
                      Verdict& verdict);
  Result<void> unshelve(std::string_view finding, std::string who, const Moment& now, Verdict& verdict);

  /// Judgement over what wears and comes and goes: trends, forecasts, replaced parts.
  [[nodiscard]] Foresight& foresight();

  /// Every finding that is not normal.
  [[nodiscard]] std::vector<Finding> open() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace inspect::agent
