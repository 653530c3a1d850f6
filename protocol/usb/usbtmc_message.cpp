#include "protocol/usb/usbtmc_message.hpp"

#include <string>

namespace inspect::usb {
namespace {

constexpr std::uint8_t end_of_message = 1;
constexpr std::uint8_t term_char_enabled = 2;  // bit 1, as Linux has it; TinyUSB's header puts it at bit 0
constexpr std::size_t word = 4;

Bytes head(TmcMessage message, std::uint8_t tag, std::size_t size) {
  Bytes bytes(tmc_header_size, 0);
  bytes[0] = static_cast<std::uint8_t>(message);
  bytes[1] = tag;
  bytes[2] = static_cast<std::uint8_t>(~tag);
  for (unsigned n = 0; n < 4; ++n) bytes[4 + n] = static_cast<std::uint8_t>((size >> (8 * n)) & 0xFF);
  return bytes;
}

}  // namespace

Bytes encode_tmc_out(std::uint8_t tag, BytesView payload, bool end) {
  auto bytes = head(TmcMessage::out, tag, payload.size());
  bytes[8] = end ? end_of_message : 0;
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  bytes.resize((bytes.size() + word - 1) / word * word, 0);
  return bytes;
}

Bytes encode_tmc_request(std::uint8_t tag, std::uint32_t most, std::optional<std::uint8_t> stop_at) {
  auto bytes = head(TmcMessage::request_in, tag, most);
  if (stop_at) {
    bytes[8] = term_char_enabled;
    bytes[9] = *stop_at;
  }
  return bytes;
}

Bytes encode_tmc_trigger(std::uint8_t tag) { return head(TmcMessage::trigger, tag, 0); }

Result<TmcHead> decode_tmc_head(std::uint8_t tag, BytesView transfer) {
  if (transfer.size() < tmc_header_size) {
    return fail(Errc::corrupt_frame, "an answer of " + std::to_string(transfer.size()) + " bytes has no head");
  }
  if (transfer[0] != static_cast<std::uint8_t>(TmcMessage::request_in)) {
    return fail(Errc::corrupt_frame, "an answer of kind " + std::to_string(transfer[0]) + " instead of 2");
  }
  if (transfer[1] != tag || transfer[2] != static_cast<std::uint8_t>(~tag)) {
    return fail(Errc::corrupt_frame,
                "an answer to question " + std::to_string(transfer[1]) + " instead of " + std::to_string(tag));
  }
  TmcHead head;
  for (unsigned n = 0; n < 4; ++n) head.size |= std::uint32_t{transfer[4 + n]} << (8 * n);
  head.end = (transfer[8] & 1U) != 0;
  head.stopped = (transfer[8] & 2U) != 0;
  return head;
}

}  // namespace inspect::usb
