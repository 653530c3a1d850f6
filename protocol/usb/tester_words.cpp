#include "protocol/usb/tester_words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace inspect::usb {
namespace {

bool begins_with(std::string_view text, std::string_view with) {
  return text.size() >= with.size() && same_word(text.substr(0, with.size()), with);
}

std::string number_text(double value) {
  std::array<char, 400> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed).ptr;
  return {text.data(), end};
}

Result<std::string> filled(const std::string& send, const std::map<std::string, double>& values) {
  std::string out;
  std::size_t at = 0;
  while (at < send.size()) {
    const auto open = std::min(send.find('{', at), send.size());
    out.append(send, at, open - at);
    if (open == send.size()) break;
    const auto close = send.find('}', open);
    if (close == std::string::npos) return fail(Errc::invalid_argument, "a command with an open {");
    const auto name = send.substr(open + 1, close - open - 1);
    const auto value = values.find(name);
    if (value == values.end() || !std::isfinite(value->second)) {
      return fail(Errc::invalid_argument, "the command needs a value for {" + name + "}");
    }
    out += number_text(value->second);
    at = close + 1;
  }
  return out;
}

using Items = std::vector<std::vector<std::string>>;

/// The answer without the command's word before it: some manuals print it so and the instrument leaves it out.
std::string_view without_echo(const TesterWords& words, std::string_view text) {
  if (!words.echoes) return text;
  for (const auto& command : words.commands) {
    const auto word = std::string_view(command.send).substr(0, command.send.find_first_of("? "));
    if (word.empty() || !begins_with(text, word) || text.size() == word.size() || text[word.size()] != ' ') continue;
    return text.substr(word.size() + 1);
  }
  return text;
}

Result<Items> items_of(const TesterWords& words, std::string_view text) {
  std::vector<std::string> parts{std::string(without_echo(words, text))};
  if (words.item_separator) {
    auto split = split_response(parts.front(), *words.item_separator);
    if (!split) return split.error();
    parts = std::move(*split);
    while (!parts.empty() && parts.back().empty()) parts.pop_back();
  }
  Items items;
  for (const auto& part : parts) {
    auto fields = split_response(part, words.separator);
    if (!fields) return fields.error();
    items.push_back(std::move(*fields));
  }
  return items;
}

const std::string* field_of(const Items& items, const TesterField& field) {
  const std::vector<std::string>* item = nullptr;
  if (field.last) {
    item = items.empty() ? nullptr : &items.back();
  } else {
    const auto found = std::find_if(items.begin(), items.end(), [&](const auto& each) {
      return field.item.empty() || same_word(each.front(), field.item);
    });
    item = found == items.end() ? nullptr : &*found;
  }
  return item != nullptr && field.field >= 1 && field.field <= item->size() ? &(*item)[field.field - 1U] : nullptr;
}

Result<TesterVerdict> verdict_of(const TesterWords& words, const std::string& text) {
  for (const auto& known : words.verdicts) {
    if (same_word(known.word, text)) return known.means;
  }
  return fail(Errc::corrupt_frame, "a verdict that is none of the known words");
}

Result<Quantity> quantity_of(const TesterWords& words, const TesterField& field, const std::string& text) {
  auto quantity = parse_quantity(text, words.numbers);
  if (!quantity || quantity->kind != NumberKind::value || field.unit.empty()) return quantity;
  // The profile's unit may carry a prefix: "mA" for a bare number that counts milliamperes.
  const auto one = parse_quantity("1 " + field.unit);
  if (!one) return fail(Errc::invalid_argument, "the profile's unit " + field.unit + " is none");
  if (quantity->unit.empty()) return Quantity{NumberKind::value, quantity->value * one->value, one->unit};
  if (quantity->unit != one->unit) return fail(Errc::corrupt_frame, field.point + " in the wrong unit");
  return quantity;
}

Error missing(const TesterField& field) { return fail(Errc::corrupt_frame, "an answer without " + field.point); }

/// Nothing where the profile knows of no verdict.
Result<std::optional<TesterVerdict>> verdict_in(const TesterWords& words, const Items& items) {
  std::optional<TesterVerdict> found;
  for (const auto& field : words.fields) {
    if (!field.verdict) continue;
    const auto* word = field_of(items, field);
    if (word == nullptr) return missing(field);
    const auto verdict = verdict_of(words, *word);
    if (!verdict) return verdict.error();
    found = *verdict;
  }
  return found;
}

}  // namespace

std::string_view name(TesterJob job) {
  constexpr std::array<std::string_view, 8> names{"identify", "clear", "configure", "start",
                                                  "wait",     "fetch", "stop",      "error"};
  return names.at(static_cast<std::size_t>(job));
}

std::string_view name(TesterVerdict verdict) {
  constexpr std::array<std::string_view, 7> names{"none", "running", "pass", "fail", "low", "aborted", "error"};
  return names.at(static_cast<std::size_t>(verdict));
}

std::optional<Text> why_not(const TesterWords& words, TesterJob job) {
  bool any = false;
  for (const auto& command : words.commands) {
    if (command.job != job) continue;
    if (command.send.empty()) return command.unknown;
    any = true;
  }
  if (any) return std::nullopt;
  return Text{"此型号没有该命令", "the model has no such command"};
}

Result<std::vector<std::string>> commands_for(const TesterWords& words, TesterJob job,
                                              const std::map<std::string, double>& values) {
  if (const auto why = why_not(words, job)) {
    return fail(Errc::unsupported_point, std::string(name(job)) + ": " + why->en);
  }
  std::vector<std::string> out;
  for (const auto& command : words.commands) {
    if (command.job != job) continue;
    auto text = filled(command.send, values);
    if (!text) return text.error();
    out.push_back(std::move(*text));
  }
  return out;
}

Result<TesterAnswer> read_answer(const TesterWords& words, std::string_view text) {
  const auto items = items_of(words, text);
  if (!items) return items.error();
  const auto verdict = verdict_in(words, *items);
  if (!verdict) return verdict.error();
  TesterAnswer answer;
  answer.verdict = verdict->value_or(TesterVerdict::none);
  // While it runs, and when it was aborted or never begun, there is a word for the verdict and no number need be there.
  const bool judged = !*verdict || answer.verdict == TesterVerdict::pass || answer.verdict == TesterVerdict::fail ||
                      answer.verdict == TesterVerdict::low;
  for (const auto& field : words.fields) {
    if (field.verdict) continue;
    const auto* number = field_of(*items, field);
    auto quantity = number == nullptr ? Result<Quantity>(missing(field)) : quantity_of(words, field, *number);
    if (quantity) {
      answer.quantities[field.point] = std::move(*quantity);
    } else if (judged) {
      return std::move(quantity.error()).within(field.point);
    }
  }
  return answer;
}

Result<TesterVerdict> read_verdict(const TesterWords& words, std::string_view text) {
  const auto items = items_of(words, text);
  if (!items) return items.error();
  const auto verdict = verdict_in(words, *items);
  if (!verdict) return verdict.error();
  return verdict->value_or(TesterVerdict::none);
}

Result<bool> is_model(const TesterWords& words, const ScpiIdentity& identity) {
  if (words.model.empty()) return fail(Errc::unsupported_point, "the profile does not know the model's identity");
  return begins_with(identity.maker, words.maker) && begins_with(identity.model, words.model);
}

}  // namespace inspect::usb
