#pragma once

#include "protocol/modbus/heard.hpp"
#include "protocol/modbus/line_counters.hpp"
#include "protocol/modbus/owed_answers.hpp"

#include <optional>
#include <vector>

namespace inspect::modbus {

/// A question is given up as unanswered after so long, if no other follows before.
constexpr std::chrono::seconds longest_heard_wait{3};

/// Understands an RTU line by listening: cuts what passes into frames, pairs answers with questions, and finds its feet
/// again after garbage. Pure; every input may be hostile.
///
/// Frames bear no mark of their beginning and an adapter hands bytes on in heaps, so silences alone do not cut them. At
/// a place where a frame may begin the frames that it could be are tried in the order of what is expected: the answer
/// to the open question, a question, an answer to something older. One that is not whole yet is waited for, as long as
/// its bytes may take; only then bytes are passed over, to the next whole frame with a right checksum.
///
/// The answer to a question is taken for another's (`doubtful`) by the same rule by which we ask: as long as an answer
/// to another read that would fit is owed (see OwedAnswers), nobody can tell whose registers it holds.
class Overheard {
 public:
  Overheard(WireTime wire, LineCounters& counters) : wire_(wire), counters_(counters) {}

  /// Bytes that came in; none when only time has passed.
  void heard(BytesView bytes, BootTime now, std::vector<Heard>& out);
  /// A frame of our own that was handed to the port at `now`.
  void sent(BytesView frame, BootTime now, std::vector<Heard>& out);
  /// We wait no longer for the answer to our own question.
  void gave_up(BootTime now, std::vector<Heard>& out);

  /// When `heard` must be called with nothing if nothing comes before; nothing: there is no hurry.
  [[nodiscard]] std::optional<BootTime> wake() const;

 private:
  struct Open {
    std::optional<Request> request;
    Bytes bytes;
    BootTime asked{};
    bool ours = false;
    bool doubtful = false;  ///< an answer to another question would fit it
    bool damaged = false;   ///< something like its answer came
  };
  enum class Shape : std::uint8_t { answer, refusal, question, stray };
  struct Cut {
    Shape shape = Shape::stray;
    std::size_t length = 0;
  };
  struct Look {
    std::optional<Cut> frame;
    std::size_t wanted = 0;  ///< bytes that a frame beginning here may still grow to; 0: none begins here
  };

  [[nodiscard]] Look look(BytesView bytes) const;
  [[nodiscard]] std::size_t answer_length(BytesView bytes) const;
  [[nodiscard]] bool belongs(BytesView frame) const;
  void cut(BootTime now, std::vector<Heard>& out);
  bool pass_over(std::vector<Heard>& out);
  void close_burst(std::vector<Heard>& out);
  void accept(const Cut& cut, std::vector<Heard>& out);
  void on_question(Bytes frame, BootTime at, bool ours, std::vector<Heard>& out);
  void on_answer(Bytes frame, BootTime at, Shape shape, std::vector<Heard>& out);
  void on_stray(Bytes frame, BootTime at, std::vector<Heard>& out);
  void end_open(BootTime at, std::vector<Heard>& out);
  void junk(std::size_t count, std::vector<Heard>& out);
  void drop(std::size_t count);
  Heard& tell(Heard::What what, Bytes frame, BootTime at, bool ours, std::vector<Heard>& out) const;

  WireTime wire_;
  LineCounters& counters_;
  Bytes buffer_;
  std::vector<BootTime> came_;  ///< of each byte in the buffer
  bool at_edge_ = true;         ///< the buffer begins where a frame may begin
  std::optional<Open> open_;
  OwedAnswers owed_;
};

}  // namespace inspect::modbus
