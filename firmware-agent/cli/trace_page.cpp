#include "firmware-agent/cli/trace_page.hpp"

#include "firmware-agent/cli/text_width.hpp"
#include "firmware-agent/cli/times.hpp"
#include "protocol/modbus/describe.hpp"

#include <array>
#include <cstdio>

namespace inspect::cli {

namespace {

using modbus::Heard;
using modbus::Nanoseconds;
using What = Heard::What;

constexpr std::size_t most_registers = 8;  ///< shown of one answer; more are counted
constexpr std::size_t most_bits = 32;

std::string hex_word(std::uint16_t word) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%04X", static_cast<unsigned>(word));
  return text.data();
}

std::string values_text(const std::vector<std::uint16_t>& values, std::uint8_t function) {
  const bool bits = modbus::is_of_bits(function);
  const auto most = bits ? most_bits : most_registers;
  std::string text;
  for (std::size_t i = 0; i < values.size() && i < most; ++i) {
    if (bits && i % 8 == 0 && i > 0) text += ' ';
    if (!bits && i > 0) text += ' ';
    text += bits && values[i] <= 1 ? std::string(1, values[i] == 0 ? '0' : '1') : hex_word(values[i]);
  }
  if (values.size() > most) text += " …+" + std::to_string(values.size() - most);
  return text;
}

std::string question_text(const Console& console, const Heard& heard) {
  auto text = console.in(modbus::function_name(heard.function));
  if (!heard.question) return text;
  const auto& asked = *heard.question;
  text += " 0x" + hex_word(asked.address);
  if (modbus::is_read(asked.function) || asked.quantity > 1) text += " ×" + std::to_string(asked.quantity);
  if (!asked.values.empty()) text += " = " + values_text(asked.values, asked.function);
  return text;
}

std::string answer_text(const Console& console, const Heard& heard) {
  std::string text;
  if (heard.what == What::refusal) {
    const auto number = heard.answer.exception.value_or(0);
    text = console.in({"拒绝：", "refused: "}) + console.in(modbus::exception_name(number)) + " (" +
           std::to_string(number) + ')';
  } else if (!heard.answer.values.empty()) {
    text = values_text(heard.answer.values, heard.function);
  } else {
    text = console.in({"已执行", "done"});
  }
  text += "  " + delay_text(heard.delay);
  if (heard.doubtful) {
    text += console.in({"  存疑：也可能是先前某问的迟到应答", "  in doubt: fits an earlier question too"});
  }
  return text;
}

std::string bytes_count(const Console& console, std::size_t count) {
  return std::to_string(count) + console.in({" 字节", count == 1 ? " byte" : " bytes"});
}

struct Look {
  const char* mark;
  Tone tone;
};

Look look_of(const Heard& heard) {
  switch (heard.what) {
    case What::question: return {heard.ours ? "→" : "⇒", Tone::plain};
    case What::answer: return {"←", heard.doubtful ? Tone::doubt : Tone::plain};
    case What::refusal: return {"←", Tone::doubt};
    case What::unanswered: return {"✗", Tone::bad};
    case What::echo: return {"=", Tone::quiet};
    case What::late: return {"~", Tone::doubt};
    case What::stray: return {"?", Tone::bad};
    case What::damaged: return {"!", Tone::bad};
    case What::noise: return {"!", Tone::doubt};
  }
  return {" ", Tone::plain};
}

std::string what_text(const Console& console, const Heard& heard) {
  switch (heard.what) {
    case What::question: return question_text(console, heard);
    case What::answer:
    case What::refusal: return answer_text(console, heard);
    case What::unanswered:
      if (heard.corrupt) return console.in({"应答损坏（CRC 不对）", "the answer came damaged (bad CRC)"});
      return console.in({"无应答，等了 ", "no answer in "}) + delay_text(heard.delay);
    case What::echo: return console.in({"自己的话被送回（回声）", "our own words came back (echo)"});
    case What::late: return console.in({"迟到的应答", "a late answer"});
    case What::stray: return console.in({"没有人问过的应答", "an answer that nobody asked for"});
    case What::damaged: return console.in({"CRC 不对：", "bad CRC: "}) + bytes_count(console, heard.bytes.size());
    case What::noise: return console.in({"杂讯：", "noise: "}) + bytes_count(console, heard.bytes.size());
  }
  return {};
}

}  // namespace

std::string delay_text(Nanoseconds delay) {
  std::array<char, 24> text{};
  const auto ms = std::chrono::duration<double, std::milli>(delay).count();
  if (ms < 1000) {
    std::snprintf(text.data(), text.size(), "%.1f ms", ms);
  } else {
    std::snprintf(text.data(), text.size(), "%.2f s", ms / 1000);
  }
  return text.data();
}

std::string unit_text(const TraceDecoder& decoder, std::uint8_t unit) {
  const auto* device = decoder.device(unit);
  return device == nullptr ? std::to_string(unit) : device->name + '(' + std::to_string(unit) + ')';
}

std::string trace_title(const Console& console, const control::TraceHead& head) {
  auto text = head.bus + "  " + console.in(head.title) + "  " + head.transport;
  if (head.mode == "listen") text += console.in({"  只听", "  listening only"});
  return console.paint(harmless(text), Tone::title) + '\n' +
         console.paint(console.in({"→ 本网关问  ⇒ 另一主机问  ← 答  ✗ 无应答  ~ 迟到  ? 无主  ! 损坏或杂讯",
                                   "→ we ask  ⇒ another master asks  ← answer  ✗ none  ~ late  ? nobody's  ! damage"}),
                       Tone::quiet) +
         '\n';
}

std::string trace_line(const Console& console, const TraceDecoder& decoder, const Heard& heard, bool hex) {
  const auto look = look_of(heard);
  const auto when = local_stamp(decoder.wall(heard.at));
  // The date stands in the title's place of a file; a line shows the time of day with its milliseconds.
  auto text = when.substr(11, 12) + "  " + look.mark + "  ";
  const auto who = heard.what == What::noise ? std::string("–") : unit_text(decoder, heard.unit);
  text += who + std::string(width_of(who) < 14 ? 14 - width_of(who) : 1, ' ');
  text = harmless(text + what_text(console, heard));
  if (console.width > 0) text = cut(text, console.width);
  text = console.paint(text, look.tone) + '\n';
  if (hex && !heard.bytes.empty()) {
    const std::string indent(17, ' ');
    const auto bytes = control::to_hex(heard.bytes);
    text += console.paint(console.width == 0 ? indent + bytes : wrap(bytes, console.width, indent), Tone::quiet) + '\n';
  }
  return text;
}

}  // namespace inspect::cli
