#pragma once

#include "drivers/bus/bus.hpp"
#include "firmware-agent/config/site.hpp"
#include "firmware-agent/daemon/agent.hpp"
#include "firmware-agent/polling/poller.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace inspect::agent {

/// One bus of the site with what hangs on it: the port, the devices' drivers, and the poller that owns them.
struct Agent::Line {
  Line(const Site& site, BusIndex bus, ReadingSink& sink, const boost::asio::any_io_executor& loop);

  void stop();

  BusIndex index{};
  std::unique_ptr<drivers::Bus> bus;
  std::unique_ptr<Poller> poller;
};

}  // namespace inspect::agent
