#pragma once

#include "cloud-bridge/mqtt/paho_link.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace inspect::bridge {

/// Ends links on a thread of its own, because ending one joins the library's threads and has been seen to hang
/// (paho.mqtt.cpp issues 204 and 356). One at a time: the library's start and end touch the same globals.
class Reaper {
 public:
  /// `buried` is called on the reaper's thread after each link; it must only hand over.
  explicit Reaper(std::function<void()> buried);
  /// Waits at most `last_wait` for the link in work, then leaves the thread and what it holds behind.
  ~Reaper();
  Reaper(const Reaper&) = delete;
  Reaper& operator=(const Reaper&) = delete;

  void bury(std::unique_ptr<PahoLink> link);
  [[nodiscard]] bool idle() const;

  static constexpr std::chrono::seconds last_wait{2};

 private:
  struct Work;
  std::shared_ptr<Work> work_;  ///< shared with the thread, which may have to be left behind
};

}  // namespace inspect::bridge
