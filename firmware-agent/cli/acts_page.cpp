#include "firmware-agent/cli/pages.hpp"
#include "firmware-agent/cli/times.hpp"

namespace inspect::cli {

Cell exam_text(const Console& console, const control::ExamRow& exam, WallTime now) {
  if (!exam.on) return {console.in({"没有考试", "none is on"}), Tone::plain};
  std::string text = console.in({"正在考试：不写入、不查找、不测试", "on: nothing is written, searched or tested"});
  if (exam.until) {
    text += console.in({"；至 ", "; until "}) + local_time(*exam.until) + " (" + console.in({"还有 ", "still "}) +
            span_text(*exam.until - now, console.language) + ')';
  }
  if (exam.by == "switch") text += console.in({"；由 ", "; by the switch of "}) + exam.who + console.in({" 声明", ""});
  if (exam.by == "calendar") text += console.in({"；按日历", "; by the calendar"});
  if (exam.by == "clock") {
    text += console.in({"：时钟不可信，日历无法判断；请先校时",
                        ": the clock cannot be believed, so nobody can read the calendar; set it first"});
  }
  return {text, Tone::doubt};
}

std::string order_text(const Console& console, const control::OrderRow& order, WallTime now) {
  auto text = order.device + '/' + order.action + console.in({"：已执行并读回", ": done and read back"});
  if (order.sent != order.action) text += console.in({"；实际发送 ", "; sent as "}) + order.sent;
  if (order.again.count() > 0) {
    text += console.in({"，每 ", ", again every "}) + span_text(order.again, console.language) +
            console.in({"重发一次；代理死掉后板上定时器自行放开",
                        "; the board's own timer lets go of it when the agent dies"});
  }
  if (order.until) {
    text +=
        console.in({"；", "; off in "}) + span_text(*order.until - now, console.language) + console.in({"后断开", ""});
  }
  return text;
}

}  // namespace inspect::cli
