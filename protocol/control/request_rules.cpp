#include "protocol/control/request_rules.hpp"

#include <algorithm>
#include <chrono>

namespace inspect::control {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t longest_name = 300;  ///< of a target or a finding's id
constexpr std::size_t longest_by = 64;
constexpr std::size_t longest_reason = 400;

/// A person's name goes into logs and messages to people: no control characters, nothing endless.
bool is_plain(std::string_view text, std::size_t longest) {
  return text.size() <= longest && std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
         });
}

Trouble invalid(std::string zh, std::string en, Text cure = {}) {
  return {Refusal::invalid, {std::move(zh), std::move(en)}, std::move(cure)};
}

std::optional<Trouble> check_name(const std::string& name, const char* zh, const char* en) {
  if (!name.empty() && is_plain(name, longest_name)) return std::nullopt;
  return invalid(std::string(zh) + "为空、过长或含控制字符",
                 std::string(en) + " is empty, too long or holds control characters");
}

std::optional<Trouble> check_most(std::uint32_t most, std::uint32_t largest) {
  if (most >= 1 && most <= largest) return std::nullopt;
  const auto bound = std::to_string(largest);
  return invalid("\"most\" 必须在 1 到 " + bound + " 之间", "\"most\" must be from 1 to " + bound);
}

std::optional<Trouble> check_by(const std::string& by) {
  if (is_plain(by, longest_by)) return std::nullopt;
  return invalid("姓名过长（最多 64 字节）或含控制字符",
                 "the name is too long (64 bytes at most) or holds control characters");
}

std::optional<Trouble> check_action(const std::string& finding, const std::string& by) {
  if (auto trouble = check_name(finding, "故障编号", "the finding's id")) return trouble;
  return check_by(by);
}

template <class T>
std::optional<Trouble> rules(const T& /*no rules*/) {
  return std::nullopt;
}

std::optional<Trouble> rules(const AskRead& ask) { return check_name(ask.target, "目标", "the target"); }

std::optional<Trouble> rules(const AskHistory& ask) {
  if (auto trouble = check_name(ask.target, "目标", "the target")) return trouble;
  if (ask.from > ask.to) return invalid("起点晚于终点", "\"from\" is later than \"to\"");
  return check_most(ask.most, most_history);
}

std::optional<Trouble> rules(const AskFindings& ask) { return check_most(ask.most, most_findings); }
std::optional<Trouble> rules(const AskFinding& ask) { return check_name(ask.finding, "故障编号", "the finding's id"); }
std::optional<Trouble> rules(const Acknowledge& ask) { return check_action(ask.finding, ask.by); }
std::optional<Trouble> rules(const Unshelve& ask) { return check_action(ask.finding, ask.by); }

std::optional<Trouble> rules(const Shelve& ask) {
  if (auto trouble = check_action(ask.finding, ask.by)) return trouble;
  if (ask.reason.find_first_not_of(' ') != std::string::npos && is_plain(ask.reason, longest_reason)) {
    return std::nullopt;
  }
  return invalid("搁置必须写明原因（1 到 400 字节，不含控制字符）",
                 "a shelf needs a reason (1 to 400 bytes, no control characters)",
                 {"用 --reason 说明为什么可以等", "say with --reason why it can wait"});
}

std::optional<Trouble> rules(const ClaimRows& ask) {
  if (ask.skip.size() > most_skipped) return invalid("\"skip\" 过长", "\"skip\" is too long");
  return check_most(ask.most, most_claimed);
}

std::optional<Trouble> rules(const GiveReceipt& ask) {
  if (auto trouble = check_name(ask.epoch, "\"epoch\"", "\"epoch\"")) return trouble;
  if (!ask.seqs.empty() && ask.seqs.size() <= most_receipts) return std::nullopt;
  return invalid("\"seqs\" 必须有 1 到 256 项", "\"seqs\" must hold 1 to 256 numbers");
}

std::optional<Trouble> rules(const GiveHoldings& ask) {
  if (ask.epochs.size() > most_epochs_held) return invalid("\"epochs\" 过长", "\"epochs\" is too long");
  for (const auto& [epoch, held] : ask.epochs) {
    if (auto trouble = check_name(epoch, "\"epoch\"", "\"epoch\"")) return trouble;
    if (held.size() <= most_ranges_held && in_order(held)) continue;
    return invalid("\"held\" 最多 32 段，须递增且不重叠",
                   "\"held\" holds at most 32 ranges, ascending without overlapping");
  }
  return std::nullopt;
}

std::optional<Trouble> rules(const AdoptUsb& ask) {
  if (auto trouble = check_name(ask.device, "设备名", "the device's name")) return trouble;
  return check_by(ask.by);
}

std::optional<Trouble> rules(const ProveUsb& ask) {
  if (auto trouble = check_name(ask.device, "设备名", "the device's name")) return trouble;
  if (ask.relay > 64) return invalid("继电器号必须在 1 到 64 之间", "a relay is from 1 to 64");
  if (ask.relay != 0) {
    if (auto trouble = check_name(ask.witness, "反馈输入", "the independent input")) return trouble;
  }
  return check_by(ask.by);
}

std::optional<Trouble> rules(const AskTrend& ask) { return check_name(ask.target, "设备/测点", "the device/point"); }
std::optional<Trouble> rules(const AskForecasts& ask) { return check_most(ask.most, most_findings); }
std::optional<Trouble> rules(const NotePart& ask) {
  if (auto trouble = check_name(ask.target, "设备名", "the device's name")) return trouble;
  if (!is_plain(ask.part, longest_by)) {
    return invalid("备件名过长或含控制字符", "the part's name is too long or holds control characters");
  }
  return check_by(ask.by);
}

std::optional<Trouble> rules(const BeginExam& ask) {
  if (ask.length <= 0ms || ask.length > 24h) {
    return invalid("考试时长须大于零，最多 24 小时", "an exam lasts more than nothing and at most 24 h",
                   {"更长的考试可以到时延长", "a longer one can be extended when the time comes"});
  }
  return check_by(ask.by);
}

std::optional<Trouble> rules(const EndExam& ask) { return check_by(ask.by); }

std::optional<Trouble> rules(const GiveOrder& ask) {
  if (auto trouble = check_name(ask.device, "设备名", "the device's name")) return trouble;
  if (auto trouble = check_name(ask.action, "命令", "the action")) return trouble;
  if (ask.length < 0ms || ask.length > 1h) {
    return invalid("时长最多 1 小时", "it is for at most 1 h");
  }
  return check_by(ask.by);
}

std::optional<Trouble> rules(const Prove& ask) {
  if (auto trouble = check_name(ask.device, "设备名", "the device's name")) return trouble;
  if (ask.output.empty() && ask.witness.empty()) return check_by(ask.by);
  if (auto trouble = check_name(ask.output, "输出", "the output")) return trouble;
  if (auto trouble = check_name(ask.witness, "反馈输入", "the independent input")) return trouble;
  return check_by(ask.by);
}

std::optional<Trouble> rules(const StartTest& ask) {
  if (auto trouble = check_name(ask.test, "测试名", "the test's name")) return trouble;
  return check_by(ask.by);
}

std::optional<Trouble> rules(const AskTrace& ask) { return check_name(ask.bus, "总线名", "the bus's name"); }

std::optional<Trouble> rules(const AskProbe& ask) {
  if (auto trouble = check_name(ask.bus, "总线名", "the bus's name")) return trouble;
  if (ask.unit < 1 || ask.unit > 247) return invalid("站号必须在 1 到 247 之间", "a unit is from 1 to 247");
  if (ask.function < 1 || ask.function > 4) {
    return invalid("只允许读：功能码 1 到 4", "only reads are allowed: functions 1 to 4");
  }
  const std::uint32_t most = ask.function <= 2 ? 2000 : 125;
  if (ask.quantity < 1 || ask.quantity > most || std::uint32_t{ask.address} + ask.quantity > 0x10000U) {
    return invalid("地址或数量超出范围", "the address or quantity is out of range");
  }
  return std::nullopt;
}

}  // namespace

std::optional<Trouble> check(const Ask& ask) {
  return std::visit([](const auto& one) { return rules(one); }, ask);
}

}  // namespace inspect::control
