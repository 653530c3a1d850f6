#include "drivers/usb/plug_news.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace inspect::drivers {

void PlugNews::add(UsbPlug plug, std::shared_ptr<void> what) {
  const std::lock_guard lock(mutex_);
  if (plug.arrived) {
    plugged_[plug.port] = std::move(what);
  } else {
    plugged_.erase(plug.port);
  }
  if (waiting_.size() == most) waiting_.erase(waiting_.begin());
  waiting_.push_back(std::move(plug));
  if (waiting_.size() == 1) boost::asio::post(loop_, [self = shared_from_this()] { self->tell(); });
}

std::shared_ptr<void> PlugNews::at(const std::string& port) {
  const std::lock_guard lock(mutex_);
  const auto found = plugged_.find(port);
  return found == plugged_.end() ? nullptr : found->second;
}

void PlugNews::clear() {
  const std::lock_guard lock(mutex_);
  plugged_.clear();
}

void PlugNews::watch(const std::string& port, std::function<void(const UsbPlug&)> watcher) {
  if (watcher) {
    watchers_[port] = std::move(watcher);
  } else {
    watchers_.erase(port);
  }
}

void PlugNews::tell() {
  std::vector<UsbPlug> news;
  {
    const std::lock_guard lock(mutex_);
    news.swap(waiting_);
  }
  for (const auto& plug : news) {
    const auto found = watchers_.find(plug.port);
    if (found == watchers_.end()) continue;
    const auto watcher = found->second;  // it may end its watch
    watcher(plug);
  }
}

}  // namespace inspect::drivers
