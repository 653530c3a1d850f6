#include "drivers/simulator/commands.hpp"

#include "drivers/simulator/usb_faults.hpp"
#include "drivers/simulator/views.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <sstream>

namespace inspect::sim {

namespace {

using Words = std::vector<std::string>;

Reply refuse(std::string text) {
  Reply reply;
  reply.ok = false;
  reply.text = std::move(text);
  return reply;
}

Reply done(std::string text) {
  Reply reply;
  reply.text = std::move(text);
  return reply;
}

Words split(const std::string& line) {
  std::istringstream stream(line);
  Words words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::string rest(const Words& words, std::size_t from) {
  std::string text;
  for (auto i = from; i < words.size(); ++i) text += (i == from ? "" : " ") + words[i];
  return text;
}

std::string known_names(const Site& site, bool lines) {
  std::string text;
  for (const auto& device : site.devices()) text += (text.empty() ? "" : ", ") + device.setup().name;
  if (!lines) return text;
  for (const auto& line : site.lines()) text += (text.empty() ? "" : ", ") + line.setup.name;
  return text;
}

Reply no_device(const Site& site, const std::string& name) {
  return refuse("there is no device \"" + name + "\"; there are: " + known_names(site, false));
}

std::optional<double> number(const std::string& text) {
  double value = 0;
  const auto* begin = text.data() + (text.starts_with("+") ? 1 : 0);
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(begin, end, value);
  if (read.ec != std::errc{} || read.ptr != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::string known_relays(const Device& device) {
  std::string text;
  for (const auto& relay : device.relays()) text += (text.empty() ? "" : ", ") + relay.name;
  return text.empty() ? "none" : text;
}

struct Context {
  Site& site;
  const Words& words;
  BootTime now;
};

Reply set_line(Context& at, const std::string& name, LineState state, const char* told) {
  auto* line = at.site.line(name);
  // A device on USB has its line for itself: its name does as well.
  if (auto* device = at.site.device(name)) line = at.site.own_line(*device);
  if (line == nullptr) {
    std::string known;
    for (const auto& each : at.site.lines()) known += (known.empty() ? "" : ", ") + each.setup.name;
    return refuse("there is no line \"" + name + "\"; there are: " + known);
  }
  if (state == LineState::cut && line->setup.kind == LineKind::usb) {
    return refuse("a USB cable is pulled: unplug " + name);
  }
  if (state == LineState::whole) line->mend();
  line->state = state;
  at.site.tell({told, name, ""});
  return done(name + ": " + told);
}

Reply break_line(Context& at, Line& line) {
  const auto& words = at.words;
  if (words[2] == "cut" && words.size() == 3) return set_line(at, words[1], LineState::cut, "cut");
  if (line.setup.kind == LineKind::usb) return refuse("unplug " + words[1] + " pulls its plug, plug puts it back");
  if (line.setup.kind != LineKind::rtu) return refuse(words[1] + " is no serial line: it can be cut or unplugged");
  if (words[2] == "echo" && words.size() == 3) {
    line.echo = true;
  } else if (words[2] == "noise" && words.size() <= 4) {
    const auto rate = words.size() == 4 ? number(words[3]) : std::optional<double>(0.001);
    if (!rate || *rate <= 0 || *rate > 1) return refuse("noise is the share of turned bits, e.g. noise 0.001");
    line.bit_errors = *rate;
  } else if (words[2] == "master" && words.size() <= 4) {
    const auto every = words.size() == 4 ? number(words[3]) : std::optional<double>(500);
    if (!every || *every < 1 || *every > 3'600'000)
      return refuse("a master asks every MS milliseconds, e.g. master 500");
    line.rival = std::chrono::milliseconds(static_cast<std::int64_t>(*every));
  } else {
    return refuse("a line breaks by: cut, noise [RATE], echo, master [MS]; \"unplug " + words[1] +
                  "\" takes its port away");
  }
  at.site.tell({"broke", words[1], rest(words, 2)});
  return done(words[1] + ": " + rest(words, 2));
}

Reply break_relay(Context& at, Device& device) {
  if (at.words.size() != 4) {
    return refuse("say which relay: break " + at.words[1] + " " + at.words[2] +
                  " RELAY; it has: " + known_relays(device));
  }
  auto* relay = device.relay(at.words[3]);
  if (relay == nullptr) {
    return refuse(at.words[1] + " has no relay \"" + at.words[3] + "\"; it has: " + known_relays(device));
  }
  if (at.words[2] == "welded") {
    relay->weld();
  } else {
    relay->lame();
  }
  at.site.settle(at.now);
  at.site.tell({"broke", at.words[1], at.words[2] + " " + relay->name});
  return done(at.words[1] + ": " + at.words[2] + " " + relay->name);
}

Reply do_break(Context& at) {
  const auto& words = at.words;
  if (words.size() < 3)
    return refuse("break DEVICE FAULT, e.g. \"break relay-1 welded relay.3\"; \"help\" lists the faults");
  if (auto* line = at.site.line(words[1])) return break_line(at, *line);
  auto* device = at.site.device(words[1]);
  if (device == nullptr) return no_device(at.site, words[1]);
  if (words[2] == "welded" || words[2] == "no-pull-in") return break_relay(at, *device);
  if (words[2] == "unplug") return set_line(at, words[1], LineState::unplugged, "unplugged");
  if (words[2] == "stuck") {
    const auto stuck = device->stick(words.size() > 3 ? words[3] : "", at.now);
    if (!stuck) return refuse(stuck.error().message);
    at.site.tell({"broke", words[1], rest(words, 2)});
    return done(words[1] + ": " + rest(words, 2));
  }
  if (words[2] == name(FaultKind::twin) && at.site.line(device->setup().line)->setup.kind != LineKind::rtu) {
    return refuse(words[1] + " is on no serial line: nobody else can answer there");
  }
  const Words rest_of_it(words.begin() + 2, words.end());
  const auto fault = device->on_modbus() ? parse_modbus_fault(rest_of_it) : parse_usb_fault(rest_of_it);
  if (!fault)
    return refuse(fault.error().message + (fault_kind_from(words[2]) ? "" : ", stuck, welded, no-pull-in, cut"));
  device->faults().add(*fault);
  at.site.tell({"broke", words[1], describe(*fault)});
  return done(words[1] + ": " + describe(*fault));
}

Reply mend_one(Context& at, Device& device) {
  const auto& what = at.words[2];
  if (what == "stuck") {
    const auto freed = device.unstick(at.words.size() > 3 ? at.words[3] : "");
    if (!freed) return refuse(freed.error().message);
  } else if (what == "welded" || what == "no-pull-in") {
    auto* relay = at.words.size() > 3 ? device.relay(at.words[3]) : nullptr;
    if (relay == nullptr) return refuse("say which relay; it has: " + known_relays(device));
    relay->mend(at.now);
  } else if (const auto kind = device.on_modbus() ? fault_kind_from(what) : usb_fault_kind_from(what)) {
    if (!device.faults().remove(*kind)) return refuse(at.words[1] + " is not " + what);
  } else {
    return refuse("\"" + what + "\" is no fault; \"mend " + at.words[1] + "\" mends all of it");
  }
  at.site.tell({"mended", at.words[1], rest(at.words, 2)});
  return done(at.words[1] + ": mended " + rest(at.words, 2));
}

Reply do_mend(Context& at) {
  const auto& words = at.words;
  if (words.size() < 2)
    return refuse("mend DEVICE [FAULT], mend LINE, or mend all; there are: " + known_names(at.site, true));
  if (words[1] == "all") {
    for (auto& device : at.site.devices()) device.mend(at.now);
    for (auto& line : at.site.lines()) line.mend();
    at.site.settle(at.now);
    at.site.tell({"mended", "all", ""});
    return done("everything is whole");
  }
  if (at.site.line(words[1]) != nullptr) return set_line(at, words[1], LineState::whole, "joined");
  auto* device = at.site.device(words[1]);
  if (device == nullptr) return no_device(at.site, words[1]);
  if (words.size() > 2) return mend_one(at, *device);
  device->mend(at.now);
  if (auto* own = at.site.own_line(*device)) own->state = LineState::whole;
  at.site.settle(at.now);
  at.site.tell({"mended", words[1], ""});
  return done(words[1] + ": mended");
}

Reply do_level(Context& at) {
  const auto& words = at.words;
  const bool drift = words[0] == "drift";
  if (words.size() != 4) {
    return refuse(drift ? "drift DEVICE POINT CHANGE/min, e.g. \"drift rail-12v output.voltage -0.1/min\""
                        : "set DEVICE POINT VALUE, e.g. \"set rail-12v output.voltage 10.8\"");
  }
  auto* device = at.site.device(words[1]);
  if (device == nullptr) return no_device(at.site, words[1]);
  auto text = words[3];
  if (drift && text.ends_with("/min")) text.resize(text.size() - 4);
  auto value = number(text);
  if (!value && (text == "on" || text == "off")) value = text == "on" ? 1 : 0;
  if (!value) return refuse("\"" + words[3] + "\" is no number" + (drift ? " per minute" : ""));
  const auto changed = drift ? device->drift(words[2], *value, at.now) : device->set(words[2], *value, at.now);
  if (!changed) return refuse(changed.error().message);
  at.site.tell({drift ? "drifts" : "set", words[1], rest(words, 2)});
  return done(words[1] + ": " + rest(words, 2));
}

Reply do_order(Context& at) {
  const auto& words = at.words;
  if (words.size() != 4 || (words[3] != "on" && words[3] != "off")) {
    return refuse("order DEVICE RELAY on|off, e.g. \"order relay-1 relay.3 on\"");
  }
  auto* device = at.site.device(words[1]);
  if (device == nullptr) return no_device(at.site, words[1]);
  auto* relay = device->relay(words[2]);
  if (relay == nullptr)
    return refuse(words[1] + " has no relay \"" + words[2] + "\"; it has: " + known_relays(*device));
  device->order(*relay, words[3] == "on", at.now);
  at.site.tell({"ordered", words[1], relay->name + " " + words[3]});
  return done(words[1] + ": ordered " + relay->name + " " + words[3]);
}

Reply do_line(Context& at) {
  if (at.words.size() != 2) return refuse(at.words[0] + " LINE, e.g. \"" + at.words[0] + " rs485-1\"");
  if (at.words[0] == "cut") return set_line(at, at.words[1], LineState::cut, "cut");
  if (at.words[0] == "unplug") return set_line(at, at.words[1], LineState::unplugged, "unplugged");
  return set_line(at, at.words[1], LineState::whole, "joined");
}

Reply do_exam(Context& at) {
  if (at.words.size() != 2 || (at.words[1] != "on" && at.words[1] != "off")) return refuse("exam on|off");
  at.site.exam(at.words[1] == "on", at.now);
  return done("exam " + at.words[1]);
}

Reply do_look(Context& at) {
  if (at.words.size() > 2) return refuse(at.words[0] + " [DEVICE]");
  if (at.words.size() == 2 && at.site.device(at.words[1]) == nullptr) return no_device(at.site, at.words[1]);
  return look(at.site, at.words.size() == 2 ? at.words[1] : "", at.words[0] == "status", at.now);
}

Reply do_watch(Context& at) {
  auto reply = done("watching " + std::to_string(at.site.devices().size()) + " devices");
  reply.watch = true;
  return reply;
}

Reply do_help(Context& /*at*/) { return done(command_help()); }

struct Verb {
  const char* name;
  Reply (*act)(Context&);
};

constexpr std::array<Verb, 14> verbs{{{"break", do_break},
                                      {"mend", do_mend},
                                      {"set", do_level},
                                      {"drift", do_level},
                                      {"order", do_order},
                                      {"cut", do_line},
                                      {"join", do_line},
                                      {"unplug", do_line},
                                      {"plug", do_line},
                                      {"exam", do_exam},
                                      {"list", do_look},
                                      {"status", do_look},
                                      {"watch", do_watch},
                                      {"help", do_help}}};

}  // namespace

Reply execute(Site& site, const std::string& line, BootTime now) {
  const auto words = split(line);
  if (words.empty()) return refuse("say what to do; \"help\" lists the commands");
  site.advance(now);
  Context at{site, words, now};
  for (const auto& verb : verbs) {
    if (words[0] == verb.name) return verb.act(at);
  }
  std::string known;
  for (const auto& verb : verbs) known += std::string(known.empty() ? "" : ", ") + verb.name;
  return refuse("\"" + words[0] + "\" is no command; there are: " + known);
}

std::string command_help() {
  return R"(break DEVICE silent                    hears and does not answer / 听到但不应答
break DEVICE slow [MS]                 every answer MS later / 每次应答都慢
break DEVICE late [MS] [once|every N]  some answers come after the deadline / 偶尔迟到的应答
break DEVICE dribble [MS]              MS between two bytes / 一个字节一个字节地来
break DEVICE garbage [every N]         random bytes in place of the answer / 乱码
break DEVICE wrong-unit [every N]      another unit's number in the answer / 站号错误
break DEVICE wrong-echo [every N]      a write confirmed with another value / 写入回显错误
break DEVICE exception [CODE]          refuses everything / 一律异常应答
break DEVICE truncated [every N]       half an answer / 应答只有一半
break DEVICE hang | stall | babble | damaged [every N] | unplug    USB alone / 仅 USB 设备
break DEVICE stuck [POINT]             the value no longer moves / 数值卡死
break DEVICE welded RELAY              the contact stays closed / 触点粘连
break DEVICE no-pull-in RELAY          the contact stays open / 不吸合
break DEVICE twin [MS]                 another device with its number answers too, up to MS later / 站号重复
break LINE noise [RATE] | echo | cut   turned bits; the master hears itself; nothing passes / 干扰、回声、断线
break LINE master [MS]                 another master asks every MS / 第二个主站
mend DEVICE [FAULT [POINT]] | LINE | all                         修复
set DEVICE POINT VALUE                 e.g. set rail-12v output.voltage 10.8 / 设定数值
drift DEVICE POINT CHANGE/min          e.g. drift rail-12v output.voltage -0.1/min / 漂移
order DEVICE RELAY on|off              as from the device's own keys / 现场操作继电器
cut LINE, join LINE                    nothing passes; the port stays / 断线、接线
unplug LINE, plug LINE                 the port itself, or a USB device, goes and comes / 拔下、插上
exam on|off                            a host switches relays now and then / 考试开始、结束
list [DEVICE], status [DEVICE], watch, help                      查看)";
}

}  // namespace inspect::sim
