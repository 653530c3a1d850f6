#include "drivers/profiles/rule_fields.hpp"

#include "protocol/settings/kinds.hpp"

namespace inspect::drivers {
namespace {

using settings::in;
using settings::Node;
using settings::Problems;
using settings::required;
using settings::standard;

constexpr double widest = 1e12;
constexpr std::int64_t an_hour_ms = 3'600'000;

/// Kinds are dotted and lower case like the catalogue's keys; whether one exists is the catalogue's to say.
std::optional<std::string> take_kind(const Node& node, Problems& problems) {
  auto kind = settings::take_text(node, 64, problems);
  if (!kind) return std::nullopt;
  const bool spelled = kind->find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string::npos &&
                       kind->find('.') != std::string::npos && kind->front() != '.' && kind->back() != '.';
  if (!spelled) {
    problems.add(node.place,
                 {"\"{1}\" 不是故障种类；应写故障目录中的，如 \"rail.low\"",
                  "\"{1}\" is no kind of fault; write one of the catalogue's, like \"rail.low\""},
                 {*kind});
    return std::nullopt;
  }
  return kind;
}

auto milliseconds(std::chrono::milliseconds Rule::*member) {
  return settings::integer(in(&RuleDraft::rule, member), 0, an_hour_ms);
}

auto quantity(std::optional<double> Rule::*member) {
  return settings::number(in(&RuleDraft::rule, member), -widest, widest);
}

void need(bool present, const Text& what, const RuleDraft& draft, Problems& problems) {
  if (present) return;
  problems.add(draft.place, {"{1} 规则需要{2}", "a {1} rule needs {2}"}, {name(draft.rule.detector), what});
}

void refuse(bool present, const Text& what, const RuleDraft& draft, Problems& problems) {
  if (!present) return;
  problems.add(draft.place, {"{2} 在 {1} 规则中没有意义；请删去", "{2} means nothing in a {1} rule; remove it"},
               {name(draft.rule.detector), what});
}

}  // namespace

std::vector<settings::Field<RuleDraft>> rule_rows() {
  using settings::choice;
  return {
      {"detector",
       choice(in(&RuleDraft::rule, &Rule::detector),
              std::vector<settings::Word<Detector>>{
                  {"limit", Detector::limit}, {"mismatch", Detector::mismatch}, {"frozen", Detector::frozen}}),
       required,
       {"由谁判断:限值、指令与反馈不符、数值不动",
        "who judges: a limit, command against feedback, a value that does not move"}},
      {"kind",
       settings::kind("kind of fault", "", in(&RuleDraft::rule, &Rule::kind), take_kind),
       required,
       {"故障种类(故障目录中的键)", "the kind of fault, a key of the catalogue"}},
      {"point",
       settings::text(in(&RuleDraft::rule, &Rule::point), 96),
       required,
       {"被判断的测点;不符规则中为反馈", "the point judged; of a mismatch: the feedback"}},
      {"against",
       settings::text(in(&RuleDraft::rule, &Rule::against), 96),
       standard,
       {"对照测点:不符规则为指令;数值不动规则为应带动它的测点",
        "the other point: of a mismatch the command; of frozen the one that should move it"}},
      {"low", quantity(&Rule::low), standard, {"低于此值为故障(测点单位)", "a fault below it, in the point's unit"}},
      {"high", quantity(&Rule::high), standard, {"高于此值为故障(测点单位)", "a fault above it, in the point's unit"}},
      {"deadband",
       settings::number(in(&RuleDraft::rule, &Rule::deadband), 0, widest),
       standard,
       {"回到限值以内至少这么多才算恢复", "well again only when back inside by this much"}},
      {"when",
       choice(in(&RuleDraft::rule, &Rule::when), std::vector<settings::Word<bool>>{{"on", true}, {"off", false}}),
       standard,
       {"仅在指令为此值时判断;不写则两者都判断", "judged only while the command is this; without it both ways"}},
      {"only_above",
       quantity(&Rule::only_above),
       standard,
       {"仅当对照测点不低于此值时判断", "judged only while `against` reads at least this"}},
      {"on_delay_ms",
       milliseconds(&Rule::on_delay),
       standard,
       {"持续这么久才报故障(毫秒)", "opens only after lasting this long, ms"}},
      {"off_delay_ms",
       milliseconds(&Rule::off_delay),
       standard,
       {"正常这么久才算恢复(毫秒)", "closes only after being well this long, ms"}},
      {"settle_ms",
       milliseconds(&Rule::settle),
       standard,
       {"指令变化后这么久不判断(毫秒)", "nothing is judged this long after a change of command, ms"}},
      {"window_ms",
       milliseconds(&Rule::window),
       standard,
       {"多久不动才算不动(毫秒)", "how long the value must not have moved, ms"}},
      {"part",
       settings::text(in(&RuleDraft::rule, &Rule::part), 64),
       standard,
       {"此型号用的备件;不写则用目录中的", "the part of this model; without it the catalogue's"}},
  };
}

void check_rule(const RuleDraft& draft, Problems& problems) {
  const auto& rule = draft.rule;
  const Text when{"when", "when"};
  const Text settle{"settle_ms", "settle_ms"};
  const Text window{"window_ms", "window_ms"};
  const Text only_above{"only_above", "only_above"};
  const Text limit{"限值", "a limit"};
  switch (rule.detector) {
    case Detector::limit:
      need(rule.low || rule.high, {" low 或 high；请写上限值", "low or high; add the limit"}, draft, problems);
      if (rule.low && rule.high && *rule.low + 2 * rule.deadband >= *rule.high) {
        problems.add(draft.place,
                     {"扣除死区后 low 与 high 之间没有余地；请拉开",
                      "between low and high nothing is left once the deadband is taken off; move them apart"});
      }
      need(rule.only_above.has_value() == !rule.against.empty(),
           {" only_above 与 against 成对；请补上缺的一个",
            "only_above and against together; add the one that is missing"},
           draft, problems);
      refuse(rule.when.has_value(), when, draft, problems);
      refuse(rule.settle.count() != 0, settle, draft, problems);
      refuse(rule.window.count() != 0, window, draft, problems);
      break;
    case Detector::mismatch:
      need(!rule.against.empty(), {" against；请写指令所在的测点", "against; name the point with the command"}, draft,
           problems);
      need(rule.against != rule.point,
           {"两个不同的测点；请写反馈和指令", "two different points; name the feedback and the command"}, draft,
           problems);
      refuse(rule.low || rule.high, limit, draft, problems);
      refuse(rule.only_above.has_value(), only_above, draft, problems);
      refuse(rule.window.count() != 0, window, draft, problems);
      break;
    case Detector::frozen:
      need(!rule.against.empty(), {" against；请写应带动它的测点", "against; name the point that should move it"},
           draft, problems);
      need(rule.against != rule.point, {"两个不同的测点", "two different points"}, draft, problems);
      need(rule.window.count() > 0, {" window_ms；请写多久不动才算", "window_ms; say how long it must not have moved"},
           draft, problems);
      refuse(rule.low || rule.high, limit, draft, problems);
      refuse(rule.when.has_value(), when, draft, problems);
      refuse(rule.settle.count() != 0, settle, draft, problems);
      break;
  }
}

}  // namespace inspect::drivers
