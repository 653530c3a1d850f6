#include "drivers/profiles/serial_settings.hpp"
#include "firmware-agent/config/draft.hpp"
#include "protocol/settings/kinds.hpp"
#include "protocol/usb/port_path.hpp"

#include <arpa/inet.h>

namespace inspect::agent {
namespace {

using namespace settings;  // the vocabulary of the tables below

constexpr double widest = 1e12;
constexpr std::int64_t an_hour_ms = 3'600'000;

/// As topics and certificates allow it, like messages::is_gateway_id: ^[a-z0-9][a-z0-9-]{2,30}$
std::optional<std::string> take_gateway(const Node& node, Problems& problems) {
  auto value = take_name(node, problems);
  if (value && value->size() < 3) {
    problems.add(
        node.place,
        {"\"{1}\" 作网关编号太短；用 3 到 31 个字符", "\"{1}\" is too short for a gateway; use 3 to 31 characters"},
        {*value});
    return std::nullopt;
  }
  return value;
}

std::optional<std::string> take_path(const Node& node, Problems& problems) { return take_text(node, 255, problems); }

/// sockaddr_un holds 108 bytes with the closing zero.
std::optional<std::string> take_socket(const Node& node, Problems& problems) { return take_text(node, 107, problems); }

const Fields<HeadDraft>& head_fields() {
  static const Fields<HeadDraft> fields{
      "site",
      {"现场与网关。", "The site and its gateway."},
      {{"name", name(&HeadDraft::name), required, {"现场的名字", "name of the site"}},
       {"title", bilingual(&HeadDraft::title), required, {"人们怎么称呼它", "what people call it"}},
       {"gateway",
        kind("name", "a–z, 0–9, -; 3–31", &HeadDraft::gateway, take_gateway),
        required,
        {"网关编号,全国唯一", "id of the gateway, unique among all"}}}};
  return fields;
}

/// A size written in MiB and kept in bytes.
template <class Access>
auto mebibytes(Access access, std::int64_t low, std::int64_t high) {
  auto read = [=](auto& object, const Node& node, Problems& problems) {
    if (const auto value = take_integer(node, low, high, problems)) {
      std::invoke(access, object) = static_cast<std::uint64_t>(*value) << 20U;
    }
  };
  auto show = [=](const auto& object) { return std::to_string(std::invoke(access, object) >> 20U); };
  return Kind<decltype(read), decltype(show)>{"whole number", std::to_string(low) + "–" + std::to_string(high), read,
                                              show};
}

/// An age written in days.
template <class Access>
auto days(Access access, std::int64_t low, std::int64_t high) {
  auto read = [=](auto& object, const Node& node, Problems& problems) {
    if (const auto value = take_integer(node, low, high, problems)) {
      std::invoke(access, object) = std::chrono::days(*value);
    }
  };
  auto show = [=](const auto& object) {
    return std::to_string(std::chrono::duration_cast<std::chrono::days>(std::invoke(access, object)).count());
  };
  return Kind<decltype(read), decltype(show)>{"whole number", std::to_string(low) + "–" + std::to_string(high), read,
                                              show};
}

const Fields<StoreSettings>& store_fields() {
  static const Fields<StoreSettings> fields{
      "store",
      {"网关上保存什么、保存多少。", "What the gateway keeps, and how much."},
      {{"directory",
        kind("path", "1–255 bytes", &StoreSettings::directory, take_path),
        standard,
        {"数据库所在目录", "where the databases are"}},
       {"history_mb",
        mebibytes(&StoreSettings::history_bytes, 16, 65536),
        standard,
        {"历史读数上限(MiB),最旧的先删", "readings kept, MiB; the oldest go first"}},
       {"history_days",
        days(&StoreSettings::history_age, 1, 3660),
        standard,
        {"历史读数保存天数", "readings kept, days"}},
       {"readings_outbox_mb",
        mebibytes(&StoreSettings::readings_outbox_bytes, 1, 4096),
        standard,
        {"待上传读数上限(MiB)", "readings waiting for the centre, MiB; the oldest batches go first"}},
       {"batch_every_s",
        integer(&StoreSettings::batch_every, 1, 3600),
        standard,
        {"多久打包一批读数(秒)", "a batch of readings is closed this often, s"}}}};
  return fields;
}

const Fields<ControlDraft>& control_fields() {
  static const Fields<ControlDraft> fields{
      "control",
      {"inspectctl 与桥接程序的入口。", "Where inspectctl and the bridge come in."},
      {{"socket",
        kind("path", "1–107 bytes", &ControlDraft::socket, take_socket),
        standard,
        {"UNIX 套接字", "UNIX socket"}}}};
  return fields;
}

const Fields<SerialLine>& serial_fields() {
  static const Fields<SerialLine> fields{
      "bus.serial",
      {"RS-485 串口线。", "An RS-485 line."},
      {{"port",
        kind("path", "1–255 bytes", &SerialLine::port, take_path),
        required,
        {"不会重新编号的路径:/dev/serial/by-path/…", "a path that survives renumbering: /dev/serial/by-path/…"}},
       {"baud", drivers::baud(&SerialLine::baud), standard, {"波特率", "speed"}},
       {"parity", drivers::parity(&SerialLine::parity), standard, {"校验", "parity"}},
       {"stop_bits",
        integer(&SerialLine::stop_bits, 1, 2),
        standard,
        {"停止位;有 PZEM 时用 2", "stop bits; 2 when a PZEM is on the line"}},
       {"rs485",
        flag(&SerialLine::rs485),
        standard,
        {"由内核切换收发(TIOCSRS485);USB 转换器通常不需要",
         "the kernel drives the transmitter (TIOCSRS485); USB adapters mostly do it themselves"}}}};
  return fields;
}

/// No name of a host ends in a number: what does is meant as an address, and must be one.
std::optional<std::string> take_host(const Node& node, Problems& problems) {
  auto text = take_text(node, 253, problems);
  if (!text || text->find_first_not_of("0123456789.") != std::string::npos) return text;
  in_addr address{};
  if (inet_pton(AF_INET, text->c_str(), &address) == 1) return text;
  problems.add(node.place,
               {"\"{1}\" 不是地址；应为四个 0 到 255 的数，如 192.168.1.30",
                "\"{1}\" is no address; write four numbers from 0 to 255, like 192.168.1.30"},
               {*text});
  return std::nullopt;
}

const Fields<TcpEndpoint>& tcp_fields() {
  static const Fields<TcpEndpoint> fields{
      "bus.tcp",
      {"Modbus TCP 设备或网关。", "A Modbus TCP device or gateway."},
      {{"host",
        kind("text", "1–253 bytes", &TcpEndpoint::host, take_host),
        required,
        {"地址或主机名", "address or host name"}},
       {"port", integer(&TcpEndpoint::port, 1, 65535), standard, {"端口", "port"}}}};
  return fields;
}

std::optional<std::string> take_usb_port(const Node& node, Problems& problems) {
  auto text = take_text(node, 31, problems);
  if (text && !usb::is_port_path(*text)) {
    problems.add(node.place,
                 {"\"{1}\" 不是 USB 口；应写成 1-1.2（总线-口.口），用 inspectctl usb list 查看",
                  "\"{1}\" is no USB port; write it like 1-1.2 (bus-port.port), inspectctl usb list shows them"},
                 {*text});
    return std::nullopt;
  }
  return text;
}

const Fields<UsbPort>& usb_fields() {
  static const Fields<UsbPort> fields{
      "bus.usb",
      {"网关的一个 USB 口。", "A USB port of the gateway."},
      {{"port",
        kind("USB port", "bus-port.port…", &UsbPort::port, take_usb_port),
        required,
        {"物理位置,换口即换:1-1.2", "where it is, whatever is plugged in there: 1-1.2"}}}};
  return fields;
}

const Fields<BusDraft>& bus_fields() {
  static const Fields<BusDraft> fields{
      "bus",
      {"一条总线:serial、tcp 或 usb,三者取一。", "One bus: serial, tcp or usb, one of the three."},
      {{"name", name(&BusDraft::name), required, {"总线的名字", "name of the bus"}},
       {"title", bilingual(&BusDraft::title), required, {"人们怎么称呼它", "what people call it"}},
       {"serial", table(&BusDraft::serial, serial_fields()), standard, {"串口线", "an RS-485 line"}},
       {"tcp", table(&BusDraft::tcp, tcp_fields()), standard, {"Modbus TCP 连接", "a Modbus TCP connection"}},
       {"usb",
        table(&BusDraft::usb, usb_fields()),
        standard,
        {"网关的一个 USB 口,只接一台设备", "a USB port of the gateway, with one device"}},
       {"mode",
        choice(&BusDraft::mode, std::vector<Word<BusMode>>{{"master", BusMode::master}, {"listen", BusMode::listen}}),
        standard,
        {"谁在询问:本网关(master),或另有主机、网关只听不发(listen,仅限串口)",
         "who asks: this gateway, or another master while the gateway only listens and never sends (serial lines)"}},
       {"scan",
        choice(&BusDraft::scan,
               std::vector<Word<ScanRule>>{{"allowed", ScanRule::allowed}, {"never", ScanRule::never}}),
        standard,
        {"是否允许 inspectctl bus scan 在此总线上找未知设备(只读);只听的总线一律不允许",
         "whether inspectctl bus scan may look for unknown devices here (it only reads); never on a bus in mode "
         "\"listen\""}}}};
  return fields;
}

const Fields<OverrideDraft>& override_fields() {
  static const Fields<OverrideDraft> fields{
      "device.override",
      {"对型号自带规则的修改;没写的保持不变。", "Another limit for a rule of the profile; what is not said stays."},
      {{"kind", text(&OverrideDraft::kind, 64), required, {"规则的故障种类", "the rule's kind of fault"}},
       {"point", text(&OverrideDraft::point, 64), required, {"规则的测点", "the rule's point"}},
       {"low", number(&OverrideDraft::low, -widest, widest), standard, {"新的下限", "another lower limit"}},
       {"high", number(&OverrideDraft::high, -widest, widest), standard, {"新的上限", "another upper limit"}},
       {"deadband", number(&OverrideDraft::deadband, 0, widest), standard, {"新的死区", "another deadband"}},
       {"on_delay_ms",
        integer(&OverrideDraft::on_delay_ms, 0, an_hour_ms),
        standard,
        {"新的报警延时(毫秒)", "another delay before it opens, ms"}},
       {"off_delay_ms",
        integer(&OverrideDraft::off_delay_ms, 0, an_hour_ms),
        standard,
        {"新的恢复延时(毫秒)", "another delay before it closes, ms"}}}};
  return fields;
}

const Fields<DeviceDraft>& device_fields() {
  static const Fields<DeviceDraft> fields{
      "device",
      {"一台设备。", "One device."},
      {{"name", name(&DeviceDraft::name), required, {"设备的名字", "name of the device"}},
       {"title",
        bilingual(&DeviceDraft::title),
        required,
        {"现场怎么称呼它:“3号工位 继电器板”", "what people at the site call it"}},
       {"bus", kind("name", "of a [[bus]]", &DeviceDraft::bus, take_name), required, {"所在总线", "the bus it is on"}},
       {"unit",
        integer(&DeviceDraft::unit, 0, 255),
        depends,
        {"Modbus 站号,必须有;串口上为 1–247",
         "unit number of a Modbus device, which must have it; 1–247 on a serial line"}},
       {"profile", text(&DeviceDraft::profile, 64), required, {"型号文件名,不带 .toml", "its model: a profile's name"}},
       {"period_ms",
        integer(&DeviceDraft::period, 0, an_hour_ms),
        standard,
        {"全部状态和测量的读取周期(毫秒);0 为各测点自己的周期",
         "all its points are read this often, ms; 0: each its own"}},
       {"supply",
        kind("name", "a–z, 0–9, -", &DeviceDraft::supply, take_name),
        standard,
        {"供电回路的名字;同一回路的设备同时失联时,报供电而不是每台设备",
         "the supply that feeds it; when all devices of one fall silent together, the supply is told and not each of "
         "them"}},
       {"disabled",
        texts(&DeviceDraft::disabled, 64, 160),
        standard,
        {"不要的规则:“种类”或“测点/种类”", "rules of the profile not wanted here: \"kind\" or \"point/kind\""}},
       {"override", tables(&DeviceDraft::overrides, override_fields(), 64), standard, {"修改的限值", "other limits"}},
       {"allow",
        texts(&DeviceDraft::allow, 256, 64),
        standard,
        {"允许下达的命令,如 \"relay.3.on\";未写的一律拒绝",
         "actions that may be ordered, like \"relay.3.on\"; what is not named is refused"}}}};
  return fields;
}

std::optional<WallTime> take_time(const Node& node, Problems& problems) {
  const auto text = take_text(node, 40, problems);
  if (!text) return std::nullopt;
  const auto time = parse_rfc3339(*text);
  if (!time) {
    problems.add(node.place,
                 {"\"{1}\" 不是时刻；请写如 \"2026-12-01T08:00:00+08:00\"",
                  "\"{1}\" is no time; write one like \"2026-12-01T08:00:00+08:00\""},
                 {*text});
  }
  return time;
}

const Fields<ExamDraft>& exam_fields() {
  static const Fields<ExamDraft> fields{
      "exam",
      {"考试时间:其间不向任何设备写。", "An exam: nothing is written to any device while it is on."},
      {{"from",
        kind("time", "RFC 3339", in(&ExamDraft::exam, &Exam::from), take_time),
        required,
        {"开始", "its begin"}},
       {"to", kind("time", "RFC 3339", in(&ExamDraft::exam, &Exam::to), take_time), required, {"结束", "its end"}}}};
  return fields;
}

const Fields<InspectionDraft>& inspection_fields() {
  static const Fields<InspectionDraft> fields{
      "inspection",
      {"巡检与测试。", "Inspections and tests."},
      {{"leakage_plan",
        text(&InspectionDraft::leakage_plan, 255),
        standard,
        {"泄漏测试方案的文件,如 /etc/inspectd/leakage-plan.toml;示例 examples/leakage-plan.toml",
         "file with the plan of leakage tests, like /etc/inspectd/leakage-plan.toml; an example is "
         "examples/leakage-plan.toml"}}}};
  return fields;
}

const Fields<drivers::RuleDraft>& watch_fields() {
  static const Fields<drivers::RuleDraft> fields{
      "watch",
      {"本现场自己的规则;测点写作“设备/测点”。", "A rule of this site; points are written \"device/point\"."},
      drivers::rule_rows()};
  return fields;
}

const Fields<EndDraft>& end_fields() {
  static const Fields<EndDraft> fields{
      "end",
      {"文件到此为止:被截断的文件不会被当作完整的。", "The file ends here: a cut one is not taken for whole."},
      {{"site", text(&EndDraft::site, 31), required, {"与 [site] 的 name 相同", "the same as name in [site]"}}}};
  return fields;
}

}  // namespace

const Fields<SiteDraft>& site_fields() {
  static const Fields<SiteDraft> fields{
      "site file",
      {"一个现场的全部配置。", "Everything a gateway is told of its site."},
      {{"site", table(&SiteDraft::head, head_fields()), required, {"现场与网关", "the site and its gateway"}},
       {"store", table(&SiteDraft::store, store_fields()), standard, {"保存", "what is kept"}},
       {"control", table(&SiteDraft::control, control_fields()), standard, {"控制入口", "where the tools come in"}},
       {"bus", tables(&SiteDraft::buses, bus_fields(), 64), required, {"总线", "the buses"}},
       {"device", tables(&SiteDraft::devices, device_fields(), 512), required, {"设备", "the devices"}},
       {"watch", tables(&SiteDraft::watches, watch_fields(), 512), standard, {"现场规则", "rules of the site"}},
       {"exam", tables(&SiteDraft::exams, exam_fields(), 512), standard, {"考试日历", "the calendar of exams"}},
       {"inspection",
        table(&SiteDraft::inspection, inspection_fields()),
        standard,
        {"巡检与测试", "inspections and tests"}},
       {"end", table(&SiteDraft::end, end_fields()), depends, {"结束;必须有", "the end of the file; must be there"}}}};
  return fields;
}

}  // namespace inspect::agent
