#include "protocol/usb/tester_run.hpp"

#include <algorithm>
#include <utility>

namespace inspect::usb {
namespace {

/// What is answered; a configure, start or stop is not.
bool is_question(TesterJob job) {
  return job == TesterJob::identify || job == TesterJob::error || job == TesterJob::wait || job == TesterJob::fetch;
}

}  // namespace

TesterRun::TesterRun(const TesterWords& words, TestPlan plan, BootTime now)
    : words_(words), plan_(std::move(plan)), deadline_(now + (plan_.limit.count() > 0 ? plan_.limit : words.longest)) {
  if (const auto ready = prepare(); !ready) finish(ready.error());
}

/// Everything that can be said now, so that nothing is half done for want of a word.
Result<void> TesterRun::prepare() {
  if (!knows(TesterJob::fetch)) return commands_for(words_, TesterJob::fetch).error();
  for (const auto job : {TesterJob::identify, TesterJob::clear}) {
    if (!knows(job)) continue;
    if (auto added = add(job); !added) return added;
  }
  if (!plan_.values.empty()) {
    if (auto added = add(TesterJob::configure); !added) return added;
    if (knows(TesterJob::error)) {
      if (auto added = add(TesterJob::error); !added) return added;
    }
  }
  if (auto added = add(TesterJob::fetch); !added) return added;
  todo_.back().before = true;
  if (!plan_.by_hand) {
    if (auto added = add(TesterJob::start); !added) return added;
  }
  return {};
}

Result<void> TesterRun::add(TesterJob job) {
  auto commands = commands_for(words_, job, plan_.values);
  if (!commands) return commands.error();
  for (auto& text : *commands) todo_.push_back({job, std::move(text)});
  return {};
}

RunStep TesterRun::next(BootTime now) {
  if (done_) return {};
  if (!stopping_ && now >= deadline_) give_up(fail(Errc::timeout, "the test takes longer than it may"));
  if (done_) return {};
  RunStep step;
  if (pause_) {
    step.what = RunStep::Do::pause;
    step.until = std::min(*pause_, deadline_);
    return step;
  }
  if (todo_.empty()) ask_result();
  step.job = todo_.front().job;
  step.text = todo_.front().text;
  step.needs_permit = changes(step.job) && step.job != TesterJob::stop;
  step.what = is_question(step.job) ? RunStep::Do::ask : RunStep::Do::tell;
  // From here on it may run: a start whose fate is unknown is one that happened.
  started_ = started_ || step.job == TesterJob::start;
  return step;
}

void TesterRun::ask_result() {
  const auto job = knows(TesterJob::wait) ? TesterJob::wait : TesterJob::fetch;
  if (auto added = add(job); !added) todo_.push_back({TesterJob::fetch, ""});
}

void TesterRun::took(Result<std::string> answer, BootTime now) {
  if (done_) return;
  if (std::exchange(pause_, std::nullopt)) return;
  if (todo_.empty()) return;
  const auto item = std::move(todo_.front());
  todo_.pop_front();
  if (stopping_) {
    if (todo_.empty()) finish(std::move(*error_));  // what the instrument says to stop changes nothing any more
    return;
  }
  if (item.before) {
    if (answer) before_ = *answer;  // before its first test it may have nothing to show, and say so by silence
    return;
  }
  if (answer) return take_answer(item.job, *answer, now);
  // A start that was not permitted was not sent: there is nothing to stop.
  if (item.job == TesterJob::start && answer.error().code == Errc::not_permitted) started_ = false;
  give_up(std::move(answer.error()).within(name(item.job)));
}

void TesterRun::take_answer(TesterJob job, const std::string& answer, BootTime now) {
  switch (job) {
    case TesterJob::identify: return take_identity(answer);
    case TesterJob::error: return take_error(answer);
    case TesterJob::wait:
    case TesterJob::fetch: return take_result(job, answer, now);
    default: return;
  }
}

void TesterRun::take_identity(const std::string& answer) {
  auto identity = parse_identity(answer);
  if (!identity) return give_up(identity.error());
  identity_ = *identity;
  const auto right = is_model(words_, *identity);
  if (right && !*right) give_up(fail(Errc::not_permitted, "another instrument answers: " + identity->model));
}

void TesterRun::take_error(const std::string& answer) {
  const auto error = parse_scpi_error(answer);
  if (!error) return give_up(error.error());
  if (error->code != 0) {
    give_up(fail(Errc::device_refused, "the instrument says " + std::to_string(error->code) + " " + error->text));
  }
}

void TesterRun::take_result(TesterJob job, const std::string& answer, BootTime now) {
  const auto verdict = read_verdict(words_, answer);
  if (!verdict) return give_up(verdict.error());
  if (*verdict == TesterVerdict::running) {
    seen_running_ = true;
    pause_ = now + words_.poll;
    return;
  }
  const bool same = job == TesterJob::fetch ||
                    commands_for(words_, TesterJob::fetch).value() == commands_for(words_, TesterJob::wait).value();
  if (!same) {
    if (auto added = add(TesterJob::fetch); !added) give_up(added.error());
    return;
  }
  if (!is_new(answer)) {
    pause_ = now + words_.poll;
    return;
  }
  auto read = read_answer(words_, answer);
  if (!read) return give_up(read.error());
  finish(std::move(*read));
}

bool TesterRun::is_new(const std::string& answer) {
  if (seen_running_) return true;
  if (before_ == answer) return false;
  return std::exchange(candidate_, answer) == answer;
}

void TesterRun::give_up(Error error) {
  todo_.clear();
  pause_.reset();
  if (!started_ || !knows(TesterJob::stop)) return finish(std::move(error));
  error_ = std::move(error);
  stopping_ = true;
  if (auto added = add(TesterJob::stop); !added) finish(std::move(*error_));
}

void TesterRun::finish(Result<TesterAnswer> result) {
  todo_.clear();
  pause_.reset();
  result_ = std::move(result);
  done_ = true;
}

}  // namespace inspect::usb
