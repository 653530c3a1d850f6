#include "firmware-agent/store/run_log.hpp"

#include "firmware-agent/store/byte_stream.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace inspect::agent::storage {

namespace {

constexpr double largest_raw = 9007199254740992.0;  // 2^53: beyond it a double skips integers

// Flags below a packed run's difference of values.
constexpr std::uint64_t lasts = 1;  ///< count and length follow
constexpr std::uint64_t new_quality = 2;
constexpr std::uint64_t as_bits = 4;
constexpr int run_flag_bits = 3;  ///< a raw value has 54 bits with its sign, a difference 55

std::int64_t raw_or_zero(double value, const Scaling& scaling) {
  const auto raw = raw_of(value, scaling);
  return raw.exact ? raw.raw : 0;
}

}  // namespace

bool same_bits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

RawValue raw_of(double value, const Scaling& scaling) {
  const double raw = std::nearbyint((value - scaling.offset) / scaling.scale);
  if (!(std::abs(raw) < largest_raw)) return {};
  const auto integer = static_cast<std::int64_t>(raw);
  return {same_bits(value_of(integer, scaling), value), integer};
}

double value_of(std::int64_t raw, const Scaling& scaling) {
  return static_cast<double>(raw) * scaling.scale + scaling.offset;
}

void RunLog::add(const Run& run, const Scaling& scaling) {
  if (!empty()) pack_last(scaling);
  last_ = run;
}

void RunLog::prolong(std::int64_t ms) {
  last_.last_ms = std::max(last_.last_ms, ms);
  ++last_.count;
}

void RunLog::pack_last(const Scaling& scaling) {
  const auto raw = raw_of(last_.value, scaling);
  const auto difference = zigzag(raw.raw - raw_or_zero(before_.value, scaling));
  const bool other_quality = last_.quality != before_.quality;
  const auto step = wrapping_difference(last_.first_ms, before_.first_ms);
  ByteWriter out;
  out.varint((raw.exact ? difference << run_flag_bits : as_bits) | (last_.count > 1 ? lasts : 0) |
             (other_quality ? new_quality : 0));
  if (!raw.exact) out.changed_bits(before_.value, last_.value);
  if (other_quality) out.u8(last_.quality);
  out.signed_varint(wrapping_difference(step, before_.step));
  if (last_.count > 1) {
    out.varint(last_.count);
    out.signed_varint(wrapping_difference(last_.last_ms, last_.first_ms));
  }
  // A quarter more, not twice as much: there are thousands of these.
  if (packed_.size() + out.view().size() > packed_.capacity()) {
    packed_.reserve(packed_.size() + out.view().size() + packed_.size() / 4 + 16);
  }
  packed_ += out.view();
  ++packed_runs_;
  before_ = {last_.first_ms, packed_runs_ == 1 ? 0 : step, last_.value, last_.quality};
}

std::vector<Run> RunLog::runs(const Scaling& scaling) const {
  std::vector<Run> runs;
  if (empty()) return runs;
  runs.reserve(packed_runs_ + std::size_t{1});
  ByteReader in(packed_);
  Before before;
  while (runs.size() < packed_runs_) {
    Run run{0, 0, 1, 0, before.quality};
    const auto head = in.varint();
    if ((head & as_bits) != 0) {
      run.value = in.changed_bits(before.value);
    } else {
      run.value = value_of(raw_or_zero(before.value, scaling) + unzigzag(head >> run_flag_bits), scaling);
    }
    if ((head & new_quality) != 0) run.quality = in.u8();
    const auto step = wrapping_sum(before.step, in.signed_varint());
    run.first_ms = run.last_ms = wrapping_sum(before.first_ms, step);
    if ((head & lasts) != 0) {
      run.count = static_cast<std::uint32_t>(in.varint());
      run.last_ms = wrapping_sum(run.first_ms, in.signed_varint());
    }
    before = {run.first_ms, runs.empty() ? 0 : step, run.value, run.quality};
    runs.push_back(run);
  }
  runs.push_back(last_);
  return runs;
}

}  // namespace inspect::agent::storage
