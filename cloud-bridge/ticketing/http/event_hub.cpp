#include "cloud-bridge/ticketing/http/event_hub.hpp"

#include <utility>
#include <vector>

namespace inspect::ticketing {

std::optional<EventHub::WatcherId> EventHub::join(std::function<void()> wake) {
  if (watchers_.size() >= most_watchers) return std::nullopt;
  watchers_[next_].wake = std::move(wake);
  return next_++;
}

void EventHub::publish(std::string_view event, std::string_view json) {
  std::string text = "event: ";
  text.append(event).append("\ndata: ").append(json).append("\n\n");
  const auto shared = std::make_shared<const std::string>(std::move(text));
  std::vector<std::function<void()>> wakes;
  for (auto each = watchers_.begin(); each != watchers_.end();) {
    wakes.push_back(each->second.wake);
    if (each->second.waiting.size() >= most_waiting) {
      ++dropped_;
      each = watchers_.erase(each);
    } else {
      each->second.waiting.push_back(shared);
      ++each;
    }
  }
  // Afterwards: whoever is woken may leave at once.
  for (const auto& wake : wakes) wake();
}

std::optional<std::string> EventHub::drain(WatcherId id) {
  const auto found = watchers_.find(id);
  if (found == watchers_.end()) return std::nullopt;
  std::string bytes;
  for (const auto& event : found->second.waiting) bytes += *event;
  found->second.waiting.clear();
  return bytes;
}

void EventHub::wake_all() const {
  // Copies: whoever is woken may leave at once.
  std::vector<std::function<void()>> wakes;
  for (const auto& [id, watcher] : watchers_) wakes.push_back(watcher.wake);
  for (const auto& wake : wakes) wake();
}

}  // namespace inspect::ticketing
