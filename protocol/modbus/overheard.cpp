#include "protocol/modbus/overheard.hpp"

#include <algorithm>
#include <utility>

namespace inspect::modbus {
namespace {

/// What an adapter may keep back, and a busy machine hand over late, between two bytes of one frame.
constexpr std::chrono::milliseconds patience{50};
/// Bytes that make no frame are kept so long that a frame that began in them can be found.
constexpr std::size_t heap_max = 2 * rtu_frame_max;
constexpr std::size_t least_frame = 4;
constexpr std::size_t refusal_length = 5;

bool sums_up(BytesView frame) {
  const auto crc = crc16(frame.first(frame.size() - 2));
  return frame[frame.size() - 2] == (crc & 0xFF) && frame[frame.size() - 1] == (crc >> 8);
}

BytesView pdu_of(BytesView frame) { return frame.subspan(1, frame.size() - 3); }

bool is_spoken(std::uint8_t function) { return (function >= 1 && function <= 6) || function == 15 || function == 16; }

/// Length of a question that begins so; 0: none does. With too few bytes, the least it can be.
std::size_t question_length(BytesView bytes) {
  if (bytes.size() < 2) return 8;
  if (!is_spoken(bytes[1])) return 0;
  if (bytes[1] < 15) return 8;
  if (bytes.size() < 7) return 9;
  const auto quantity = static_cast<std::size_t>((bytes[4] << 8) | bytes[5]);
  const auto count = bytes[1] == 15 ? (quantity + 7) / 8 : quantity * 2;
  return count == bytes[6] && count > 0 ? 9 + count : 0;
}

/// Length of any answer that begins so; 0: none does.
std::size_t stray_length(BytesView bytes) {
  if (bytes.size() < 2) return refusal_length;
  const auto function = static_cast<std::uint8_t>(bytes[1] & ~exception_flag);
  if (!is_spoken(function)) return 0;
  if ((bytes[1] & exception_flag) != 0) return refusal_length;
  if (!is_read(function)) return 8;
  if (bytes.size() < 3) return 6;
  const bool odd = !is_of_bits(function) && bytes[2] % 2 != 0;
  return bytes[2] == 0 || bytes[2] > 250 || odd ? 0 : 5U + bytes[2];
}

}  // namespace

std::optional<BootTime> Overheard::wake() const {
  std::optional<BootTime> when;
  if (open_ && !open_->ours) when = open_->asked + longest_heard_wait;
  if (!came_.empty()) when = std::min(when.value_or(BootTime::max()), came_.back() + patience);
  return when;
}

void Overheard::heard(BytesView bytes, BootTime now, std::vector<Heard>& out) {
  owed_.forget_before(now);
  counters_.bytes_in += bytes.size();
  // The bytes at hand took their time, too; what is left of the pause was silence.
  const auto silent = came_.empty() ? Nanoseconds{0} : Nanoseconds{now - came_.back()} - wire_.characters(bytes.size());
  // Where nothing is being waited for, a lawful silence ends what was said.
  if (silent >= patience || (silent >= wire_.silence() && !at_edge_)) close_burst(out);
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  came_.insert(came_.end(), bytes.size(), now);
  cut(now, out);
  if (buffer_.size() > heap_max) junk(buffer_.size() - heap_max, out);
  if (open_ && !open_->ours && now - open_->asked >= longest_heard_wait) end_open(now, out);
}

void Overheard::sent(BytesView frame, BootTime now, std::vector<Heard>& out) {
  counters_.bytes_out += frame.size();
  close_burst(out);
  if (frame.size() < least_frame) return;
  on_question(Bytes(frame.begin(), frame.end()), now + wire_.characters(frame.size()), true, out);
}

void Overheard::gave_up(BootTime now, std::vector<Heard>& out) {
  close_burst(out);
  if (open_ && open_->ours) end_open(now, out);
}

std::size_t Overheard::answer_length(BytesView bytes) const {
  if (!open_ || !open_->request || bytes.empty() || bytes[0] != open_->request->unit) return 0;
  const auto whole = answer_rtu_length(*open_->request);
  if (bytes.size() >= 2 && bytes[1] != open_->request->function) return 0;
  if (bytes.size() >= 3 && is_read(open_->request->function) && bytes[2] != whole - 5) return 0;
  return whole;
}

bool Overheard::belongs(BytesView frame) const {
  if (is_read(open_->request->function)) {
    // The same bytes again are the question once more; should an answer ever look so, it is lost and nothing is wrong.
    return !std::equal(frame.begin(), frame.end(), open_->bytes.begin(), open_->bytes.end());
  }
  return is_echo_of_write(pdu_of(open_->bytes), pdu_of(frame));
}

Overheard::Look Overheard::look(BytesView bytes) const {
  Look found;
  const auto is = [&](Shape shape, std::size_t length) {
    if (length == 0 || length > rtu_frame_max) return false;
    if (length > bytes.size()) {
      found.wanted = length;
      return true;
    }
    const auto frame = bytes.first(length);
    if (!sums_up(frame)) return false;
    if (shape == Shape::answer && !belongs(frame)) return false;
    if (shape == Shape::question && !read_question(frame[0], pdu_of(frame))) return false;
    found.frame = Cut{shape, length};
    return true;
  };
  const bool refuses = open_ && open_->request && bytes.size() >= 2 && bytes[0] == open_->request->unit &&
                       bytes[1] == (open_->request->function | exception_flag);
  // Each either is it, or is waited for, or is not it.
  if (is(Shape::answer, answer_length(bytes)) || is(Shape::refusal, refuses ? refusal_length : 0) ||
      is(Shape::question, question_length(bytes)) || is(Shape::stray, stray_length(bytes))) {
    return found;
  }
  return {};
}

void Overheard::cut(BootTime now, std::vector<Heard>& out) {
  while (!buffer_.empty()) {
    if (at_edge_) {
      const auto here = look(buffer_);
      if (here.frame) {
        accept(*here.frame, out);
        continue;
      }
      const auto longest = wire_.characters(here.wanted) * 3 / 2 + patience;
      if (here.wanted > 0 && now - came_.front() < longest) return;
      at_edge_ = false;
    }
    if (!pass_over(out)) return;
  }
}

/// Goes to the next whole frame behind the buffer's beginning; false: there is none yet.
bool Overheard::pass_over(std::vector<Heard>& out) {
  for (std::size_t offset = 1; offset + least_frame <= buffer_.size(); ++offset) {
    if (!look(BytesView(buffer_).subspan(offset)).frame) continue;
    junk(offset, out);
    at_edge_ = true;
    return true;
  }
  return false;
}

/// What is there belongs to nothing that will come.
void Overheard::close_burst(std::vector<Heard>& out) {
  while (!buffer_.empty()) {
    const auto here = look(buffer_);
    if (here.frame) {
      accept(*here.frame, out);
      continue;
    }
    // A whole heap with a right checksum is a frame, though of a function that we do not speak.
    if (buffer_.size() >= least_frame && buffer_.size() <= rtu_frame_max && sums_up(buffer_)) {
      accept({Shape::stray, buffer_.size()}, out);
    } else if (!pass_over(out)) {
      junk(buffer_.size(), out);
    }
  }
  at_edge_ = true;
}

void Overheard::accept(const Cut& cut, std::vector<Heard>& out) {
  Bytes frame(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(cut.length));
  const auto at = came_[cut.length - 1];
  drop(cut.length);
  at_edge_ = true;
  switch (cut.shape) {
    case Shape::answer:
    case Shape::refusal: return on_answer(std::move(frame), at, cut.shape, out);
    case Shape::question: return on_question(std::move(frame), at, false, out);
    case Shape::stray: return on_stray(std::move(frame), at, out);
  }
}

Heard& Overheard::tell(Heard::What what, Bytes frame, BootTime at, bool ours, std::vector<Heard>& out) const {
  Heard heard;
  heard.what = what;
  heard.ours = ours;
  heard.at = at;
  if (!frame.empty()) heard.unit = frame[0];
  if (frame.size() > 1) heard.function = static_cast<std::uint8_t>(frame[1] & ~exception_flag);
  heard.bytes = std::move(frame);
  return out.emplace_back(std::move(heard));
}

void Overheard::on_question(Bytes frame, BootTime at, bool ours, std::vector<Heard>& out) {
  if (!ours && open_ && open_->ours) {
    if (frame == open_->bytes) {
      ++counters_.echoes;
      tell(Heard::What::echo, std::move(frame), at, true, out).question = open_->request;
      return;
    }
    // While we wait for an answer another master asks: ours may still come.
    ++counters_.foreign;
    const auto question = read_question(frame[0], pdu_of(frame));
    if (question && is_read(question->function)) owed_.add(*question, at, longest_heard_wait, at + late_horizon);
    tell(Heard::What::question, std::move(frame), at, false, out).question = question;
    return;
  }
  end_open(at - wire_.characters(frame.size()), out);
  if (!ours) ++counters_.foreign;
  ++counters_.transactions;
  const auto request = read_question(frame[0], pdu_of(frame));
  auto& heard = tell(Heard::What::question, frame, at, ours, out);
  heard.question = request;
  if (frame[0] == 0) return;  // a broadcast is answered by nobody
  const bool doubtful = request && is_read(request->function) && owed_.fit(*request) == OwedAnswers::Fit::other;
  open_ = Open{request, std::move(frame), at, ours, doubtful, false};
}

void Overheard::on_answer(Bytes frame, BootTime at, Shape shape, std::vector<Heard>& out) {
  const auto& request = *open_->request;
  const auto length = frame.size();
  auto& heard = tell(shape == Shape::refusal ? Heard::What::refusal : Heard::What::answer, std::move(frame), at,
                     open_->ours, out);
  heard.question = request;
  heard.delay = std::max(Nanoseconds{0}, Nanoseconds{at - wire_.characters(length) - open_->asked});
  heard.doubtful = open_->doubtful;
  ++counters_.answered;
  if (shape == Shape::refusal) {
    ++counters_.exceptions;
    heard.answer.exception = heard.bytes[2];
    heard.doubtful = heard.doubtful || owed_.refusal_expected(request);
  } else if (is_read(request.function)) {
    // Length, unit, function, count and checksum were looked at when the frame was cut.
    if (auto answer = decode_rtu(request, heard.bytes)) heard.answer = std::move(*answer);
  }
  open_.reset();
}

void Overheard::on_stray(Bytes frame, BootTime at, std::vector<Heard>& out) {
  if (owed_.expects(frame)) {
    ++counters_.late;
    (void)owed_.settle(frame, at);
    tell(Heard::What::late, std::move(frame), at, false, out);
    return;
  }
  const bool answers = open_ && !open_->request && frame[0] == open_->bytes[0] &&
                       (frame[1] & ~exception_flag) == (open_->bytes[1] & ~exception_flag);
  if (answers) {  // of a function that we do not speak
    auto& heard = tell(Heard::What::answer, std::move(frame), at, open_->ours, out);
    if ((heard.bytes[1] & exception_flag) != 0) heard.what = Heard::What::refusal;
    if (heard.what == Heard::What::refusal) heard.answer.exception = heard.bytes[2];
    heard.delay = std::max(Nanoseconds{0}, Nanoseconds{at - wire_.characters(heard.bytes.size()) - open_->asked});
    ++counters_.answered;
    open_.reset();
    return;
  }
  const bool unknown = !is_spoken(static_cast<std::uint8_t>(frame[1] & ~exception_flag));
  if (unknown && !open_ && (frame[1] & exception_flag) == 0) return on_question(std::move(frame), at, false, out);
  // The question before we began to listen was nobody's secret.
  if (counters_.transactions == 0) return;
  ++counters_.refused_frames;
  tell(Heard::What::stray, std::move(frame), at, false, out);
}

void Overheard::end_open(BootTime at, std::vector<Heard>& out) {
  if (!open_) return;
  const auto open = std::exchange(open_, std::nullopt);
  if (open->request && is_read(open->request->function)) {
    owed_.add(*open->request, open->asked, longest_heard_wait, open->asked + late_horizon);
  }
  ++(open->damaged ? counters_.corrupt : counters_.timeouts);
  auto& heard = tell(Heard::What::unanswered, {}, at, open->ours, out);
  heard.question = open->request;
  heard.unit = open->bytes[0];
  heard.function = open->bytes[1];
  heard.corrupt = open->damaged;
  heard.delay = std::max(Nanoseconds{0}, Nanoseconds{at - open->asked});
}

void Overheard::junk(std::size_t count, std::vector<Heard>& out) {
  if (count == 0) return;
  Bytes bytes(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(count));
  const auto at = came_[count - 1];
  drop(count);
  if (counters_.transactions == 0) return;  // the rest of what was said before we began to listen
  counters_.noise_bytes += count;
  // A glitch before an answer is no answer; half of one, or its head, is.
  const bool instead = open_ && open_->request &&
                       (count * 2 >= answer_rtu_length(*open_->request) ||
                        (count > 1 && bytes[0] == open_->bytes[0] && bytes[1] == open_->bytes[1]));
  if (instead) open_->damaged = true;
  auto& heard = tell(instead ? Heard::What::damaged : Heard::What::noise, std::move(bytes), at, false, out);
  if (instead) {
    heard.question = open_->request;
    heard.ours = open_->ours;
  } else {
    heard.unit = heard.function = 0;
  }
}

void Overheard::drop(std::size_t count) {
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(count));
  came_.erase(came_.begin(), came_.begin() + static_cast<std::ptrdiff_t>(count));
}

}  // namespace inspect::modbus
