#pragma once

#include "cloud-bridge/mqtt/mqtt_client.hpp"

#include <deque>
#include <mutex>

namespace inspect::bridge {

/// What arrived and was not handled yet: filled on the library's thread, emptied on the loop. When a bound is reached
/// the newest is dropped, because its sender repeats it and the older ones have waited longer.
class Inbox {
 public:
  Inbox(std::size_t most_messages, std::size_t most_bytes) : most_messages_(most_messages), most_bytes_(most_bytes) {}

  /// True when the loop must be woken: nobody has been told since the inbox was last found empty.
  bool put(MqttMessage message) {
    const std::lock_guard lock(mutex_);
    const auto size = message.topic.size() + message.payload.size();
    ++received_;
    if (messages_.size() >= most_messages_ || bytes_ + size > most_bytes_) {
      ++dropped_;
      return false;
    }
    bytes_ += size;
    messages_.push_back(std::move(message));
    return !std::exchange(awake_, true);
  }

  std::optional<MqttMessage> take() {
    const std::lock_guard lock(mutex_);
    if (messages_.empty()) {
      awake_ = false;
      return std::nullopt;
    }
    auto message = std::move(messages_.front());
    messages_.pop_front();
    bytes_ -= message.topic.size() + message.payload.size();
    return message;
  }

  [[nodiscard]] std::uint64_t received() const { return guarded(received_); }
  [[nodiscard]] std::uint64_t dropped() const { return guarded(dropped_); }

 private:
  std::uint64_t guarded(const std::uint64_t& counter) const {
    const std::lock_guard lock(mutex_);
    return counter;
  }

  mutable std::mutex mutex_;
  std::size_t most_messages_;
  std::size_t most_bytes_;
  std::deque<MqttMessage> messages_;
  std::size_t bytes_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t dropped_ = 0;
  bool awake_ = false;
};

}  // namespace inspect::bridge
