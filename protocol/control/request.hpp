#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/core/error.hpp"
#include "protocol/core/text.hpp"
#include "protocol/model/holdings.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace inspect::control {

constexpr std::size_t largest_request = 64UL * 1024;   ///< bytes of one line, without the line's end
constexpr std::size_t largest_answer = 1024UL * 1024;  ///< bytes of one line, without the line's end
constexpr std::uint32_t most_history = 10'000;
constexpr std::uint32_t most_findings = 500;
constexpr std::uint32_t most_claimed = 256;
constexpr std::size_t most_receipts = 256;
constexpr std::size_t most_skipped = 1024;

// One struct for each verb; the members are the fields of "args".
struct AskStatus {
  friend bool operator==(const AskStatus&, const AskStatus&) = default;
};
struct AskBuses {
  friend bool operator==(const AskBuses&, const AskBuses&) = default;
};
struct AskDevices {
  friend bool operator==(const AskDevices&, const AskDevices&) = default;
};
struct AskPoints {
  std::string device;  ///< empty: of every device
  friend bool operator==(const AskPoints&, const AskPoints&) = default;
};
struct AskRead {
  std::string target;  ///< "device" or "device/point"
  bool fresh = false;  ///< ask the bus now instead of showing the last reading
  friend bool operator==(const AskRead&, const AskRead&) = default;
};
/// A subscription: the answer shows the points as they are, then events follow until the connection ends.
struct AskWatch {
  std::string target;  ///< "device", "device/point"; empty: the whole site
  friend bool operator==(const AskWatch&, const AskWatch&) = default;
};
struct AskHistory {
  std::string target;  ///< "device/point"
  WallTime from{};
  WallTime to{};
  std::uint32_t most = 1000;  ///< 1..most_history; more are thinned evenly
  friend bool operator==(const AskHistory&, const AskHistory&) = default;
};
struct AskFindings {
  bool ended = false;        ///< those that returned to normal too
  std::uint32_t most = 100;  ///< 1..most_findings
  friend bool operator==(const AskFindings&, const AskFindings&) = default;
};
struct AskFinding {
  std::string finding;
  friend bool operator==(const AskFinding&, const AskFinding&) = default;
};
struct Acknowledge {
  std::string finding;
  std::string by;  ///< the person, when the account is shared; ≤ 64 bytes
  friend bool operator==(const Acknowledge&, const Acknowledge&) = default;
};
struct Shelve {
  std::string finding;
  WallTime until{};    ///< a shelf without an end would be a way to forget
  std::string reason;  ///< 1..400 bytes
  std::string by;
  friend bool operator==(const Shelve&, const Shelve&) = default;
};
struct Unshelve {
  std::string finding;
  std::string by;
  friend bool operator==(const Unshelve&, const Unshelve&) = default;
};
struct AskOutbox {
  friend bool operator==(const AskOutbox&, const AskOutbox&) = default;
};
/// Rows without a receipt, findings first, oldest first; may answer fewer than `most` although more wait.
struct ClaimRows {
  std::uint32_t most = 20;                                  ///< 1..most_claimed
  std::vector<std::pair<std::string, std::uint64_t>> skip;  ///< (epoch, seq) on their way already; ≤ most_skipped
  friend bool operator==(const ClaimRows&, const ClaimRows&) = default;
};
/// A subscription: an event whenever rows were added since the last event.
struct AwaitRows {
  friend bool operator==(const AwaitRows&, const AwaitRows&) = default;
};
struct GiveReceipt {
  std::string epoch;
  std::vector<std::uint64_t> seqs;  ///< 1..most_receipts
  friend bool operator==(const GiveReceipt&, const GiveReceipt&) = default;
};
/// The centre holds these rows. Receipted ones that it does not hold wait again, at most once an hour.
struct GiveHoldings {
  std::vector<Holding> epochs;  ///< ≤ most_epochs_held, each with ≤ most_ranges_held ranges in order
  friend bool operator==(const GiveHoldings&, const GiveHoldings&) = default;
};

/// A subscription: the answer says what the bus is, then every byte that passes it follows until the connection ends.
struct AskTrace {
  std::string bus;
  friend bool operator==(const AskTrace&, const AskTrace&) = default;
};
/// One question to read, to a unit that may not be there: on behalf of a search for unknown devices, in time that the
/// bus's own devices do not need. The first of a search waits until the bus was listened to.
struct AskProbe {
  std::string bus;
  std::uint8_t unit = 1;      ///< 1..247
  std::uint8_t function = 3;  ///< 1..4: nothing on a device changes
  std::uint16_t address = 0;
  std::uint16_t quantity = 1;
  friend bool operator==(const AskProbe&, const AskProbe&) = default;
};

/// What is plugged into the gateway's USB ports, and what the site expects there.
struct AskUsb {
  friend bool operator==(const AskUsb&, const AskUsb&) = default;
};
/// This device, as it is at its port now, is the one that is meant. Answered with its row.
struct AdoptUsb {
  std::string device;
  std::string by;
  friend bool operator==(const AdoptUsb&, const AdoptUsb&) = default;
};

/// Shows that this device is the one that was adopted. A relay board moves a relay, an independent input must follow;
/// an instrument says its serial number. Answered with its row.
struct ProveUsb {
  std::string device;
  std::uint8_t relay = 0;  ///< 1..64; 0 for an instrument
  std::string witness;     ///< "device/point"; empty for an instrument
  std::string by;
  friend bool operator==(const ProveUsb&, const ProveUsb&) = default;
};

/// Whether candidates may be at the benches now, and by whose word. While they are nothing is written, searched or
/// tested. Answered with an ExamRow, as its other verbs are.
struct AskExam {
  friend bool operator==(const AskExam&, const AskExam&) = default;
};
/// An exam begins now, or the one that is on ends at another time.
struct BeginExam {
  std::chrono::milliseconds length{0};  ///< from now; above 0, at most 24 h
  std::string by;
  friend bool operator==(const BeginExam&, const BeginExam&) = default;
};
struct EndExam {
  std::string by;
  friend bool operator==(const EndExam&, const EndExam&) = default;
};

/// An action of a device: its guard decides whether it is done. Answered with an OrderRow when it was read back.
struct GiveOrder {
  std::string device;
  std::string action;                   ///< of its profile: "relay.3.on"
  std::chrono::milliseconds length{0};  ///< `on` only: off again after so long, at most 1 h; 0: nothing said
  std::string by;
  friend bool operator==(const GiveOrder&, const GiveOrder&) = default;
};
/// Shows that a device on a bus is the one that is meant: moves an output while an input of another device is watched;
/// an instrument on a serial port says its serial number. Answered with an IdentityRow.
struct Prove {
  std::string device;
  std::string output;   ///< "relay.3"; empty for an instrument
  std::string witness;  ///< "device/point"; empty for an instrument
  std::string by;
  friend bool operator==(const Prove&, const Prove&) = default;
};

/// The leakage tests of the site's plan. Answered with their rows, as is the start of one.
struct AskTests {
  std::string test;  ///< empty: all
  friend bool operator==(const AskTests&, const AskTests&) = default;
};
/// Begins a test; its row tells how far it is.
struct StartTest {
  std::string test;
  std::string by;
  friend bool operator==(const StartTest&, const StartTest&) = default;
};

/// How one quantity wears.
struct AskTrend {
  std::string target;  ///< "device/point"
  friend bool operator==(const AskTrend&, const AskTrend&) = default;
};
/// What was foretold, and what came of it.
struct AskForecasts {
  std::uint32_t most = 100;  ///< 1..most_findings
  friend bool operator==(const AskForecasts&, const AskForecasts&) = default;
};
/// A part was replaced: what was learned of it is forgotten. Answered with its row when it is written down.
struct NotePart {
  std::string target;  ///< "device", or "device/point" when only the part that has the point was
  std::string part;    ///< what was fitted; may be empty
  std::string by;
  friend bool operator==(const NotePart&, const NotePart&) = default;
};

using Ask = std::variant<AskStatus, AskBuses, AskDevices, AskPoints, AskRead, AskWatch, AskHistory, AskFindings,
                         AskFinding, Acknowledge, Shelve, Unshelve, AskOutbox, ClaimRows, AwaitRows, GiveReceipt,
                         GiveHoldings, AskTrace, AskProbe, AskUsb, AdoptUsb, ProveUsb, AskExam, BeginExam, EndExam,
                         GiveOrder, Prove, AskTests, StartTest, AskTrend, AskForecasts, NotePart>;

struct Request {
  std::uint64_t id = 0;  ///< chosen by the client; the answer carries it
  Ask ask;

  friend bool operator==(const Request&, const Request&) = default;
};

/// As it is spelled on the wire, e.g. "outbox.claim".
std::string_view verb(const Ask& ask);
/// Every verb, in the order of the alternatives of `Ask`.
const std::array<std::string_view, std::variant_size_v<Ask>>& verbs();

/// Why the agent does not do what was asked. The names are part of the contract.
enum class Refusal : std::uint8_t {
  malformed,     ///< the line is no request
  unknown_verb,  ///< an older agent, or a slip
  invalid,       ///< a value out of range, or a state that does not allow it
  not_found,     ///< no bus, device, point or finding of this name
  not_permitted,
  too_large,  ///< the answer would not fit a line
  too_many,   ///< connections or subscriptions
  device,     ///< the device or its bus did not do it
  storage,    ///< the store did not do it
  internal,   ///< a mistake of ours
};

std::string_view name(Refusal refusal);
std::optional<Refusal> refusal_from(std::string_view name);

struct Trouble {
  Refusal code = Refusal::internal;
  Text message;  ///< what is wrong
  Text cure;     ///< what to do about it; may be empty

  friend bool operator==(const Trouble&, const Trouble&) = default;
};

/// One line, without its end.
std::string encode(const Request& request);

/// A request that cannot be served still has an id to answer to, if one could be read (else 0).
struct BadRequest {
  std::uint64_t id = 0;
  Trouble trouble;
};

/// Strict: size, depth, UTF-8, types, ranges, unknown fields and verbs are refused.
std::variant<Request, BadRequest> decode_request(std::string_view line);

}  // namespace inspect::control
