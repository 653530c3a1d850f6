#include "cloud-bridge/mqtt/reaper.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace inspect::bridge {

struct Reaper::Work {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::unique_ptr<PahoLink>> links;
  std::function<void()> buried;
  bool busy = false;
  bool ending = false;
  bool ended = false;

  void run() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return ending || !links.empty(); });
      if (links.empty()) break;
      auto link = std::move(links.front());
      links.pop_front();
      busy = true;
      lock.unlock();
      link.reset();
      lock.lock();
      busy = false;
      if (!ending) buried();
    }
    ended = true;
    changed.notify_all();
  }
};

Reaper::Reaper(std::function<void()> buried) : work_(std::make_shared<Work>()) {
  work_->buried = std::move(buried);
  std::thread([work = work_] { work->run(); }).detach();
}

Reaper::~Reaper() {
  std::unique_lock lock(work_->mutex);
  work_->ending = true;
  work_->changed.notify_all();
  work_->changed.wait_for(lock, last_wait, [this] { return work_->ended; });
}

void Reaper::bury(std::unique_ptr<PahoLink> link) {
  if (!link) return;
  const std::lock_guard lock(work_->mutex);
  work_->links.push_back(std::move(link));
  work_->changed.notify_all();
}

bool Reaper::idle() const {
  const std::lock_guard lock(work_->mutex);
  return work_->links.empty() && !work_->busy;
}

}  // namespace inspect::bridge
