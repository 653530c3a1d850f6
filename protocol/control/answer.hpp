#pragma once

#include "protocol/control/outbox.hpp"
#include "protocol/control/request.hpp"
#include "protocol/control/rows.hpp"
#include "protocol/control/trace.hpp"
#include "protocol/control/trend_rows.hpp"
#include "protocol/core/error.hpp"
#include "protocol/model/finding.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace inspect::control {

/// What an answer carries. monostate: nothing but "done" (outbox.wait).
using Data = std::variant<std::monostate, Status, std::vector<BusRow>, std::vector<DeviceRow>, std::vector<PointRow>,
                          std::vector<HistoryRow>, std::vector<Finding>, Finding, OutboxState, std::vector<OutboxRow>,
                          Receipted, Unsent, TraceHead, ProbeRow, std::vector<UsbRow>, ExamRow, OrderRow, IdentityRow,
                          std::vector<TestRow>, TrendRow, ForecastList, PartRow>;

/// Events of a subscription.
struct ReadingsEvent {
  std::vector<ReadingNews> readings;
  friend bool operator==(const ReadingsEvent&, const ReadingsEvent&) = default;
};
struct FindingNews {
  FindingChange change;
  friend bool operator==(const FindingNews&, const FindingNews&) = default;
};
struct RowsAdded {
  friend bool operator==(const RowsAdded&, const RowsAdded&) = default;
};
/// What is believed of a device changed: told at once, where a finding waits until it is sure.
struct HealthEvent {
  std::string device;
  DeviceHealth before = DeviceHealth::unknown;
  DeviceHealth health = DeviceHealth::unknown;
  WallTime at{};
  friend bool operator==(const HealthEvent&, const HealthEvent&) = default;
};
using News = std::variant<ReadingsEvent, FindingNews, RowsAdded, TraceEvent, HealthEvent>;

struct Event {
  std::uint64_t id = 0;       ///< of the request that subscribed
  std::uint64_t dropped = 0;  ///< events left out just before this one because the reader was slow
  News news;

  friend bool operator==(const Event&, const Event&) = default;
};

/// One line, without its end. Errc::invalid_argument: it would be longer than `largest_answer`; Errc::malformed: a text
/// in it is no UTF-8.
Result<std::string> encode_answer(std::uint64_t id, const Data& data);
Result<std::string> encode_event(const Event& event);
std::string encode_trouble(std::uint64_t id, const Trouble& trouble);

/// Leaves out the last rows until the answer fits a line; what is left out is claimed the next time.
void fit_one_line(std::vector<OutboxRow>& rows);

enum class LineKind : std::uint8_t { answer, trouble, event };

/// What a line from the agent is, before its data is looked at.
struct LineHead {
  std::uint64_t id = 0;
  LineKind kind = LineKind::answer;
};

/// A client reads lines with these. Unknown fields are passed over, so that an older client understands a newer agent;
/// everything else is strict and Errc::malformed says which field.
Result<LineHead> decode_head(std::string_view line);
Result<Trouble> decode_trouble(std::string_view line);
Result<Event> decode_event(std::string_view line);
/// `T` is one of `Data`. Explicitly instantiated for each of them.
template <class T>
Result<T> decode_answer(std::string_view line);

/// The value of "data" or "event" as it stands in the line, for people's scripts.
Result<std::string> data_text(std::string_view line);

}  // namespace inspect::control
