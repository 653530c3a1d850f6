#pragma once

#include "cloud-bridge/mqtt/mqtt_client.hpp"
#include "protocol/messages/message.hpp"
#include "protocol/messages/topics.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace inspect::tests {

/// A ticket service that keeps what it gets and gives receipts. Test rows carry "<epoch>-<seq> …" as payload.
class FakeCentre {
 public:
  FakeCentre(boost::asio::io_context& loop, bridge::MqttOptions options)
      : loop_(loop), client_(loop.get_executor(), with_topics(std::move(options))) {
    client_.on_message([this](const bridge::MqttMessage& message) { take(message); });
    client_.start();
  }

  [[nodiscard]] bool up() const { return client_.up(); }
  [[nodiscard]] bridge::MqttClient& client() { return client_; }

  using Key = std::pair<std::string, std::uint64_t>;
  std::map<Key, int> got;          ///< how often each row came
  std::vector<std::string> order;  ///< the first coming of each row: its channel's letter, f or r
  std::vector<std::string> states;
  bool gives_receipts = true;

 private:
  static bridge::MqttOptions with_topics(bridge::MqttOptions options) {
    using messages::Channel;
    options.subscriptions = {messages::topic_of_all(Channel::finding), messages::topic_of_all(Channel::readings),
                             messages::topic_of_all(Channel::state)};
    return options;
  }

  void take(const bridge::MqttMessage& message) {
    const auto topic = messages::parse_topic(message.topic);
    if (!topic) return;
    if (topic->channel == messages::Channel::state) {
      states.push_back(message.payload);
      return;
    }
    const auto epoch = message.payload.substr(0, 16);
    const auto seq = std::strtoull(message.payload.c_str() + 17, nullptr, 10);
    if (got[{epoch, seq}]++ == 0) order.emplace_back(topic->channel == messages::Channel::finding ? "f" : "r");
    if (!gives_receipts) return;
    const messages::Receipt receipt{topic->gateway, epoch, {seq}};
    bridge::MqttMessage answer(messages::topic(messages::Channel::receipt, topic->gateway), messages::encode(receipt));
    boost::asio::co_spawn(loop_, client_.publish(std::move(answer)), boost::asio::detached);
  }

  boost::asio::io_context& loop_;
  bridge::MqttClient client_;
};

}  // namespace inspect::tests
