#include "protocol/usb/usbtmc_machine.hpp"

#include <algorithm>
#include <utility>

namespace inspect::usb {
namespace {

using Do = TransferStep::Do;

constexpr std::size_t most_per_write = 4096;
constexpr std::size_t most_padding = 3;  // to whole words
constexpr std::size_t notice_size = 2;
constexpr std::uint8_t service_request = 0x81;
constexpr std::uint8_t notice_flag = 0x80;

/// The size of a block by its own head "#3120", with the head; nothing when it is none.
std::optional<std::size_t> block_size(BytesView payload) {
  if (payload.size() < 2 || payload[0] != '#' || payload[1] < '1' || payload[1] > '9') return std::nullopt;
  const std::size_t digits = payload[1] - std::size_t{'0'};
  if (payload.size() < 2 + digits) return std::nullopt;
  std::size_t size = 0;
  for (const auto digit : payload.subspan(2, digits)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    size = size * 10 + (digit - std::size_t{'0'});
  }
  return 2 + digits + size;
}

}  // namespace

void TmcMachine::begin(TmcTask task, BootTime now) {
  task_ = std::move(task);
  deadline_ = now + task_.limit;
  error_.reset();
  stalled_.reset();
  reply_.clear();
  written_ = 0;
  promised_ = 0;
  fetches_old_ = false;
  if (needs_reset_) return finish(fail(Errc::bus_unavailable, "the instrument must be reset first"));
  const bool writes = task_.what == TmcTask::What::write || task_.what == TmcTask::What::query;
  if (writes && task_.message.empty()) return finish(fail(Errc::invalid_argument, "an empty message"));
  switch (task_.what) {
    case TmcTask::What::write:
    case TmcTask::What::query: return fill_part();
    case TmcTask::What::read: return request(now);
    case TmcTask::What::trigger:
      out_ = encode_tmc_trigger(tag_.next());
      part_ = 0;
      state_ = State::writing;
      return;
    case TmcTask::What::clear: return come_back(Way::clear, now);
    case TmcTask::What::status_byte:
      status_tag_ = static_cast<std::uint8_t>(status_tag_ % 127 + 1);
      if (status_tag_ < 2) status_tag_ = 2;
      state_ = State::asking;
      return;
    case TmcTask::What::capabilities:
    case TmcTask::What::remote: state_ = State::asking; return;
  }
}

TransferStep TmcMachine::next(BootTime /*now*/) {
  TransferStep step;
  step.until = is_going_back() ? back_by_ : deadline_;
  const auto transfer = [&](Do what, std::uint8_t endpoint) {
    step.what = what;
    step.endpoint = endpoint;
  };
  switch (state_) {
    case State::done: step.until = {}; break;
    case State::writing:
    case State::requesting:
      transfer(Do::bulk_out, port_.bulk_out);
      step.bytes = out_;
      break;
    case State::reading:
      transfer(Do::bulk_in, port_.bulk_in);
      step.length = whole_packets(tmc_header_size + quirks_.most_per_read + most_padding);
      break;
    case State::notified:
      transfer(Do::interrupt_in, port_.interrupt_in.value_or(0));
      step.length = notice_size;
      break;
    case State::asking: step.what = Do::control, step.control = question(); break;
    case State::initiating: step.what = Do::control, step.control = initiate(); break;
    case State::checking: step.what = Do::control, step.control = check(); break;
    case State::draining:
      transfer(Do::bulk_in, port_.bulk_in);
      step.length = drain_length();
      step.until = std::min(resume_, back_by_);
      break;
    case State::retrying:
    case State::waiting: step.what = Do::sleep, step.until = resume_; break;
    case State::unhalting_out: transfer(Do::clear_halt, port_.bulk_out); break;
    case State::unhalting_stalled: transfer(Do::clear_halt, stalled_.value_or(port_.bulk_in)); break;
  }
  return step;
}

void TmcMachine::take(const TransferResult& result, BootTime now) {
  if (state_ == State::done) return;
  if (result.end == TransferEnd::gone) return finish(fail(Errc::bus_unavailable, "the instrument was unplugged"));
  if (result.end == TransferEnd::timed_out && state_ != State::draining) ++counters_.timeouts;
  if (result.end == TransferEnd::stalled) ++counters_.stalls;
  if (result.end == TransferEnd::babble || result.end == TransferEnd::failed) ++counters_.damaged;
  if (is_going_back()) return take_back(result, now);
  if (result.end != TransferEnd::completed) return trouble(result.end, now);
  switch (state_) {
    case State::writing:
    case State::requesting: return take_written(result.count, now);
    case State::reading: return take_read(result.bytes, now);
    case State::asking: return take_answer(result.bytes, now);
    case State::notified: return take_notice(result.bytes);
    default: state_ = State::asking;  // the pause is over
  }
}

void TmcMachine::opened() {
  needs_reset_ = false;
  if (state_ != State::done) finish(fail(Errc::bus_unavailable, "the instrument was opened anew"));
}

void TmcMachine::finish(Result<Bytes> result) {
  result_ = std::move(result);
  state_ = State::done;
}

void TmcMachine::fill_part() {
  const auto rest = BytesView(task_.message).subspan(written_);
  part_ = std::min(rest.size(), most_per_write);
  out_ = encode_tmc_out(tag_.next(), rest.first(part_), part_ == rest.size());
  state_ = State::writing;
}

void TmcMachine::request(BootTime now) {
  // A device that answers without ever ending would keep us here: the deadline counts, not the last transfer.
  if (now >= deadline_) {
    error_ = fail(Errc::timeout, "the answer does not end");
    return come_back(Way::clear, now);
  }
  out_ = encode_tmc_request(tag_.next(), quirks_.most_per_read);
  state_ = State::requesting;
}

void TmcMachine::take_written(std::size_t count, BootTime now) {
  if (count != out_.size()) return damaged("a transfer that went out in part", now);
  if (state_ == State::requesting) {
    state_ = State::reading;
    return;
  }
  written_ += part_;
  if (task_.what == TmcTask::What::trigger) return finish(Bytes{});
  if (written_ < task_.message.size()) return fill_part();
  if (task_.what == TmcTask::What::write) return finish(Bytes{});
  request(now);
}

void TmcMachine::take_read(BytesView transfer, BootTime now) {
  if (promised_ != 0) return keep(transfer, false, now);
  const auto head = decode_tmc_head(tag_.last(), transfer);
  if (!head) return damaged(head.error().message, now);
  auto payload = transfer.subspan(tmc_header_size);
  if (quirks_.one_head) {
    promised_ = block_size(payload).value_or(head->size);
    return keep(payload, promised_ == 0, now);
  }
  if (head->size > quirks_.most_per_read) return damaged("more than was asked for", now);
  // A short number would still be a number: 1.2 of 1.2E-3. What is cut is no answer.
  if (head->size > payload.size()) return damaged("an answer that is cut", now);
  if (payload.size() - head->size > most_padding) return damaged("bytes behind an answer", now);
  keep(payload.first(head->size), head->end || quirks_.never_ends, now);
}

void TmcMachine::keep(BytesView payload, bool end, BootTime now) {
  if (reply_.size() + payload.size() > longest_tmc_message || promised_ > longest_tmc_message) {
    return damaged("an answer that is too long", now);
  }
  reply_.insert(reply_.end(), payload.begin(), payload.end());
  if (promised_ != 0) {
    if (reply_.size() >= promised_) {
      reply_.resize(promised_);
      return finish(std::move(reply_));
    }
    if (payload.empty() || now >= deadline_) return damaged("an answer that is cut", now);
    return;  // more of it comes without being asked for
  }
  if (end) return finish(std::move(reply_));
  request(now);
}

ControlRequest TmcMachine::question() const {
  switch (task_.what) {
    case TmcTask::What::status_byte: return tmc_read_status_byte(port_.interface, status_tag_);
    case TmcTask::What::capabilities: return tmc_get_capabilities(port_.interface);
    default: return tmc_remote(port_.interface, task_.remote);
  }
}

void TmcMachine::take_answer(BytesView answer, BootTime now) {
  if (task_.what == TmcTask::What::status_byte) return take_status_byte(answer, now);
  const auto status = decode_tmc_status(answer, question().length);
  if (!status) {
    ++counters_.damaged;
    return finish(status.error());
  }
  if (*status != TmcStatus::success) {
    return finish(fail(Errc::device_refused, "the instrument answers with status " + std::to_string(answer[0])));
  }
  const bool tells = task_.what == TmcTask::What::capabilities;
  finish(tells ? Bytes(answer.begin(), answer.end()) : Bytes{});
}

void TmcMachine::take_status_byte(BytesView answer, BootTime now) {
  const auto status = decode_tmc_status(answer, 3);
  if (!status || answer[1] != status_tag_) {
    ++counters_.damaged;
    return finish(status ? fail(Errc::corrupt_frame, "a status byte to another question") : status.error());
  }
  if (*status == TmcStatus::interrupt_busy) {
    if (now >= deadline_) return finish(fail(Errc::device_busy, "an earlier status byte was never fetched"));
    resume_ = now + pause;
    fetches_old_ = port_.interrupt_in.has_value();  // what keeps the endpoint busy is read away, or it stays so
    state_ = fetches_old_ ? State::notified : State::retrying;
    return;
  }
  if (*status != TmcStatus::success) return finish(fail(Errc::device_refused, "no status byte"));
  if (!port_.interrupt_in) return finish(Bytes{answer[2]});
  state_ = State::notified;
}

void TmcMachine::take_notice(BytesView notice) {
  if (notice.size() != notice_size) {
    ++counters_.damaged;
    return finish(fail(Errc::corrupt_frame, "a notice of " + std::to_string(notice.size()) + " bytes"));
  }
  if (notice[0] == service_request) ++counters_.service_requests;
  if (std::exchange(fetches_old_, false)) {
    state_ = State::asking;
    return;
  }
  if (notice[0] == (notice_flag | status_tag_)) return finish(Bytes{notice[1]});
  // An answer to an earlier question, or a service request: ours comes behind it.
}

void TmcMachine::trouble(TransferEnd end, BootTime now) {
  const bool at_bulk = state_ == State::writing || state_ == State::requesting || state_ == State::reading;
  const bool reads = state_ == State::reading;
  if (end == TransferEnd::timed_out) {
    error_ = fail(Errc::timeout, reads ? "no answer" : "the instrument does not take what is sent");
    if (state_ == State::notified) return finish(*error_);
    if (!at_bulk) return come_back(Way::clear, now);
    return come_back(reads ? Way::abort_in : Way::abort_out, now);
  }
  if (end == TransferEnd::stalled) {
    error_ = fail(Errc::device_refused, "the instrument refuses the transfer (STALL)");
    if (reads) stalled_ = port_.bulk_in;
    if (state_ == State::notified) stalled_ = port_.interrupt_in;
    if (state_ == State::asking) return finish(*error_);  // a control pipe heals itself
    return come_back(Way::clear, now);
  }
  error_ = fail(Errc::corrupt_frame, end == TransferEnd::babble ? "the instrument sent more than was asked for (babble)"
                                                                : "the transfer failed on the bus");
  if (!at_bulk) return finish(*error_);
  come_back(Way::clear, now);
}

void TmcMachine::damaged(std::string what, BootTime now) {
  ++counters_.damaged;
  error_ = fail(Errc::corrupt_frame, std::move(what));
  come_back(Way::clear, now);
}

}  // namespace inspect::usb
