#pragma once

#include "protocol/modbus/rtu_machine.hpp"
#include "protocol/modbus/tcp_machine.hpp"

#include <functional>
#include <map>
#include <stdexcept>

namespace inspect::tests {

using modbus::Answer;
using modbus::Bytes;
using modbus::BytesView;
using modbus::Request;

/// Plays the shell and the other side for a transaction machine in virtual time: hours pass in milliseconds, and
/// nothing depends on how busy this computer is.
template <class Machine>
class VirtualWire {
 public:
  using Peer = std::function<void(BytesView question, BootTime at)>;

  template <class... Arguments>
  explicit VirtualWire(Arguments... arguments) : machine(arguments..., counters) {
    machine.opened(now);
  }

  /// Bytes that reach us at `at`, all together.
  void deliver(BootTime at, BytesView bytes) { coming_.emplace(at, Bytes(bytes.begin(), bytes.end())); }
  /// Bytes that reach us one by one, the first at `at`.
  void dribble(BootTime at, BytesView bytes, std::chrono::nanoseconds apart) {
    for (std::size_t i = 0; i < bytes.size(); ++i) deliver(at + static_cast<int>(i) * apart, bytes.subspan(i, 1));
  }

  Result<Answer> transact(const Request& request, const modbus::Allowance& allowance = {}) {
    machine.begin(request, allowance, now);
    for (int steps = 0; steps < 100'000; ++steps) {
      const auto step = machine.next(now);
      switch (step.what) {
        case modbus::Step::Do::done: return machine.result();
        case modbus::Step::Do::send: {
          ++questions;
          const Bytes bytes(step.bytes.begin(), step.bytes.end());
          machine.sent(now);
          if (peer) peer(bytes, now);
          break;
        }
        case modbus::Step::Do::reopen:
          ++connections;
          coming_.clear();  // what the old connection had to say is gone with it
          if constexpr (requires { machine.closed(now); }) machine.opened(now);
          break;
        case modbus::Step::Do::sleep:
          now = std::max(now, step.until);
          take();
          break;
        case modbus::Step::Do::receive:
          now = std::max(now, coming_.empty() ? step.until : std::min(step.until, coming_.begin()->first));
          take();
          break;
      }
    }
    throw std::logic_error("the machine goes in a circle");
  }

  /// Lets time pass between transactions.
  void idle(std::chrono::nanoseconds time) { now += time; }

  BootTime now{std::chrono::hours{1}};
  modbus::LineCounters counters;
  Machine machine;
  Peer peer;
  unsigned questions = 0;
  unsigned connections = 0;

 private:
  void take() {
    Bytes bytes;
    while (!coming_.empty() && coming_.begin()->first <= now) {
      const auto& first = coming_.begin()->second;
      bytes.insert(bytes.end(), first.begin(), first.end());
      coming_.erase(coming_.begin());
    }
    machine.take(bytes, now);
  }

  std::multimap<BootTime, Bytes> coming_;
};

using VirtualLine = VirtualWire<modbus::RtuMachine>;
using VirtualConnection = VirtualWire<modbus::TcpMachine>;

/// The frame of a body, with its checksum.
inline Bytes sealed(Bytes body) {
  const auto crc = modbus::crc16(body);
  body.push_back(static_cast<std::uint8_t>(crc & 0xFF));
  body.push_back(static_cast<std::uint8_t>(crc >> 8));
  return body;
}

/// What the honest device holds: every register and every bit tells its unit, table and address. (Bits are hashed, so
/// that neither a shift by one nor by eight looks the same.)
inline std::uint16_t tell_tale(std::uint8_t unit, std::uint8_t function, std::uint32_t address) {
  const auto place = address ^ (unit * 0x0101U) ^ (function * 0x1000U);
  if (modbus::is_of_bits(function)) return static_cast<std::uint16_t>(((place * 2654435761U) >> 21U) & 1U);
  return static_cast<std::uint16_t>(place);
}

inline Bytes honest_pdu(BytesView pdu, std::uint8_t unit) {
  const auto word = [&](std::size_t at) { return static_cast<std::uint32_t>((pdu[at] << 8) | pdu[at + 1]); };
  const auto function = pdu[0];
  if (!modbus::is_read(function)) return {pdu.begin(), pdu.begin() + 5};
  const auto address = word(1);
  const auto quantity = word(3);
  Bytes out{function};
  if (modbus::is_of_bits(function)) {
    out.push_back(static_cast<std::uint8_t>((quantity + 7) / 8));
    out.resize(2 + (quantity + 7) / 8);
    for (std::uint32_t i = 0; i < quantity; ++i) {
      if (tell_tale(unit, function, address + i) != 0) {
        out[2 + i / 8] = static_cast<std::uint8_t>(out[2 + i / 8] | (1U << (i % 8)));
      }
    }
    return out;
  }
  out.push_back(static_cast<std::uint8_t>(2 * quantity));
  for (std::uint32_t i = 0; i < quantity; ++i) {
    const auto value = tell_tale(unit, function, address + i);
    out.push_back(static_cast<std::uint8_t>(value >> 8));
    out.push_back(static_cast<std::uint8_t>(value & 0xFF));
  }
  return out;
}

inline Bytes honest_rtu(BytesView question) {
  auto pdu = honest_pdu(question.subspan(1, question.size() - 3), question[0]);
  pdu.insert(pdu.begin(), question[0]);
  return sealed(std::move(pdu));
}

inline Bytes honest_tcp(BytesView question) {
  const auto pdu = honest_pdu(question.subspan(7), question[6]);
  Bytes out(question.begin(), question.begin() + 7);
  out[4] = static_cast<std::uint8_t>((pdu.size() + 1) >> 8);
  out[5] = static_cast<std::uint8_t>((pdu.size() + 1) & 0xFF);
  out.insert(out.end(), pdu.begin(), pdu.end());
  return out;
}

/// Whether an answer holds what the honest device has at these places, and nothing else's.
inline bool tells_its_address(const Request& request, const Answer& answer) {
  if (answer.exception || answer.values.size() != request.quantity) return false;
  for (std::uint32_t i = 0; i < request.quantity; ++i) {
    if (answer.values[i] != tell_tale(request.unit, request.function, request.address + i)) return false;
  }
  return true;
}

}  // namespace inspect::tests
