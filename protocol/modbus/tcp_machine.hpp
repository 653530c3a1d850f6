#pragma once

#include "protocol/modbus/answer_time.hpp"
#include "protocol/modbus/line_counters.hpp"
#include "protocol/modbus/step.hpp"

#include <array>
#include <string>

namespace inspect::modbus {

/// One transaction after the other on one Modbus TCP connection. Pure: bytes and the time are given to it.
///
/// Each question has its own transaction number and an answer must carry it. After any doubt (time-out, a frame that is
/// not right, surplus bytes) the connection is closed and opened again before the next question, so that a late answer
/// costs its own read and can never reach another one: the numbers start anew, and the old connection is gone.
class TcpMachine {
 public:
  explicit TcpMachine(LineCounters& counters) : counters_(counters) {}

  /// Starts a transaction; the one before must be done.
  void begin(const Request& request, const Allowance& allowance, BootTime now);
  Step next(BootTime now);
  void sent(BootTime now);
  void take(BytesView bytes, BootTime now);
  /// The connection is new.
  void opened(BootTime now);
  /// The other side closed the connection. Before a question was sent that is a reason to open it again, no failure.
  void closed(BootTime now);

  /// Valid once `next` said done.
  [[nodiscard]] const Result<Answer>& result() const { return result_; }
  [[nodiscard]] const AnswerTime& answer_time(std::uint8_t unit) const { return times_[unit]; }

 private:
  enum class State : std::uint8_t { done, look, sending, receiving };

  void finish(Result<Answer> result);
  void give_up(Error error);
  void scan(BootTime now);
  void judge(BytesView frame, BootTime now);
  Step next_in_look(BootTime now);
  [[nodiscard]] Nanoseconds patience() const;

  LineCounters& counters_;
  State state_ = State::done;
  bool open_ = false;  ///< a connection without a doubt on it

  Request request_;
  Allowance allowance_;
  Bytes question_;
  Bytes buffer_;
  Result<Answer> result_ = fail(Errc::invalid_argument, "nothing was asked");

  std::uint16_t transaction_ = 0;
  bool looked_ = false;  ///< what lay on the connection before our question was taken
  BootTime asked_{};
  BootTime deadline_{};
  BootTime last_traffic_{};
  std::array<AnswerTime, 256> times_{};
};

}  // namespace inspect::modbus
