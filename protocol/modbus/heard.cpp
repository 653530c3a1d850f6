#include "protocol/modbus/heard.hpp"

#include <algorithm>

namespace inspect::modbus {
namespace {

std::uint16_t big_endian(BytesView bytes, std::size_t at) {
  return static_cast<std::uint16_t>((bytes[at] << 8) | bytes[at + 1]);
}

std::vector<std::uint16_t> written_values(std::uint8_t function, std::uint16_t quantity, BytesView data) {
  std::vector<std::uint16_t> values;
  values.reserve(quantity);
  for (std::size_t i = 0; i < quantity; ++i) {
    values.push_back(function == 15 ? static_cast<std::uint16_t>((data[i / 8] >> (i % 8)) & 1)
                                    : big_endian(data, 2 * i));
  }
  return values;
}

}  // namespace

std::optional<Request> read_question(std::uint8_t unit, BytesView pdu) {
  if (pdu.size() < 5) return std::nullopt;
  Request request{unit, pdu[0], big_endian(pdu, 1), big_endian(pdu, 3), {}};
  switch (request.function) {
    case 1:
    case 2:
    case 3:
    case 4:
      if (pdu.size() != 5) return std::nullopt;
      break;
    case 5:
    case 6:
      if (pdu.size() != 5) return std::nullopt;
      request.values = {request.function == 5 && request.quantity == 0xFF00 ? std::uint16_t{1} : request.quantity};
      request.quantity = 1;
      break;
    case 15:
    case 16: {
      const std::size_t count = request.function == 15 ? (request.quantity + 7U) / 8U : request.quantity * 2U;
      if (pdu.size() != 6 + count || pdu[5] != count) return std::nullopt;
      request.values = written_values(request.function, request.quantity, pdu.subspan(6));
      break;
    }
    default: return std::nullopt;
  }
  // Unit 0 is heard by all and answered by nobody; `check` is about what we may ask.
  auto asked = request;
  asked.unit = std::max<std::uint8_t>(unit, 1);
  if (!check(asked)) return std::nullopt;
  return request;
}

bool is_echo_of_write(BytesView question, BytesView answer) {
  if (question.size() < 5 || answer.size() != 5 || is_read(question[0])) return false;
  return std::equal(answer.begin(), answer.end(), question.begin());
}

}  // namespace inspect::modbus
