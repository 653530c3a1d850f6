#pragma once

#include "protocol/core/text.hpp"
#include "protocol/usb/scpi.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What an instrument understands and says, as its profile has it.
namespace inspect::usb {

/// What a test needs an instrument to do.
enum class TesterJob : std::uint8_t {
  identify,   ///< it says who it is
  clear,      ///< it forgets earlier errors
  configure,  ///< limits and times of the test; changes the instrument
  start,      ///< voltage at the terminals; changes the world
  wait,       ///< it says whether the test is still running
  fetch,      ///< it says what it measured
  stop,       ///< voltage off
  error,      ///< it says what it did not understand
};
std::string_view name(TesterJob job);
/// Whether it moves or changes something, so that a permit is needed.
constexpr bool changes(TesterJob job) {
  return job == TesterJob::configure || job == TesterJob::start || job == TesterJob::stop;
}

/// How an instrument is told. Of `send` and `unknown` exactly one is there: what no source tells is refused with that
/// reason, never guessed.
struct TesterCommand {
  TesterJob job = TesterJob::identify;
  std::string send;  ///< may hold {name} of a value: "MANU:ACW:CHISet {upper}"
  Text unknown;
};

enum class TesterVerdict : std::uint8_t { none, running, pass, fail, low, aborted, error };
std::string_view name(TesterVerdict verdict);

struct VerdictWord {
  std::string word;  ///< compared without case
  TesterVerdict means = TesterVerdict::none;
};

/// A field of the answer to fetch or wait.
struct TesterField {
  std::string point;       ///< the point it becomes: "leakage.current", "test.verdict"
  bool verdict = false;    ///< a verdict word; else a number
  std::string item;        ///< only of an item that begins with this word ("LC"); empty: of the first
  bool last = false;       ///< of the last item instead
  std::uint8_t field = 1;  ///< which, from 1
  std::string unit;        ///< of a number that comes without one: "A"
};

struct TesterWords {
  std::string line_end = "\n";         ///< after every command
  bool echoes = false;                 ///< an answer may begin with the command's word
  char separator = ',';                ///< between fields
  std::optional<char> item_separator;  ///< between items; nothing: an answer is one item
  std::string maker;                   ///< identity: the answer's first field begins with it; empty: not known
  std::string model;                   ///< identity: its second field begins with it
  NumberWords numbers;
  std::vector<TesterCommand> commands;  ///< in the order they are sent; several of one job are sent one by one
  std::vector<VerdictWord> verdicts;
  std::vector<TesterField> fields;
  std::chrono::milliseconds poll{200};         ///< between two questions whether it is still running
  std::chrono::milliseconds longest{120'000};  ///< a test that runs longer is stopped
};

/// The commands of a job with their values filled in. `unsupported_point` when the job's words are unknown (the message
/// says why) or the instrument has none; `invalid_argument` for a value that is missing or not finite.
Result<std::vector<std::string>> commands_for(const TesterWords& words, TesterJob job,
                                              const std::map<std::string, double>& values = {});
/// Why a job cannot be done by command, for people; nothing when it can.
std::optional<Text> why_not(const TesterWords& words, TesterJob job);

/// What an answer says.
struct TesterAnswer {
  TesterVerdict verdict = TesterVerdict::none;
  std::map<std::string, Quantity> quantities;  ///< by point
};
/// `corrupt_frame` when the verdict is no word the profile knows, or when there is one and a number is missing or none.
Result<TesterAnswer> read_answer(const TesterWords& words, std::string_view text);

/// The verdict alone: of an answer to wait, which holds no numbers. `none` where the profile knows of no verdict.
Result<TesterVerdict> read_verdict(const TesterWords& words, std::string_view text);

/// Whether the answer to identify is of this model.
Result<bool> is_model(const TesterWords& words, const ScpiIdentity& identity);

}  // namespace inspect::usb
