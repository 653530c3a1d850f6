#include "firmware-agent/detection/port_reason.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

namespace inspect::agent {

namespace {

struct Phrase {
  std::string_view en;  ///< at most one {}, which stands for anything
  std::string_view zh;
};

/// Whole reasons of the USB host and line.
constexpr std::array whole{
    Phrase{"the device has gone at USB port {}; plug it in", "USB 口 {} 上的设备已拔出；请插好"},
    Phrase{"another program holds the device at USB port {}; end that program",
           "USB 口 {} 上的设备被另一程序占用；请结束该程序"},
    Phrase{"no permission for the device at USB port {}; install 70-inspectd-usb.rules, which gives it to the group "
           "inspectd, and plug it in again",
           "无权使用 USB 口 {} 上的设备；请安装 70-inspectd-usb.rules（把它交给 inspectd 组）后重新插上"},
    Phrase{"nothing is plugged in at USB port {}", "USB 口 {} 上没有插设备"},
    Phrase{"the device at USB port {} is opened soon", "USB 口 {} 上的设备即将打开"},
    Phrase{"another device is at USB port {}; plug in the one that belongs there, or change the configuration",
           "插在 USB 口上的是另一台设备（{}）；请插上原来的那台，或修改配置"},
    Phrase{"the device was plugged in anew", "设备刚被重新插上"},
    Phrase{"the gateway has no USB that the agent may use", "网关没有可供代理使用的 USB"},
};

/// One piece between colons, as the buses say it.
constexpr std::array pieces{
    Phrase{"cannot be opened", "打不开"},
    Phrase{"cannot be set up", "无法设置"},
    Phrase{"is in use", "已被占用"},
    Phrase{"has no RS-485 mode", "不支持 RS-485 模式"},
    Phrase{"lost", "已断开"},
    Phrase{"closed", "已关闭"},
    Phrase{"closed by us", "已由代理关闭"},
    Phrase{"waiting before it is tried again", "稍后重试"},
    Phrase{"Host not found (authoritative)", "找不到该主机名"},
    Phrase{"Host not found (non-authoritative), try again later", "暂时查不到该主机名，请检查域名服务器"},
    Phrase{"The query is valid, but it does not have associated data", "该主机名没有地址"},
    Phrase{"A non-recoverable error occurred during database lookup", "域名服务器出错"},
    Phrase{"Operation canceled", "已取消"},
    Phrase{"End of file", "对方关闭了连接"},
};

/// The system's own words for what can happen to a port or a connection.
constexpr std::array<std::pair<int, std::string_view>, 28> system_words{{{ENOENT, "文件不存在"},
                                                                         {EACCES, "没有权限"},
                                                                         {EPERM, "不允许此操作"},
                                                                         {EBUSY, "设备正忙或被占用"},
                                                                         {EAGAIN, "被另一程序占用"},
                                                                         {EIO, "输入输出错误"},
                                                                         {ENODEV, "没有该设备"},
                                                                         {ENXIO, "没有该设备或地址"},
                                                                         {EINVAL, "参数无效"},
                                                                         {ENOTTY, "不是串口"},
                                                                         {EMFILE, "打开的文件过多"},
                                                                         {ENFILE, "系统打开的文件过多"},
                                                                         {ENOMEM, "内存不足"},
                                                                         {ENOTDIR, "路径中有一段不是目录"},
                                                                         {EISDIR, "是目录"},
                                                                         {ELOOP, "符号链接成环"},
                                                                         {EPIPE, "连接已断开"},
                                                                         {ECONNREFUSED, "连接被拒绝"},
                                                                         {ECONNRESET, "连接被对方复位"},
                                                                         {ECONNABORTED, "连接中止"},
                                                                         {ETIMEDOUT, "连接超时"},
                                                                         {EHOSTUNREACH, "没有到该主机的路由"},
                                                                         {EHOSTDOWN, "主机不在线"},
                                                                         {ENETUNREACH, "网络不可达"},
                                                                         {ENETDOWN, "网络已断开"},
                                                                         {ENETRESET, "网络连接被复位"},
                                                                         {EADDRNOTAVAIL, "本机没有该地址"},
                                                                         {EAFNOSUPPORT, "不支持该地址类型"}}};

/// The phrase in Chinese when `said` is it.
std::optional<std::string> matched(const Phrase& phrase, std::string_view said) {
  const auto hole = phrase.en.find("{}");
  if (hole == std::string_view::npos) return said == phrase.en ? std::optional(std::string(phrase.zh)) : std::nullopt;
  const auto before = phrase.en.substr(0, hole);
  const auto after = phrase.en.substr(hole + 2);
  if (said.size() < before.size() + after.size() || !said.starts_with(before) || !said.ends_with(after)) {
    return std::nullopt;
  }
  const auto filling = said.substr(before.size(), said.size() - before.size() - after.size());
  std::string zh(phrase.zh);
  return zh.replace(zh.find("{}"), 2, filling);
}

template <class Phrases>
std::optional<std::string> found_in(const Phrases& phrases, std::string_view said) {
  for (const auto& phrase : phrases) {
    if (auto zh = matched(phrase, said)) return zh;
  }
  return std::nullopt;
}

std::string piece_in_chinese(std::string_view said) {
  if (auto zh = found_in(pieces, said)) return *zh;
  for (const auto& [code, zh] : system_words) {
    if (said == std::strerror(code)) return std::string(zh);
  }
  return std::string(said);
}

}  // namespace

Text port_reason(std::string_view english) {
  if (auto zh = found_in(whole, english)) return {std::move(*zh), std::string(english)};
  std::string zh;
  for (auto rest = english; !rest.empty();) {
    const auto colon = rest.find(": ");
    zh += (zh.empty() ? "" : "：") + piece_in_chinese(rest.substr(0, colon));
    rest = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 2);
  }
  return {std::move(zh), std::string(english)};
}

}  // namespace inspect::agent
