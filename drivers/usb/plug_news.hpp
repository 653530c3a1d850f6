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

/// Carries the news of plugs from the event thread to those on the loop who watch a port, and knows what is plugged in.
/// At most 1024 wait; when there are more the oldest go, for what is plugged in now is known all the same.
class PlugNews : public std::enable_shared_from_this<PlugNews> {
 public:
  static constexpr std::size_t most = 1024;

  explicit PlugNews(boost::asio::any_io_executor loop) : loop_(std::move(loop)) {}

  /// From any thread. `what`: to be kept as long as it is plugged in.
  void add(UsbPlug plug, std::shared_ptr<void> what = nullptr);
  /// What was given for a port; nothing when nothing is plugged in there.
  [[nodiscard]] std::shared_ptr<void> at(const std::string& port);
  void clear();
  /// On the loop: one watcher for each port; an empty function ends it.
  void watch(const std::string& port, std::function<void(const UsbPlug&)> watcher);

 private:
  void tell();

  boost::asio::any_io_executor loop_;
  std::mutex mutex_;
  std::vector<UsbPlug> waiting_;                          ///< under the mutex
  std::map<std::string, std::shared_ptr<void>> plugged_;  ///< under the mutex
  std::map<std::string, std::function<void(const UsbPlug&)>> watchers_;
};

}  // namespace inspect::drivers
