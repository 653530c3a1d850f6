#include "firmware-agent/cli/bus_view.hpp"

#include "firmware-agent/cli/table.hpp"
#include "firmware-agent/cli/text_width.hpp"
#include "firmware-agent/cli/times.hpp"
#include "firmware-agent/cli/trace_page.hpp"
#include "firmware-agent/cli/words.hpp"

#include <array>
#include <cstdio>
#include <set>

namespace inspect::cli {

namespace {

using modbus::LineUse;
using modbus::Nanoseconds;
using modbus::UnitUse;

constexpr std::size_t window = 10;  ///< seconds

std::string share_text(Nanoseconds part, Nanoseconds whole) {
  if (whole.count() == 0) return "–";
  std::array<char, 16> text{};
  const auto share = 100 * static_cast<double>(part.count()) / static_cast<double>(whole.count());
  std::snprintf(text.data(), text.size(), "%.1f %%", share);
  return text.data();
}

Cell count(std::uint64_t number, Tone tone) { return {std::to_string(number), number > 0 ? tone : Tone::plain}; }

}  // namespace

BusView::BusView(const TraceDecoder& decoder)
    : decoder_(decoder), meter_(decoder.wire(), decoder.now()), now_(decoder.now()) {}

void BusView::take(const modbus::Heard& heard) { meter_.take(heard); }

void BusView::second(BootTime now) {
  now_ = now;
  auto use = meter_.use(now);
  meter_.restart(now);
  total_.add(use);
  seconds_.push_back(std::move(use));
  if (seconds_.size() > window) seconds_.pop_front();
}

LineUse BusView::recent() const {
  LineUse sum;
  for (const auto& second : seconds_) sum.add(second);
  return sum;
}

DeviceHealth BusView::health_of(const control::TraceUnit* device) const {
  const auto found = device == nullptr ? health_.end() : health_.find(device->name);
  return found == health_.end() ? DeviceHealth::unknown : found->second;
}

std::string BusView::line_page(const Console& console, const LineUse& use) const {
  std::uint64_t questions = 0;
  for (const auto& [unit, own] : use.units) questions += own.questions;
  const auto seconds = std::chrono::duration<double>(use.span).count();
  std::array<char, 24> rate{};
  std::snprintf(rate.data(), rate.size(), "%.1f", seconds > 0 ? static_cast<double>(questions) / seconds : 0);
  auto gaps = std::string("–");
  if (use.shortest_gap) gaps = delay_text(*use.shortest_gap) + " … " + delay_text(*use.longest_gap);

  const auto name = [&](const char* zh, const char* en) { return console.in({zh, en}); };
  const auto idle = decoder_.wire() ? share_text(use.idle, use.span) : share_text(use.idle + use.silence, use.span);
  auto time = name("占用 ", "busy ") + share_text(use.busy, use.span);
  if (decoder_.wire()) time += name("  帧间静默 ", "  silence between frames ") + share_text(use.silence, use.span);
  time += name("  空闲 ", "  idle ") + idle;
  const bool listening = decoder_.head().mode == "listen";
  std::string strange;
  // Where another master asks its questions are no strangers'.
  if (!listening) strange = name("另一主机提问 ", "another master ") + std::to_string(total_.foreign) + "  ";
  strange += name("无主应答 ", "stray answers ") + std::to_string(total_.stray) + name("  回声 ", "  echoes ") +
             std::to_string(total_.echoes) + name("  杂讯字节 ", "  noise bytes ") + std::to_string(total_.noise_bytes);
  const bool troubled = (!listening && total_.foreign > 0) || total_.stray > 0;
  std::vector<std::pair<std::string, Cell>> lines{
      {name("近 10 秒", "last 10 s"), {time}},
      {name("提问", "questions"), {rate.data() + name(" 次/秒，间隔 ", " a second, gaps ") + gaps}},
      {name("外来", "foreign"),
       {strange, troubled                 ? Tone::bad
                 : total_.noise_bytes > 0 ? Tone::doubt
                                          : Tone::plain}}};
  if (lost_ > 0) {
    lines.emplace_back(name("漏看", "unseen"), Cell{std::to_string(lost_), Tone::doubt});
  }
  return pairs(console, lines);
}

std::string BusView::units_page(const Console& console, const LineUse& use) const {
  Table table({{console.in({"设备", "DEVICE"})},
               {console.in({"状态", "HEALTH"})},
               {console.in({"占用", "BUSY"}), true},
               {console.in({"问", "ASKED"}), true},
               {console.in({"答", "ANSWERED"}), true, 0, 6},
               {console.in({"无答", "SILENT"}), true},
               {console.in({"损坏", "DAMAGED"}), true},
               {console.in({"拒绝", "REFUSED"}), true, 0, 5},
               {console.in({"迟到", "LATE"}), true, 0, 4},
               {console.in({"最慢", "SLOWEST"}), true, 0, 3},
               {console.in({"名称", "TITLE"}), false, 8, 1}});
  std::set<std::uint8_t> shown;
  const auto row = [&](std::uint8_t number) {
    if (!shown.insert(number).second) return;
    const auto found = total_.units.find(number);
    const auto total = found == total_.units.end() ? UnitUse{} : found->second;
    const auto now = use.units.find(number);
    const auto busy = now == use.units.end() ? Nanoseconds{0} : now->second.busy();
    const auto* device = decoder_.device(number);
    const auto stranger = device == nullptr ? console.in({" 未配置", " unknown"}) : std::string();
    table.row({{unit_text(decoder_, number) + stranger, device == nullptr ? Tone::doubt : Tone::plain},
               word(health_of(device), console.language),
               {share_text(busy, use.span)},
               {std::to_string(total.questions)},
               {std::to_string(total.answered)},
               count(total.unanswered, Tone::bad),
               count(total.damaged, Tone::bad),
               count(total.refused, Tone::doubt),
               count(total.late, Tone::doubt),
               {total.slowest.count() > 0 ? delay_text(total.slowest) : "–"},
               {device == nullptr ? std::string() : console.in(device->title)}});
  };
  for (const auto& device : decoder_.head().devices) row(device.unit);
  for (const auto& [number, unit] : total_.units) row(number);
  return table.text(console);
}

std::string BusView::screen(const Console& console) const {
  const auto& head = decoder_.head();
  const auto use = recent();
  auto title = harmless(head.bus + "  " + console.in(head.title) + "  " + head.transport);
  if (head.mode == "listen") title += console.in({"  只听", "  listening only"});
  title += console.in({"  已看 ", "  watched for "}) +
           span_text(std::chrono::duration_cast<std::chrono::milliseconds>(total_.span), console.language);
  if (console.width > 0) title = cut(title, console.width);
  auto text = console.paint(title, Tone::title) + "\n\n" + line_page(console, use) + '\n' + units_page(console, use);
  if (!console.terminal || console.height == 0) return text;
  std::size_t lines = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\n' && ++lines == console.height - 1) return text.substr(0, at + 1);
  }
  return text;
}

}  // namespace inspect::cli
