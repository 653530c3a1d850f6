#pragma once

#include "protocol/modbus/answer_time.hpp"
#include "protocol/modbus/line_counters.hpp"
#include "protocol/modbus/owed_answers.hpp"
#include "protocol/modbus/read_shape.hpp"
#include "protocol/modbus/rtu_scan.hpp"
#include "protocol/modbus/step.hpp"
#include "protocol/modbus/wire_time.hpp"

#include <array>
#include <optional>
#include <string>

namespace inspect::modbus {

/// A line that is never quiet is given up for this transaction after so long.
constexpr std::chrono::seconds longest_quarantine{10};

/// One transaction after the other on one RTU line. Pure: bytes and the time are given to it.
///
///     begin → look at the line → (quiet long enough?) → send → sleep until its last character is due → receive → done
///
/// The last character is waited for, not slept past, because the silence before the next question counts from it.
///
/// Two guards keep a late answer from being taken for another register's value, and each would not be enough:
/// - *quarantine*: after any doubt (time-out, damage, surplus bytes) nothing is sent until the line was silent longer
///   than one and a half times the learned answer time of whoever may still speak. It catches what is a little late,
///   and bytes still running in. The wait for an answer that did not come is part of it, so a silent device costs no
///   more.
/// - *owed answers*: for 12 s after a deadline the answer counts as still to come, and no read is sent that it would
///   fit; the read is made longer by a register or so instead (`ReadShape`), or held back (`device_busy`). It catches
///   what is later than the quarantine, in whatever order.
/// An answer to the very same question may be taken late: it is of the right registers and at most 12 s old.
class RtuMachine {
 public:
  RtuMachine(WireTime wire, LineCounters& counters) : wire_(wire), counters_(counters) {}

  /// Starts a transaction; the one before must be done.
  void begin(const Request& request, const Allowance& allowance, BootTime now);
  /// What to do now. Asking twice at the same instant gives the same answer.
  Step next(BootTime now);
  /// The frame of the last `send` was handed to the port.
  void sent(BootTime now);
  /// What came in, or nothing when only time has passed.
  void take(BytesView bytes, BootTime now);
  /// The port was opened anew: what was half received is void, what is owed stays owed.
  void opened(BootTime now);

  /// Valid once `next` said done.
  [[nodiscard]] const Result<Answer>& result() const { return result_; }
  [[nodiscard]] const AnswerTime& answer_time(std::uint8_t unit) const { return times_[unit]; }
  [[nodiscard]] std::size_t owed() const { return owed_.size(); }
  /// Whether the line gives our own words back; nothing until a read has shown it.
  [[nodiscard]] std::optional<bool> echoing() const { return echo_; }

 private:
  enum class State : std::uint8_t { done, hush, sending, receiving };

  void choose_shape(const Request& wanted);
  void finish(Result<Answer> result);
  void accept(Answer answer, std::size_t length, BootTime now);
  void give_up(Error error, bool owed, BootTime now);
  void time_out(BootTime now);
  /// Nothing is sent until the line was silent for so long; without `silence`: whoever may speak, and bytes that an
  /// adapter holds back.
  void doubt(BootTime now, Nanoseconds silence);
  void doubt(BootTime now);
  void scan(BootTime now);
  void judge(BytesView frame, BootTime now);
  [[nodiscard]] bool is_part_of_answer(std::size_t frame) const;
  bool is_echo(BytesView frame);
  void judge_stranger(BytesView frame, BootTime now);
  void settle(BytesView frame, BootTime now);
  void count_stranger(BytesView frame, BootTime now);
  void drop_noise(std::size_t count);
  [[nodiscard]] Nanoseconds patience() const;
  [[nodiscard]] BootTime deadline() const { return buffer_.empty() ? begun_by_ : whole_by_; }
  [[nodiscard]] BootTime first_look() const;
  void learn(std::size_t length, BootTime now);
  Step next_in_hush(BootTime now);
  Step next_in_receiving(BootTime now);
  [[nodiscard]] Nanoseconds silence_needed() const;

  WireTime wire_;
  LineCounters& counters_;
  State state_ = State::done;

  ReadShape shape_;
  Allowance allowance_;
  Bytes question_;  ///< the frame on the wire
  Bytes buffer_;    ///< what came in and is not judged yet
  Result<Answer> result_ = fail(Errc::invalid_argument, "nothing was asked");

  BootTime silent_since_{};
  std::optional<BootTime> quarantine_since_;
  Nanoseconds quarantine_silence_{};
  bool looked_ = false;  ///< what lay on the line before our question was taken

  BootTime asked_{};     ///< end of our question on the wire
  BootTime begun_by_{};  ///< deadline for the first character …
  BootTime whole_by_{};  ///< … and for the last, however they dribble
  BootTime last_byte_{};
  bool slept_ = false;            ///< the sleep to the first look is over
  bool fresh_ = false;            ///< bytes came with the last take
  bool woken_ = false;            ///< … and it was they that woke us
  bool waited_ = false;           ///< we looked before the answer was whole
  bool first_copy_ = false;       ///< our own write came once; echo or answer is not known
  bool ambiguous_ = false;        ///< another master asked what our answer would fit
  std::optional<Error> refused_;  ///< why the last frame of this unit was not taken

  Nanoseconds overslept_{};  ///< the first look was later than meant
  BootTime looked_at_{};     ///< the first look, …
  std::size_t seen_at_look_ = 0;
  /// … and how many characters may have come by then and not be seen: an adapter, a terminal server or a FIFO hands
  /// them over in pieces, or a frame at once. A maximum that forgets; at first the whole frame.
  std::size_t hidden_ = rtu_frame_max;

  std::optional<Request> answered_;  ///< the last question that was
  BootTime answered_at_{};

  OwedAnswers owed_;
  std::array<AnswerTime, 256> times_{};
  std::optional<bool> echo_;
};

}  // namespace inspect::modbus
