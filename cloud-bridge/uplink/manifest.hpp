#pragma once

#include "protocol/control/outbox.hpp"
#include "protocol/core/clock.hpp"

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace inspect::bridge {

/// (epoch, seq): a row of the agent's outbox.
using RowKey = std::pair<std::string, std::uint64_t>;

struct ManifestLimits {
  std::size_t most = 256;            ///< rows on their way without a receipt
  std::size_t readings_at_once = 4;  ///< of them readings: a finding never waits behind more than these
  std::size_t claim_at_once = 64;
  std::chrono::milliseconds resend_after{30'000};  ///< and not before 3 × the usual time of a receipt
  std::chrono::milliseconds resend_most{300'000};
};

/// What is on its way to the centre: rows handed to the broker whose receipt has not come back. It holds no payloads; a
/// row that is overdue is forgotten and so claimed from the outbox once more. Pure.
///
/// While a whole deadline passes without any receipt, the centre counts as silent: then one row at a time goes out,
/// with doubling patience, so that an outage of days does not fill the broker with repeats.
class Manifest {
 public:
  explicit Manifest(ManifestLimits limits) : limits_(limits), patience_(limits.resend_after) {}

  /// How many rows to ask the outbox for now; 0: none.
  [[nodiscard]] std::size_t wanted() const;
  /// Takes from `rows` (findings first) what may go out now, in their order, and notes them as sent.
  std::vector<control::OutboxRow> load(std::vector<control::OutboxRow> rows, BootTime now);
  /// The broker has it, or not: then the row is free to be claimed again.
  void broker_took(const RowKey& key);
  void broker_did_not(const RowKey& key);
  /// The centre has these and the agent knows. Returns how many were on their way.
  std::size_t receipted(const std::string& epoch, const std::vector<std::uint64_t>& seqs, BootTime now);
  /// Whether this row, or a later one of its database, was ever handed out. The receipt of one that was not belongs to
  /// another gateway with the same name, a copied card for example: ours would never be sent.
  [[nodiscard]] bool sent(const RowKey& key) const;
  /// Forgets rows whose receipt is overdue. Returns how many.
  std::size_t forget_overdue(BootTime now);

  [[nodiscard]] std::vector<RowKey> keys() const;
  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  /// Handed to the client and not yet answered by the broker.
  [[nodiscard]] std::size_t unanswered() const { return unanswered_; }
  /// When the next row is overdue; BootTime::max() when none can be.
  [[nodiscard]] BootTime next_deadline() const;
  [[nodiscard]] bool centre_silent() const { return silent_; }
  [[nodiscard]] std::chrono::milliseconds patience() const;

 private:
  struct Entry {
    control::Stream stream = control::Stream::findings;
    BootTime sent_at{};
    bool answered = false;
  };
  [[nodiscard]] std::size_t room() const;

  ManifestLimits limits_;
  std::map<RowKey, Entry> rows_;
  std::map<std::string, std::uint64_t> sent_up_to_;  ///< by epoch
  std::size_t unanswered_ = 0;
  std::size_t readings_ = 0;            ///< unanswered readings
  std::chrono::milliseconds usual_{0};  ///< smoothed time from sending to receipt
  std::chrono::milliseconds patience_;
  BootTime last_receipt_{};
  bool silent_ = false;
  bool only_readings_ = false;  ///< the last claim began with a reading: no finding waits
};

}  // namespace inspect::bridge
