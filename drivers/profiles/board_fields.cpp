#include "drivers/profiles/draft.hpp"
#include "protocol/settings/kinds.hpp"

/// The tables of models that are no Modbus devices: relay boards, instruments, and what lets go of outputs.
namespace inspect::drivers {
namespace {

using namespace settings;  // the vocabulary of the tables below

constexpr double widest_result = 1e12;

std::optional<usb::OrderPattern> take_pattern(const Node& node, Problems& problems) {
  const auto text = take_text(node, 256, problems);
  if (!text) return std::nullopt;
  const auto pattern = usb::OrderPattern::parse(*text);
  if (pattern) return *pattern;
  problems.add(node.place,
               {"\"{1}\" 不是命令字节；请写 1–64 个两位十六进制数、n、F0+n 或 sum，如 \"A0 n 01 sum\"",
                "\"{1}\" is no order; write 1 to 64 of: two hexadecimal digits, n, F0+n, sum, like \"A0 n 01 sum\""},
               {*text});
  return std::nullopt;
}

template <class Access>
auto pattern(Access access) {
  return kind("order", "bytes as \"A0 n 01 sum\"", access, take_pattern);
}

std::optional<char> take_character(const Node& node, Problems& problems) {
  const auto text = take_text(node, 1, problems);
  return text ? std::optional(text->front()) : std::nullopt;
}

template <class Access>
auto character(Access access) {
  return kind("character", "1 byte", access, take_character);
}

template <class Access>
auto job(Access access) {
  using usb::TesterJob;
  return choice(access, std::vector<Word<TesterJob>>{{"identify", TesterJob::identify},
                                                     {"clear", TesterJob::clear},
                                                     {"configure", TesterJob::configure},
                                                     {"start", TesterJob::start},
                                                     {"wait", TesterJob::wait},
                                                     {"fetch", TesterJob::fetch},
                                                     {"stop", TesterJob::stop},
                                                     {"error", TesterJob::error}});
}

template <class Access>
auto verdict(Access access) {
  using usb::TesterVerdict;
  return choice(access, std::vector<Word<TesterVerdict>>{{"none", TesterVerdict::none},
                                                         {"running", TesterVerdict::running},
                                                         {"pass", TesterVerdict::pass},
                                                         {"fail", TesterVerdict::fail},
                                                         {"low", TesterVerdict::low},
                                                         {"aborted", TesterVerdict::aborted},
                                                         {"error", TesterVerdict::error}});
}

}  // namespace

const Fields<UsbIds>& usb_fields() {
  static const Fields<UsbIds> fields{
      "usb",
      {"插上时看到的;可有多组。", "What is seen when it is plugged in; any of several."},
      {{"vendor", integer(&UsbIds::vendor, 0, 65535), required, {"厂商号", "vendor id"}},
       {"product", integer(&UsbIds::product, 0, 65535), required, {"产品号", "product id"}},
       {"maker_text",
        text(&UsbIds::maker_text, 64),
        standard,
        {"厂商字符串;不写则不看", "manufacturer string; without it any will do"}},
       {"product_text",
        text(&UsbIds::product_text, 64),
        standard,
        {"产品字符串;不写则不看", "product string; without it any will do"}},
       {"textless", flag(&UsbIds::textless), standard, {"没有任何字符串", "the device has no strings at all"}}}};
  return fields;
}

const Fields<RelayBoardDraft>& relay_board_fields() {
  using usb::RelayLayout;
  const auto of = [](auto member) { return in(&RelayBoardDraft::layout, member); };
  static const Fields<RelayBoardDraft> fields{
      "relay_board",
      {"继电器板的命令与状态。测点 relay.N.command 和命令 relay.N.on/off 由此而来。",
       "How a relay board is ordered and read. The points relay.N.command and the actions relay.N.on/off follow from "
       "it."},
      {{"channels", integer(of(&RelayLayout::channels), 1, 16), required, {"路数", "how many relays"}},
       {"way",
        choice(of(&RelayLayout::way), std::vector<Word<usb::RelayWay>>{{"feature", usb::RelayWay::feature},
                                                                       {"output", usb::RelayWay::output},
                                                                       {"serial", usb::RelayWay::serial}}),
        required,
        {"命令的途径:HID feature 报告、HID output 报告、串口",
         "how an order goes: HID feature report, HID output report, serial"}},
       {"report_number",
        integer(of(&RelayLayout::report_number), 0, 255),
        standard,
        {"HID 报告号;0 为无", "HID report number; 0 for none"}},
       {"report_size",
        integer(of(&RelayLayout::report_size), 1, 64),
        standard,
        {"HID 报告的数据字节数,不足补 0", "data bytes of a HID report; shorter orders are filled with 0"}},
       {"on", pattern(of(&RelayLayout::on)), required, {"吸合;n 为路号", "one relay on; n is its number"}},
       {"off", pattern(of(&RelayLayout::off)), required, {"断开", "one relay off"}},
       {"all_on",
        pattern(of(&RelayLayout::all_on)),
        standard,
        {"全部吸合;不写表示没有", "all on; without it there is none"}},
       {"all_off",
        pattern(of(&RelayLayout::all_off)),
        standard,
        {"全部断开;不写则逐路", "all off; without it one by one"}},
       {"state",
        choice(of(&RelayLayout::state), std::vector<Word<usb::RelayState>>{{"none", usb::RelayState::none},
                                                                           {"feature", usb::RelayState::feature},
                                                                           {"lcus", usb::RelayState::lcus}}),
        required,
        {"如何读回:不能、HID feature 报告、LCUS 的 FF 应答",
         "how it is read back: not at all, by HID feature report, by an LCUS board's answer to FF"}}}};
  return fields;
}

const Fields<TesterDraft>& tester_fields() {
  using usb::TesterWords;
  const auto of = [](auto... member) { return in(&TesterDraft::words, member...); };
  static const Fields<TesterDraft> fields{
      "tester",
      {"仪器的文字习惯。", "How an instrument writes."},
      {{"line_end",
        choice(of(&TesterWords::line_end),
               std::vector<Word<std::string>>{{"lf", "\n"}, {"cr", "\r"}, {"crlf", "\r\n"}}),
        standard,
        {"命令的结尾", "end of every command"}},
       {"echoes",
        flag(of(&TesterWords::echoes)),
        standard,
        {"应答可能以命令字开头", "an answer may begin with the command's word"}},
       {"separator", character(of(&TesterWords::separator)), standard, {"字段之间", "between fields"}},
       {"item_separator",
        character(of(&TesterWords::item_separator)),
        standard,
        {"项目之间;不写则只有一项", "between items; without it an answer is one item"}},
       {"maker",
        text(of(&TesterWords::maker), 64),
        standard,
        {"*IDN? 第一字段的开头", "how the identity's maker begins"}},
       {"model",
        text(of(&TesterWords::model), 64),
        standard,
        {"*IDN? 第二字段的开头", "how the identity's model begins"}},
       {"over",
        texts(of(&TesterWords::numbers, &usb::NumberWords::over), 8, 32),
        standard,
        {"表示超上量程的词或数", "words or numbers for: beyond the range"}},
       {"under",
        texts(of(&TesterWords::numbers, &usb::NumberWords::under), 8, 32),
        standard,
        {"表示低于量程的词或数", "words or numbers for: below the range"}},
       {"no_number",
        texts(of(&TesterWords::numbers, &usb::NumberWords::unknown), 8, 32),
        standard,
        {"表示没有数值的词或数", "words or numbers for: no number"}},
       {"poll_ms",
        integer(of(&TesterWords::poll), 20, 60'000),
        standard,
        {"多久问一次是否结束(毫秒)", "asked this often whether it is over, ms"}},
       {"longest_ms",
        integer(of(&TesterWords::longest), 100, 3'600'000),
        standard,
        {"测试最长时间,超过则停止(毫秒)", "a test that runs longer is stopped, ms"}}}};
  return fields;
}

const Fields<CommandDraft>& command_fields() {
  using usb::TesterCommand;
  const auto of = [](auto member) { return in(&CommandDraft::command, member); };
  static const Fields<CommandDraft> fields{
      "command",
      {"仪器的一条命令;查不到的写 unknown,不猜。",
       "One thing the instrument is told; what no source tells is `unknown`, not guessed."},
      {{"job", job(of(&TesterCommand::job)), required, {"用途", "what it is for"}},
       {"send",
        text(of(&TesterCommand::send), 128),
        depends,
        {"发送的文字;可含 {upper}、{lower}、{voltage}、{frequency}、{time}、{ramp}",
         "the text; may hold {upper}, {lower}, {voltage}, {frequency}, {time}, {ramp}"}},
       {"unknown", bilingual(of(&TesterCommand::unknown)), depends, {"为何未知", "why it is not known"}}}};
  return fields;
}

const Fields<VerdictDraft>& verdict_fields() {
  static const Fields<VerdictDraft> fields{
      "verdict",
      {"仪器的判定用词。", "A word of the instrument's verdict."},
      {{"word", text(in(&VerdictDraft::word, &usb::VerdictWord::word), 32), required, {"用词", "the word"}},
       {"means", verdict(in(&VerdictDraft::word, &usb::VerdictWord::means)), required, {"含义", "what it means"}}}};
  return fields;
}

const Fields<ResultDraft>& result_fields() {
  using usb::TesterField;
  const auto of = [](auto member) { return in(&ResultDraft::field, member); };
  const auto to = [](auto member) { return in(&ResultDraft::spec, member); };
  static const Fields<ResultDraft> fields{
      "result",
      {"应答中的一个字段,成为一个测点。", "A field of the answer, which becomes a point."},
      {{"point", text(to(&PointSpec::name), 64), required, {"测点名", "name of the point"}},
       {"title", bilingual(to(&PointSpec::title)), required, {"名称", "what people call it"}},
       {"verdict", flag(of(&TesterField::verdict)), standard, {"是判定用词,不是数", "it is a verdict, no number"}},
       {"item",
        text(of(&TesterField::item), 16),
        standard,
        {"只取以此开头的项目;不写取第一项", "of the item that begins with this; without it of the first"}},
       {"last", flag(of(&TesterField::last)), standard, {"取最后一项", "of the last item instead"}},
       {"field", integer(of(&TesterField::field), 1, 64), required, {"第几个字段,从 1 起", "which field, from 1"}},
       {"bare_unit",
        text(of(&TesterField::unit), 8),
        standard,
        {"数值不带单位时的单位", "unit of a number that comes without one"}},
       {"unit", text(to(&PointSpec::unit), 16), standard, {"测点的单位", "the point's unit"}},
       {"lowest",
        number(to(&PointSpec::lowest), -widest_result, widest_result),
        standard,
        {"合理范围下限", "lower end of what can be"}},
       {"highest",
        number(to(&PointSpec::highest), -widest_result, widest_result),
        standard,
        {"合理范围上限", "upper end of what can be"}}}};
  return fields;
}

const Fields<ContactSpec>& contact_fields() {
  static const Fields<ContactSpec> fields{
      "contacts",
      {"只有触点的仪器:接到别的设备的输入和启动继电器。",
       "An instrument that has contacts only: wired to another device's inputs, and to a relay that starts it."},
      {{"pass", flag(&ContactSpec::pass), standard, {"有合格触点", "it has a contact for pass"}},
       {"fail", flag(&ContactSpec::fail), standard, {"有不合格触点", "it has a contact for fail"}},
       {"running", flag(&ContactSpec::running), standard, {"有测试中触点", "it has a contact for running"}},
       {"start_pulse_ms",
        integer(&ContactSpec::start_pulse, 50, 10'000),
        standard,
        {"启动脉冲(毫秒)", "the start relay is on this long, ms"}},
       {"longest_ms",
        integer(&ContactSpec::longest, 100, 3'600'000),
        standard,
        {"测试最长时间(毫秒)", "no verdict by then is none, ms"}}}};
  return fields;
}

const Fields<ReleaseDraft>& release_fields() {
  const auto of = [](auto member) { return in(&ReleaseDraft::release, member); };
  static const Fields<ReleaseDraft> fields{
      "release",
      {"没有人再下命令时,输出由什么放开。", "What lets go of the outputs when nobody commands them any more."},
      {{"by",
        choice(of(&Release::by), std::vector<Word<ReleaseBy>>{{"nothing", ReleaseBy::nothing},
                                                              {"timed-action", ReleaseBy::timed_action},
                                                              {"poll-timeout", ReleaseBy::poll_timeout},
                                                              {"own-timer", ReleaseBy::own_timer}}),
        required,
        {"无、自带定时的命令、失去轮询、仪器自己的定时",
         "nothing, an action with its own timer, no polling, the instrument's own timer"}},
       {"action",
        text(of(&Release::action), 64),
        standard,
        {"代替 on 的定时命令;可含 {n}", "the timed action to use instead of on; may hold {n}"}},
       {"within_ms",
        integer(of(&Release::within), 0, 3'600'000),
        standard,
        {"最快多久放开(毫秒);0 为不知", "the shortest it can be set to, ms; 0: not known"}},
       {"why", bilingual(of(&Release::why)), required, {"须知", "what people must know of it"}}}};
  return fields;
}

}  // namespace inspect::drivers
