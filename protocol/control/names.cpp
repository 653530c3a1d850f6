#include "protocol/control/outbox.hpp"
#include "protocol/control/request.hpp"
#include "protocol/control/trace.hpp"

#include <array>

namespace inspect::control {

namespace {

constexpr std::array<std::string_view, 2> stream_names{"findings", "readings"};
constexpr std::array<std::string_view, 3> passage_names{"out", "in", "end"};
constexpr std::array<std::string_view, 10> refusal_names{"malformed",     "unknown_verb", "invalid",  "not_found",
                                                         "not_permitted", "too_large",    "too_many", "device",
                                                         "storage",       "internal"};

template <class Enum, std::size_t N>
std::optional<Enum> find(const std::array<std::string_view, N>& names, std::string_view wanted) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == wanted) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view name(Stream stream) { return stream_names.at(static_cast<std::size_t>(stream)); }
std::optional<Stream> stream_from(std::string_view name) { return find<Stream>(stream_names, name); }

std::string_view name(Passage passage) { return passage_names.at(static_cast<std::size_t>(passage)); }
std::optional<Passage> passage_from(std::string_view name) { return find<Passage>(passage_names, name); }

std::string_view name(Refusal refusal) { return refusal_names.at(static_cast<std::size_t>(refusal)); }
std::optional<Refusal> refusal_from(std::string_view name) { return find<Refusal>(refusal_names, name); }

const std::array<std::string_view, std::variant_size_v<Ask>>& verbs() {
  // In the order of the variant's alternatives.
  static constexpr std::array<std::string_view, std::variant_size_v<Ask>> names{
      "status",      "buses",          "devices",         "points",       "read",      "watch",  "history",
      "findings",    "finding",        "acknowledge",     "shelve",       "unshelve",  "outbox", "outbox.claim",
      "outbox.wait", "outbox.receipt", "outbox.holdings", "bus.trace",    "bus.probe", "usb",    "usb.adopt",
      "usb.prove",   "exam",           "exam.begin",      "exam.end",     "order",     "prove",  "tests",
      "test.start",  "trend",          "forecasts",       "part.replaced"};
  return names;
}

std::string_view verb(const Ask& ask) { return verbs().at(ask.index()); }

}  // namespace inspect::control
