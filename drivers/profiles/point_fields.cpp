#include "drivers/profiles/draft.hpp"
#include "protocol/settings/kinds.hpp"

namespace inspect::drivers {
namespace {

using namespace settings;  // the vocabulary of the tables below

constexpr double widest = 1e12;

template <class... Way>
auto of_point(Way... way) {
  return in(&PointDraft::spec, way...);
}

/// Where a point lies on the wire.
std::vector<Field<PointDraft>> place_rows() {
  using modbus::PointMap;
  using modbus::Table;
  using modbus::ValueType;
  using modbus::WordOrder;
  constexpr auto map = &PointSpec::map;
  return {
      {"name",
       text(of_point(&PointSpec::name), 64),
       required,
       {"点分小写的名字;{n} 为重复序号", "dotted, lower case; {n} is the number within a repetition"}},
      {"title",
       bilingual(of_point(&PointSpec::title)),
       required,
       {"名称;可含 {n}", "what people call it; may hold {n}"}},
      {"table",
       choice(of_point(map, &PointMap::table), std::vector<Word<Table>>{{"coil", Table::coil},
                                                                        {"discrete-input", Table::discrete_input},
                                                                        {"input-register", Table::input_register},
                                                                        {"holding-register", Table::holding_register}}),
       required,
       {"Modbus 数据表", "table of the Modbus data model"}},
      {"address",
       integer(of_point(map, &PointMap::address), 0, 65535),
       required,
       {"线上地址,从 0 起", "address as on the wire, from 0"}},
      {"type",
       choice(of_point(map, &PointMap::type), std::vector<Word<ValueType>>{{"bit", ValueType::bit},
                                                                           {"u16", ValueType::u16},
                                                                           {"s16", ValueType::s16},
                                                                           {"u32", ValueType::u32},
                                                                           {"s32", ValueType::s32},
                                                                           {"f32", ValueType::f32}}),
       standard,
       {"数据类型;线圈和离散输入总是 bit", "how the value lies there; coils and discrete inputs are always bit"}},
      {"words",
       choice(of_point(map, &PointMap::order),
              std::vector<Word<WordOrder>>{{"high-first", WordOrder::high_first}, {"low-first", WordOrder::low_first}}),
       standard,
       {"32 位值的字序", "order of the two registers of a 32-bit value"}},
      {"bit",
       integer(of_point(map, &PointMap::bit), 0, 15),
       standard,
       {"寄存器中的位,0 为最低", "which bit of a register, 0 is the lowest"}},
  };
}

std::vector<Word<Quantity>> quantity_words() {
  std::vector<Word<Quantity>> words;
  for (std::size_t i = 0; i < quantity_count; ++i) {
    const auto quantity = static_cast<Quantity>(i);
    words.push_back({name(quantity), quantity});
  }
  return words;
}

/// What it means, and what for.
std::vector<Field<PointDraft>> meaning_rows() {
  using modbus::PointMap;
  constexpr auto map = &PointSpec::map;
  return {
      {"scale",
       number(of_point(map, &PointMap::scale), -1e6, 1e6),
       standard,
       {"值 = 原始值 × scale + offset", "value = raw × scale + offset"}},
      {"offset", number(of_point(map, &PointMap::offset), -1e9, 1e9), standard, {"见 scale", "see scale"}},
      {"unit",
       text(of_point(&PointSpec::unit), 16),
       standard,
       {"单位(SenML/UCUM):V、mA、Cel", "unit (SenML or UCUM): V, mA, Cel"}},
      {"role",
       choice(of_point(&PointSpec::role), std::vector<Word<Role>>{{"measure", Role::measure},
                                                                  {"state", Role::state},
                                                                  {"command", Role::command},
                                                                  {"setting", Role::setting},
                                                                  {"identity", Role::identity}}),
       standard,
       {"用途:测量、状态、指令、设置、身份",
        "what it is for: a quantity, what is, what was ordered, a setting, who it is"}},
      {"quantity",
       choice(of_point(&PointSpec::quantity), quantity_words()),
       standard,
       {"它说明部件的什么量,供趋势与寿命判断;other 为不判断",
        "what it tells of the part, for trends and wear; other: it is not judged so"}},
  };
}

/// How often it is read, what it can be, and how alike ones are written once.
std::vector<Field<PointDraft>> habit_rows() {
  return {{"period_ms",
           integer(of_point(&PointSpec::period), 50, 86'400'000),
           standard,
           {"读取周期(毫秒)", "read this often, ms"}},
          {"lowest",
           number(of_point(&PointSpec::lowest), -widest, widest),
           standard,
           {"合理范围下限;之外读数为不可信", "lower end of what can be; below it the reading is bad: implausible"}},
          {"highest",
           number(of_point(&PointSpec::highest), -widest, widest),
           standard,
           {"合理范围上限", "upper end of what can be"}},
          {"deadband",
           number(of_point(&PointSpec::deadband), 0, widest),
           standard,
           {"变化不超过此值不上传", "a change up to this does not travel to the centre"}},
          {"longest_age_s",
           integer(of_point(&PointSpec::longest_age), 1, 86'400),
           standard,
           {"至少这么久上传一次(秒)", "it travels at least this often all the same, s"}},
          {"repeat",
           integer(&PointDraft::repeat, 1, 64),
           standard,
           {"重复个数,{n} 从 1 起", "so many alike; {n} counts from 1"}},
          {"stride", integer(&PointDraft::stride, 1, 256), standard, {"每个地址相差", "addresses are this far apart"}}};
}

}  // namespace

const Fields<PointDraft>& point_fields() {
  static const auto rows = [] {
    auto out = place_rows();
    for (const auto& more : {meaning_rows(), habit_rows()}) out.insert(out.end(), more.begin(), more.end());
    return out;
  }();
  static const Fields<PointDraft> fields{"point", {"一个测点。", "One named value of the device."}, rows};
  return fields;
}

}  // namespace inspect::drivers
