#include "firmware-agent/inspection/leakage_plan.hpp"

#include "protocol/settings/document.hpp"
#include "protocol/settings/kinds.hpp"

#include <algorithm>
#include <set>

namespace inspect::inspection {
namespace {

using namespace settings;  // the vocabulary of the tables below
using catalogue::Form;

constexpr double widest_value = 1e6;
constexpr auto a_day = std::chrono::hours{24};

struct InstrumentDraft {
  Instrument instrument;
  std::string unit;
  Place place;
};

struct TestDraft {
  std::string name;
  Text title;
  Placed<std::string> device;
  std::string point = "leakage.current";
  Placed<std::string> limit;
  std::optional<double> rated;
  bool unsourced = false;
  bool by_hand = false;
  std::optional<double> upper, lower, voltage, frequency, time, ramp;
  Place place;
};

struct ContactDraft {
  ContactTest test;
  Place place;
};

struct PlanEnd {
  std::string file;
};

struct PlanDraft {
  std::vector<InstrumentDraft> instruments;
  std::vector<TestDraft> tests;
  std::vector<ContactDraft> contact_tests;
  PlanEnd end;
};

/// The last day a calibration is good for, to its end.
std::optional<WallTime> take_last_day(const Node& node, Problems& problems) {
  const auto text = take_text(node, 10, problems);
  if (!text) return std::nullopt;
  const auto day = text->size() == 10 ? parse_rfc3339(*text + "T00:00:00Z") : std::nullopt;
  if (day) return *day + a_day;
  problems.add(node.place,
               {"\"{1}\" 不是日期；请写如 \"2027-05-01\"", "\"{1}\" is no date; write one like \"2027-05-01\""},
               {*text});
  return std::nullopt;
}

const Fields<InstrumentDraft>& instrument_fields() {
  const auto of = [](auto member) { return in(&InstrumentDraft::instrument, member); };
  static const Fields<InstrumentDraft> fields{
      "instrument",
      {"现场的一台仪器,按其校准证书。", "An instrument of the site, by its calibration certificate."},
      {{"device",
        name(of(&Instrument::name)),
        required,
        {"现场配置中的设备名", "its name in the site's configuration"}},
       {"form",
        choice(of(&Instrument::form),
               std::vector<Word<Form>>{{"rms", Form::rms}, {"peak", Form::peak}, {"dc", Form::dc}}),
        required,
        {"测有效值、峰值还是直流", "whether it measures rms, peak or dc"}},
       {"unit",
        text(&InstrumentDraft::unit, 8),
        required,
        {"以下数值的单位,与限值相同", "unit of the numbers below, the limit's"}},
       {"of_reading",
        number(of(&Instrument::of_reading), 0, 1),
        required,
        {"不确定度(k = 2):读数的份额,0.02 即 2 %", "uncertainty (k = 2) as a share of the reading: 0.02 for 2 %"}},
       {"fixed", number(of(&Instrument::fixed), 0, widest_value), standard, {"及固定部分", "and a fixed part"}},
       {"lowest", number(of(&Instrument::lowest), 0, widest_value), standard, {"量程下限", "lower end of its range"}},
       {"highest", number(of(&Instrument::highest), 0, widest_value), standard, {"量程上限", "upper end of its range"}},
       {"calibrated_until",
        kind("date", "", of(&Instrument::calibrated_until), take_last_day),
        required,
        {"校准有效的最后一天", "last day its calibration is good for"}}}};
  return fields;
}

const Fields<TestDraft>& test_fields() {
  const auto value = [](std::optional<double> TestDraft::*member) { return number(member, 0, widest_value); };
  static const Fields<TestDraft> fields{
      "test",
      {"一项泄漏测试。", "One leakage test."},
      {{"name", settings::name(&TestDraft::name), required, {"名字", "its name"}},
       {"title", bilingual(&TestDraft::title), required, {"测什么", "what is tested"}},
       {"device", settings::name(&TestDraft::device), required, {"用哪台仪器", "which instrument"}},
       {"point", text(&TestDraft::point, 64), standard, {"仪器的哪个测点", "which point of the instrument"}},
       {"limit", text(&TestDraft::limit, 64), required, {"限值表中的名字", "a key of the table of limits"}},
       {"rated",
        value(&TestDraft::rated),
        standard,
        {"被测物的额定值,限值需要时写", "rating of what is tested, where the limit needs it"}},
       {"unsourced",
        flag(&TestDraft::unsourced),
        standard,
        {"允许使用没有依据的限值", "a limit without a source may be used"}},
       {"by_hand",
        flag(&TestDraft::by_hand),
        standard,
        {"由人在仪器上设定并启动,代理只等待和读取",
         "somebody sets and starts it at the instrument; the agent waits and reads"}},
       {"upper", value(&TestDraft::upper), standard, {"仪器的上限设定", "the instrument's upper limit"}},
       {"lower", value(&TestDraft::lower), standard, {"仪器的下限设定", "its lower limit"}},
       {"voltage", value(&TestDraft::voltage), standard, {"测试电压", "test voltage"}},
       {"frequency", value(&TestDraft::frequency), standard, {"频率", "frequency"}},
       {"time", value(&TestDraft::time), standard, {"测试时间", "test time"}},
       {"ramp", value(&TestDraft::ramp), standard, {"升压时间", "ramp time"}}}};
  return fields;
}

const Fields<ContactDraft>& contact_fields() {
  const auto of = [](auto member) { return in(&ContactDraft::test, member); };
  static const Fields<ContactDraft> fields{
      "contact_test",
      {"用只有触点的仪器做的一项测试;限值在其面板上设定。",
       "A test with an instrument known by its contacts alone; its limit is set at its panel."},
      {{"name", settings::name(of(&ContactTest::name)), required, {"名字", "its name"}},
       {"title", bilingual(of(&ContactTest::title)), required, {"测什么", "what is tested"}},
       {"start",
        text(of(&ContactTest::start), 96),
        required,
        {"启动继电器:设备/输出", "the start relay: device/output"}},
       {"pass",
        text(of(&ContactTest::pass), 96),
        required,
        {"合格触点所接的输入:设备/测点", "the input of its pass contact: device/point"}},
       {"fail",
        text(of(&ContactTest::fail), 96),
        required,
        {"不合格触点所接的输入:设备/测点", "the input of its fail contact: device/point"}},
       {"pulse_ms", integer(of(&ContactTest::pulse), 50, 5000), standard, {"启动脉冲(毫秒)", "the start pulse, ms"}},
       {"longest_ms",
        integer(of(&ContactTest::longest), 1000, 600'000),
        standard,
        {"最长等待(毫秒);到时无触点动作则无判定", "waited for so long, ms; neither contact by then is no verdict"}}}};
  return fields;
}

const Fields<PlanEnd>& plan_end() {
  static const Fields<PlanEnd> fields{"end",
                                      {"文件到此为止。", "The file ends here: a cut one is not taken for whole."},
                                      {{"file", text(&PlanEnd::file, 16), required, {"leakage-plan", "leakage-plan"}}}};
  return fields;
}

const Fields<PlanDraft>& plan_fields() {
  static const Fields<PlanDraft> fields{
      "leakage plan file",
      {"泄漏测试方案。", "A plan of leakage tests."},
      {{"instrument", tables(&PlanDraft::instruments, instrument_fields(), 16), standard, {"仪器", "the instruments"}},
       {"test", tables(&PlanDraft::tests, test_fields(), 256), standard, {"测试", "the tests"}},
       {"contact_test",
        tables(&PlanDraft::contact_tests, contact_fields(), 64),
        standard,
        {"用触点的测试", "the tests by contacts"}},
       {"end", table(&PlanDraft::end, plan_end()), depends, {"结束;必须有", "the end of the file; must be there"}}}};
  return fields;
}

class PlanResolver {
 public:
  PlanResolver(const PlanDraft& draft, const catalogue::Limits& limits, Problems& problems)
      : draft_(draft), limits_(limits), problems_(problems) {}

  LeakagePlan resolve() {
    for (const auto& each : draft_.instruments) unique(each.instrument.name, each.place, instruments_);
    for (const auto& each : draft_.tests) {
      unique(each.name, each.place, tests_);
      if (auto test = resolved(each)) plan_.tests.push_back(std::move(*test));
    }
    for (const auto& each : draft_.contact_tests) {
      unique(each.test.name, each.place, tests_);
      for (const auto* name : {&each.test.start, &each.test.pass, &each.test.fail}) slashed(*name, each.place);
      plan_.contact_tests.push_back(each.test);
    }
    return std::move(plan_);
  }

 private:
  void unique(const std::string& name, Place place, std::set<std::string>& taken) {
    if (taken.insert(name).second) return;
    problems_.add(place, {"\"{1}\" 出现两次；请改名或删去一个", "\"{1}\" is there twice; rename or remove one"},
                  {name});
  }

  void slashed(const std::string& name, Place place) {
    const auto slash = name.find('/');
    if (slash != std::string::npos && slash > 0 && slash + 1 < name.size()) return;
    problems_.add(place, {"\"{1}\" 须写作 设备/名称", "\"{1}\" must be written device/name"}, {name});
  }

  const InstrumentDraft* instrument(const Placed<std::string>& device) {
    for (const auto& each : draft_.instruments) {
      if (each.instrument.name == device.value) return &each;
    }
    const std::vector<std::string_view> all(instruments_.begin(), instruments_.end());
    problems_.add(device.place,
                  {"没有仪器 \"{1}\"{2}；请改正，或加一个 [[instrument]]",
                   "there is no instrument \"{1}\"{2}; correct it, or add an [[instrument]]"},
                  {device.value, did_you_mean(device.value, all)});
    return nullptr;
  }

  std::optional<catalogue::Limit> limit(const TestDraft& draft) {
    const auto* found = limits_.find(draft.limit.value);
    if (found == nullptr) {
      std::vector<std::string_view> keys;
      for (const auto& each : limits_.all()) keys.push_back(each.key);
      problems_.add(draft.limit.place,
                    {"没有限值 \"{1}\"{2}；见限值表", "there is no limit \"{1}\"{2}; see the table of limits"},
                    {draft.limit.value, did_you_mean(draft.limit.value, keys)});
      return std::nullopt;
    }
    if (!found->sourced() && !draft.unsourced) {
      problems_.add(draft.limit.place,
                    {"限值 \"{1}\" 没有依据；请查证，或写 unsourced = true",
                     "nobody has seen the limit \"{1}\" in a text; look it up, or write unsourced = true"},
                    {draft.limit.value});
      return std::nullopt;
    }
    return *found;
  }

  std::optional<LeakageTest> resolved(const TestDraft& draft) {
    const auto* tool = instrument(draft.device);
    auto found = limit(draft);
    if (tool == nullptr || !found) return std::nullopt;
    if (tool->unit != found->unit) {
      problems_.add(draft.limit.place,
                    {"限值的单位是 {1}，仪器的是 {2}；请写相同的单位",
                     "the limit is in {1}, the instrument's numbers in {2}; write both in one unit"},
                    {found->unit, tool->unit});
    }
    const auto window = catalogue::bounds(*found, draft.rated);
    if (!window) {
      problems_.add(
          draft.place,
          {"限值 \"{1}\" 需要额定值({2})；请写 rated", "the limit \"{1}\" needs a rating in {2}; write rated, above 0"},
          {found->key, found->rated_in});
      return std::nullopt;
    }
    return LeakageTest{draft.name,        draft.title, draft.point,   tool->instrument,
                       std::move(*found), *window,     values(draft), draft.by_hand};
  }

  static std::map<std::string, double> values(const TestDraft& draft) {
    std::map<std::string, double> out;
    const auto put = [&](const char* name, const std::optional<double>& value) {
      if (value) out[name] = *value;
    };
    put("upper", draft.upper);
    put("lower", draft.lower);
    put("voltage", draft.voltage);
    put("frequency", draft.frequency);
    put("time", draft.time);
    put("ramp", draft.ramp);
    return out;
  }

  const PlanDraft& draft_;
  const catalogue::Limits& limits_;
  Problems& problems_;
  LeakagePlan plan_;
  std::set<std::string> instruments_;
  std::set<std::string> tests_;
};

Judgement doubtful(Judgement judgement, const Text& why) {
  judgement.verdict = Verdict::undecidable;
  judgement.why = {why.zh + "；" + judgement.why.zh, why.en + "; " + judgement.why.en};
  return judgement;
}

}  // namespace

const LeakageTest* LeakagePlan::find(std::string_view name) const {
  const auto found =
      std::find_if(tests.begin(), tests.end(), [&](const LeakageTest& each) { return each.name == name; });
  return found == tests.end() ? nullptr : &*found;
}

const ContactTest* LeakagePlan::find_contact(std::string_view name) const {
  const auto found = std::find_if(contact_tests.begin(), contact_tests.end(),
                                  [&](const ContactTest& each) { return each.name == name; });
  return found == contact_tests.end() ? nullptr : &*found;
}

std::optional<LeakagePlan> parse_leakage_plan(std::string_view text, const catalogue::Limits& limits,
                                              Problems& problems) {
  const auto document = parse_document(text, problems);
  if (!document) return std::nullopt;
  PlanDraft draft;
  plan_fields().read(*document, draft, problems);
  check_end(*document, "file", "leakage-plan", problems);
  if (!problems.empty()) return std::nullopt;
  auto plan = PlanResolver(draft, limits, problems).resolve();
  if (!problems.empty()) return std::nullopt;
  return plan;
}

Result<LeakagePlan> parse_leakage_plan(std::string_view text, const std::string& file,
                                       const catalogue::Limits& limits) {
  Problems problems(file);
  auto plan = parse_leakage_plan(text, limits, problems);
  if (!plan) return problems.error();
  return std::move(*plan);
}

Result<LeakagePlan> load_leakage_plan(const std::string& path, const catalogue::Limits& limits) {
  Problems problems(path);
  const auto bytes = read_file(path, problems);
  if (!bytes) return problems.error();
  return parse_leakage_plan(*bytes, path, limits);
}

Judgement judge(const LeakageTest& test, const usb::TesterAnswer& answer, const Moment& now) {
  const auto found = answer.quantities.find(test.point);
  const auto reading =
      found == answer.quantities.end() ? usb::Quantity{usb::NumberKind::unknown, 0, ""} : found->second;
  auto judgement = judge(test.limit, test.bounds, reading, test.instrument, now);
  switch (answer.verdict) {
    case usb::TesterVerdict::pass:
    case usb::TesterVerdict::none: return judgement;
    case usb::TesterVerdict::fail:
      if (judgement.verdict != Verdict::pass) return judgement;
      return doubtful(std::move(judgement), {"仪器判定不合格", "the instrument says fail"});
    case usb::TesterVerdict::low:
      return doubtful(std::move(judgement),
                      {"仪器判定低于下限，可能没有接好",
                       "the instrument says below its lower limit: perhaps nothing is connected"});
    case usb::TesterVerdict::running: return doubtful(std::move(judgement), {"测试尚未结束", "the test is not over"});
    case usb::TesterVerdict::aborted:
    case usb::TesterVerdict::error: break;
  }
  return doubtful(std::move(judgement), {"测试被中止或出错", "the test was aborted or failed"});
}

std::vector<ObjectDoc> describe_leakage_plan() {
  std::vector<ObjectDoc> out;
  plan_fields().describe(out);
  return out;
}

}  // namespace inspect::inspection
