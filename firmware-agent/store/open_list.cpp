#include "firmware-agent/store/open_list.hpp"

#include "firmware-agent/store/byte_stream.hpp"
#include "firmware-agent/store/finding_json.hpp"

#include <array>
#include <cstdio>

namespace inspect::agent::storage {

namespace {

constexpr std::string_view heading = "inspect-open-findings 1 ";
constexpr std::string_view number_word = "number ";
constexpr std::string_view open_word = "open ";

std::string checksum(std::string_view bytes) {
  std::array<char, 9> digits{};
  std::snprintf(digits.data(), digits.size(), "%08x", static_cast<unsigned>(crc32(bytes, 0)));
  return digits.data();
}

/// Takes the first line off; nothing when no whole line is left.
std::optional<std::string_view> next_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

std::string open_list_text(const std::string& epoch, const std::vector<FindingId>& numbers,
                           const std::vector<std::string>& documents) {
  std::string body;
  const auto add = [&body](std::string_view word, const std::string& rest) {
    if (body.size() + word.size() + rest.size() + 128 > largest_open_list) return;
    body.append(word).append(rest).push_back('\n');
  };
  for (const auto& id : numbers) add(number_word, to_string(id));
  for (const auto& document : documents) add(open_word, document);
  return std::string(heading) + epoch + " " + checksum(body) + "\n" + body;
}

std::optional<OpenList> open_list_from(std::string_view text) {
  const auto first = next_line(text);
  if (!first || !first->starts_with(heading)) return std::nullopt;
  const auto rest = first->substr(heading.size());
  const auto space = rest.find(' ');
  if (space == std::string_view::npos || rest.substr(space + 1) != checksum(text)) return std::nullopt;
  OpenList list;
  list.epoch = std::string(rest.substr(0, space));
  while (const auto line = next_line(text)) {
    if (line->starts_with(number_word)) {
      if (auto id = finding_id_from(line->substr(number_word.size()))) list.numbers.push_back(std::move(*id));
    } else if (line->starts_with(open_word)) {
      auto finding = finding_from_document(line->substr(open_word.size()));
      if (finding && finding->state != AlarmState::normal) list.open.push_back(std::move(*finding));
    }
  }
  return list;
}

}  // namespace inspect::agent::storage
