#include "protocol/modbus/describe.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace inspect::modbus {
namespace {

struct Entry {
  std::uint8_t code;
  const char* zh;
  const char* en;
};

// Modbus application protocol 1.1b3, sections 6 and 7.
constexpr std::array<Entry, 19> functions{{
    {1, "读线圈", "read coils"},
    {2, "读离散输入", "read discrete inputs"},
    {3, "读保持寄存器", "read holding registers"},
    {4, "读输入寄存器", "read input registers"},
    {5, "写单个线圈", "write coil"},
    {6, "写单个寄存器", "write register"},
    {7, "读异常状态", "read exception status"},
    {8, "诊断", "diagnostics"},
    {11, "读通信事件计数", "get comm event counter"},
    {12, "读通信事件记录", "get comm event log"},
    {15, "写多个线圈", "write coils"},
    {16, "写多个寄存器", "write registers"},
    {17, "报告从站标识", "report server id"},
    {20, "读文件记录", "read file record"},
    {21, "写文件记录", "write file record"},
    {22, "屏蔽写寄存器", "mask write register"},
    {23, "读写多个寄存器", "read/write registers"},
    {24, "读先进先出队列", "read FIFO queue"},
    {43, "读设备标识", "read device identification"},
}};

constexpr std::array<Entry, 10> exceptions{{
    {1, "不支持此功能", "function not supported"},
    {2, "无此地址", "no such address"},
    {3, "数值不允许", "value not allowed"},
    {4, "设备故障", "device failure"},
    {5, "已受理，需等待", "accepted, needs time"},
    {6, "设备忙", "busy"},
    {7, "不能执行", "cannot be done"},
    {8, "存储校验错", "memory parity error"},
    {10, "网关无路径", "gateway has no path"},
    {11, "网关后的设备无应答", "no answer behind the gateway"},
}};

template <std::size_t N>
Text find(const std::array<Entry, N>& entries, std::uint8_t code, const char* zh, const char* en) {
  const auto found =
      std::find_if(entries.begin(), entries.end(), [code](const Entry& entry) { return entry.code == code; });
  if (found != entries.end()) return {found->zh, found->en};
  const auto number = std::to_string(code);
  return {zh + (' ' + number), en + (' ' + number)};
}

}  // namespace

Text function_name(std::uint8_t function) { return find(functions, function, "功能码", "function"); }
Text exception_name(std::uint8_t exception) { return find(exceptions, exception, "异常码", "exception"); }

}  // namespace inspect::modbus
