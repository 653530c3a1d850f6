#include "firmware-agent/detection/culprit.hpp"

#include <algorithm>
#include <cmath>

namespace inspect::agent {

namespace {

constexpr double bits_per_byte = 10;

constexpr unsigned enough_named_otherwise = 2;
constexpr unsigned enough_late = 2;
/// So many late answers to the last eight questions tell by themselves: at one in a thousand late by chance this comes
/// once in 10^10 questions.
constexpr unsigned many_late = 4;
constexpr unsigned last_few = 8;
constexpr unsigned enough_doubled = 2;
constexpr unsigned enough_headless = 12;
constexpr unsigned enough_headless_line = 8;
/// With so many questions since the first failure a collision would have shown itself.
constexpr unsigned enough_to_exclude = 48;
constexpr double contact_excluded = 0.02;

constexpr unsigned line_failures = 12;
constexpr unsigned line_damages = 4;
constexpr double line_share = 0.05;
constexpr unsigned unknown_failures = 32;
constexpr unsigned several = 4;
/// What is judged by its last questions, because the older ones are from before.
constexpr unsigned recent = 16;

LinkNumbers numbers_of(const QuestionLog& log) {
  return {log.asked(),
          log.count(Trace::lost),
          log.hurt() - log.count(Trace::garbled),
          log.count(Trace::garbled),
          log.count(Trace::doubled),
          log.count(Trace::late)};
}

double exposure(const QuestionLog& log) { return log.asked() * (log.bytes_asked() + log.bytes_answered()); }

/// Share of bits turned, if so many of the frames were hit somewhere.
double bit_errors(double failed, double asked, double bytes) {
  const double share = std::min(failed / asked, 1 - 0.5 / asked);
  return -std::log1p(-share) / (bytes * bits_per_byte);
}

/// A contact that spoils answers spoils questions too, and a spoilt question is not answered at all. How likely it
/// would be to lose no more of them than were lost.
double contact_explains(const QuestionLog& log) {
  const auto asked = log.since_trouble();
  const auto errors = bit_errors(log.failed(asked), asked, log.bytes_asked() + log.bytes_answered());
  const double loss = -std::expm1(-errors * log.bytes_asked() * bits_per_byte);
  return 1 - binomial_tail(asked, log.count(Trace::lost, asked) + 1, loss);
}

/// The last two questions at least brought bytes and no head, and the last eight no head either.
bool lately_headless(const QuestionLog& log) {
  return log.failed(2) == 2 && log.count(Trace::garbled, 2) > 0 && log.count(Trace::damaged, enough_headless_line) == 0;
}

bool headless(const QuestionLog& log) {
  return log.count(Trace::damaged) == 0 && log.count(Trace::garbled, recent) >= enough_headless &&
         log.count(Trace::garbled, enough_headless) >= enough_headless - 2 &&
         log.failed(enough_headless) == enough_headless;
}

/// One device alone is in trouble; which kind. Nothing: more has to be seen.
std::optional<LinkFault> name_alone(const QuestionLog& log) {
  if (log.count(Trace::damaged) + log.count(Trace::garbled) == 0) return LinkFault::degraded;
  if (headless(log)) return LinkFault::wrong_format;
  const auto seen = log.since_trouble();
  const auto failed = log.failed(seen);
  if (log.count(Trace::lost, seen) * 5 > failed || failed * 3 < seen * 2) return LinkFault::degraded;
  if (log.count(Trace::damaged, seen) > 0 && contact_explains(log) < contact_excluded) return LinkFault::conflict;
  return seen >= enough_to_exclude ? std::optional(LinkFault::degraded) : std::nullopt;
}

std::optional<Naming> name_by_sign(std::span<const Suffering> devices) {
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const auto& device = devices[i];
    if (device.out) continue;
    const auto& log = *device.log;
    auto numbers = numbers_of(log);
    if (log.count(Trace::other_unit) >= enough_named_otherwise) {
      numbers.other_unit = device.other_unit;
      return Naming{LinkFault::wrong_address, i, 1, numbers};
    }
    if (numbers.doubled >= enough_doubled) return Naming{LinkFault::conflict, i, 1, numbers};
    const bool undamaged = numbers.damaged + numbers.garbled <= numbers.lost;
    const bool slow = device.troubled || log.count(Trace::late, last_few) >= many_late;
    if (numbers.late >= enough_late && 2 * numbers.late >= numbers.lost && undamaged && slow) {
      numbers.late_by = device.late_by;
      return Naming{LinkFault::slow, i, 1, numbers};
    }
  }
  return std::nullopt;
}

/// All devices that are not out, added up.
struct Line {
  unsigned devices = 0;
  unsigned failed = 0;
  unsigned hurt = 0;
  unsigned suffering = 0;  ///< devices with a failure
  unsigned often = 0;      ///< devices with several
  unsigned damaged = 0;    ///< devices with a damaged answer
  unsigned shaped = 0;     ///< damages of which the transport tells the kind
  double exposure = 0;
  LinkNumbers numbers;
  bool troubled = false;
  bool headless = true;  ///< all of them, lately
  unsigned lately_garbled = 0;
};

Line add_up(std::span<const Suffering> devices) {
  Line line;
  for (const auto& device : devices) {
    const auto& log = *device.log;
    if (device.out || log.asked() == 0) continue;
    ++line.devices;
    if (device.silent) continue;
    line.failed += log.failed();
    line.hurt += log.hurt();
    line.suffering += log.failed() > 0 ? 1 : 0;
    line.often += log.failed() >= several ? 1 : 0;
    line.damaged += log.hurt() > 0 ? 1 : 0;
    line.shaped += log.count(Trace::damaged) + log.count(Trace::garbled);
    line.exposure += exposure(log);
    line.troubled = line.troubled || device.troubled;
    line.headless = line.headless && lately_headless(log);
    line.lately_garbled += log.count(Trace::garbled, enough_headless_line);
    const auto own = numbers_of(log);
    line.numbers.asked += own.asked;
    line.numbers.lost += own.lost;
    line.numbers.damaged += own.damaged;
    line.numbers.garbled += own.garbled;
  }
  if (line.failed > 0)
    line.numbers.bit_errors = bit_errors(line.failed, line.numbers.asked, line.exposure / line.numbers.asked);
  return line;
}

/// How usual it is for the worst of all devices to suffer so much on a line that treats every byte alike.
double usual(const Line& line, const Suffering& device) {
  const auto& log = *device.log;
  return std::min(1.0, line.devices * binomial_tail(line.failed, log.failed(), exposure(log) / line.exposure));
}

std::optional<Naming> name_line(const Line& line) {
  if (line.headless && line.damaged >= 2 && line.lately_garbled >= enough_headless_line)
    return Naming{LinkFault::bus_wrong_format, 0, 1, line.numbers};
  const bool often = line.failed >= line_failures && line.failed >= line_share * line.numbers.asked;
  const bool shows = line.shaped > 0 && line.damaged >= 2;
  const bool hurts = line.hurt >= line_damages && line.hurt * 5 >= line.failed;
  const bool heads = line.numbers.damaged * 3 >= line.hurt;  // noise leaves most of them whole, another speed none
  if (often && shows && hurts && heads) return Naming{LinkFault::bus_noise, 0, 1, line.numbers};
  // Where damage has a shape, one device alone is more likely than it looks, until several have suffered for long.
  const bool unexplained = line.failed >= unknown_failures + several * line.devices && line.often >= 2;
  if (line.troubled && line.suffering >= 2 && (line.shaped == 0 || unexplained))
    return Naming{LinkFault::bus_degraded, 0, 1, line.numbers};
  return std::nullopt;
}

}  // namespace

double binomial_tail(unsigned trials, unsigned hits, double share) {
  if (hits == 0 || share >= 1) return 1;
  if (hits > trials || share <= 0) return 0;
  const double odds = share / (1 - share);
  double term = std::exp(trials * std::log1p(-share));
  double below = 0;
  for (unsigned i = 0; i < hits; ++i) {
    below += term;
    term *= odds * (trials - i) / (i + 1.0);
  }
  if (below < 0.5) return 1 - below;
  // The sum from below has lost the small rest; add that up instead.
  double tail = 0;
  for (auto i = hits; i <= trials && term > tail * 1e-12; ++i) {
    tail += term;
    term *= odds * (trials - i) / (i + 1.0);
  }
  return tail;
}

std::optional<Naming> name_trouble(std::span<const Suffering> devices, bool loses, bool disturbed) {
  if (auto named = name_by_sign(devices)) return named;
  if (disturbed) return std::nullopt;
  const auto line = add_up(devices);
  double least_usual = 1;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const auto& device = devices[i];
    if (device.out || device.silent || device.log->failed() == 0) continue;
    const bool alone = line.devices == 1;
    const auto chance = usual(line, device);
    least_usual = std::min(least_usual, chance);
    if (!device.troubled || (!alone && chance >= chance_of_wrong_blame)) continue;
    // It lost the most on a line that was interrupted: chance, until it goes on when the line is quiet.
    if (loses && device.log->hurt() == 0) return std::nullopt;
    const auto fault = name_alone(*device.log);
    if (!fault) return std::nullopt;
    return Naming{*fault, i, 1 - (alone ? 0 : chance), numbers_of(*device.log)};
  }
  if (least_usual < usual_enough && !line.headless) return std::nullopt;
  return name_line(line);
}

double chance_of_silence(std::span<const Suffering> devices, std::size_t device, unsigned misses) {
  unsigned asked = 0;
  unsigned lost = 0;
  unsigned hurt = 0;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    if (i == device || devices[i].out) continue;
    asked += std::min(devices[i].log->asked(), recent);
    lost += devices[i].log->count(Trace::lost, recent);
    hurt += devices[i].log->hurt(recent);
  }
  if (hurt < 2) return 0;
  return std::pow((lost + 1.0) / (asked + 2.0), misses);
}

}  // namespace inspect::agent
