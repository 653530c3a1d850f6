#include "protocol/modbus/frame.hpp"

#include <array>
#include <string>

namespace inspect::modbus {
namespace {

constexpr std::uint16_t coil_on = 0xFF00;

constexpr std::array<std::uint16_t, 256> make_crc_table() {
  std::array<std::uint16_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? (crc >> 1U) ^ 0xA001U : crc >> 1U;
    table[byte] = static_cast<std::uint16_t>(crc);
  }
  return table;
}
constexpr auto crc_table = make_crc_table();

constexpr std::uint16_t word(BytesView bytes, std::size_t at) {
  return static_cast<std::uint16_t>((bytes[at] << 8) | bytes[at + 1]);
}

void put(Bytes& out, std::uint16_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value & 0xFF));
}

constexpr std::size_t bytes_for_bits(std::size_t bits) { return (bits + 7) / 8; }

std::uint16_t coil_word(std::uint16_t value) { return value == 1 ? coil_on : value; }

/// The most a function may carry, from the application protocol 1.1b3; 0 for functions that we do not speak.
std::uint16_t most(std::uint8_t function) {
  switch (function) {
    case 1:
    case 2: return 2000;
    case 3:
    case 4: return 125;
    case 5:
    case 6: return 1;
    case 15: return 1968;
    case 16: return 123;
    default: return 0;
  }
}

std::size_t read_bytes(const Request& request) {
  return is_of_bits(request.function) ? bytes_for_bits(request.quantity) : std::size_t{request.quantity} * 2;
}

Error wrong(const char* what, std::size_t got, std::size_t wanted) {
  return fail(Errc::corrupt_frame,
              std::string("answer with ") + what + " " + std::to_string(got) + " instead of " + std::to_string(wanted));
}

Result<Answer> decode_read(const Request& request, BytesView pdu) {
  const auto count = read_bytes(request);
  if (pdu[1] != count) return wrong("byte count", pdu[1], count);
  if (pdu.size() != 2 + count) return wrong("length", pdu.size(), 2 + count);
  Answer answer;
  answer.values.reserve(request.quantity);
  for (std::size_t i = 0; i < request.quantity; ++i) {
    if (is_of_bits(request.function)) {
      answer.values.push_back((pdu[2 + i / 8] >> (i % 8)) & 1);
    } else {
      answer.values.push_back(word(pdu, 2 + 2 * i));
    }
  }
  return answer;
}

Result<Answer> decode_echo(const Request& request, BytesView pdu) {
  if (pdu.size() != 5) return wrong("length", pdu.size(), 5);
  if (word(pdu, 1) != request.address) return wrong("address", word(pdu, 1), request.address);
  const bool single = request.function == 5 || request.function == 6;
  auto second = request.quantity;
  if (single) second = request.function == 5 ? coil_word(request.values[0]) : request.values[0];
  if (word(pdu, 3) != second) return wrong(single ? "value" : "quantity", word(pdu, 3), second);
  Answer answer;
  if (single) answer.values.push_back(request.values[0]);
  return answer;
}

}  // namespace

std::uint8_t reading_function(Table table) {
  switch (table) {
    case Table::coil: return 1;
    case Table::discrete_input: return 2;
    case Table::holding_register: return 3;
    case Table::input_register: return 4;
  }
  return 3;
}

Result<void> check(const Request& request) {
  const auto limit = most(request.function);
  if (limit == 0)
    return fail(Errc::invalid_argument, "function " + std::to_string(request.function) + " is not spoken");
  // 248–255 are reserved, but PZEM listens to 248 whatever its address, and many TCP servers to 255.
  if (request.unit == 0) return fail(Errc::invalid_argument, "unit 0 is a broadcast and is never answered");
  if (request.quantity < 1 || request.quantity > limit) {
    return fail(Errc::invalid_argument, "quantity " + std::to_string(request.quantity) + " is not in 1.." +
                                            std::to_string(limit) + " of function " + std::to_string(request.function));
  }
  if (std::uint32_t{request.address} + request.quantity > 0x10000U) {
    return fail(Errc::invalid_argument, "the addresses pass 65535");
  }
  if (request.values.size() != (is_read(request.function) ? 0 : request.quantity)) {
    return fail(Errc::invalid_argument,
                std::to_string(request.values.size()) + " values for quantity " + std::to_string(request.quantity));
  }
  return {};
}

std::uint16_t crc16(BytesView bytes) {
  std::uint16_t crc = 0xFFFF;
  for (const auto byte : bytes) {
    crc = static_cast<std::uint16_t>((crc >> 8) ^ crc_table[(crc ^ byte) & 0xFF]);
  }
  return crc;
}

Bytes encode_pdu(const Request& request) {
  Bytes out;
  out.reserve(rtu_frame_max);
  out.push_back(request.function);
  put(out, request.address);
  switch (request.function) {
    case 5: put(out, coil_word(request.values[0])); break;
    case 6: put(out, request.values[0]); break;
    case 15: {
      put(out, request.quantity);
      Bytes bits(bytes_for_bits(request.quantity), 0);
      for (std::size_t i = 0; i < request.values.size(); ++i) {
        if (request.values[i] != 0) bits[i / 8] = static_cast<std::uint8_t>(bits[i / 8] | (1U << (i % 8)));
      }
      out.push_back(static_cast<std::uint8_t>(bits.size()));
      out.insert(out.end(), bits.begin(), bits.end());
      break;
    }
    case 16:
      put(out, request.quantity);
      out.push_back(static_cast<std::uint8_t>(2 * request.values.size()));
      for (const auto value : request.values) put(out, value);
      break;
    default: put(out, request.quantity); break;
  }
  return out;
}

Bytes encode_rtu(const Request& request) {
  auto pdu = encode_pdu(request);
  pdu.insert(pdu.begin(), request.unit);
  const auto crc = crc16(pdu);
  pdu.push_back(static_cast<std::uint8_t>(crc & 0xFF));
  pdu.push_back(static_cast<std::uint8_t>(crc >> 8));
  return pdu;
}

Bytes encode_tcp(const Request& request, std::uint16_t transaction) {
  const auto pdu = encode_pdu(request);
  Bytes out;
  out.reserve(mbap_size + pdu.size());
  put(out, transaction);
  put(out, 0);
  put(out, static_cast<std::uint16_t>(1 + pdu.size()));
  out.push_back(request.unit);
  out.insert(out.end(), pdu.begin(), pdu.end());
  return out;
}

std::size_t answer_pdu_length(const Request& request) {
  return is_read(request.function) ? 2 + read_bytes(request) : 5;
}

Result<Answer> decode_pdu(const Request& request, BytesView pdu) {
  if (pdu.size() < 2) return wrong("length", pdu.size(), answer_pdu_length(request));
  if (pdu[0] == (request.function | exception_flag)) {
    if (pdu.size() != 2) return wrong("length", pdu.size(), 2);
    return Answer{{}, pdu[1]};
  }
  if (pdu[0] != request.function) return wrong("function", pdu[0], request.function);
  return is_read(request.function) ? decode_read(request, pdu) : decode_echo(request, pdu);
}

Result<Answer> decode_rtu(const Request& request, BytesView frame) {
  if (frame.size() < 5) return wrong("length", frame.size(), answer_rtu_length(request));
  const auto body = frame.first(frame.size() - 2);
  const auto sent = static_cast<std::uint16_t>(frame[frame.size() - 2] | (frame[frame.size() - 1] << 8));
  if (const auto crc = crc16(body); crc != sent) return wrong("checksum", sent, crc);
  if (frame[0] != request.unit) return wrong("unit", frame[0], request.unit);
  return decode_pdu(request, body.subspan(1));
}

Result<Answer> decode_tcp(const Request& request, std::uint16_t transaction, BytesView frame) {
  if (frame.size() < mbap_size + 2) return wrong("length", frame.size(), mbap_size + answer_pdu_length(request));
  if (word(frame, 0) != transaction) return wrong("transaction", word(frame, 0), transaction);
  if (word(frame, 2) != 0) return wrong("protocol identifier", word(frame, 2), 0);
  if (word(frame, 4) != frame.size() - 6) return wrong("MBAP length", word(frame, 4), frame.size() - 6);
  if (frame[6] != request.unit) return wrong("unit", frame[6], request.unit);
  return decode_pdu(request, frame.subspan(mbap_size));
}

Errc refusal(std::uint8_t exception) {
  switch (exception) {
    case 1:
    case 2:
    case 3: return Errc::unsupported_point;
    case 5:
    case 6: return Errc::device_busy;
    default: return Errc::device_refused;
  }
}

}  // namespace inspect::modbus
