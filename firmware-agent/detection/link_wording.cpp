#include "firmware-agent/detection/link_wording.hpp"

#include "firmware-agent/detection/port_reason.hpp"
#include "firmware-agent/detection/wording.hpp"

#include <fmt/format.h>

namespace inspect::agent {

namespace {

std::string seconds(std::chrono::nanoseconds span) {
  return fmt::format("{:.1f}", std::chrono::duration<double>(span).count());
}

Text joined(const std::vector<Text>& names) {
  Text text;
  for (const auto& name : names) {
    text.zh += (text.zh.empty() ? "" : "、") + name.zh;
    text.en += (text.en.empty() ? "" : ", ") + name.en;
  }
  return text;
}

Text say_silent(const LinkStep& step, const Text& time) {
  return {fmt::format("设备连续 {} 次询问无应答，自 {} 起{}{}。", step.count, time.zh,
                      step.neighbours_heard ? "；同一总线上的其他设备有应答" : "",
                      step.newcomer ? "；自配置以来从未应答：先核对站号、波特率、校验和接线" : ""),
          fmt::format("The device left {} questions in a row unanswered, since {}{}{}.", step.count, time.en,
                      step.neighbours_heard ? "; other devices on the same bus answer" : "",
                      step.newcomer ? "; it has never answered since it was configured: compare address, baud rate, "
                                      "parity and wiring first"
                                    : "")};
}

Text say_wrong_address(const LinkStep& step, const Text& time) {
  if (step.numbers.other_unit != 0) {
    return {
        fmt::format("询问该设备时，应答者自称站号 {}，自 {} 起：设备的地址被改动，或两台设备对调。",
                    step.numbers.other_unit, time.zh),
        fmt::format("Asked for this device, unit {} answers in its place, since {}: its address was changed, or two "
                    "devices were swapped.",
                    step.numbers.other_unit, time.en)};
  }
  return {fmt::format("该设备自配置以来从未应答（连续 {} 次询问，自 {} 起），而同一总线上的其他设备有应答："
                      "核对站号、波特率、校验和接线。",
                      step.count, time.zh),
          fmt::format("The device has never answered since it was configured ({} questions in a row, since {}), while "
                      "other devices on the same bus answer: compare address, baud rate, parity and wiring.",
                      step.count, time.en)};
}

Text say_slow(const LinkStep& step, const Text& time) {
  return {fmt::format("设备仍在应答，但超过允许时间：最近一次用了 {} 秒，{} 次迟到，自 {} 起。",
                      seconds(step.numbers.late_by), step.numbers.late, time.zh),
          fmt::format("The device does answer, but after its time: {} s the last time, {} late answers, since {}.",
                      seconds(step.numbers.late_by), step.numbers.late, time.en)};
}

Text say_conflict(const LinkStep& step, const Text& time) {
  const auto& n = step.numbers;
  return {fmt::format("只有询问该地址时应答才相互碰撞：最近 {} 次询问中 {} 次损坏、{} 次收到两份应答，自 {} 起。",
                      n.asked, n.damaged + n.garbled, n.doubled, time.zh),
          fmt::format("Answers collide only when this address is asked: of the last {} questions {} came back damaged "
                      "and {} twice, since {}.",
                      n.asked, n.damaged + n.garbled, n.doubled, time.en)};
}

Text say_wrong_format(const LinkStep& step, const Text& time) {
  const auto& n = step.numbers;
  if (is_of_bus(step.fault)) {
    return {fmt::format("所有设备都有字节到达，但从未组成一帧（最近 {} 次询问中 {} 次），自 {} 起："
                        "网关端口的波特率、校验或停止位不对。",
                        n.asked, n.garbled, time.zh),
            fmt::format("Bytes come from every device but never make a frame ({1} of the last {0} questions), since "
                        "{2}: baud rate, parity or stop bits of the gateway's port are wrong.",
                        n.asked, n.garbled, time.en)};
  }
  return {fmt::format("有字节到达，但从未组成一帧（最近 {} 次询问中 {} 次），自 {} 起：波特率、校验或停止位不一致。",
                      n.asked, n.garbled, time.zh),
          fmt::format("Bytes come but never make a frame ({1} of the last {0} questions), since {2}: baud rate, parity "
                      "or stop bits do not agree.",
                      n.asked, n.garbled, time.en)};
}

Text say_degraded(const LinkStep& step, const Text& time) {
  return {
      fmt::format("该设备的应答反复丢失或损坏（近期约 {} 次），同一总线上的其他设备正常，自 {} 起。", step.count,
                  time.zh),
      fmt::format("This device's answers keep getting lost or damaged (about {} lately) while others on the bus are "
                  "sound, since {}.",
                  step.count, time.en)};
}

Text say_of_device(const LinkStep& step, const Text& time) {
  switch (step.fault) {
    case LinkFault::wrong_address: return say_wrong_address(step, time);
    case LinkFault::slow: return say_slow(step, time);
    case LinkFault::conflict: return say_conflict(step, time);
    case LinkFault::wrong_format: return say_wrong_format(step, time);
    case LinkFault::refused:
      return {fmt::format("设备在线，但连续 {} 次询问全部以异常码拒绝，自 {} 起。", step.count, time.zh),
              fmt::format("The device is alive but refused {} questions in a row with an exception, since {}.",
                          step.count, time.en)};
    case LinkFault::degraded: return say_degraded(step, time);
    default: return say_silent(step, time);
  }
}

Text say_noise(const LinkStep& step, const Text& time) {
  const auto& n = step.numbers;
  return {fmt::format("最近 {} 次询问中 {} 次丢失、{} 次损坏，各设备按字节数均摊（估计误码率 {:.1e}），自 {} 起："
                      "是线路上的干扰，不是单台设备。",
                      n.asked, n.lost, n.damaged + n.garbled, n.bit_errors, time.zh),
          fmt::format("Of the last {} questions {} got lost and {} came back damaged, shared out over all devices by "
                      "their bytes (about {:.1e} bit errors), since {}: noise on the line, not one device.",
                      n.asked, n.lost, n.damaged + n.garbled, n.bit_errors, time.en)};
}

Text say_unavailable(const std::string& why, const Text& time) {
  const auto reason = why.empty() ? Text{} : port_reason(why);
  return {fmt::format("端口或连接无法打开，自 {} 起{}。", time.zh, why.empty() ? "" : "：" + reason.zh),
          fmt::format("The port or connection cannot be opened, since {}{}.", time.en,
                      why.empty() ? "" : ": " + reason.en)};
}

Text say_of_bus(const LinkStep& step, const std::string& why, const Text& time) {
  switch (step.fault) {
    case LinkFault::bus_down:
      return {
          fmt::format("端口已打开，但总线上全部 {} 台设备均无应答，自 {} 起。", step.count, time.zh),
          fmt::format("The port is open, but all {} devices on the bus are silent, since {}.", step.count, time.en)};
    case LinkFault::bus_unavailable: return say_unavailable(why, time);
    case LinkFault::bus_noise: return say_noise(step, time);
    case LinkFault::bus_wrong_format: return say_wrong_format(step, time);
    case LinkFault::branch_cut:
      return {fmt::format("{} 台设备在同一时刻失联，自 {} 起，同一总线上的其余设备有应答。", step.count, time.zh),
              fmt::format("{} devices fell silent at the same instant, since {}, while the rest of the bus answers.",
                          step.count, time.en)};
    case LinkFault::echo:
      return {fmt::format("网关发出的询问被线路原样送回，自 {} 起（{} 台设备）。回声已滤除，读数不受影响。", time.zh,
                          step.count),
              fmt::format("The line gives the gateway's own questions back, since {} ({} devices). They are stripped "
                          "and readings stay right.",
                          time.en, step.count)};
    case LinkFault::second_master:
      return {
          fmt::format("总线上有另一个主站在询问：已听到 {} 次不是本网关发出的询问，自 {} 起。", step.count, time.zh),
          fmt::format("Another master asks on this bus: {} questions heard that the gateway did not send, since {}.",
                      step.count, time.en)};
    default:
      return {fmt::format("总线上 {} 台设备的应答反复丢失或损坏，自 {} 起：问题在线路，不在单台设备。", step.count,
                          time.zh),
              fmt::format("The answers of {} devices on the bus keep getting lost or damaged, since {}: the line is at "
                          "fault, not one device.",
                          step.count, time.en)};
  }
}

}  // namespace

std::string_view kind_of(LinkFault fault, bool tcp) {
  switch (fault) {
    case LinkFault::no_answer: return tcp ? "net.no-answer" : "link.no-answer";
    case LinkFault::wrong_address: return "link.wrong-address";
    case LinkFault::slow: return "link.slow";
    case LinkFault::conflict: return "link.address-conflict";
    case LinkFault::wrong_format: return "link.wrong-format";
    case LinkFault::refused: return "link.refused";
    case LinkFault::degraded:
    case LinkFault::bus_degraded: return tcp ? "net.degraded" : "link.degraded";
    case LinkFault::bus_down: return tcp ? "net.unreachable" : "bus.down";
    case LinkFault::bus_unavailable: return tcp ? "net.unreachable" : "bus.unavailable";
    case LinkFault::bus_noise: return "bus.noise";
    case LinkFault::bus_wrong_format: return "bus.wrong-format";
    case LinkFault::branch_cut: return tcp ? "net.branch-silent" : "bus.branch-cut";
    case LinkFault::echo: return "bus.echo";
    case LinkFault::second_master: return "bus.second-master";
    case LinkFault::supply_lost: return "supply.lost";
  }
  return {};
}

Text say_alive(const std::optional<Moment>& alive) {
  if (!alive) return {"连续无应答次数；启动以来从未应答", "unanswered in a row; never answered since start"};
  const auto time = say_time(*alive);
  return {"连续无应答次数；最近一次应答 " + time.zh, "unanswered in a row; last answered " + time.en};
}

Text say_also_silent(std::size_t others) {
  return {fmt::format("同一总线上另有 {} 台设备无应答，其余正常：先查这几台之间的线段和它们共用的供电。", others),
          fmt::format("{} more devices on this bus are silent while the rest answer: look first at the stretch of line "
                      "and the supply they share.",
                      others)};
}

Text say_moved(const std::vector<Text>& devices) {
  const auto names = joined(devices);
  return {fmt::format("{}在同一时刻失联：先核对其地址，很可能被设成了这个地址。", names.zh),
          fmt::format("Fell silent at the same instant: {}. Check its address first; it was probably set to this one.",
                      names.en)};
}

Text say_devices(const std::vector<Text>& devices) {
  const auto names = joined(devices);
  return {"同时失联的设备：" + names.zh, "Silent together: " + names.en};
}

Text say_link(const LinkStep& step, const std::string& why) {
  const auto time = say_time(step.since);
  if (is_of_device(step.fault)) return say_of_device(step, time);
  if (is_of_bus(step.fault)) return say_of_bus(step, why, time);
  return {fmt::format("同一路供电的 {} 台设备在同一时刻全部失联，自 {} 起，其他设备有应答。", step.count, time.zh),
          fmt::format("All {} devices of this supply fell silent at the same instant, since {}, while others answer.",
                      step.count, time.en)};
}

}  // namespace inspect::agent
