#include "firmware-agent/cli/words.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

namespace inspect::cli {

namespace {

struct Entry {
  const char* zh;
  const char* en;
  Tone tone = Tone::plain;
};

/// The tables stand in the order of their enum.
template <class Enum, std::size_t N>
Cell pick(const std::array<Entry, N>& words, Enum which, Language language) {
  const auto& entry = words.at(static_cast<std::size_t>(which));
  return {language == Language::zh ? entry.zh : entry.en, entry.tone};
}

}  // namespace

Cell word(DeviceHealth health, Language language) {
  static constexpr std::array<Entry, 4> words{{{"未知", "unknown", Tone::quiet},
                                               {"正常", "active", Tone::good},
                                               {"丢失应答", "degraded", Tone::doubt},
                                               {"不应答", "dormant", Tone::bad}}};
  return pick(words, health, language);
}

Cell word(BusHealth health, Language language) {
  static constexpr std::array<Entry, 4> words{{{"未知", "unknown", Tone::quiet},
                                               {"正常", "up", Tone::good},
                                               {"无设备应答", "silent", Tone::bad},
                                               {"无法打开", "unavailable", Tone::bad}}};
  return pick(words, health, language);
}

Cell word(FaultClass fault_class, Language language) {
  static constexpr std::array<Entry, 3> words{
      {{"普通", "ordinary", Tone::doubt}, {"重大", "major", Tone::bad}, {"预防", "preventive", Tone::plain}}};
  return pick(words, fault_class, language);
}

Cell word(AlarmState state, Language language) {
  static constexpr std::array<Entry, 7> words{{{"正常", "normal", Tone::good},
                                               {"未确认", "unacknowledged", Tone::bad},
                                               {"已确认", "acknowledged", Tone::doubt},
                                               {"已恢复未确认", "returned", Tone::doubt},
                                               {"已搁置", "shelved", Tone::quiet},
                                               {"按设计抑制", "suppressed", Tone::quiet},
                                               {"停用", "out of service", Tone::quiet}}};
  return pick(words, state, language);
}

Cell word(Quality quality, Reason reason, Language language) {
  static constexpr std::array<Entry, 9> words{{{"正常", "good"},
                                               {"尚未读取", "never read"},
                                               {"未应答", "no answer"},
                                               {"线路受损", "line"},
                                               {"被拒绝", "refused"},
                                               {"设备忙", "busy"},
                                               {"总线不可用", "bus"},
                                               {"不可信", "implausible"},
                                               {"过期", "stale"}}};
  auto cell = pick(words, reason, language);
  if (quality != Quality::good && reason == Reason::none) cell.text = language == Language::zh ? "不确定" : "uncertain";
  static constexpr std::array<Tone, 3> tones{Tone::good, Tone::doubt, Tone::bad};
  cell.tone = tones.at(static_cast<std::size_t>(quality));
  return cell;
}

std::string word(FindingEvent event, Language language) {
  static constexpr std::array<Entry, 7> words{{{"出现", "opened"},
                                               {"更新", "updated"},
                                               {"恢复", "returned"},
                                               {"再次出现", "reopened"},
                                               {"已确认", "acknowledged"},
                                               {"已搁置", "shelved"},
                                               {"取消搁置", "unshelved"}}};
  return pick(words, event, language).text;
}

std::string word(ClockTrust trust, Language language) {
  static constexpr std::array<Entry, 4> words{{{"不可信", "not to be trusted"},
                                               {"或更晚", "or later"},
                                               {"硬件时钟", "hardware clock"},
                                               {"网络校时", "synchronised"}}};
  return pick(words, trust, language).text;
}

bool is_state(const control::PointRow& point) {
  return point.unit.empty() && (point.role == "state" || point.role == "command");
}

std::string value_text(std::optional<double> value, const std::string& unit, bool is_state, Language language) {
  if (!value) return "–";
  if (is_state && (*value == 0 || *value == 1)) {
    const bool on = *value == 1;
    if (language == Language::zh) return on ? "通" : "断";
    return on ? "on" : "off";
  }
  return quantity_text(*value, unit);
}

std::string value_text(const control::PointRow& point, Language language) {
  return value_text(point.reading.value, point.unit, is_state(point), language);
}

namespace {

/// The words of letters and digits, small; Chinese holds none.
std::vector<std::string> plain_words(const std::string& text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      words.back() += upper ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

}  // namespace

std::string part_text(const std::string& stock, const std::string& called) {
  const auto said = plain_words(called);
  const auto wanted = plain_words(stock);
  const bool twice = std::all_of(wanted.begin(), wanted.end(), [&](const std::string& word) {
    return std::find(said.begin(), said.end(), word) != said.end();
  });
  if (called.empty()) return stock;
  return twice ? called : stock + "  " + called;
}

std::string bytes_text(std::uint64_t bytes) {
  static constexpr std::array<const char*, 5> units{"B", "KiB", "MiB", "GiB", "TiB"};
  auto size = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; size >= 1024 && unit + 1 < units.size(); ++unit) size /= 1024;
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), unit == 0 ? "%.0f %s" : "%.1f %s", size, units.at(unit));
  return buffer.data();
}

}  // namespace inspect::cli
