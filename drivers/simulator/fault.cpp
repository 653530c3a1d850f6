#include "drivers/simulator/fault.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace inspect::sim {

namespace {

constexpr std::array<std::pair<FaultKind, std::string_view>, 12> names{{{FaultKind::silent, "silent"},
                                                                        {FaultKind::slow, "slow"},
                                                                        {FaultKind::late, "late"},
                                                                        {FaultKind::dribble, "dribble"},
                                                                        {FaultKind::garbage, "garbage"},
                                                                        {FaultKind::wrong_unit, "wrong-unit"},
                                                                        {FaultKind::wrong_echo, "wrong-echo"},
                                                                        {FaultKind::exception, "exception"},
                                                                        {FaultKind::truncated, "truncated"},
                                                                        {FaultKind::twin, "twin"},
                                                                        {FaultKind::babble, "babble"},
                                                                        {FaultKind::damaged, "damaged"}}};

constexpr std::uint32_t an_hour = 3'600'000;

Result<std::uint32_t> number(const std::string& text, std::uint32_t low, std::uint32_t high, const char* what) {
  std::uint32_t value = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc{} || read.ptr != end || value < low || value > high) {
    return fail(Errc::invalid_argument, "\"" + text + "\" is no " + what + ": give a whole number from " +
                                            std::to_string(low) + " to " + std::to_string(high));
  }
  return value;
}

bool takes_time(FaultKind kind) {
  return kind == FaultKind::slow || kind == FaultKind::late || kind == FaultKind::dribble || kind == FaultKind::twin;
}

/// What a fault is when only its verb was said. 450 ms between bytes is the measured dribbling device of the field.
Fault usual(FaultKind kind) {
  Fault fault;
  fault.kind = kind;
  if (kind == FaultKind::slow) fault.time = std::chrono::milliseconds(300);
  if (kind == FaultKind::late) fault.time = std::chrono::milliseconds(1500);
  if (kind == FaultKind::dribble) fault.time = std::chrono::milliseconds(450);
  // Two boards of one model differ by a few characters at 9600 baud.
  if (kind == FaultKind::twin) fault.time = std::chrono::milliseconds(3);
  if (kind == FaultKind::exception) fault.code = 4;
  return fault;
}

/// "once" or "every N".
Result<void> read_how_often(const std::vector<std::string>& words, std::size_t at, Fault& fault) {
  if (words[at] == "once" && at + 1 == words.size() && fault.kind == FaultKind::late) {
    fault.once = true;
    return boost::system::in_place_value;
  }
  if (words[at] == "every" && at + 2 == words.size()) {
    const auto every = number(words[at + 1], 1, 1'000'000, "count");
    if (!every) return every.error();
    fault.every = *every;
    return boost::system::in_place_value;
  }
  return fail(Errc::invalid_argument, "\"" + words[at] + "\" is not understood here; try \"" + words[0] +
                                          (takes_time(fault.kind) ? " 1500 every 100\"" : " every 100\""));
}

void spoil(const Fault& fault, Outgoing& answer) {
  switch (fault.kind) {
    case FaultKind::silent: break;
    case FaultKind::slow:
    case FaultKind::late: answer.delay += fault.time; break;
    case FaultKind::dribble: answer.gap = fault.time; break;
    case FaultKind::garbage: answer.garbage = true; break;
    case FaultKind::truncated: answer.truncated = true; break;
    case FaultKind::twin: answer.twin = fault.time; break;
    case FaultKind::wrong_unit: answer.unit = static_cast<std::uint8_t>(answer.unit + 1); break;
    case FaultKind::wrong_echo: {
      // The last byte of a write's confirmation is the value's or the quantity's low byte.
      const bool write = !answer.pdu.empty() &&
                         (answer.pdu[0] == 5 || answer.pdu[0] == 6 || answer.pdu[0] == 15 || answer.pdu[0] == 16);
      if (write) answer.pdu.back() = static_cast<std::uint8_t>(answer.pdu.back() ^ 0x01U);
      break;
    }
    case FaultKind::babble: answer.babble = true; break;
    case FaultKind::damaged: answer.damaged = true; break;
    case FaultKind::exception:
      answer.refused = true;
      if (!answer.pdu.empty()) answer.pdu = {static_cast<std::uint8_t>(answer.pdu[0] | 0x80U), fault.code};
      break;
  }
}

}  // namespace

std::string_view name(FaultKind kind) {
  for (const auto& [value, text] : names) {
    if (value == kind) return text;
  }
  return "?";
}

std::optional<FaultKind> fault_kind_from(std::string_view text) {
  for (const auto& [value, known] : names) {
    if (known == text) return value;
  }
  return std::nullopt;
}

std::string describe(const Fault& fault) {
  std::string text(name(fault.kind));
  if (takes_time(fault.kind)) text += " " + std::to_string(fault.time.count()) + " ms";
  if (fault.kind == FaultKind::exception) text += " " + std::to_string(fault.code);
  if (fault.once) text += " once";
  if (fault.every > 1) text += " every " + std::to_string(fault.every);
  return text;
}

Result<Fault> parse_fault(const std::vector<std::string>& words) {
  const auto kind = words.empty() ? std::nullopt : fault_kind_from(words[0]);
  if (!kind) {
    std::string known;
    for (const auto& [value, text] : names) known += (known.empty() ? "" : ", ") + std::string(text);
    return fail(Errc::invalid_argument,
                "\"" + (words.empty() ? std::string() : words[0]) + "\" is no fault of an answer: " + known);
  }
  auto fault = usual(*kind);
  std::size_t at = 1;
  const bool figure = at < words.size() && words[at] != "every" && words[at] != "once";
  if (figure && takes_time(*kind)) {
    const auto time = number(words[at], 1, an_hour, "time in ms");
    if (!time) return time.error();
    fault.time = std::chrono::milliseconds(*time);
    ++at;
  } else if (figure && *kind == FaultKind::exception) {
    const auto code = number(words[at], 1, 255, "exception code");
    if (!code) return code.error();
    fault.code = static_cast<std::uint8_t>(*code);
    ++at;
  }
  if (at < words.size()) {
    const auto often = read_how_often(words, at, fault);
    if (!often) return often.error();
  }
  return fault;
}

void Faults::add(const Fault& fault) {
  remove(fault.kind);
  faults_.push_back(fault);
}

bool Faults::remove(FaultKind kind) {
  return std::erase_if(faults_, [kind](const Fault& fault) { return fault.kind == kind; }) > 0;
}

const Fault* Faults::find(FaultKind kind) const {
  const auto found = std::find_if(faults_.begin(), faults_.end(), [kind](auto& fault) { return fault.kind == kind; });
  return found == faults_.end() ? nullptr : &*found;
}

std::optional<Outgoing> Faults::apply(Outgoing answer) {
  if (find(FaultKind::silent) != nullptr) return std::nullopt;
  ++answers_;
  for (const auto& fault : faults_) {
    if (answers_ % fault.every == 0) spoil(fault, answer);
  }
  std::erase_if(faults_, [](const Fault& fault) { return fault.once; });
  return answer;
}

}  // namespace inspect::sim
