#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace inspect::ticketing {

/// Who watches the pages live. Every watcher has a bounded queue; one that does not read fast enough is dropped and its
/// browser comes back and reads the list anew, so nothing is lost by dropping.
class EventHub {
 public:
  using WatcherId = std::uint64_t;
  static constexpr std::size_t most_watchers = 64;
  static constexpr std::size_t most_waiting = 256;

  /// `wake` is called when something waits or the watcher was dropped. Nothing when the house is full.
  std::optional<WatcherId> join(std::function<void()> wake);
  void leave(WatcherId id) { watchers_.erase(id); }

  /// To everybody: one server-sent event. `json` holds no line break.
  void publish(std::string_view event, std::string_view json);

  /// All that waits for this watcher, as bytes of the stream; empty when nothing does. Nothing when it was dropped.
  std::optional<std::string> drain(WatcherId id);

  /// Lets every watcher look up, e.g. because the service ends.
  void wake_all() const;

  [[nodiscard]] std::size_t watchers() const { return watchers_.size(); }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  struct Watcher {
    std::function<void()> wake;
    std::deque<std::shared_ptr<const std::string>> waiting;  ///< shared by all watchers: one copy of each event
  };
  std::map<WatcherId, Watcher> watchers_;
  WatcherId next_ = 1;
  std::uint64_t dropped_ = 0;
};

}  // namespace inspect::ticketing
