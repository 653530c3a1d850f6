#include "tests/firmware-agent/detection/campaign/played_line.hpp"

#include "tests/wire/virtual_wire.hpp"

#include <algorithm>
#include <cmath>

namespace inspect::campaign {

using namespace std::chrono_literals;

Nanoseconds PlayedLine::silence() const {
  return format_.baud > 19200 ? Nanoseconds{1750us} : format_.character() * 7 / 2;
}

Nanoseconds PlayedLine::up_to(Nanoseconds most) {
  return Nanoseconds{
      static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(std::max<std::int64_t>(most.count(), 1)))};
}

bool PlayedLine::spoilt(std::size_t bytes, double bit_errors) {
  if (bit_errors <= 0) return false;
  const double sound = std::pow(1 - bit_errors, static_cast<double>(bytes) * format_.bits());
  return !std::bernoulli_distribution(sound)(random_);
}

void PlayedLine::asked(modbus::BytesView question, BootTime now) {
  Question said{Bytes(question.begin(), question.end()), now, Air::gateway};
  const Speech speech{now, said.bytes, format_, Air::gateway};
  ends_.emplace(speech.end(), std::move(said));
  air.speak(speech);
}

void PlayedLine::begin_master(PlayedMaster another, BootTime now) {
  master = another;
  master_due_ = now;
}

BootTime PlayedLine::next_event() const {
  return std::min({ends_.empty() ? BootTime::max() : ends_.begin()->first, master_due_, air.next_character()});
}

void PlayedLine::advance(BootTime now) {
  for (;;) {
    const auto end = ends_.empty() ? BootTime::max() : ends_.begin()->first;
    if (std::min(end, master_due_) > now) return;
    if (end <= master_due_) {
      const auto question = ends_.begin()->second;
      ends_.erase(ends_.begin());
      heard(question, end);
    } else {
      master_asks(master_due_);
    }
  }
}

void PlayedLine::master_asks(BootTime now) {
  if (devices.empty()) return;
  if (master->polite && (air.busy(now) || air.disturbed(now - silence(), now, other_master - 1))) {
    master_due_ = now + silence() + up_to(5ms);
    return;
  }
  const auto& device = devices[random_() % devices.size()];
  const auto address = static_cast<std::uint8_t>(random_() % 40);
  const auto quantity = static_cast<std::uint8_t>(1 + random_() % 8);
  const auto frame = tests::sealed({device.unit, 3, 0, address, 0, quantity});
  const Speech speech{now, frame, format_, other_master};
  ends_.emplace(speech.end(), Question{frame, now, other_master});
  air.speak(speech);
  master_due_ = now + master->every / 2 + up_to(master->every);
}

void PlayedLine::heard(const Question& question, BootTime now) {
  if (air.disturbed(question.start, now, question.speaker)) return;
  if (spoilt(question.bytes.size(), air.bit_errors)) return;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const auto& device = devices[i];
    if (device.unit != question.bytes[0] || !device.reachable || device.strict) continue;
    if (!spoilt(question.bytes.size(), device.bit_errors)) answer(i, question, now);
  }
}

void PlayedLine::answer(std::size_t index, const Question& question, BootTime now) {
  const auto& device = devices[index];
  auto frame = tests::honest_rtu(question.bytes);
  for (std::size_t i = 3; i + 2 < frame.size(); ++i)
    frame[i] = static_cast<std::uint8_t>(frame[i] ^ (device.salt >> (i % 2 * 8)));
  frame[0] = device.speaks_as.value_or(device.unit);
  frame.resize(frame.size() - 2);
  frame = tests::sealed(std::move(frame));
  if (device.bit_errors > 0) {
    std::bernoulli_distribution turns(device.bit_errors);
    for (auto& byte : frame) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        if (turns(random_)) byte = static_cast<std::uint8_t>(byte ^ (1U << bit));
      }
    }
  }
  auto start = now + silence() + device.turnaround + up_to(device.jitter) + device.slower;
  if (std::bernoulli_distribution(device.late_share)(random_)) start += device.late_by;
  air.speak({start, std::move(frame), device.format, static_cast<int>(index) + 1});
}

}  // namespace inspect::campaign
