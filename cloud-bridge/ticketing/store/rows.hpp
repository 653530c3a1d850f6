#pragma once

#include "cloud-bridge/ticketing/ledger/event.hpp"
#include "protocol/model/reading.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::ticketing {

/// SHA-256 of a message's bytes.
using Digest = std::array<unsigned char, 32>;

/// What a message is known by. The same key with other bytes is an old copy or a cloned card, never a repeat.
struct InboxKey {
  std::string gateway;
  std::string epoch;
  std::uint64_t seq = 0;

  // clang-tidy 14 takes the zero in a defaulted <=> for a pointer.
  friend auto operator<=>(const InboxKey&, const InboxKey&) = default;  // NOLINT(modernize-use-nullptr)
};

enum class InboxKind : std::uint8_t { finding = 1, readings = 2, poison = 3 };

struct InboxRow {
  InboxKey key;
  Digest digest{};
  InboxKind kind = InboxKind::finding;
  bool later_life = false;  ///< of a database whose old copy was put back: its numbers begin anywhere
};

using TicketId = std::int64_t;

struct TicketRow {
  TicketId id = 0;
  std::string number;
  std::string gateway;
  std::string finding;  ///< to_string(FindingId) of the occurrence it began with
  WallTime opened_at{};
  std::optional<WallTime> closed_at;  ///< follows from the ledger; kept to find open tickets without replaying all
};

/// The fault of a finding: its name without the occurrence.
inline std::string_view fault_of(std::string_view finding) { return finding.substr(0, finding.rfind('/')); }

/// Reports of this occurrence of a fault from this database of the gateway belong to that ticket.
struct SourceRow {
  std::string gateway;
  std::string finding;
  std::string epoch;
  TicketId ticket = 0;
};

struct EventRow {
  TicketId ticket = 0;
  std::uint32_t position = 0;  ///< from 0, no gaps
  Event event;
  std::string payload;  ///< reported: the message's bytes as they came
};

/// A message that was put aside. `key` when it could be read: then it was receipted and its place in the inbox is
/// taken.
struct QuarantineRow {
  std::int64_t id = 0;
  std::string gateway;
  std::string topic;
  std::string reason;
  bool conflict = false;  ///< known key, other bytes: somebody must look (cloned card)
  std::optional<InboxKey> key;
  Digest digest{};
  std::string payload;  ///< at most 64 KiB
  WallTime first_at{};
  WallTime last_at{};
  std::uint64_t times = 1;
};

struct ReadingRow {
  std::string gateway;
  messages::BatchEntry entry;
  std::string site{};  ///< empty: an older agent did not say
};

struct GatewayRow {
  std::string name;
  std::optional<bool> online;  ///< as its birth or will said; nothing: never said
  std::string version;
  std::optional<bool> watching;      ///< whether its agent watches, as its bridge said; nothing: never said
  std::optional<WallTime> agent_at;  ///< the agent's last sign of life, by our clock
  WallTime heard_at{};               ///< the last message of any kind, by our clock
  std::uint64_t dropped = 0;         ///< batches of readings it gave up so far
  std::uint64_t findings = 0;        ///< messages taken
  std::uint64_t missing = 0;         ///< numbers below the highest one that never came
  bool twins = false;                ///< two databases take turns under this name; not in the store
};

/// Everything one batch of messages or one action changes: committed as a whole or not at all.
struct WriteSet {
  WallTime at{};
  std::vector<InboxRow> inbox;
  std::vector<TicketRow> tickets;
  std::vector<SourceRow> sources;
  std::vector<EventRow> events;
  std::vector<TicketRow> closings;  ///< id and closed_at of tickets that closed or opened again
  std::vector<QuarantineRow> quarantine;
  std::vector<ReadingRow> readings;
  std::vector<GatewayRow> gateways;  ///< name, heard_at; online and version when said; dropped when > 0

  [[nodiscard]] bool empty() const {
    return inbox.empty() && tickets.empty() && events.empty() && quarantine.empty() && readings.empty() &&
           gateways.empty();
  }
};

}  // namespace inspect::ticketing
