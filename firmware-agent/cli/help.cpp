#include "firmware-agent/cli/help.hpp"

#include <array>
#include <string_view>

namespace inspect::cli {

namespace {

struct Entry {
  std::string_view key;
  std::string_view zh;
  std::string_view en;
};

constexpr std::array<Entry, 79> texts{{
    {"inspectctl", "现场巡检网关的命令行：查看设备、读数和故障，确认或搁置故障。",
     "The command line of a field-inspection gateway: devices, readings, findings."},
    {"status", "网关、总线、设备、故障、存储的总览", "the gateway at a glance"},
    {"buses", "总线：状态、占用、计数", "buses: health, load, counters"},
    {"devices", "设备：状态、最近应答、故障数", "devices: health, last answer, findings"},
    {"points", "测点和最近读数", "points and their last readings"},
    {"read", "读一个设备或测点", "read a device or a point"},
    {"watch", "实时显示读数和故障变化，Ctrl-C 结束", "readings and findings as they change; Ctrl-C ends it"},
    {"history", "一个测点保存的读数", "stored readings of a point"},
    {"findings", "故障：列出、查看、确认、搁置", "findings: list, show, acknowledge, shelve"},
    {"findings list", "列出故障", "list findings"},
    {"findings show", "一个故障的完整分析", "the whole analysis of one finding"},
    {"findings acknowledge", "确认：有人知道了", "somebody knows of it"},
    {"findings shelve", "搁置到某个时间，必须写原因", "put aside until a time, with a reason"},
    {"findings unshelve", "取消搁置", "end the shelf"},
    {"usb", "USB 口：谁在那里，是不是投用时的那台", "USB ports: who is there, and is it the right one"},
    {"usb list", "列出各 USB 口", "list the ports"},
    {"usb adopt", "登记：现在插着的就是这台设备", "what is plugged in now is this device: keep that"},
    {"usb prove", "证实：动一路继电器看输入，或由仪器自报", "by a moved relay, or the instrument's own word"},
    {"--relay", "动哪一路继电器", "which relay to move"},
    {"--witness", "另一台设备上接着该触点的输入", "another device's input, wired to its contact"},
    {"exam", "考试开关：考试时不写入、不查找、不测试", "the exam switch: while on nothing is written"},
    {"exam status", "现在是否在考试，到几时", "whether one is on, by whom, until when"},
    {"exam begin", "考试开始，或改变正在进行的考试的结束时间", "an exam begins, or ends at another time"},
    {"exam end", "考试结束", "the exam is over"},
    {"exam --for", "从现在起多久：90m、4h，最多 24h", "from now: 90m, 4h; at most 24h"},
    {"order", "下达命令：由闸门审核，执行后读回", "an order to an output: guarded, and read back"},
    {"order --for", "吸合多久后断开：10s、5m，最多 1h", "off again after so long: 10s, 5m; at most 1h"},
    {"prove", "证实总线上的设备：动一路输出，看独立输入", "prove a device on a bus by a moved output"},
    {"OUTPUT", "输出，如 relay.3", "an output: relay.3"},
    {"WORD", "on、off、pulse、cancel 等型号文件中的命令", "on, off, pulse, cancel: what its profile knows"},
    {"one DEVICE", "设备名称", "a device's name"},
    {"test", "泄漏测试：列出，或做一项并等到判定", "leakage tests: list them, or run one to its verdict"},
    {"TEST", "方案中的测试；不写则列出", "a test of the plan; lists them without it"},
    {"trend", "一个量的变化趋势：历史、限值、预测", "how a quantity wears: history, limits, forecast"},
    {"forecasts", "做过的预测，以及后来怎样", "what was foretold, and what came of it"},
    {"part", "换件", "replaced parts"},
    {"part replaced", "登记换件：重新学习它的基准", "a part was replaced: learn its baseline anew"},
    {"--svg", "把图写进文件（SVG）", "write the picture to a file (SVG)"},
    {"--part", "换上的备件，如 LM2596S", "what was fitted: LM2596S"},
    {"its POINT", "该设备的测点，如 output.voltage", "a point of it: output.voltage"},
    {"outbox", "等待送往中心的内容", "what waits for the centre"},
    {"bus", "看一条总线：占用、报文、未知设备", "one bus: its load, its frames, unknown devices"},
    {"bus watch", "总线的时间花在哪里、错在哪里，实时显示，Ctrl-C 结束",
     "where a bus's time goes, live; Ctrl-C ends it"},
    {"bus trace", "逐帧显示总线上的问答，可存文件、可离线解读", "every frame that passes, decoded"},
    {"bus scan", "找总线上的未知设备：先听，只读，让正常巡检先走", "find unknown devices, politely"},
    {"BUS", "总线名称；只有一条时可不写", "a bus's name; not needed when there is one"},
    {"--save", "把经过的字节存进文件", "write what passes to a file"},
    {"--read", "解读存下的文件，不需要服务在运行", "decode such a file; needs no running agent"},
    {"--for", "看多久：10s、5m（不写则到 Ctrl-C）", "how long: 10s, 5m (else until Ctrl-C)"},
    {"--hex", "同时显示原始字节", "show the bytes, too"},
    {"--units", "找哪些站号", "which units to look for"},
    {"check", "检查配置或型号文件，不需要服务在运行", "check a configuration; needs no running agent"},
    {"replay", "用记录的站点重新判断，不需要服务在运行", "judge a recorded site; needs no running agent"},
    {"RECORD", "记录的目录，或其中的 readings.bin", "the record's folder, or readings.bin in it"},
    {"completion", "打印命令补全脚本", "print the shell's completion script"},
    {"complete", "", ""},
    {"--help", "显示帮助", "show this help"},
    {"--version", "显示版本", "show the version"},
    {"--socket", "服务的控制口（否则用 $INSPECT_SOCKET）", "the agent's socket (else $INSPECT_SOCKET)"},
    {"--json", "输出 JSON，字段名固定", "print JSON with stable field names"},
    {"--lang", "语言（默认按系统语言）", "language (else by the locale)"},
    {"--no-color", "不用颜色（也可设 NO_COLOR）", "no colours (as does NO_COLOR)"},
    {"--fresh", "现在就问总线，而不是显示最近读数", "ask the bus now instead of showing the last reading"},
    {"--check", "有未结束的故障时退出码为 3", "end with 3 when findings are open"},
    {"--ended", "也列出已结束的故障", "those that ended too"},
    {"--most", "最多条数", "at most so many"},
    {"--since", "起点：2h（之前）、08:00、2026-11-24 08:00", "from: 2h (ago), 08:00, 2026-11-24 08:00"},
    {"--until", "终点：2h、17:00、2026-11-25 08:00", "to: 2h, 17:00, 2026-11-25 08:00"},
    {"--reason", "为什么可以等", "why it can wait"},
    {"--by", "您的姓名（多人共用账号时）", "your name, when the account is shared"},
    {"--profile", "文件是型号文件，不是站点配置", "the file is a profile, not a site"},
    {"--profiles", "型号文件目录，可多次；否则 $INSPECT_PROFILES", "profiles; repeatable (else $INSPECT_PROFILES)"},
    {"--catalogue", "故障目录所在目录，用于核对故障种类", "directory of the fault catalogue"},
    {"FILE", "站点配置，或型号文件（--profile）", "the site, or a profile with --profile"},
    {"DEVICE", "设备名称；不写则全部", "a device's name; all without it"},
    {"TARGET", "设备，或 设备/测点", "DEVICE or DEVICE/POINT"},
    {"POINT", "设备/测点", "DEVICE/POINT"},
    {"ID", "故障编号，站点名可省略", "the finding's id; the site may be left out"},
    {"SHELL", "目前只有 bash", "bash"},
}};

constexpr std::array<Entry, 29> examples{{
    {"inspectctl",
     "例：\n  inspectctl status\n  inspectctl read power-1/output.voltage --fresh\n"
     "  inspectctl findings shelve relay-1/relay.3.state/relay.welded/1 \\\n"
     "      --until 2h --reason 备件在路上\n\n"
     "退出码：0 完成，1 失败，2 用法不对，3 有故障（仅 --check），4 无权限，\n"
     "        5 服务不可达，6 找不到，7 配置有问题",
     "Examples:\n  inspectctl status\n  inspectctl read power-1/output.voltage --fresh\n"
     "  inspectctl findings shelve relay-1/relay.3.state/relay.welded/1 \\\n"
     "      --until 2h --reason \"spare part is on its way\"\n\n"
     "Exit codes: 0 done, 1 failed, 2 wrong use, 3 findings are open (only --check),\n"
     "            4 not permitted, 5 agent not reachable, 6 not found,\n"
     "            7 the configuration has problems"},
    {"status", "例：\n  inspectctl status --check || echo 有故障",
     "Examples:\n  inspectctl status --check || echo findings"},
    {"points", "例：\n  inspectctl points power-1", "Examples:\n  inspectctl points power-1"},
    {"read", "例：\n  inspectctl read power-1\n  inspectctl read power-1/output.voltage --fresh --json",
     "Examples:\n  inspectctl read power-1\n  inspectctl read power-1/output.voltage --fresh --json"},
    {"watch", "例：\n  inspectctl watch\n  inspectctl watch power-1/output.voltage | tee 记录.txt",
     "Examples:\n  inspectctl watch\n  inspectctl watch power-1/output.voltage | tee record.txt"},
    {"history",
     "例：\n  inspectctl history power-1/output.voltage --since 8h\n"
     "  inspectctl history power-1/output.voltage --since 08:00 --until 09:30",
     "Examples:\n  inspectctl history power-1/output.voltage --since 8h\n"
     "  inspectctl history power-1/output.voltage --since 08:00 --until 09:30"},
    {"findings",
     "例：\n  inspectctl findings\n  inspectctl findings list --ended --most 20\n"
     "  inspectctl findings show relay-1/relay.3.state/relay.welded/1",
     "Examples:\n  inspectctl findings\n  inspectctl findings list --ended --most 20\n"
     "  inspectctl findings show relay-1/relay.3.state/relay.welded/1"},
    {"findings show", "例：\n  inspectctl findings show relay-1/relay.3.state/relay.welded/1",
     "Examples:\n  inspectctl findings show relay-1/relay.3.state/relay.welded/1"},
    {"findings acknowledge", "例：\n  inspectctl findings acknowledge relay-1/relay.3.state/relay.welded --by 张工",
     "Examples:\n  inspectctl findings acknowledge relay-1/relay.3.state/relay.welded --by Zhang"},
    {"findings shelve",
     "例：\n  inspectctl findings shelve relay-1/relay.3.state/relay.welded/1 \\\n      --until 2h --reason 备件在路上",
     "Examples:\n  inspectctl findings shelve relay-1/relay.3.state/relay.welded/1 \\\n"
     "      --until 2h --reason \"spare part is on its way\""},
    {"findings unshelve", "例：\n  inspectctl findings unshelve relay-1/relay.3.state/relay.welded/1",
     "Examples:\n  inspectctl findings unshelve relay-1/relay.3.state/relay.welded/1"},
    {"bus", "例：\n  inspectctl bus watch rs485-1\n  inspectctl bus scan rs485-1 --units 1-32",
     "Examples:\n  inspectctl bus watch rs485-1\n  inspectctl bus scan rs485-1 --units 1-32"},
    {"usb", "例：\n  inspectctl usb list\n  inspectctl usb adopt board-1 --by 张工",
     "Examples:\n  inspectctl usb list\n  inspectctl usb adopt board-1 --by Zhang"},
    {"exam", "例：\n  inspectctl exam begin --for 4h --by 张工\n  inspectctl exam end",
     "Examples:\n  inspectctl exam begin --for 4h --by Zhang\n  inspectctl exam end"},
    {"exam begin", "例：\n  inspectctl exam begin --for 4h --by 张工",
     "Examples:\n  inspectctl exam begin --for 4h --by Zhang"},
    {"order",
     "例：\n  inspectctl order relay-3 relay.3 on --for 10s --by 张工\n  inspectctl order relay-3 relay.3 off\n\n"
     "须在配置的 allow 中写明，设备已证实，且不在考试中。",
     "Examples:\n  inspectctl order relay-3 relay.3 on --for 10s --by Zhang\n  inspectctl order relay-3 relay.3 off\n\n"
     "The site must allow it, the device must be proven, and no exam may be on."},
    {"prove", "例：\n  inspectctl prove relay-3 relay.1 --witness inputs/input.1.state",
     "Examples:\n  inspectctl prove relay-3 relay.1 --witness inputs/input.1.state"},
    {"test", "例：\n  inspectctl test\n  inspectctl test bench-3-drill --by 张工\n\n合格时退出码为 0，否则为 1。",
     "Examples:\n  inspectctl test\n  inspectctl test bench-3-drill --by Zhang\n\nIt ends with 0 when the test is "
     "passed, "
     "else with 1."},
    {"usb adopt",
     "例：\n  inspectctl usb adopt board-1 --by 张工\n\n会自报序列号的仪器同时得到证实；继电器板须另行证实。",
     "Examples:\n  inspectctl usb adopt board-1 --by Zhang\n\nAn instrument that says its serial number is proven by "
     "that; a "
     "relay board\nis not."},
    {"usb prove",
     "例：\n  inspectctl usb prove board-1 --relay 1 --witness inputs/input.1.state\n  inspectctl usb prove "
     "meter",
     "Examples:\n  inspectctl usb prove board-1 --relay 1 --witness inputs/input.1.state\n  inspectctl usb "
     "prove meter"},
    {"bus watch", "例：\n  inspectctl bus watch rs485-1", "Examples:\n  inspectctl bus watch rs485-1"},
    {"bus trace",
     "例：\n  inspectctl bus trace rs485-1 --for 1m --save 记录.jsonl\n  inspectctl bus trace --read 记录.jsonl --hex",
     "Examples:\n  inspectctl bus trace rs485-1 --for 1m --save trace.jsonl\n  inspectctl bus trace --read trace.jsonl "
     "--hex"},
    {"bus scan",
     "例：\n  inspectctl bus scan rs485-1 --units 1-32\n\n先听 5 秒，听到别的主机就不问；只用空闲时间，或总线时间的 10 "
     "%。",
     "Examples:\n  inspectctl bus scan rs485-1 --units 1-32\n\nIt listens for 5 s and asks nothing if another master "
     "is heard; it takes\n"
     "idle time, or 10 % of the bus."},
    {"trend", "例：\n  inspectctl trend psu-5v output.voltage\n  inspectctl trend psu-5v output.voltage --svg 趋势.svg",
     "Examples:\n  inspectctl trend psu-5v output.voltage\n  inspectctl trend psu-5v output.voltage --svg trend.svg"},
    {"part", "例：\n  inspectctl part replaced psu-5v --part LM2596S --by 张工",
     "Examples:\n  inspectctl part replaced psu-5v --part LM2596S --by Zhang"},
    {"part replaced",
     "例：\n  inspectctl part replaced psu-5v --part LM2596S --by 张工\n  inspectctl part replaced relay-1 "
     "relay.3.state",
     "Examples:\n  inspectctl part replaced psu-5v --part LM2596S --by Zhang\n"
     "  inspectctl part replaced relay-1 relay.3.state"},
    {"check", "例：\n  inspectctl check site.toml --profiles ./profiles\n  inspectctl check --profile pzem-017.toml",
     "Examples:\n  inspectctl check site.toml --profiles ./profiles\n  inspectctl check --profile pzem-017.toml"},
    {"replay", "例：\n  inspectctl replay ./record > findings.jsonl",
     "Examples:\n  inspectctl replay ./record > findings.jsonl"},
    {"completion", "例：\n  source <(inspectctl completion bash)", "Examples:\n  source <(inspectctl completion bash)"},
}};

template <std::size_t N>
std::string find(const std::array<Entry, N>& entries, std::string_view key, Language language) {
  for (const auto& entry : entries) {
    if (entry.key == key) return std::string(language == Language::zh ? entry.zh : entry.en);
  }
  return {};
}

}  // namespace

std::string help_text(const std::string& key, Language language) { return find(texts, key, language); }

std::string help_examples(const std::string& key, Language language) { return find(examples, key, language); }

std::map<std::string, std::string> help_words(Language language) {
  if (language == Language::en) {
    return {{"Usage", "Usage"},     {"OPTIONS", "OPTIONS"},       {"SUBCOMMAND", "VERB"},   {"SUBCOMMANDS", "VERBS"},
            {"Options", "Options"}, {"Positionals", "Arguments"}, {"Subcommands", "Verbs"}, {"REQUIRED", "(needed)"},

            {"UINT", "N"}};
  }
  return {{"Usage", "用法"},   {"OPTIONS", "选项"},     {"SUBCOMMAND", "指令"},  {"SUBCOMMANDS", "指令"},
          {"Options", "选项"}, {"Positionals", "参数"}, {"Subcommands", "指令"}, {"REQUIRED", "（必填）"},

          {"UINT", "N"}};
}

}  // namespace inspect::cli
