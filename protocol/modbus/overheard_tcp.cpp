#include "protocol/modbus/overheard_tcp.hpp"

#include <algorithm>
#include <utility>

namespace inspect::modbus {
namespace {

constexpr std::size_t shortest_frame = mbap_size + 1;
constexpr std::size_t most_late = 64;  ///< the oldest is forgotten first

std::uint16_t header_word(BytesView bytes, std::size_t at) {
  return static_cast<std::uint16_t>((bytes[at] << 8) | bytes[at + 1]);
}

Heard about(Heard::What what, Bytes frame, BootTime at, bool ours) {
  Heard heard;
  heard.what = what;
  heard.ours = ours;
  heard.at = at;
  if (frame.size() >= shortest_frame) {
    heard.unit = frame[6];
    heard.function = static_cast<std::uint8_t>(frame[7] & ~exception_flag);
  }
  heard.bytes = std::move(frame);
  return heard;
}

}  // namespace

void OverheardTcp::sent(BytesView frame, BootTime now, std::vector<Heard>& out) {
  counters_.bytes_out += frame.size();
  gave_up(now, out);
  buffer_.clear();
  if (frame.size() < shortest_frame) return;
  ++counters_.transactions;
  auto heard = about(Heard::What::question, Bytes(frame.begin(), frame.end()), now, true);
  heard.question = read_question(frame[6], frame.subspan(mbap_size));
  open_ = Open{heard.question, heard.bytes, now};
  out.push_back(std::move(heard));
}

void OverheardTcp::heard(BytesView bytes, BootTime now, std::vector<Heard>& out) {
  counters_.bytes_in += bytes.size();
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  while (buffer_.size() >= mbap_size) {
    const std::size_t length = 6U + header_word(buffer_, 4);
    if (header_word(buffer_, 2) != 0 || length < shortest_frame || length > tcp_frame_max) {
      // No frame can be found again behind a wrong length.
      counters_.noise_bytes += buffer_.size();
      out.push_back(about(Heard::What::noise, std::exchange(buffer_, {}), now, false));
      out.back().unit = out.back().function = 0;
      return;
    }
    if (buffer_.size() < length) return;
    Bytes frame(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(length));
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(length));
    on_frame(std::move(frame), now, out);
  }
}

bool OverheardTcp::answers(BytesView frame) const {
  if (!open_ || header_word(frame, 0) != header_word(open_->bytes, 0) || frame[6] != open_->bytes[6]) return false;
  const auto asked = open_->bytes[7];
  if (frame[7] == (asked | exception_flag)) return frame.size() == mbap_size + 2;
  if (frame[7] != asked) return false;
  if (!open_->request) return true;
  if (is_read(asked)) return decode_tcp(*open_->request, header_word(frame, 0), frame).has_value();
  return is_echo_of_write(BytesView(open_->bytes).subspan(mbap_size), frame.subspan(mbap_size));
}

void OverheardTcp::on_frame(Bytes frame, BootTime at, std::vector<Heard>& out) {
  if (answers(frame)) {
    const bool refuses = (frame[7] & exception_flag) != 0;
    auto heard = about(refuses ? Heard::What::refusal : Heard::What::answer, std::move(frame), at, true);
    heard.question = open_->request;
    heard.delay = at - open_->asked;
    ++counters_.answered;
    if (refuses) {
      ++counters_.exceptions;
      heard.answer.exception = heard.bytes[8];
    } else if (open_->request && is_read(open_->request->function)) {
      if (auto answer = decode_tcp(*open_->request, header_word(heard.bytes, 0), heard.bytes))
        heard.answer = std::move(*answer);
    }
    open_.reset();
    out.push_back(std::move(heard));
    return;
  }
  const auto late = std::find(given_up_.begin(), given_up_.end(), header_word(frame, 0));
  if (late != given_up_.end()) {
    ++counters_.late;
    given_up_.erase(late);
    out.push_back(about(Heard::What::late, std::move(frame), at, true));
    return;
  }
  ++counters_.refused_frames;
  out.push_back(about(Heard::What::stray, std::move(frame), at, false));
}

void OverheardTcp::gave_up(BootTime now, std::vector<Heard>& out) {
  if (!open_) return;
  auto open = *std::exchange(open_, std::nullopt);
  ++counters_.timeouts;
  if (given_up_.size() >= most_late) given_up_.erase(given_up_.begin());
  given_up_.push_back(header_word(open.bytes, 0));
  auto heard = about(Heard::What::unanswered, {}, now, true);
  heard.unit = open.bytes[6];
  heard.function = open.bytes[7];
  heard.question = std::move(open.request);
  heard.delay = now - open.asked;
  out.push_back(std::move(heard));
}

}  // namespace inspect::modbus
