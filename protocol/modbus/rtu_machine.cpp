#include "protocol/modbus/rtu_machine.hpp"

#include <algorithm>
#include <array>

namespace inspect::modbus {
namespace {

/// The first look comes so much before the last character is due: about what it takes a computer to wake, twice.
constexpr std::chrono::microseconds look_ahead{150};
/// A program that ended just now may have left a question on the line, and nobody here knows which.
constexpr std::chrono::milliseconds rest_after_opening{200};
/// What a USB adapter may keep back (FTDI's latency timer).
constexpr std::chrono::milliseconds adapter_latency{16};
/// A whole answer with a wrong checksum is believed to be damaged when nothing more came for so long.
constexpr std::chrono::milliseconds damage_patience{50};
/// More than two of the longest frames is noise.
constexpr std::size_t buffer_max = 2 * rtu_frame_max;
/// Unit, function and byte count: so much of a broken answer is no chance.
constexpr std::size_t telling_head = 3;
/// A second answer comes from another device with the same address, and so not much later than the first.
constexpr std::chrono::seconds doubled_within{1};

/// The question in a frame of another master, if it can be nothing but a question to read.
std::optional<Request> strange_question(BytesView frame) {
  if (frame.size() != 8 || !is_read(frame[1])) return std::nullopt;
  const auto word = [&](std::size_t at) { return static_cast<std::uint16_t>((frame[at] << 8) | frame[at + 1]); };
  Request request{frame[0], frame[1], word(2), word(4), {}};
  if (!check(request)) return std::nullopt;
  return request;
}

}  // namespace

void RtuMachine::begin(const Request& request, const Allowance& allowance, BootTime now) {
  ++counters_.transactions;
  if (auto checked = check(request); !checked) {
    finish(checked.error());
    return;
  }
  allowance_ = allowance;
  owed_.forget_before(now);
  refused_.reset();
  if (quarantine_since_) quarantine_since_ = now;  // the bound is for this transaction
  looked_ = false;
  state_ = State::hush;
  choose_shape(request);
}

void RtuMachine::choose_shape(const Request& wanted) {
  if (shape_.choose(wanted, allowance_, owed_)) return;
  ++counters_.held_back;
  finish(fail(Errc::device_busy, "held back: an answer still owed by the unit could pass for this one"));
}

void RtuMachine::finish(Result<Answer> result) {
  result_ = std::move(result);
  state_ = State::done;
}

Nanoseconds RtuMachine::silence_needed() const {
  const auto lawful = std::max(wire_.silence(), allowance_.gap);
  return quarantine_since_ ? std::max(lawful, quarantine_silence_) : lawful;
}

Nanoseconds RtuMachine::patience() const {
  const auto& time = times_[shape_.asked().unit];
  return allowance_.probe ? probe_patience(time, times_, *allowance_.probe, allowance_.answer)
                          : time.patience(allowance_.answer);
}

BootTime RtuMachine::first_look() const {
  const auto& request = shape_.asked();
  const auto last =
      asked_ + times_[request.unit].quickest() + wire_.characters(answer_rtu_length(request)) - look_ahead;
  // Nobody sleeps through the time of a long answer that may never begin.
  return std::min(last, begun_by_);
}

void RtuMachine::learn(std::size_t length, BootTime now) {
  const auto started = now - wire_.characters(length);
  // By so much as we looked too late the answer may have been there before.
  times_[shape_.asked().unit].learn(started - asked_ - (waited_ ? Nanoseconds{0} : overslept_), waited_);
  if (!waited_) return;
  // Of the bytes that were on the wire by the first look, how many did we not get to see yet?
  const auto passed = static_cast<std::size_t>(std::max<Nanoseconds>(looked_at_ - started, Nanoseconds{0}) /
                                               std::max<Nanoseconds>(wire_.characters(1), Nanoseconds{1}));
  if (passed < 2) return;
  const auto hidden = seen_at_look_ == 0 ? rtu_frame_max : passed - std::min(passed, seen_at_look_);
  hidden_ = hidden >= hidden_ ? hidden : hidden_ - (hidden_ - hidden + 7) / 8;
}

Step RtuMachine::next(BootTime now) {
  switch (state_) {
    case State::done: return {Step::Do::done, {}, {}};
    case State::hush: return next_in_hush(now);
    case State::sending: return {Step::Do::send, {}, question_};
    case State::receiving: return next_in_receiving(now);
  }
  return {};
}

Step RtuMachine::next_in_hush(BootTime now) {
  const auto ready = silent_since_ + silence_needed();
  if (quarantine_since_ && now - *quarantine_since_ >= longest_quarantine && now < ready) {
    quarantine_since_ = now;
    ++counters_.corrupt;
    finish(fail(Errc::corrupt_frame, "the line was not quiet for 10 s"));
    return {Step::Do::done, {}, {}};
  }
  if (now < ready) return {quarantine_since_ ? Step::Do::receive : Step::Do::sleep, ready, {}};
  if (!looked_) return {Step::Do::sleep, now, {}};

  quarantine_since_.reset();
  drop_noise(buffer_.size());
  question_ = encode_rtu(shape_.asked());
  if (shape_.changed()) ++counters_.reshaped;
  state_ = State::sending;
  return {Step::Do::send, {}, question_};
}

void RtuMachine::sent(BootTime now) {
  counters_.bytes_out += question_.size();
  asked_ = now + wire_.characters(question_.size());
  silent_since_ = asked_;
  last_byte_ = asked_;
  const auto length = answer_rtu_length(shape_.asked());
  begun_by_ = asked_ + patience() + wire_.characters(std::min(hidden_ + 1, length));
  whole_by_ = begun_by_ + wire_.characters(length) * 3 / 2 + adapter_latency;
  slept_ = fresh_ = woken_ = waited_ = first_copy_ = ambiguous_ = false;
  state_ = State::receiving;
}

Step RtuMachine::next_in_receiving(BootTime now) {
  if (!slept_) return {Step::Do::sleep, std::max(now, first_look()), {}};
  if (now >= deadline()) {
    time_out(now);
    return next(now);
  }
  const auto way = progress(buffer_, shape_.asked(), question_);
  if (way.damaged && way.have == 0) {
    const auto patience = std::min(deadline(), last_byte_ + damage_patience);
    if (now >= patience) {
      // The answer itself came and was damaged, so none is owed.
      ++counters_.head_damaged;
      give_up(fail(Errc::corrupt_frame, "answer with a wrong checksum"), false, now);
      return next(now);
    }
    return {Step::Do::receive, patience, {}};
  }
  // One waking for the rest of a frame, not one for each byte of it, and one for the last. Only from bytes that woke us
  // it is known when they came.
  if (woken_ && way.have > 0 && way.missing > 1) {
    const auto last = now + wire_.characters(way.missing - 1);
    if (last < deadline()) return {Step::Do::sleep, last, {}};
  }
  return {Step::Do::receive, deadline(), {}};
}

void RtuMachine::take(BytesView bytes, BootTime now) {
  counters_.bytes_in += bytes.size();
  fresh_ = !bytes.empty();
  if (fresh_) {
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
    last_byte_ = now;
    silent_since_ = std::max(silent_since_, now);
  }
  if (state_ == State::receiving) {
    woken_ = fresh_ && slept_;
    if (!slept_) {
      overslept_ = std::max<Nanoseconds>(now - first_look(), Nanoseconds{0});
      looked_at_ = now;
      seen_at_look_ = buffer_.size();
    }
    scan(now);
    slept_ = true;
    waited_ = true;
  } else {
    if (fresh_) doubt(now);
    looked_ = true;
    scan(now);
    // A unit may owe less now; a question that was longer for its sake may be as it was wanted.
    if (fresh_ && state_ == State::hush) choose_shape(Request{shape_.wanted()});
  }
  if (buffer_.size() > buffer_max) drop_noise(buffer_.size() - buffer_max);
}

void RtuMachine::opened(BootTime now) {
  drop_noise(buffer_.size());
  silent_since_ = now + rest_after_opening;
  doubt(now);
  if (state_ == State::sending || state_ == State::receiving) {
    give_up(fail(Errc::bus_unavailable, "the port was opened anew"), state_ == State::receiving, now);
  }
}

void RtuMachine::doubt(BootTime now, Nanoseconds silence) {
  quarantine_silence_ = quarantine_since_ ? std::max(quarantine_silence_, silence) : silence;
  if (quarantine_since_) return;
  quarantine_since_ = now;
  ++counters_.quarantines;
}

void RtuMachine::doubt(BootTime now) { doubt(now, std::max<Nanoseconds>(adapter_latency, slowest_of(times_) * 3 / 2)); }

void RtuMachine::drop_noise(std::size_t count) {
  counters_.noise_bytes += count;
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(count));
}

void RtuMachine::scan(BootTime now) {
  while (const auto found = find_frame(buffer_)) {
    if (is_part_of_answer(found->offset)) break;
    drop_noise(found->offset);
    const Bytes frame(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(found->length));
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(found->length));
    judge(frame, now);
  }
  if (state_ == State::done && !buffer_.empty()) doubt(now);
}

/// Of 256 answers with two registers one begins with eight bytes that are a question with a right checksum: when the
/// last data byte is the low byte of the checksum so far. And of 65 536 registers that look like a frame's head one is
/// followed by its checksum, at every question as long as their values stay. While the rest is still to come it is the
/// answer that is coming.
bool RtuMachine::is_part_of_answer(std::size_t frame) const {
  const auto& asked = shape_.asked();
  if (state_ != State::receiving || !is_read(asked.function)) return false;
  const auto whole = answer_rtu_length(asked);
  const std::array<std::size_t, 3> head{asked.unit, asked.function, whole - 5};
  const auto until = buffer_.begin() + static_cast<std::ptrdiff_t>(frame + head.size());
  const auto begun = std::search(buffer_.begin(), until, head.begin(), head.end());
  return begun != until && buffer_.end() - begun < static_cast<std::ptrdiff_t>(whole);
}

bool RtuMachine::is_echo(BytesView frame) {
  if (!std::equal(frame.begin(), frame.end(), question_.begin(), question_.end())) return false;
  const bool could_answer = decode_rtu(shape_.asked(), frame).has_value();
  if (could_answer && echo_ == false) return false;
  // Of a write, echo and answer are the same bytes. Where it is not known whether the line echoes, the first copy
  // proves nothing and the second proves both.
  if (could_answer && first_copy_) {
    echo_ = true;
    return false;
  }
  if (could_answer) first_copy_ = true;
  if (!could_answer || echo_ == true) {
    echo_ = true;
    ++counters_.echoes;
  }
  return true;
}

void RtuMachine::judge(BytesView frame, BootTime now) {
  if (state_ == State::receiving) {
    if (is_echo(frame)) return;
    auto answer = decode_rtu(shape_.asked(), frame);
    // Another master may have asked the same unit meanwhile; then nobody can tell whose answer this is.
    const bool told_apart =
        !is_read(shape_.asked().function) || (!ambiguous_ && owed_.fit(shape_.asked()) != OwedAnswers::Fit::other);
    if (answer && (answer->exception || told_apart)) {
      accept(std::move(*answer), frame.size(), now);
      return;
    }
    if (answer) {
      // Nor can the next one be told; whichever comes, both stay owed.
      ambiguous_ = true;
      ++counters_.refused_frames;
      refused_ = fail(Errc::foreign_frame, "an answer that another master's question fits as well");
      return;
    }
    if (frame[0] == shape_.asked().unit) {
      refused_ = answer.error();
    }
  } else {
    doubt(now);
  }
  judge_stranger(frame, now);
}

void RtuMachine::judge_stranger(BytesView frame, BootTime now) {
  if (owed_.expects(frame)) {
    settle(frame, now);
    return;
  }
  if (state_ == State::receiving) ++counters_.refused_frames;
  if (const auto question = strange_question(frame)) {
    ++counters_.foreign;
    ++counters_.foreign_questions;
    owed_.add(*question, now, allowance_.answer, now + late_horizon, OwedAnswers::Asker::another_master);
    return;
  }
  if (state_ != State::receiving || frame[0] != shape_.asked().unit) ++counters_.foreign;
  count_stranger(frame, now);
}

void RtuMachine::settle(BytesView frame, BootTime now) {
  ++counters_.late;
  counters_.late_unit = frame[0];
  const auto settled = owed_.settle(frame, now);
  if (!settled) return;
  times_[settled->unit].learn(settled->delay, true);
  // A late answer to us says that its unit is slow; one to another master says nothing.
  if (settled->asker == OwedAnswers::Asker::we) {
    counters_.late_by = settled->whole;
  } else {
    --counters_.late;
    ++counters_.foreign;
  }
}

/// What a frame that nobody here asked for says about the line.
void RtuMachine::count_stranger(BytesView frame, BootTime now) {
  if (answered_ && now - answered_at_ < doubled_within && decode_rtu(*answered_, frame)) {
    ++counters_.doubled;
    counters_.doubled_unit = frame[0];
    return;
  }
  if (state_ == State::receiving) {
    auto question = shape_.asked();
    question.unit = frame[0];
    if (!decode_rtu(question, frame)) return;
    ++counters_.other_unit;
    counters_.other_unit_number = frame[0];
  } else if (!is_read(frame[1] & static_cast<std::uint8_t>(~exception_flag))) {
    ++counters_.foreign_questions;  // of a write, question and answer are the same bytes
  }
}

void RtuMachine::accept(Answer answer, std::size_t length, BootTime now) {
  const auto& request = shape_.asked();
  learn(length, now);
  if (is_read(request.function) && !echo_) echo_ = false;
  // If it was the late answer to an earlier question, the one to this question is still to come; it finds its entry
  // there until the horizon of the first. Renewed at each answer the entry would never end while the unit is polled,
  // and the unit's other points would be blind; the campaign of late answers finds nothing wrong without.
  if (owed_.fit(request) != OwedAnswers::Fit::same && answer.exception && owed_.refusal_expected(request)) {
    owed_.add(request, asked_, allowance_.answer, now + late_horizon);
  }
  if (answer.exception && shape_.changed() && refusal(*answer.exception) == Errc::unsupported_point) {
    // It may be the registers beside the wanted ones that it does not know.
    shape_.refused();
    looked_ = false;
    state_ = State::hush;
    choose_shape(Request{shape_.wanted()});
    return;
  }
  answered_ = request;
  answered_at_ = now;
  ++counters_.answered;
  if (answer.exception) ++counters_.exceptions;
  finish(shape_.cut(std::move(answer)));
}

void RtuMachine::give_up(Error error, bool owed, BootTime now) {
  if (owed) owed_.add(shape_.asked(), asked_, allowance_.answer, now + late_horizon);
  switch (error.code) {
    case Errc::timeout: ++counters_.timeouts; break;
    case Errc::corrupt_frame: ++counters_.corrupt; break;
    default: break;
  }
  if (buffer_.empty() && error.code == Errc::timeout) {
    // Where nothing came nothing is still running in, and only the one that was asked may still speak.
    const auto& time = times_[shape_.asked().unit];
    doubt(now, (time.known() ? time.slowest() : slowest_of(times_)) * 3 / 2);
  } else {
    doubt(now);
  }
  finish(std::move(error));
}

void RtuMachine::time_out(BootTime now) {
  times_[shape_.asked().unit].missed();
  const auto way = progress(buffer_, shape_.asked(), question_);
  if (way.damaged || way.have >= telling_head) {
    ++counters_.head_damaged;
  } else if (!buffer_.empty()) {
    ++counters_.garbled;
  }
  if (way.have > 0) {
    give_up(fail(Errc::timeout, "the answer stopped after " + std::to_string(way.have) + " bytes, " +
                                    std::to_string(way.missing) + " short"),
            true, now);
  } else if (refused_) {
    give_up(std::move(*refused_), true, now);
  } else if (first_copy_) {
    give_up(fail(Errc::timeout, "the write came back once: echo or answer cannot be told before something was read"),
            true, now);
  } else if (!buffer_.empty()) {
    give_up(fail(Errc::corrupt_frame, std::to_string(buffer_.size()) + " bytes that make no frame"), true, now);
  } else {
    give_up(fail(Errc::timeout, "no answer"), true, now);
  }
}

}  // namespace inspect::modbus
