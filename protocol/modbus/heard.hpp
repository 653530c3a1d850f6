#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/modbus/frame.hpp"
#include "protocol/modbus/wire_time.hpp"

#include <cstdint>
#include <optional>

namespace inspect::modbus {

/// One thing that passed on a line, as somebody understands it who only listens.
struct Heard {
  enum class What : std::uint8_t {
    question,    ///< of a master: ours, or another's
    answer,      ///< values, or the echo of a write
    refusal,     ///< an exception
    unanswered,  ///< the question was followed by silence, by the next question or by damage; `corrupt` tells which
    echo,        ///< our own question, given back by the line
    late,        ///< the answer to a question that was given up
    stray,       ///< a whole frame that nobody here asked for
    damaged,     ///< bytes in the place of an answer, with a wrong checksum
    noise,       ///< bytes that make no frame
  };
  What what = What::noise;
  bool ours = false;     ///< we sent it, or it belongs to what we sent
  bool corrupt = false;  ///< unanswered: an answer came, but damaged
  /// answer, refusal: an earlier question that was given up fits it as well, so nobody can tell whose registers it
  /// holds
  bool doubtful = false;
  BootTime at{};         ///< end of its last character, as far as can be known
  Nanoseconds delay{0};  ///< answers: from the end of the question to the first character; unanswered: how long waited
  std::uint8_t unit = 0;
  std::uint8_t function = 0;        ///< without the exception's flag
  std::optional<Request> question;  ///< itself, or what it belongs to; nothing for functions that we do not speak
  Answer answer;                    ///< answer, refusal
  Bytes bytes;                      ///< as on the wire; empty when nothing was

  friend bool operator==(const Heard&, const Heard&) = default;
};

/// The request in the PDU of a question, if it is one that `check` lets pass and its length is right.
std::optional<Request> read_question(std::uint8_t unit, BytesView pdu);

/// Whether `answer` echoes the write `question`; both are PDUs. Compares bytes: relay boards hide commands in values
/// that no Request can hold.
bool is_echo_of_write(BytesView question, BytesView answer);

}  // namespace inspect::modbus
