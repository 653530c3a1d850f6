#include "firmware-agent/control/refusals.hpp"

#include <string>

namespace inspect::agent {

using control::Refusal;
using control::Trouble;

namespace {

/// Quotes what a person typed, no longer than a line of the screen bears.
std::string quoted(std::string_view text) {
  constexpr std::size_t longest = 120;
  if (text.size() <= longest) return '"' + std::string(text) + '"';
  auto end = longest;
  // Never cut inside a UTF-8 character.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return '"' + std::string(text.substr(0, end)) + "…\"";
}

Refusal refusal_of(Errc code) {
  switch (code) {
    case Errc::timeout:
    case Errc::corrupt_frame:
    case Errc::foreign_frame:
    case Errc::device_busy:
    case Errc::device_refused:
    case Errc::unsupported_point:
    case Errc::bus_unavailable:
    case Errc::unreachable: return Refusal::device;
    case Errc::not_permitted: return Refusal::not_permitted;
    case Errc::invalid_argument: return Refusal::invalid;
    case Errc::storage: return Refusal::storage;
    case Errc::malformed: break;
  }
  return Refusal::internal;
}

std::string chinese_headline(Refusal refusal) {
  switch (refusal) {
    case Refusal::device: return "设备或总线未完成请求";
    case Refusal::not_permitted: return "不允许";
    case Refusal::invalid: return "请求的内容不被接受";
    case Refusal::storage: return "存储未完成请求";
    default: return "内部错误";
  }
}

}  // namespace

Trouble no_device(std::string_view name) {
  return {Refusal::not_found,
          {"没有名为 " + quoted(name) + " 的设备", "there is no device " + quoted(name)},
          {"用 inspectctl devices 查看名称", "inspectctl devices lists the names"}};
}

Trouble no_bus(std::string_view name) {
  return {Refusal::not_found,
          {"没有名为 " + quoted(name) + " 的总线", "there is no bus " + quoted(name)},
          {"用 inspectctl buses 查看名称", "inspectctl buses lists the names"}};
}

Trouble no_frames(std::string_view name) {
  return {Refusal::invalid, {quoted(name) + " 不是 Modbus 总线", quoted(name) + " is no Modbus bus"}, {}};
}

Trouble no_point(std::string_view name) {
  const auto device = std::string(name.substr(0, name.find('/')));
  return {Refusal::not_found,
          {"没有名为 " + quoted(name) + " 的测点", "there is no point " + quoted(name)},
          {"用 inspectctl points " + device + " 查看名称", "inspectctl points " + device + " lists the names"}};
}

Trouble no_finding(std::string_view id, std::size_t fitting) {
  if (fitting > 1) {
    const auto count = std::to_string(fitting);
    return {Refusal::not_found,
            {quoted(id) + " 对应 " + count + " 个故障", quoted(id) + " fits " + count + " findings"},
            {"请在编号末尾加上次数，例如 /2", "add the occurrence to the id, e.g. /2"}};
  }
  return {Refusal::not_found,
          {"没有编号为 " + quoted(id) + " 的故障", "there is no finding " + quoted(id)},
          {"用 inspectctl findings 查看编号", "inspectctl findings lists the ids"}};
}

Trouble shelf_end_out_of_range() {
  return {Refusal::invalid,
          {"搁置的结束时间必须在将来，且不超过 31 天", "a shelf must end in the future, within 31 days"},
          {"例如 --until 2h", "for example --until 2h"}};
}

Trouble overlong_line() {
  return {Refusal::malformed, {"一行超过 64 KiB，已跳过", "a line was longer than 64 KiB and was passed over"}, {}};
}

Trouble too_many_connections(std::size_t bound) {
  const auto most = std::to_string(bound);
  return {Refusal::too_many,
          {"已有 " + most + " 个连接，不能再多", "there are " + most + " connections already, and no more are taken"},
          {"关闭其他 inspectctl watch 后再试", "end another inspectctl watch and try again"}};
}

Trouble too_many_subscriptions(std::size_t bound) {
  const auto most = std::to_string(bound);
  return {Refusal::too_many,
          {"一个连接最多 " + most + " 个订阅", "a connection bears at most " + most + " subscriptions"},
          {}};
}

Trouble not_encodable(const Error& error) {
  if (error.code == Errc::invalid_argument) {
    return {Refusal::too_large,
            {"答复超过 1 MiB", "the answer would be longer than 1 MiB"},
            {"缩小范围：只问一个设备，或减少条数", "ask for less: one device, or fewer rows"}};
  }
  return {Refusal::internal, {"答复无法编码：" + error.message, "the answer cannot be encoded: " + error.message}, {}};
}

Trouble no_test(std::string_view name) {
  return {Refusal::not_found,
          {"方案中没有名为 " + quoted(name) + " 的测试", "the plan has no test " + quoted(name)},
          {"用 inspectctl test 查看；方案文件写在 [inspection] 的 leakage_plan 中",
           "inspectctl test lists them; the plan's file is named by leakage_plan in [inspection]"}};
}

Trouble order_refused(Text why) { return {Refusal::not_permitted, std::move(why), {}}; }

Trouble search_refused(Text why) { return {Refusal::not_permitted, std::move(why), {}}; }

Trouble search_ended(const Error& error) {
  if (error.code == Errc::foreign_frame) {
    return {Refusal::not_permitted,
            {"总线上听到另一台主机，不再询问", "another master is heard on the bus: nothing more is asked"},
            {"先停下那台主机；或在配置中把该总线设为 mode = \"listen\"",
             "stop that master first, or set mode = \"listen\" for the bus"}};
  }
  if (error.code == Errc::corrupt_frame) {
    return {Refusal::device,
            {"总线上有杂讯，找不准", "the bus is noisy: a search would not be sure of what it finds"},
            {"先用 inspectctl bus watch 查明原因", "see with inspectctl bus watch where it comes from"}};
  }
  return trouble_of(error);
}

Trouble trouble_of(const Error& error) {
  const auto code = refusal_of(error.code);
  return {code, {chinese_headline(code) + "：" + error.message, error.message}, {}};
}

}  // namespace inspect::agent
