// The operator's exam switch: kept before it counts as set.
#include "firmware-agent/daemon/agent.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace inspect::agent {

namespace asio = boost::asio;

namespace {

const std::string exam_note = "exam";

}  // namespace

asio::awaitable<Result<void>> Agent::restore_exam() {
  const auto kept = co_await store_->note(exam_note);
  if (!kept) co_return kept.error();
  guard_.exam_switch().restore(*kept, now());
  if (const auto exam = guard_.exam_switch().exam(now())) {
    spdlog::info("an exam is on until {} by {}", rfc3339(exam->until), exam->who);
  }
  co_return Result<void>{};
}

control::ExamRow Agent::exam() const {
  const auto now = this->now();
  control::ExamRow row;
  if (const auto exam = guard_.exam_switch().exam(now)) return {true, "switch", exam->from, exam->until, exam->who};
  row.on = guard_.exam(now).has_value();
  if (!row.on) return row;
  const bool readable = now.trust == ClockTrust::rtc || now.trust == ClockTrust::ntp;
  row.by = readable ? "calendar" : "clock";
  if (const auto window = readable ? guard_.calendar_exam(now) : std::nullopt) {
    row.from = window->from;
    row.until = window->to;
  }
  return row;
}

asio::awaitable<Result<control::ExamRow>> Agent::begin_exam(std::chrono::milliseconds length, std::string who) {
  // It holds from this instant, whether or not it can be written down.
  if (auto begun = guard_.exam_switch().begin(length, std::move(who), now()); !begun) co_return begun.error();
  auto kept = co_await store_->keep_note(exam_note, guard_.exam_switch().kept());
  if (!kept) co_return std::move(kept.error()).within("the exam is on, but would not survive a restart");
  co_return exam();
}

asio::awaitable<Result<control::ExamRow>> Agent::end_exam(std::string who) {
  if (!guard_.exam_switch().on(now().boot)) {
    co_return fail(Errc::invalid_argument, "no exam is on by the operator's switch");
  }
  // Written down first: one that comes back after a power cut would surprise, one that is still on does not.
  if (auto kept = co_await store_->keep_note(exam_note, ""); !kept) co_return kept.error();
  guard_.exam_switch().end(now().boot);
  spdlog::info("the exam was ended by {}", who);
  co_return exam();
}

}  // namespace inspect::agent
