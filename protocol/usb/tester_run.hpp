#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/usb/tester_words.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>

namespace inspect::usb {

/// What a test wants from the shell that speaks to the instrument.
struct RunStep {
  enum class Do : std::uint8_t {
    tell,   ///< send `text`; took() when it is out
    ask,    ///< send `text` and read its answer; took() with it
    pause,  ///< leave the instrument alone until `until`, then took()
    done,   ///< result() is there
  };
  Do what = Do::done;
  TesterJob job = TesterJob::identify;  ///< what for
  /// It takes a permit. The permit for a start is one for the stop of the same test too: whoever may switch a voltage
  /// on may switch it off, whatever has begun meanwhile.
  bool needs_permit = false;
  std::string text;  ///< without the line end
  BootTime until{};
};

/// How a test is run.
struct TestPlan {
  std::map<std::string, double> values;  ///< for the holes of the configure commands
  bool by_hand = false;                  ///< somebody starts it at the instrument; it is only waited for and read
  std::chrono::milliseconds limit{0};    ///< of the whole test; 0: the profile's
};

/// One test with an instrument: identify, clear, configure, (did it understand?), start, wait, fetch. Pure.
///
/// It is refused before anything is sent when the profile does not know a word that is needed. Once started, whatever
/// goes wrong, the voltage is taken off again by `stop`, once and before anything else, if the profile knows the word.
/// An instrument that says by its answer that it is another model is not written to.
///
/// The result of the test before is not this one's: what the instrument shows is asked for before the start, and a
/// result counts only after it was seen running, or when it is another text, twice in a row. One that never changes and
/// is never seen running is a time-out.
class TesterRun {
 public:
  /// `words` must outlive it.
  TesterRun(const TesterWords& words, TestPlan plan, BootTime now);

  RunStep next(BootTime now);
  /// What came of the step: the answer, nothing to tell or pause, or an error.
  void took(Result<std::string> answer, BootTime now);

  /// It must not go on: the voltage is taken off if it is on. Nothing happens when it is being stopped already.
  void abort(Error why) {
    if (!stopping_ && !done_) give_up(std::move(why));
  }

  /// Valid once `next` said done.
  [[nodiscard]] const Result<TesterAnswer>& result() const { return result_; }
  /// The answer to identify, as soon as there is one.
  [[nodiscard]] const std::optional<ScpiIdentity>& identity() const { return identity_; }

 private:
  struct Item {
    TesterJob job;
    std::string text;
    bool before = false;  ///< what it shows before the start
  };

  Result<void> prepare();
  Result<void> add(TesterJob job);
  [[nodiscard]] bool knows(TesterJob job) const { return !why_not(words_, job); }
  void take_answer(TesterJob job, const std::string& answer, BootTime now);
  void take_identity(const std::string& answer);
  void take_error(const std::string& answer);
  void take_result(TesterJob job, const std::string& answer, BootTime now);
  void ask_result();
  /// Whether an answer that is not "running" is this test's; else it is asked for again.
  bool is_new(const std::string& answer);
  void give_up(Error error);
  void finish(Result<TesterAnswer> result);

  const TesterWords& words_;
  TestPlan plan_;
  BootTime deadline_;
  std::deque<Item> todo_;  ///< at most the commands of a profile
  std::optional<BootTime> pause_;
  std::optional<std::string> before_;     ///< what it showed before the start
  std::optional<std::string> candidate_;  ///< another text, seen once
  bool seen_running_ = false;
  bool started_ = false;
  bool stopping_ = false;
  bool done_ = false;
  std::optional<ScpiIdentity> identity_;
  std::optional<Error> error_;  ///< why it is being stopped
  Result<TesterAnswer> result_ = fail(Errc::invalid_argument, "the test is not over");
};

}  // namespace inspect::usb
