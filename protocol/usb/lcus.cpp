#include "protocol/usb/lcus.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace inspect::usb {
namespace {

/// "CH3:OFF" → off, for channel 3.
std::optional<bool> state_in(std::string_view line, std::size_t channel) {
  const auto head = "CH" + std::to_string(channel) + ":";
  if (!line.starts_with(head)) return std::nullopt;
  line.remove_prefix(head.size());
  while (line.starts_with(' ')) line.remove_prefix(1);
  if (line == "ON") return true;
  if (line == "OFF") return false;
  return std::nullopt;
}

Result<LcusAnswer> decode_lines(std::uint8_t channels, std::string_view text) {
  constexpr std::size_t longest_line = 16;
  LcusAnswer answer;
  while (answer.on.size() < channels) {
    const auto end = text.find("\r\n");
    if (end == std::string_view::npos) {
      if (text.size() > longest_line) return fail(Errc::corrupt_frame, "a line of states without an end");
      return answer;
    }
    const auto state = state_in(text.substr(0, end), answer.on.size() + 1);
    if (!state)
      return fail(Errc::corrupt_frame, "a line that is no state of relay " + std::to_string(answer.on.size() + 1));
    answer.on.push_back(*state);
    text.remove_prefix(end + 2);
  }
  if (!text.empty()) return fail(Errc::corrupt_frame, "more states than the board has relays");
  answer.whole = true;
  return answer;
}

}  // namespace

Result<LcusAnswer> decode_lcus(std::uint8_t channels, BytesView heard) {
  LcusAnswer answer;
  if (heard.empty()) return answer;
  if (heard.front() == 'C') {
    return decode_lines(channels, {reinterpret_cast<const char*>(heard.data()), heard.size()});
  }
  if (heard.size() > channels) return fail(Errc::corrupt_frame, "more states than the board has relays");
  for (const auto byte : heard) {
    if (byte > 1) return fail(Errc::corrupt_frame, "a state of " + std::to_string(byte) + " instead of 0 or 1");
    answer.on.push_back(byte == 1);
  }
  answer.whole = answer.on.size() == channels;
  return answer;
}

}  // namespace inspect::usb
