#include "firmware-agent/guard/guard.hpp"

#include <algorithm>

namespace inspect::guard {
namespace {

Text because(RefusalReason reason) {
  switch (reason) {
    case RefusalReason::not_configured:
      return {"现场配置不允许此操作；如确需要，请在该设备的 allow 中写明",
              "the site's configuration does not allow it; if it is meant, name it in `allow` of the device"};
    case RefusalReason::exam_switch:
      return {"操作员已声明正在考试；考试结束后请关闭考试开关",
              "the operator said that an exam is on; turn the exam switch off when it is over"};
    case RefusalReason::exam_calendar:
      return {"日历中此时有考试；请在考试结束后再操作", "the calendar has an exam now; wait until it is over"};
    case RefusalReason::clock_unknown:
      return {"时钟不可信，无法判断日历中此时是否有考试；请先校时",
              "the clock cannot be believed, so the calendar cannot say whether an exam is on; set the clock first"};
    case RefusalReason::identity_unproven:
      return {"设备身份未经证明；请先证明（inspectctl prove，USB 设备用 inspectctl usb prove）",
              "nobody has proven that this is the right device; prove it first (inspectctl prove, or usb prove for a "
              "USB device)"};
    case RefusalReason::identity_doubtful:
      return {"设备身份可疑（可能被换、改插或有同号设备）；请现场查看后重新证明",
              "the device may be another one (swapped, moved, or a twin); look at it and prove it again"};
    case RefusalReason::not_released: break;  // its plan says why
  }
  return {};
}

}  // namespace

std::string_view name(RefusalReason reason) {
  constexpr std::array<std::string_view, reasons> names{"not_configured", "exam_switch",       "exam_calendar",
                                                        "clock_unknown",  "identity_unproven", "identity_doubtful",
                                                        "not_released"};
  return names.at(static_cast<std::size_t>(reason));
}

void throw_exception_from_error(const Refusal& refusal, const boost::source_location& where) {
  inspect::throw_exception_from_error(refusal.error(), where);
}

Permission Guard::permit(const drivers::WriteOrder& order, Identity identity, const Moment& now) {
  if (!allows(order)) return refuse(RefusalReason::not_configured, order);
  if (const auto exam = exam_at(now)) return refuse(*exam, order);
  if (identity == Identity::doubtful) return refuse(RefusalReason::identity_doubtful, order);
  if (identity != Identity::proven) return refuse(RefusalReason::identity_unproven, order);
  ++granted_;
  return drivers::WritePermit(order, now.boot + permit_life);
}

bool Guard::allows(const drivers::WriteOrder& order) const {
  return std::find(rules_.allowed.begin(), rules_.allowed.end(), order) != rules_.allowed.end();
}

std::optional<ExamWindow> Guard::calendar_exam(const Moment& now) const {
  const auto found = std::find_if(rules_.exams.begin(), rules_.exams.end(),
                                  [&](const ExamWindow& exam) { return exam.from <= now.wall && now.wall < exam.to; });
  return found == rules_.exams.end() ? std::nullopt : std::optional(*found);
}

std::optional<RefusalReason> Guard::exam_at(const Moment& now) const {
  if (switch_.on(now.boot)) return RefusalReason::exam_switch;
  if (rules_.exams.empty()) return std::nullopt;
  // "floor" means only "not before": the exam may be on already.
  if (now.trust != ClockTrust::rtc && now.trust != ClockTrust::ntp) return RefusalReason::clock_unknown;
  return calendar_exam(now) ? std::optional(RefusalReason::exam_calendar) : std::nullopt;
}

std::optional<Text> Guard::exam(const Moment& now) const {
  const auto reason = exam_at(now);
  return reason ? std::optional(because(*reason)) : std::nullopt;
}

Refusal Guard::refuse(RefusalReason reason, const drivers::WriteOrder& order) {
  ++refused_[static_cast<std::size_t>(reason)];
  const auto why = because(reason);
  const auto what = order.device + "/" + order.action;
  return {reason, {what + "：" + why.zh, what + ": " + why.en}};
}

}  // namespace inspect::guard
