#include "cloud-bridge/uplink/downlink.hpp"

#include "protocol/messages/message.hpp"
#include "protocol/messages/topics.hpp"

namespace inspect::bridge {

namespace {

/// A message that names this gateway.
template <class Message>
Result<Message> for_us(Result<Message> message, const std::string& gateway) {
  if (message && message->gateway != gateway) return fail(Errc::malformed, "for " + message->gateway);
  return message;
}

}  // namespace

Result<void> Downlink::put(const MqttMessage& message) {
  const auto topic = messages::parse_topic(message.topic);
  if (topic && topic->channel == messages::Channel::holdings) {
    auto holdings = for_us(messages::decode_holdings(message.payload), gateway_);
    if (!holdings) return holdings.error();
    return add(control::GiveHoldings{std::move(holdings->epochs)});
  }
  auto receipt = for_us(messages::decode_receipt(message.payload), gateway_);
  if (!receipt) return receipt.error();
  if (receipt->seqs.empty()) return {};
  return add(control::GiveReceipt{std::move(receipt->epoch), std::move(receipt->seqs)});
}

Result<void> Downlink::add(control::GiveReceipt receipt) {
  // Each hand-over costs the agent a commit, so receipts that wait are handed over together. Not with the first, which
  // may be on its way.
  auto* last = waiting_.size() < 2 ? nullptr : std::get_if<control::GiveReceipt>(&waiting_.back());
  if (last != nullptr && last->epoch == receipt.epoch &&
      last->seqs.size() + receipt.seqs.size() <= control::most_receipts) {
    last->seqs.insert(last->seqs.end(), receipt.seqs.begin(), receipt.seqs.end());
    return {};
  }
  if (waiting_.size() >= most) return fail(Errc::device_busy, "too many receipts wait for the agent");
  waiting_.emplace_back(std::move(receipt));
  return {};
}

Result<void> Downlink::add(control::GiveHoldings holdings) {
  // The newest says it all; but the first may be on its way.
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    const bool old = at != waiting_.begin() && std::holds_alternative<control::GiveHoldings>(*at);
    at = old ? waiting_.erase(at) : std::next(at);
  }
  if (waiting_.size() >= most) return fail(Errc::device_busy, "too many receipts wait for the agent");
  waiting_.emplace_back(std::move(holdings));
  return {};
}

}  // namespace inspect::bridge
