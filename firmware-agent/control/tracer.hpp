#pragma once

#include "firmware-agent/control/agent_view.hpp"
#include "firmware-agent/control/trace_ring.hpp"
#include "protocol/control/trace.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <map>
#include <memory>

namespace inspect::agent {

/// Taps the buses that somebody wants to see, and no others: what nobody looks at costs the poller one comparison a
/// frame. Hands on what passed ten times a second.
class Tracer {
 public:
  /// Gives a batch to whoever traces the bus; false: nobody does any more. `dropped`: records lost before it.
  using Deliver = std::function<bool(BusIndex bus, const control::TraceEvent& event, std::uint64_t dropped)>;

  /// `view` must outlive it.
  Tracer(AgentView& view, boost::asio::any_io_executor loop, Deliver deliver);
  ~Tracer();
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;

  /// Somebody wants to see this bus from now on.
  void want(BusIndex bus);
  /// Takes every tap away.
  void stop();

 private:
  struct Tapped {
    explicit Tapped(const boost::asio::any_io_executor& loop) : timer(loop) {}
    TraceRing ring;
    boost::asio::steady_timer timer;
  };
  void wait(BusIndex bus, const std::shared_ptr<Tapped>& tapped);
  void hand_on(BusIndex bus, const std::shared_ptr<Tapped>& tapped);

  AgentView& view_;
  boost::asio::any_io_executor loop_;
  Deliver deliver_;
  std::map<BusIndex, std::shared_ptr<Tapped>> tapped_;
};

}  // namespace inspect::agent
