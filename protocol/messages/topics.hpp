#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace inspect::messages {

/// What a topic carries. The broker's access list rests on the shape `site/<gateway>/up|down/…`.
enum class Channel { finding, readings, state, receipt, holdings };

/// "site/<gateway>/up/finding", …
std::string topic(Channel channel, std::string_view gateway);
/// The same for every gateway, for the centre's subscriptions: "site/+/up/finding".
std::string topic_of_all(Channel channel);

struct Topic {
  Channel channel = Channel::finding;
  std::string gateway;
};
/// Nothing when the topic is not one of ours or the gateway's id is not one (no wildcard gets through).
std::optional<Topic> parse_topic(std::string_view topic);

}  // namespace inspect::messages
