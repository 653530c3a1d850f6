#include "protocol/catalogue/limits.hpp"

#include "protocol/settings/document.hpp"
#include "protocol/settings/kinds.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace inspect::catalogue {
namespace {

using namespace settings;  // the vocabulary of the table below

struct LimitDraft {
  Limit limit;
  bool from_memory = false;
  Place place;
};
struct EndOfLimits {
  std::string file;
};
struct LimitsDraft {
  std::vector<LimitDraft> limits;
  EndOfLimits end;
};

constexpr double widest_limit = 1e6;

const Fields<LimitDraft>& limit_fields() {
  const auto of = [](auto member) { return in(&LimitDraft::limit, member); };
  const auto quantity = [&](std::optional<double> Limit::*member) { return number(of(member), 0, widest_limit); };
  static const Fields<LimitDraft> fields{
      "limit",
      {"标准中的一条限值。", "One line of a standard."},
      {{"key", text(of(&Limit::key), 64), required, {"检测方案用的名字", "what a test plan calls it"}},
       {"title", bilingual(of(&Limit::title)), required, {"名称", "what people call it"}},
       {"what",
        choice(of(&Limit::what), std::vector<Word<LimitOf>>{{"touch-current", LimitOf::touch_current},
                                                            {"open-voltage", LimitOf::open_voltage},
                                                            {"operate-current", LimitOf::operate_current},
                                                            {"break-time", LimitOf::break_time},
                                                            {"current-time", LimitOf::current_time},
                                                            {"bond-resistance", LimitOf::bond_resistance}}),
        required,
        {"限制的量", "what it is a limit of"}},
       {"form",
        choice(of(&Limit::form), std::vector<Word<Form>>{{"rms", Form::rms}, {"peak", Form::peak}, {"dc", Form::dc}}),
        standard,
        {"有效值、峰值或直流", "rms, peak or dc"}},
       {"unit", text(of(&Limit::unit), 8), required, {"单位", "unit"}},
       {"low", quantity(&Limit::low), standard, {"须高于此值", "a reading must be above it"}},
       {"high", quantity(&Limit::high), standard, {"不得高于此值", "a reading must not be above it"}},
       {"low_per_rated",
        quantity(&Limit::low_per_rated),
        standard,
        {"每单位额定值的下限", "low, for each unit of the rating"}},
       {"high_per_rated",
        quantity(&Limit::high_per_rated),
        standard,
        {"每单位额定值的上限;与 high 取大者", "high, for each unit of the rating; the larger of it and high counts"}},
       {"at_most", quantity(&Limit::at_most), standard, {"但不超过", "but no more than this"}},
       {"rated_in", text(of(&Limit::rated_in), 8), standard, {"额定值的单位", "unit of the rating"}},
       {"standard", text(of(&Limit::standard), 64), required, {"标准", "the standard"}},
       {"edition", text(of(&Limit::edition), 32), required, {"版本", "its edition"}},
       {"clause", text(of(&Limit::clause), 32), standard, {"条款", "clause"}},
       {"source",
        text(of(&Limit::source), 128),
        depends,
        {"依据;或写 from_memory = true", "where it is from; or from_memory = true"}},
       {"from_memory",
        flag(&LimitDraft::from_memory),
        standard,
        {"没有依据,仅凭记忆:检测方案须明说才能用", "no source shows it: a plan must say that it may be used"}}}};
  return fields;
}

const Fields<EndOfLimits>& end_of_limits() {
  static const Fields<EndOfLimits> fields{"end",
                                          {"文件到此为止。", "The file ends here: a cut one is not taken for whole."},
                                          {{"file", text(&EndOfLimits::file, 16), required, {"limits", "limits"}}}};
  return fields;
}

const Fields<LimitsDraft>& limits_fields() {
  static const Fields<LimitsDraft> fields{
      "limits file",
      {"限值表。", "The table of limits."},
      {{"limit", tables(&LimitsDraft::limits, limit_fields(), 256), required, {"限值", "the limits"}},
       {"end",
        table(&LimitsDraft::end, end_of_limits()),
        depends,
        {"结束;必须有", "the end of the file; must be there"}}}};
  return fields;
}

void check(const LimitDraft& draft, std::set<std::string>& keys, Problems& problems) {
  const auto& limit = draft.limit;
  if (!keys.insert(limit.key).second) {
    problems.add(draft.place, {"\"{1}\" 出现两次；请删去一个", "\"{1}\" is there twice; remove one"}, {limit.key});
  }
  if (!limit.low && !limit.high && !limit.low_per_rated && !limit.high_per_rated) {
    problems.add(draft.place,
                 {"没有限值；请写 high、low 或其 _per_rated", "it limits nothing; add high, low or one of _per_rated"});
  }
  if ((limit.low_per_rated || limit.high_per_rated) == limit.rated_in.empty()) {
    problems.add(draft.place, {"rated_in 与 _per_rated 成对；请补上缺的一个",
                               "rated_in and _per_rated go together; add the one that is missing"});
  }
  if (limit.source.empty() != draft.from_memory) {
    problems.add(draft.place, {"请写 source，或在没有依据时写 from_memory = true，二者恰好其一",
                               "write source, or from_memory = true where there is none: exactly one of the two"});
  }
  if (limit.low && limit.high && *limit.low >= *limit.high) {
    problems.add(draft.place, {"low 不低于 high；请对调", "low is not below high; exchange them"});
  }
}

}  // namespace

std::string_view name(LimitOf what) {
  constexpr std::array<std::string_view, 6> names{"touch-current", "open-voltage", "operate-current",
                                                  "break-time",    "current-time", "bond-resistance"};
  return names.at(static_cast<std::size_t>(what));
}

std::string_view name(Form form) {
  constexpr std::array<std::string_view, 3> names{"rms", "peak", "dc"};
  return names.at(static_cast<std::size_t>(form));
}

Result<Bounds> bounds(const Limit& limit, std::optional<double> rated) {
  if (!limit.rated_in.empty() && (!rated || !std::isfinite(*rated) || *rated <= 0)) {
    return fail(Errc::invalid_argument, limit.key + " needs the rating in " + limit.rated_in + ", above 0");
  }
  Bounds out{limit.low, limit.high};
  if (limit.low_per_rated) out.low = std::max(out.low.value_or(0), *limit.low_per_rated * *rated);
  if (limit.high_per_rated) out.high = std::max(out.high.value_or(0), *limit.high_per_rated * *rated);
  if (limit.at_most && out.high) out.high = std::min(*out.high, *limit.at_most);
  return out;
}

Result<Limits> Limits::parse(std::string_view text, const std::string& file) {
  Problems problems(file);
  const auto document = parse_document(text, problems);
  if (!document) return problems.error();
  LimitsDraft draft;
  limits_fields().read(*document, draft, problems);
  check_end(*document, "file", "limits", problems);
  if (!problems.empty()) return problems.error();
  std::set<std::string> keys;
  Limits out;
  for (auto& each : draft.limits) {
    check(each, keys, problems);
    out.limits_.push_back(std::move(each.limit));
  }
  if (!problems.empty()) return problems.error();
  return out;
}

Result<Limits> Limits::load(const std::string& path) {
  Problems problems(path);
  const auto bytes = read_file(path, problems);
  if (!bytes) return problems.error();
  return parse(*bytes, path);
}

const Limit* Limits::find(std::string_view key) const {
  const auto found = std::find_if(limits_.begin(), limits_.end(), [&](const Limit& each) { return each.key == key; });
  return found == limits_.end() ? nullptr : &*found;
}

Result<Limit> Limits::select(std::string_view key, bool unsourced_too) const {
  const auto* found = find(key);
  if (found == nullptr) {
    std::vector<std::string_view> keys;
    for (const auto& each : limits_) keys.push_back(each.key);
    return fail(Errc::invalid_argument, "no limit \"" + std::string(key) + "\"" + did_you_mean(key, keys).en);
  }
  if (!found->sourced() && !unsourced_too) {
    return fail(Errc::not_permitted,
                found->key + " is from memory only; look it up, or let the plan say that it may be used");
  }
  return *found;
}

}  // namespace inspect::catalogue
