#pragma once

#include "drivers/usb/usb.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace inspect::drivers {

/// Carries the news of plugs from the event thread to those on the loop who watch a port. At most 1024 wait; when there
/// are more the oldest go, for what is plugged in now is known all the same.
class PlugNews : public std::enable_shared_from_this<PlugNews> {
 public:
  static constexpr std::size_t most = 1024;

  explicit PlugNews(boost::asio::any_io_executor loop) : loop_(std::move(loop)) {}

  /// From any thread.
  void add(UsbPlug plug);
  /// On the loop: one watcher for each port; an empty function ends it.
  void watch(const std::string& port, std::function<void(const UsbPlug&)> watcher);

 private:
  void tell();

  boost::asio::any_io_executor loop_;
  std::mutex mutex_;
  std::vector<UsbPlug> waiting_;  ///< under the mutex
  std::map<std::string, std::function<void(const UsbPlug&)>> watchers_;
};

}  // namespace inspect::drivers
