#include "protocol/usb/usbtmc_machine.hpp"

#include <utility>

/// The way back to a device whose pipes are known to be empty.
namespace inspect::usb {
namespace {

using namespace std::chrono_literals;

constexpr unsigned most_drains = 100;                       // as Linux has it: a device that talks for ever is reset
constexpr std::chrono::nanoseconds drain_patience = 200ms;  // an empty pipe answers nothing at all
constexpr std::chrono::nanoseconds back_limit = 5s;         // as Linux has it

}  // namespace

void TmcMachine::come_back(Way way, BootTime now) {
  way_ = way;
  drains_ = 0;
  back_by_ = now + back_limit;
  state_ = State::initiating;
}

void TmcMachine::escalate(BootTime now) {
  if (way_ != Way::clear) return come_back(Way::clear, now);
  needs_reset_ = true;
  finish(error_ ? std::move(*error_) : fail(Errc::bus_unavailable, "the instrument cannot be cleared"));
}

void TmcMachine::recovered(BootTime now) {
  ++(way_ == Way::clear ? counters_.clears : counters_.aborts);
  // The answer that was waited for is still owed, and must not be taken for the next one's.
  if (way_ == Way::abort_in) return come_back(Way::clear, now);
  if (error_) return finish(std::move(*error_));
  finish(Bytes{});
}

ControlRequest TmcMachine::initiate() const {
  switch (way_) {
    case Way::abort_out: return tmc_abort_out(port_.bulk_out, tag_.last());
    case Way::abort_in: return tmc_abort_in(port_.bulk_in, tag_.last());
    case Way::clear: break;
  }
  return tmc_clear(port_.interface);
}

ControlRequest TmcMachine::check() const {
  switch (way_) {
    case Way::abort_out: return tmc_check_abort_out(port_.bulk_out);
    case Way::abort_in: return tmc_check_abort_in(port_.bulk_in);
    case Way::clear: break;
  }
  return tmc_check_clear(port_.interface);
}

void TmcMachine::take_back(const TransferResult& result, BootTime now) {
  if (state_ == State::draining) {
    if (result.end == TransferEnd::completed) return take_drained(result.bytes.size(), now);
    if (result.end == TransferEnd::stalled) stalled_ = port_.bulk_in;
    const bool nothing_there = result.end == TransferEnd::timed_out || result.end == TransferEnd::stalled;
    if (!nothing_there) return escalate(now);
    state_ = State::checking;
    return;
  }
  if (result.end != TransferEnd::completed) return escalate(now);
  switch (state_) {
    case State::initiating: return take_initiated(result.bytes, now);
    case State::checking: return take_checked(result.bytes, now);
    case State::waiting: state_ = State::checking; return;
    case State::unhalting_out:
      if (!stalled_) return recovered(now);
      state_ = State::unhalting_stalled;
      return;
    default: return recovered(now);
  }
}

void TmcMachine::take_initiated(BytesView answer, BootTime now) {
  const auto status = decode_tmc_status(answer, initiate().length);
  if (!status) return escalate(now);
  // "failed" to an abort: nothing is under way and nothing is held, so there is nothing to give up.
  if (*status == TmcStatus::failed && way_ != Way::clear) return recovered(now);
  if (*status != TmcStatus::success) return escalate(now);
  if (way_ == Way::abort_in) return drain(now);
  state_ = State::checking;
}

void TmcMachine::take_checked(BytesView answer, BootTime now) {
  const auto status = decode_tmc_status(answer, 2);
  if (!status) return escalate(now);
  if (*status == TmcStatus::pending) {
    if (way_ != Way::abort_out && holds_bytes(answer)) return drain(now);
    return wait(now);
  }
  if (*status != TmcStatus::success) return escalate(now);
  if (way_ == Way::abort_in) return recovered(now);
  state_ = State::unhalting_out;
}

void TmcMachine::take_drained(std::size_t size, BootTime now) {
  if (size == drain_length()) return drain(now);  // no short packet yet
  state_ = State::checking;
}

void TmcMachine::drain(BootTime now) {
  if (++drains_ > most_drains || now >= back_by_) return escalate(now);
  resume_ = now + drain_patience;
  state_ = State::draining;
}

void TmcMachine::wait(BootTime now) {
  if (now >= back_by_) return escalate(now);
  resume_ = now + pause;
  state_ = State::waiting;
}

std::size_t TmcMachine::whole_packets(std::size_t size) const {
  const std::size_t packet = std::max<std::size_t>(port_.packet, 1);
  return (size + packet - 1) / packet * packet;
}

}  // namespace inspect::usb
