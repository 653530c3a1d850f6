#include "tests/fuzz/usb_targets.hpp"

#include "protocol/usb/lcus.hpp"
#include "protocol/usb/line_reader.hpp"
#include "protocol/usb/relay_board.hpp"
#include "protocol/usb/scpi.hpp"
#include "protocol/usb/tester_run.hpp"
#include "protocol/usb/usbtmc_machine.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>

namespace inspect::tests {
namespace {

using namespace inspect::usb;
using Input = std::span<const std::uint8_t>;

void must(bool truth) {
  if (!truth) std::abort();
}

std::uint8_t front(Input& input) {
  if (input.empty()) return 0;
  const auto byte = input.front();
  input = input.subspan(1);
  return byte;
}

/// An allocation of its own, so that one byte too many is seen.
Bytes part(Input& input, std::size_t count) {
  count = std::min(count, input.size());
  Bytes bytes(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(count));
  input = input.subspan(count);
  return bytes;
}

TesterWords words_of(std::uint8_t choice) {
  TesterWords words;
  words.model = "T";
  words.echoes = (choice & 1U) != 0;
  if ((choice & 2U) != 0) words.item_separator = ';';
  words.numbers = {{"OVER", "9.999E9"}, {"UNDER"}, {"null"}};
  words.commands = {{TesterJob::identify, "*IDN?", {}}, {TesterJob::configure, "L {upper}", {}},
                    {TesterJob::error, "E?", {}},       {TesterJob::start, "S", {}},
                    {TesterJob::wait, "W?", {}},        {TesterJob::fetch, "F?", {}},
                    {TesterJob::stop, "X", {}}};
  words.verdicts = {{"P", TesterVerdict::pass}, {"F", TesterVerdict::fail}, {"R", TesterVerdict::running}};
  words.fields = {{"test.verdict", true, "", (choice & 4U) != 0, 1, ""},
                  {"leakage.current", false, "", false, 2, "mA"}};
  return words;
}

/// A device's part of a good head, so that what lies behind it is reached.
void mend_head(Bytes& bytes, const TransferStep& step, std::uint8_t tag) {
  if (step.what != TransferStep::Do::bulk_in || bytes.size() < tmc_header_size) return;
  bytes[0] = 2;
  bytes[1] = tag;
  bytes[2] = static_cast<std::uint8_t>(~tag);
  bytes[5] = bytes[6] = bytes[7] = 0;
  if ((bytes[3] & 1U) != 0) bytes[4] = static_cast<std::uint8_t>(bytes.size() - tmc_header_size);
}

}  // namespace

void fuzz_usb_reports(Input input) {
  RelayLayout layout;
  layout.channels = static_cast<std::uint8_t>(1 + front(input) % 16);
  const auto bytes = part(input, input.size());
  if (const auto states = decode_state(layout, bytes)) {
    must(states->on.size() == layout.channels && states->id.size() == 5);
    must(bytes.size() == 8 || bytes.size() == 9);
  }
  if (const auto answer = decode_lcus(layout.channels, bytes)) {
    must(!answer->whole || answer->on.size() == layout.channels);
    must(answer->on.size() <= layout.channels);
  }
  const std::string text(bytes.begin(), bytes.end());
  if (const auto pattern = OrderPattern::parse(text)) must(pattern->bytes(3).size() == pattern->size());
  if (const auto can = decode_tmc_capabilities(bytes)) must(bytes.size() >= 24 && bytes[0] == 1);
}

void fuzz_usb_text(Input input) {
  const auto words = words_of(front(input));
  const auto bytes = part(input, input.size());
  const std::string text(bytes.begin(), bytes.end());
  if (const auto quantity = parse_quantity(text, words.numbers)) must(std::isfinite(quantity->value));
  if (const auto fields = split_response(text)) must(!fields->empty() && fields->size() <= 256);
  if (const auto block = parse_block(bytes)) must(block->size() < bytes.size());
  if (const auto error = parse_scpi_error(text)) must(error->code >= -32'768 && error->code <= 32'767);
  if (const auto identity = parse_identity(text)) must(!identity->model.empty());
  if (const auto answer = read_answer(words, text)) {
    const bool judged = answer->verdict == TesterVerdict::pass || answer->verdict == TesterVerdict::fail;
    must(!judged || answer->quantities.count("leakage.current") == 1);
  }
  LineReader reader;
  reader.take(bytes);
  while (const auto line = reader.next()) {
    must(!line->empty() && line->size() <= LineReader::longest);
    must(line->find('\n') == std::string::npos && line->find('\0') == std::string::npos);
  }
}

void fuzz_usbtmc_machine(Input input) {
  TmcCounters counters;
  TmcPort port;
  const auto choice = front(input);
  if ((choice & 1U) != 0) port.interrupt_in = 0x82;
  port.packet = (choice & 2U) != 0 ? 64 : 512;
  TmcMachine machine(port, tmc_quirks((choice & 4U) != 0 ? 0x1AB1 : 0, 0x04CE), counters);
  BootTime now{std::chrono::hours{1}};
  std::uint8_t tag = 0;
  for (int round = 0; round < 6 && !input.empty(); ++round) {
    TmcTask task;
    task.what = static_cast<TmcTask::What>(front(input) % 8);
    task.message = part(input, 1 + front(input) % 16);
    if (machine.needs_reset() && front(input) % 2 == 0) machine.opened();
    const auto begun = now;
    machine.begin(std::move(task), now);
    int steps = 0;
    for (auto step = machine.next(now); step.what != TransferStep::Do::done; step = machine.next(now)) {
      must(++steps < 20'000);  // whatever the device says, a task ends
      if (step.what == TransferStep::Do::bulk_out) tag = step.bytes[1];
      const auto end = input.empty() ? TransferEnd::timed_out : static_cast<TransferEnd>(front(input) % 16);
      if (step.what == TransferStep::Do::sleep || end == TransferEnd::timed_out) {
        now = std::max(now, step.until);
        machine.take({step.what == TransferStep::Do::sleep ? TransferEnd::completed : end, {}, 0}, now);
        continue;
      }
      now += std::chrono::milliseconds{front(input) % 8};
      auto bytes = part(input, front(input) % 32);
      mend_head(bytes, step, tag);
      const bool odd = end > TransferEnd::gone;  // the more frequent case: it came
      machine.take({odd ? TransferEnd::completed : end, bytes, step.bytes.size()}, now);
    }
    must(now - begun < std::chrono::seconds{30});
  }
}

void fuzz_tester_run(Input input) {
  const auto words = words_of(front(input));
  BootTime now{std::chrono::hours{1}};
  TestPlan plan;
  plan.limit = std::chrono::seconds{5};
  plan.by_hand = front(input) % 4 == 0;
  if (front(input) % 4 != 0) plan.values["upper"] = front(input);
  TesterRun run(words, plan, now);
  int steps = 0;
  int started = 0;
  int stopped = 0;
  for (auto step = run.next(now); step.what != RunStep::Do::done; step = run.next(now)) {
    must(++steps < 20'000);
    if (step.what == RunStep::Do::pause) {
      now = std::max(now, step.until);
      run.took("", now);
      continue;
    }
    must(!step.text.empty() && stopped == 0);  // the stop is the last that is sent
    started += step.text == "S" ? 1 : 0;
    stopped += step.text == "X" ? 1 : 0;
    now += std::chrono::milliseconds{1 + front(input)};
    const auto answer = part(input, front(input) % 24);
    if (front(input) % 16 == 1) {
      run.took(fail(Errc::timeout, "no answer"), now);
    } else if (front(input) % 2 == 0) {  // a sensible answer, so that the end is reached
      run.took(std::string(step.text == "*IDN?" ? "M,T1,0,1"
                           : step.text == "E?"  ? "0"
                           : step.text == "W?"  ? "P,1"
                                                : "F,2"),
               now);
    } else {
      run.took(std::string(answer.begin(), answer.end()), now);
    }
  }
  must(started <= (plan.by_hand ? 0 : 1));
  must(stopped <= started);
  if (started == 1 && !run.result()) must(stopped == 1);  // no voltage stays on after an error
}

}  // namespace inspect::tests
