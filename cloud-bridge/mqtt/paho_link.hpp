#pragma once

#include "cloud-bridge/mqtt/mqtt_client.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace inspect::bridge {

struct LinkEnd {
  std::string why;
  bool taken_over = false;  ///< another client came with the same identity
};

/// What the library told. The functions are called on its threads and must do nothing but hand over.
struct LinkEvents {
  std::function<void(Result<std::size_t>)> connected;  ///< the broker's Receive Maximum
  std::function<void(LinkEnd)> lost;
  std::function<void(std::uint64_t id, Result<void>)> completed;
  std::function<void(MqttMessage)> arrived;
};

/// One connection of the library, from its first packet to its end: never reconnected, never reused. That keeps its
/// known faults out of reach: stale in-flight messages, options that dangle, two completions for one token.
class PahoLink {
 public:
  /// Begins to connect; `events.connected` tells the end of it.
  static Result<std::unique_ptr<PahoLink>> open(const MqttOptions& options, LinkEvents events);
  /// Joins the library's threads. It has been seen to take long: call it on a thread that may wait.
  ~PahoLink();
  PahoLink(const PahoLink&) = delete;
  PahoLink& operator=(const PahoLink&) = delete;

  /// `events.completed(id, …)` follows unless this fails.
  Result<void> publish(std::uint64_t id, const MqttMessage& message);
  Result<void> subscribe(std::uint64_t id, const std::string& filter);
  /// The broker then sends no will. `events.completed(id, …)` follows unless this fails.
  Result<void> goodbye(std::uint64_t id);

 private:
  struct Handle;
  explicit PahoLink(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
};

}  // namespace inspect::bridge
