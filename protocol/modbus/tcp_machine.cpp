#include "protocol/modbus/tcp_machine.hpp"

#include <algorithm>

namespace inspect::modbus {
namespace {

constexpr std::size_t header = 6;  // transaction, protocol identifier, length
constexpr std::size_t shortest_length = 3;
constexpr std::size_t longest_length = 254;

std::uint16_t word(BytesView bytes, std::size_t at) {
  return static_cast<std::uint16_t>((bytes[at] << 8) | bytes[at + 1]);
}

}  // namespace

void TcpMachine::begin(const Request& request, const Allowance& allowance, BootTime now) {
  ++counters_.transactions;
  if (auto checked = check(request); !checked) {
    finish(checked.error());
    return;
  }
  request_ = request;
  allowance_ = allowance;
  looked_ = false;
  last_traffic_ = std::min(last_traffic_, now);
  state_ = State::look;
}

void TcpMachine::finish(Result<Answer> result) {
  result_ = std::move(result);
  state_ = State::done;
}

void TcpMachine::give_up(Error error) {
  open_ = false;
  ++counters_.quarantines;
  switch (error.code) {
    case Errc::timeout: ++counters_.timeouts; break;
    case Errc::corrupt_frame: ++counters_.corrupt; break;
    default: break;
  }
  finish(std::move(error));
}

Step TcpMachine::next(BootTime now) {
  switch (state_) {
    case State::done: return {Step::Do::done, {}, {}};
    case State::look: return next_in_look(now);
    case State::sending: return {Step::Do::send, {}, question_};
    case State::receiving:
      if (now < deadline_) return {Step::Do::receive, deadline_, {}};
      if (buffer_.empty()) {
        times_[request_.unit].missed();
        give_up(fail(Errc::timeout, "no answer"));
      } else {
        give_up(fail(Errc::timeout, "the answer stopped after " + std::to_string(buffer_.size()) + " bytes"));
      }
      return {Step::Do::done, {}, {}};
  }
  return {};
}

Step TcpMachine::next_in_look(BootTime now) {
  if (!open_) return {Step::Do::reopen, {}, {}};
  if (const auto ready = last_traffic_ + allowance_.gap; now < ready) return {Step::Do::sleep, ready, {}};
  if (!looked_) return {Step::Do::sleep, now, {}};
  question_ = encode_tcp(request_, ++transaction_);
  buffer_.clear();
  state_ = State::sending;
  return {Step::Do::send, {}, question_};
}

Nanoseconds TcpMachine::patience() const {
  const auto& time = times_[request_.unit];
  return allowance_.probe ? probe_patience(time, times_, *allowance_.probe, allowance_.answer)
                          : time.patience(allowance_.answer);
}

void TcpMachine::sent(BootTime now) {
  counters_.bytes_out += question_.size();
  asked_ = now;
  last_traffic_ = now;
  deadline_ = now + patience();
  state_ = State::receiving;
}

void TcpMachine::take(BytesView bytes, BootTime now) {
  counters_.bytes_in += bytes.size();
  if (!bytes.empty()) last_traffic_ = now;
  if (state_ == State::receiving) {
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
    scan(now);
    return;
  }
  looked_ = true;
  if (!bytes.empty() && open_) {
    // Nobody was asked: whatever it is, the next answer must not come behind it.
    counters_.noise_bytes += bytes.size();
    ++counters_.quarantines;
    open_ = false;
  }
}

void TcpMachine::opened(BootTime now) {
  open_ = true;
  looked_ = true;
  buffer_.clear();
  transaction_ = 0;
  last_traffic_ = now - allowance_.gap;
  if (state_ == State::sending || state_ == State::receiving) {
    finish(fail(Errc::bus_unavailable, "the connection was opened anew"));
  }
}

void TcpMachine::closed(BootTime now) {
  (void)now;
  open_ = false;
  if (state_ == State::sending || state_ == State::receiving) {
    finish(fail(Errc::bus_unavailable, "the other side closed the connection"));
  }
}

void TcpMachine::scan(BootTime now) {
  while (state_ == State::receiving && buffer_.size() >= header) {
    const std::size_t length = word(buffer_, 4);
    if (word(buffer_, 2) != 0 || length < shortest_length || length > longest_length) {
      // From here on nobody knows where a frame begins.
      ++counters_.refused_frames;
      give_up(fail(Errc::corrupt_frame, "protocol identifier " + std::to_string(word(buffer_, 2)) + ", MBAP length " +
                                            std::to_string(length)));
      return;
    }
    if (buffer_.size() < header + length) return;
    const Bytes frame(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(header + length));
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(header + length));
    judge(frame, now);
  }
  if (state_ == State::done && !buffer_.empty()) {
    counters_.noise_bytes += buffer_.size();
    buffer_.clear();
    open_ = false;
  }
}

void TcpMachine::judge(BytesView frame, BootTime now) {
  if (word(frame, 0) != transaction_) {
    ++counters_.refused_frames;
    ++counters_.late;
    give_up(fail(Errc::corrupt_frame, "answer to transaction " + std::to_string(word(frame, 0)) + " instead of " +
                                          std::to_string(transaction_)));
    return;
  }
  auto answer = decode_tcp(request_, transaction_, frame);
  if (!answer) {
    ++counters_.refused_frames;
    give_up(answer.error());
    return;
  }
  times_[request_.unit].learn(now - asked_, true);
  ++counters_.answered;
  if (answer->exception) ++counters_.exceptions;
  finish(std::move(*answer));
}

}  // namespace inspect::modbus
