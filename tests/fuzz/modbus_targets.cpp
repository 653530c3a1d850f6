#include "tests/fuzz/modbus_targets.hpp"

#include "protocol/modbus/overheard.hpp"
#include "protocol/modbus/overheard_tcp.hpp"
#include "protocol/modbus/rtu_machine.hpp"
#include "protocol/modbus/tcp_machine.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace inspect::tests {
namespace {

using namespace inspect::modbus;
using Input = std::span<const std::uint8_t>;

/// Takes the input apart from its front; zeros when it is at its end.
class Reader {
 public:
  explicit Reader(Input input) : rest_(input) {}
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto value = rest_.front();
    rest_ = rest_.subspan(1);
    return value;
  }
  std::uint16_t word() {
    const auto high = byte();
    return static_cast<std::uint16_t>((high << 8) | byte());
  }
  /// An allocation of its own, so that one byte too many is seen.
  Bytes bytes(std::size_t count) {
    count = std::min(count, rest_.size());
    Bytes taken(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(count));
    rest_ = rest_.subspan(count);
    return taken;
  }
  [[nodiscard]] bool empty() const { return rest_.empty(); }
  [[nodiscard]] std::size_t size() const { return rest_.size(); }

 private:
  Input rest_;
};

void require(bool truth) {
  if (!truth) std::abort();
}

/// A question that can be asked: every function in turn, one target for each would only split the corpus.
Request question(Reader& reader) {
  constexpr std::array<std::uint8_t, 8> functions{1, 2, 3, 4, 5, 6, 15, 16};
  Request request;
  request.unit = static_cast<std::uint8_t>(1 + reader.byte() % 3);
  request.function = functions[reader.byte() % functions.size()];
  request.address = static_cast<std::uint16_t>(reader.word() % 0xF000);
  request.quantity = static_cast<std::uint16_t>(1 + reader.byte() % 123);
  if (request.function == 5 || request.function == 6) request.quantity = 1;
  if (!is_read(request.function)) request.values.assign(request.quantity, reader.byte() & 1);
  require(check(request).has_value());
  return request;
}

void holds(const Request& request, const Result<Answer>& answer) {
  if (!answer) return;
  if (answer->exception) {
    require(answer->values.empty());
  } else if (is_read(request.function)) {
    require(answer->values.size() == request.quantity);
  }
}

template <class Machine, class Opened>
void transactions(Reader& reader, Machine& machine, Opened opened) {
  BootTime now{std::chrono::hours{1}};
  opened(now);
  for (int round = 0; round < 6 && !reader.empty(); ++round) {
    const auto request = question(reader);
    Allowance allowance;
    allowance.answer = std::chrono::milliseconds{50 + reader.byte()};
    machine.begin(request, allowance, now);
    int steps = 0;
    for (auto step = machine.next(now); step.what != Step::Do::done; step = machine.next(now)) {
      require(++steps < 20'000);  // whatever the wire says, a transaction ends
      switch (step.what) {
        case Step::Do::send: machine.sent(now); break;
        case Step::Do::reopen: opened(now); break;
        default: {
          const auto bytes = reader.bytes(reader.byte() % 32);
          now = bytes.empty() ? std::max(now, step.until) : now + std::chrono::milliseconds{reader.byte() % 8};
          machine.take(bytes, now);
        }
      }
    }
    holds(request, machine.result());
    now += std::chrono::milliseconds{reader.byte()};
  }
}

void holds_tcp(const Heard& heard) {
  if (heard.what != Heard::What::answer || !heard.question || !is_read(heard.question->function)) return;
  require(heard.answer.values.size() == heard.question->quantity);
}

}  // namespace

void fuzz_rtu_answer(Input input) {
  Reader reader(input);
  const auto request = question(reader);
  auto frame = reader.bytes(reader.size());
  holds(request, decode_rtu(request, frame));
  const auto way = progress(frame, request, encode_rtu(request));
  require(way.have <= frame.size());
  if (const auto found = find_frame(frame)) require(found->offset + found->length <= frame.size());
  if (frame.size() < 3) return;
  // A fuzzer cannot guess checksums: give it the right one, so that what lies behind it is reached.
  const auto crc = crc16(BytesView(frame).first(frame.size() - 2));
  frame[frame.size() - 2] = static_cast<std::uint8_t>(crc & 0xFF);
  frame[frame.size() - 1] = static_cast<std::uint8_t>(crc >> 8);
  const auto answer = decode_rtu(request, frame);
  holds(request, answer);
  if (answer) require(frame[0] == request.unit && (frame[1] & 0x7F) == request.function);
}

void fuzz_tcp_answer(Input input) {
  Reader reader(input);
  const auto request = question(reader);
  const auto transaction = reader.word();
  const auto frame = reader.bytes(reader.size());
  const auto answer = decode_tcp(request, transaction, frame);
  holds(request, answer);
  if (answer) require(frame[2] == 0 && frame[3] == 0 && frame[6] == request.unit);
}

void fuzz_rtu_machine(Input input) {
  Reader reader(input);
  LineCounters counters;
  RtuMachine machine(WireTime(9600), counters);
  transactions(reader, machine, [&](BootTime now) { machine.opened(now); });
}

void fuzz_tcp_machine(Input input) {
  Reader reader(input);
  LineCounters counters;
  TcpMachine machine(counters);
  transactions(reader, machine, [&](BootTime now) { machine.opened(now); });
}

void fuzz_overheard(Input input) {
  Reader reader(input);
  LineCounters counters;
  Overheard line(WireTime(9600), counters);
  OverheardTcp connection(counters);
  std::vector<Heard> heard;
  BootTime now{std::chrono::hours{1}};
  std::size_t given = 0;
  while (!reader.empty()) {
    const auto what = reader.byte();
    now += std::chrono::milliseconds{reader.byte()};
    Bytes bytes;
    if (what % 4 == 0) {
      // A fuzzer cannot guess checksums: a whole question, so that what lies behind it is reached.
      bytes = encode_rtu(question(reader));
    } else {
      bytes = reader.bytes(what / 4U);
    }
    given += bytes.size();
    heard.clear();
    switch (what % 8) {
      case 0: line.sent(bytes, now, heard); break;
      case 1: line.gave_up(now, heard); [[fallthrough]];
      default: line.heard(bytes, now, heard);
    }
    std::size_t told = 0;
    for (const auto& one : heard) {
      told += one.bytes.size();
      if (one.what == Heard::What::answer && one.question && is_read(one.question->function)) {
        require(one.answer.values.size() == one.question->quantity);
        require(one.unit == one.question->unit && one.function == one.question->function);
      }
    }
    require(told <= given + 2 * rtu_frame_max);  // nothing is told that was not heard
    if (what % 8 == 0) connection.sent(bytes, now, heard);
    connection.heard(bytes, now, heard);
    for (const auto& one : heard) holds_tcp(one);
  }
}

}  // namespace inspect::tests
