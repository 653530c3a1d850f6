#include "drivers/profiles/draft.hpp"
#include "drivers/profiles/serial_settings.hpp"
#include "protocol/settings/kinds.hpp"

namespace inspect::drivers {
namespace {

using namespace settings;  // the vocabulary of the tables below

constexpr double widest = 1e12;

std::optional<double> take_value(const Node& node, Problems& problems) {
  return take_number(node, -widest, widest, problems);
}
std::optional<std::int64_t> take_word(const Node& node, Problems& problems) {
  return take_integer(node, 0, 0xFFFF, problems);
}

const Fields<HeadDraft>& head_fields() {
  static const Fields<HeadDraft> fields{
      "profile",
      {"一个型号的概况。", "What the model is."},
      {{"driver",
        choice(&HeadDraft::driver, std::vector<Word<DriverKind>>{{"modbus", DriverKind::modbus},
                                                                 {"hid-relay", DriverKind::hid_relay},
                                                                 {"serial-relay", DriverKind::serial_relay},
                                                                 {"usbtmc-tester", DriverKind::usbtmc_tester},
                                                                 {"serial-tester", DriverKind::serial_tester},
                                                                 {"contact-tester", DriverKind::contact_tester}}),
        standard,
        {"由哪种驱动程序通信", "which driver speaks to it"}},
       {"maker", text(&HeadDraft::maker, 64), required, {"制造商", "who makes it"}},
       {"title", bilingual(&HeadDraft::title), required, {"名称", "what people call it"}},
       {"sources", texts(&HeadDraft::sources, 16, 256), required, {"资料来源", "where the facts are from"}},
       {"tcp_port",
        integer(&HeadDraft::tcp_port, 1, 65535),
        standard,
        {"Modbus TCP 端口;不写表示没有 TCP", "port of Modbus TCP; without it the device has none"}}}};
  return fields;
}

const Fields<SerialDefaults>& serial_fields() {
  static const Fields<SerialDefaults> fields{
      "serial",
      {"出厂串口设置;不写表示没有串口。", "The line as it leaves the factory; without it there is none."},
      {{"baud", baud(&SerialDefaults::baud), standard, {"波特率", "speed"}},
       {"parity", parity(&SerialDefaults::parity), standard, {"校验", "parity"}},
       {"stop_bits", integer(&SerialDefaults::stop_bits, 1, 2), standard, {"停止位", "stop bits"}},
       {"unit", integer(&SerialDefaults::unit, 1, 247), standard, {"出厂站号", "unit number from the factory"}}}};
  return fields;
}

const Fields<modbus::DeviceLimits>& limit_fields() {
  using Limits = modbus::DeviceLimits;
  static const Fields<Limits> fields{"limits",
                                     {"设备能承受的通信。", "What the device can bear."},
                                     {{"registers_per_read",
                                       integer(&Limits::registers_per_read, 1, 125),
                                       standard,
                                       {"一次最多读的寄存器", "most registers in one read"}},
                                      {"bits_per_read",
                                       integer(&Limits::bits_per_read, 1, 2000),
                                       standard,
                                       {"一次最多读的位", "most bits in one read"}},
                                      {"largest_hole",
                                       integer(&Limits::largest_hole, 0, 124),
                                       standard,
                                       {"可顺带读取的空寄存器", "unused registers that may be read along"}},
                                      {"answer_ms",
                                       integer(&Limits::answer_ms, 1, 60000),
                                       standard,
                                       {"最长应答时间(毫秒)", "longest time to the first character of an answer, ms"}},
                                      {"gap_ms",
                                       integer(&Limits::gap_ms, 0, 10000),
                                       standard,
                                       {"除 3.5 字符外还需的静默(毫秒)", "silence it needs beyond 3.5 characters, ms"}},
                                      {"connections",
                                       integer(&Limits::connections, 1, 32),
                                       standard,
                                       {"可同时承受的 TCP 连接", "TCP connections it bears at a time"}}}};
  return fields;
}

const Fields<IdentityDraft>& identity_fields() {
  static const Fields<IdentityDraft> fields{
      "identity",
      {"如何确认接的就是此型号。", "How the device is known to be this model."},
      {{"point",
        text(in(&IdentityDraft::spec, &IdentitySpec::point), 64),
        required,
        {"含已知常数的测点", "a point that holds a known constant"}},
       {"values",
        list("numbers", in(&IdentityDraft::spec, &IdentitySpec::values), 32, take_value),
        required,
        {"允许的值", "any of these values"}}}};
  return fields;
}

const Fields<RuleDraft>& rule_fields() {
  static const auto rows = [] {
    auto out = rule_rows();
    out.push_back({"repeat",
                   integer(&RuleDraft::repeat, 1, 64),
                   standard,
                   {"重复个数,{n} 从 1 起", "so many alike; {n} in point and against counts from 1"}});
    return out;
  }();
  static const Fields<RuleDraft> fields{"rule", {"什么算正常。", "What healthy means."}, rows};
  return fields;
}

const Fields<ActionDraft>& action_fields() {
  const auto way = [](auto member) { return in(&ActionDraft::action, member); };
  static const Fields<ActionDraft> fields{
      "action",
      {"可以下达的命令;没有许可不会写。", "Something that can be ordered; nothing is written without a permit."},
      {{"name", text(way(&ActionSpec::name), 64), required, {"点分小写的名字", "dotted, lower case; may hold {n}"}},
       {"title", bilingual(way(&ActionSpec::title)), required, {"名称", "what people call it"}},
       {"function",
        integer(way(&ActionSpec::function), 5, 16),
        required,
        {"功能码 5、6、15、16", "function code 5, 6, 15 or 16"}},
       {"address", integer(way(&ActionSpec::address), 0, 65535), required, {"线上地址", "address as on the wire"}},
       {"values",
        list("whole numbers", way(&ActionSpec::values), 123, take_word),
        required,
        {"线上的值", "as on the wire"}},
       {"trap",
        bilingual(way(&ActionSpec::trap)),
        standard,
        {"不了解就使用会出的问题", "what goes wrong if it is used without knowing"}},
       {"readback",
        text(way(&ActionSpec::readback), 64),
        standard,
        {"应反映结果的测点", "the point that must show it; without it it cannot be read back"}},
       {"unsafe_if_left",
        flag(way(&ActionSpec::unsafe_if_left)),
        standard,
        {"无人看管时不得保持", "it must not stay so when nobody watches"}},
       {"repeat", integer(&ActionDraft::repeat, 1, 64), standard, {"重复个数", "so many alike; {n} counts from 1"}},
       {"stride", integer(&ActionDraft::stride, 1, 256), standard, {"每个地址相差", "addresses are this far apart"}}}};
  return fields;
}

const Fields<BlindSpotDraft>& blind_spot_fields() {
  static const Fields<BlindSpotDraft> fields{
      "blind_spot",
      {"此型号看不到的故障:说明而不隐瞒。", "A kind of fault this model cannot show: said, not hidden."},
      {{"kind", text(in(&BlindSpotDraft::spot, &BlindSpot::kind), 64), required, {"故障种类", "the kind of fault"}},
       {"why", bilingual(in(&BlindSpotDraft::spot, &BlindSpot::why)), required, {"原因", "why it cannot be seen"}}}};
  return fields;
}

const Fields<EndDraft>& end_fields() {
  static const Fields<EndDraft> fields{
      "end",
      {"文件到此为止:被截断的文件不会被当作完整的。", "The file ends here: a cut one is not taken for whole."},
      {{"model", text(&EndDraft::model, 64), required, {"文件名去掉 .toml", "the file's name without .toml"}}}};
  return fields;
}

}  // namespace

std::optional<std::int64_t> take_baud(const Node& node, Problems& problems) {
  const auto value = take_integer(node, 1200, 115200, problems);
  if (!value) return std::nullopt;
  for (const auto rate : baud_rates()) {
    if (rate == *value) return value;
  }
  problems.add(node.place,
               {"不支持波特率 {1}；可用 1200、2400、4800、9600、19200、38400、57600、115200",
                "{1} baud is not supported; use 1200, 2400, 4800, 9600, 19200, 38400, 57600 or 115200"},
               {*value});
  return std::nullopt;
}

const Fields<ProfileDraft>& profile_fields() {
  static const Fields<ProfileDraft> fields{
      "profile file",
      {"一个型号的全部知识。", "Everything known of one model."},
      {{"profile", table(&ProfileDraft::head, head_fields()), required, {"概况", "what the model is"}},
       {"serial", table(&ProfileDraft::serial, serial_fields()), standard, {"串口", "its serial line"}},
       {"limits", table(&ProfileDraft::limits, limit_fields()), standard, {"通信限度", "what it can bear"}},
       {"identity", table(&ProfileDraft::identity, identity_fields()), standard, {"身份", "how it is known"}},
       {"point", tables(&ProfileDraft::points, point_fields(), 256), depends, {"测点(Modbus)", "its values (Modbus)"}},
       {"rule", tables(&ProfileDraft::rules, rule_fields(), 256), standard, {"规则", "what healthy means"}},
       {"action", tables(&ProfileDraft::actions, action_fields(), 256), standard, {"命令", "what can be ordered"}},
       {"blind_spot",
        tables(&ProfileDraft::blind_spots, blind_spot_fields(), 64),
        standard,
        {"盲区", "what cannot be seen"}},
       {"usb", tables(&ProfileDraft::usb, usb_fields(), 16), standard, {"USB 标识", "how it looks on USB"}},
       {"relay_board",
        table(&ProfileDraft::relay_board, relay_board_fields()),
        standard,
        {"继电器板(非 Modbus)", "a relay board that is no Modbus device"}},
       {"tester", table(&ProfileDraft::tester, tester_fields()), standard, {"测试仪", "an instrument"}},
       {"command", tables(&ProfileDraft::commands, command_fields(), 32), standard, {"仪器命令", "what it is told"}},
       {"verdict",
        tables(&ProfileDraft::verdicts, verdict_fields(), 32),
        standard,
        {"判定用词", "words of its verdict"}},
       {"result", tables(&ProfileDraft::results, result_fields(), 32), standard, {"结果字段", "what it answers"}},
       {"contacts", table(&ProfileDraft::contacts, contact_fields()), standard, {"触点", "its contacts"}},
       {"release",
        table(&ProfileDraft::release, release_fields()),
        standard,
        {"失控时的放开", "what lets go of its outputs"}},
       {"end",
        table(&ProfileDraft::end, end_fields()),
        depends,
        {"结束;必须有", "the end of the file; must be there"}}}};
  return fields;
}

}  // namespace inspect::drivers
