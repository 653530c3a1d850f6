#pragma once

#include "protocol/usb/transfer.hpp"

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace inspect::tests {

/// An instrument by the standard's text, sharing no line with the product's encoder: strict as TinyUSB is (a wrong tag
/// or complement is a STALL), with faults that can be switched on. It answers the transfers that a machine asks for.
class TmcInstrument {
 public:
  std::map<std::string, std::string> answers;  ///< message → reply
  std::size_t most_per_transfer = 4096;        ///< splits its replies
  std::size_t padding = 0;                     ///< bytes behind a reply
  bool has_interrupt = false;
  std::deque<std::vector<std::uint8_t>> notices;  ///< what lies in the interrupt endpoint
  std::uint8_t status_byte = 0;

  // faults
  bool deaf = false;  ///< takes nothing
  bool mute = false;  ///< answers nothing
  bool gone = false;
  bool one_head = false;         ///< splits a reply with a head in the first transfer only
  bool ends = true;              ///< sets EOM
  bool refuses_control = false;  ///< stalls requests of USB488
  bool clear_fails = false;
  bool nothing_to_abort = false;                          ///< answers 0x80 to abort: nothing is under way
  bool abort_fails = false;                               ///< answers 0x81 to abort
  unsigned pending = 0;                                   ///< checks answered with "pending" first
  unsigned held = 0;                                      ///< transfers that must be drained before a check succeeds
  unsigned busy_status = 0;                               ///< status bytes answered with 0x20 first
  std::function<void(std::vector<std::uint8_t>&)> spoil;  ///< of what goes to the host

  // what it saw
  std::vector<std::string> heard;  ///< whole messages
  std::vector<std::string> log;    ///< "out 1", "in", "control 5", "unhalt 1"
  std::vector<std::uint8_t> tags;
  bool out_halted = false;
  bool in_halted = false;

  usb::TransferResult handle(const usb::TransferStep& step) {
    using Do = usb::TransferStep::Do;
    if (gone) return {usb::TransferEnd::gone, {}, 0};
    switch (step.what) {
      case Do::bulk_out: return out(step.bytes);
      case Do::bulk_in: return in(step.length);
      case Do::interrupt_in: return notice();
      case Do::control: return control(step.control);
      case Do::clear_halt:
        log.push_back("unhalt " + std::to_string(step.endpoint));
        (step.endpoint == 0x81 ? in_halted : out_halted) = false;
        return {};
      default: return {};
    }
  }

 private:
  usb::TransferResult out(usb::BytesView bytes) {
    log.push_back("out " + std::to_string(bytes.empty() ? 0 : bytes[0]));
    if (deaf) return {usb::TransferEnd::timed_out, {}, 0};
    const bool right = bytes.size() >= 12 && bytes.size() % 4 == 0 && bytes[1] != 0 &&
                       static_cast<std::uint8_t>(bytes[1] ^ 0xFFU) == bytes[2] && bytes[3] == 0 &&
                       (tags.empty() || tags.back() != bytes[1]);
    if (out_halted || !right) {
      out_halted = true;
      return {usb::TransferEnd::stalled, {}, 0};
    }
    tags.push_back(bytes[1]);
    const auto size = bytes[4] + 256U * bytes[5] + 65536U * bytes[6] + 16777216U * bytes[7];
    if (bytes[0] == 1) {
      message_.append(bytes.begin() + 12, bytes.begin() + 12 + size);
      if ((bytes[8] & 1U) != 0) take_message();
    } else if (bytes[0] == 2) {
      wanted_ = size;
      in_tag_ = bytes[1];
      asked_ = true;
    } else if (bytes[0] == 128) {
      heard.emplace_back("<trigger>");
    }
    return {usb::TransferEnd::completed, {}, bytes.size()};
  }

  void take_message() {
    heard.push_back(message_);
    const auto known = answers.find(message_);
    message_.clear();
    reply_ = known == answers.end() ? "" : known->second;
    sent_ = 0;
  }

  usb::TransferResult in(std::size_t length) {
    log.push_back("in");
    if (held > 0) {
      --held;
      sent_bytes_.assign(held == 0 ? 5 : length, 0xEE);  // full packets, then a short one
      return {usb::TransferEnd::completed, sent_bytes_, 0};
    }
    if (in_halted) return {usb::TransferEnd::stalled, {}, 0};
    const bool more = one_head && sent_ > 0 && sent_ < reply_.size();
    if (mute || reply_.empty() || (!asked_ && !more)) return {usb::TransferEnd::timed_out, {}, 0};
    const auto count = std::min({reply_.size() - sent_, most_per_transfer, std::size_t{wanted_}});
    sent_bytes_.clear();
    if (!more) {
      const auto claimed = one_head ? reply_.size() : count;
      const bool last = sent_ + count == reply_.size();
      sent_bytes_ = {2,
                     in_tag_,
                     static_cast<std::uint8_t>(in_tag_ ^ 0xFFU),
                     0,
                     static_cast<std::uint8_t>(claimed & 255U),
                     static_cast<std::uint8_t>(claimed >> 8U & 255U),
                     static_cast<std::uint8_t>(claimed >> 16U & 255U),
                     0,
                     static_cast<std::uint8_t>(ends && last ? 1 : 0),
                     0,
                     0,
                     0};
    }
    sent_bytes_.insert(sent_bytes_.end(), reply_.begin() + static_cast<std::ptrdiff_t>(sent_),
                       reply_.begin() + static_cast<std::ptrdiff_t>(sent_ + count));
    sent_bytes_.insert(sent_bytes_.end(), padding, 0);
    sent_ += count;
    asked_ = false;
    if (spoil) spoil(sent_bytes_);
    return {usb::TransferEnd::completed, sent_bytes_, 0};
  }

  usb::TransferResult notice() {
    log.emplace_back("notice");
    if (notices.empty()) return {usb::TransferEnd::timed_out, {}, 0};
    sent_bytes_ = notices.front();
    notices.pop_front();
    return {usb::TransferEnd::completed, sent_bytes_, 0};
  }

  usb::TransferResult answer(std::vector<std::uint8_t> bytes) {
    sent_bytes_ = std::move(bytes);
    return {usb::TransferEnd::completed, sent_bytes_, 0};
  }

  usb::TransferResult checked(std::size_t size, bool clears) {
    std::vector<std::uint8_t> bytes(size, 0);
    const bool more = held > 0;
    bytes[0] = pending > 0 || more ? 2 : 1;
    if (pending > 0) --pending;
    bytes[1] = more ? 1 : 0;
    if (clears && bytes[0] == 1) {
      reply_.clear();
      message_.clear();
    }
    return answer(bytes);
  }

  usb::TransferResult control(const usb::ControlRequest& request) {
    log.push_back("control " + std::to_string(request.request));
    const auto tag = static_cast<std::uint8_t>(request.value & 0xFFU);
    switch (request.request) {
      case 1:
      case 3: return answer({static_cast<std::uint8_t>(nothing_to_abort ? 0x80 : abort_fails ? 0x81 : 1), tag});
      case 2:
      case 4: return checked(8, false);
      case 5: return answer({static_cast<std::uint8_t>(clear_fails ? 0x80 : 1)});
      case 6: return checked(2, true);
      default: break;
    }
    if (refuses_control) return {usb::TransferEnd::stalled, {}, 0};
    if (request.request == 7) {
      std::vector<std::uint8_t> bytes(24, 0);
      bytes[0] = 1, bytes[2] = 0, bytes[3] = 1, bytes[4] = 4, bytes[5] = 1, bytes[14] = 7, bytes[15] = 15;
      return answer(bytes);
    }
    if (request.request == 128) {
      if (tag < 2 || tag > 127 || request.length != 3) return {usb::TransferEnd::stalled, {}, 0};
      if (busy_status > 0) {
        --busy_status;
        return answer({0x20, tag, 0});
      }
      if (has_interrupt) notices.push_back({static_cast<std::uint8_t>(0x80 + tag), status_byte});
      return answer({1, tag, has_interrupt ? std::uint8_t{0} : status_byte});
    }
    return answer({1});
  }

  std::string message_;
  std::string reply_;
  std::size_t sent_ = 0;
  std::uint32_t wanted_ = 0;
  std::uint8_t in_tag_ = 0;
  bool asked_ = false;
  std::vector<std::uint8_t> sent_bytes_;
};

}  // namespace inspect::tests
