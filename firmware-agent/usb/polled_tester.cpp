#include "firmware-agent/usb/polled_tester.hpp"

#include "drivers/modbus_device/point_value.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

namespace inspect::agent {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds usual_period{1000};

/// "A" as "mA": a thousand. Nothing when the one is not the other with a prefix.
std::optional<double> factor(std::string_view plain, std::string_view wanted) {
  if (plain == wanted || plain.empty()) return 1;
  if (wanted.size() != plain.size() + 1 || wanted.substr(1) != plain) return std::nullopt;
  switch (wanted.front()) {
    case 'u': return 1e6;
    case 'm': return 1e3;
    case 'k': return 1e-3;
    case 'M': return 1e-6;
    default: return std::nullopt;
  }
}

}  // namespace

PointValue value_of(const drivers::Profile& profile, std::size_t point, const usb::TesterAnswer& answer) {
  const auto& spec = profile.points[point];
  // Another model would have been an error.
  if (spec.role == drivers::Role::identity) return {point, 1, Quality::good, Reason::none};
  if (spec.role == drivers::Role::state) {
    if (answer.verdict == usb::TesterVerdict::none) return {point, 0, Quality::bad, Reason::never_read};
    return {point, static_cast<double>(answer.verdict), Quality::good, Reason::none};
  }
  const auto found = answer.quantities.find(spec.name);
  if (found == answer.quantities.end() || found->second.kind == usb::NumberKind::unknown) {
    return {point, 0, Quality::bad, Reason::never_read};
  }
  const auto& quantity = found->second;
  const auto by = factor(quantity.unit, spec.unit);
  if (quantity.kind != usb::NumberKind::value || !by) return {point, 0, Quality::bad, Reason::implausible};
  const double value = quantity.value * *by;
  const bool possible = !(spec.lowest && value < *spec.lowest) && !(spec.highest && value > *spec.highest);
  if (!possible) return {point, value, Quality::bad, Reason::implausible};
  // While a test runs the number still moves.
  if (answer.verdict == usb::TesterVerdict::running) return {point, value, Quality::uncertain, Reason::busy};
  return {point, value, Quality::good, Reason::none};
}

PolledTester::PolledTester(drivers::Tester& tester, const drivers::Profile& profile, std::chrono::milliseconds period)
    : tester_(tester), profile_(profile), period_(period), points_(profile.points.size()) {
  std::iota(points_.begin(), points_.end(), std::size_t{0});
  if (period_.count() == 0) period_ = points_.empty() ? usual_period : profile.points.front().period;
}

std::chrono::milliseconds PolledTester::period(std::size_t /*block*/) const { return period_; }

const std::vector<std::size_t>& PolledTester::points(std::size_t /*block*/) const { return points_; }

asio::awaitable<Result<usb::TesterAnswer>> PolledTester::ask() {
  const auto& words = tester_.words();
  if (!usb::why_not(words, usb::TesterJob::identify)) {
    const auto identity = co_await tester_.identify();
    if (!identity) co_return identity.error();
  }
  if (!usb::why_not(words, usb::TesterJob::fetch)) co_return co_await tester_.fetch();
  co_return tester_.results().value_or(usb::TesterAnswer{});
}

asio::awaitable<Sweep> PolledTester::read(std::size_t /*block*/) {
  const auto answer = co_await ask();
  Sweep sweep;
  if (!answer) sweep.failure = answer.error();
  for (const auto point : points_) {
    if (answer) {
      sweep.values.push_back(value_of(profile_, point, *answer));
    } else {
      sweep.values.push_back({point, 0, Quality::bad, drivers::reason_of(answer.error().code)});
    }
  }
  co_return sweep;
}

asio::awaitable<Sweep> PolledTester::read_again(std::size_t block, std::vector<std::size_t> points) {
  // Tags (USBTMC) and the question itself (a line is forgotten before it is asked) keep an old answer from this one.
  auto sweep = co_await read(block);
  std::erase_if(sweep.values, [&](const PointValue& value) {
    return std::find(points.begin(), points.end(), value.point) == points.end();
  });
  co_return sweep;
}

}  // namespace inspect::agent
