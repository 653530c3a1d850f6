#include "protocol/messages/topics.hpp"

#include "protocol/messages/message.hpp"

#include <array>

namespace inspect::messages {

namespace {

constexpr std::string_view root = "site/";
constexpr std::array<std::string_view, 5> tails{"/up/finding", "/up/readings", "/up/state", "/down/receipt",
                                                "/down/holdings"};

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

}  // namespace

bool is_gateway_id(std::string_view id) {
  if (id.size() < 3 || id.size() > 31 || !is_letter_or_digit(id.front())) return false;
  for (const char c : id) {
    if (!is_letter_or_digit(c) && c != '-') return false;
  }
  return true;
}

std::string topic(Channel channel, std::string_view gateway) {
  std::string out(root);
  out += gateway;
  out += tails.at(static_cast<std::size_t>(channel));
  return out;
}

std::string topic_of_all(Channel channel) { return topic(channel, "+"); }

std::optional<Topic> parse_topic(std::string_view topic) {
  if (!topic.starts_with(root)) return std::nullopt;
  topic.remove_prefix(root.size());
  const auto gateway = topic.substr(0, topic.find('/'));
  if (!is_gateway_id(gateway)) return std::nullopt;
  topic.remove_prefix(gateway.size());
  for (std::size_t i = 0; i < tails.size(); ++i) {
    if (topic == tails[i]) return Topic{static_cast<Channel>(i), std::string(gateway)};
  }
  return std::nullopt;
}

}  // namespace inspect::messages
