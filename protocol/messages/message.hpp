#pragma once

#include "protocol/core/error.hpp"
#include "protocol/model/finding.hpp"
#include "protocol/model/holdings.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::messages {

/// Largest message either end accepts (R23).
constexpr std::size_t largest_message = 65'536;  // 64 KiB

/// What fits into one batch even when every name in it has its full length.
constexpr std::size_t largest_batch = 200;
constexpr std::size_t most_seqs_in_receipt = 256;

/// Bounds of texts, in bytes of UTF-8. Encoding shortens, decoding refuses.
constexpr std::size_t longest_name = 64;  ///< site, device, point, kind, part, department, by
constexpr std::size_t longest_unit = 16;
constexpr std::size_t longest_title = 256;      ///< titles of sites and devices, notes of evidence
constexpr std::size_t longest_text = 512;       ///< sentences for people
constexpr std::size_t longest_held_back = 200;  ///< "device/point/kind"
constexpr std::size_t most_checks = 12;
constexpr std::size_t most_evidence = 16;
constexpr std::size_t most_held_back = 64;

/// Who sent it and which one it is. (gateway, epoch, seq) is the key of the centre's inbox. An epoch is drawn at random
/// when a database file is created, so a gateway's findings and its readings have an epoch each.
struct Envelope {
  std::string gateway;
  std::string epoch;      ///< 16 hex digits
  std::uint64_t seq = 0;  ///< from 1, no gaps
  WallTime time{};
};

/// `site/<gateway>/up/finding`, QoS 1. Carried as a CloudEvents 1.0 structured JSON document of type
/// "inspect.finding.v1". The bytes are fixed when the outbox row is written: a repeat is byte for byte the same.
struct FindingMessage {
  Envelope envelope;
  Text site_title;
  Text device_title;
  std::string model;  ///< profile name of the device, empty for a bus
  FindingChange change;
};

/// One value in a batch. Names, not indices: the centre does not know the site's configuration.
struct BatchEntry {
  std::string device;
  std::string point;
  std::string unit;
  double value = 0;
  Quality quality = Quality::good;
  Reason reason = Reason::none;
  WallTime at{};
};

/// `site/<gateway>/up/readings`, type "inspect.readings.v1": values by exception.
struct ReadingsMessage {
  Envelope envelope;
  std::uint64_t dropped = 0;  ///< batches of this epoch given up so far because the bound was reached
  std::vector<BatchEntry> entries;
  std::string site{};  ///< keeps two places apart whose gateways bear one name; empty: an older agent does not say
};

/// `site/<gateway>/down/receipt`: the centre has these in its own committed store.
struct Receipt {
  std::string gateway;
  std::string epoch;
  std::vector<std::uint64_t> seqs;  ///< at most 256
};

/// `site/<gateway>/down/holdings`: which of this gateway's findings the centre holds, at its start and every quarter of
/// an hour. A receipted row that is not among them was lost with the centre's store and waits again (decision 0013).
struct Holdings {
  std::string gateway;
  std::vector<Holding> epochs;  ///< at most 16, each with at most 32 ranges
};

/// `site/<gateway>/up/state`, retained; the will says online = false. The bridge tells it at each connection, when
/// `watching` changes and at least once a minute: an old one means that nobody is there.
struct GatewayState {
  std::string gateway;
  bool online = false;
  WallTime time{};
  std::string version;
  /// Whether the agent answered within 30 s and all its threads move. Nothing: not known, or told by an older bridge.
  std::optional<bool> watching{};
  std::optional<WallTime> agent_heard_at{};  ///< the agent's last such answer, by the gateway's clock
};

/// Always the same bytes for the same message, and never more than `largest_message`: overlong texts and lists are
/// shortened, control and hidden characters become spaces, bytes that are not UTF-8 become U+FFFD. A value that is bad
/// or not finite travels as null with quality "bad". Of a batch, entries over `largest_batch` are the caller's to split
/// beforehand: only the first `largest_batch` are written.
std::string encode(const FindingMessage& message);
std::string encode(const ReadingsMessage& message);
std::string encode(const Receipt& receipt);
/// Of too many epochs the first travel, of too many ranges the last: what is not named is sent again, and does no harm.
std::string encode(const Holdings& holdings);
std::string encode(const GatewayState& state);

/// Strict: size, depth (16), UTF-8, types, enums, ranges, unknown and doubled fields refused; control characters
/// anywhere, and in names (site, device, point, kind, part, department, model) also hidden ones, such as those that
/// turn the direction of writing. In sentences for people these become spaces. Errc::malformed says which field
/// ("data.finding.analysis.evidence[3].unit: longer than 16 bytes").
Result<FindingMessage> decode_finding(std::string_view json);
Result<ReadingsMessage> decode_readings(std::string_view json);
Result<Receipt> decode_receipt(std::string_view json);
Result<Holdings> decode_holdings(std::string_view json);
Result<GatewayState> decode_state(std::string_view json);

/// The gateway's id as topics and certificates allow it: ^[a-z0-9][a-z0-9-]{2,30}$ (R06).
bool is_gateway_id(std::string_view id);

}  // namespace inspect::messages
