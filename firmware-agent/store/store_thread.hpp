#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/core/error.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>

namespace inspect::agent::storage {

/// The bridge between the loop and the one thread that touches the disk. Jobs run in order; values cross by move.
class StoreThread {
 public:
  /// `now` is read before and after every job and once a second between them, for the watchdog's heartbeat.
  explicit StoreThread(std::function<BootTime()> now) : now_(std::move(now)) {}
  StoreThread(const StoreThread&) = delete;
  StoreThread& operator=(const StoreThread&) = delete;
  ~StoreThread() { stop(); }

  void start() {
    thread_ = std::thread([this] { work(); });
  }

  /// Runs what is queued, then ends the thread. Idempotent.
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

  /// Runs `work`, which returns a Result, on the thread and resumes the caller on its own executor. At most
  /// `bound` jobs wait; one more, or one after stop(), is refused with Errc::storage.
  template <class Work>
  boost::asio::awaitable<std::invoke_result_t<Work>> run(Work work) {
    using R = std::invoke_result_t<Work>;
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(R)>(
        [this](auto handler, Work job) {
          using Handler = decltype(handler);
          auto executor = boost::asio::get_associated_executor(handler);
          auto item = std::make_unique<Task<Work, Handler, decltype(executor)>>(std::move(job), std::move(handler),
                                                                                std::move(executor));
          if (auto refused = push(std::move(item))) refused->refuse();
        },
        boost::asio::use_awaitable, std::move(work));
  }

  [[nodiscard]] BootTime heartbeat() const { return BootTime{std::chrono::nanoseconds{heartbeat_.load()}}; }

  static constexpr std::size_t bound = 256;

 private:
  struct Job {
    Job() = default;
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;
    virtual ~Job() = default;
    virtual void run() = 0;
    virtual void refuse() = 0;
  };

  template <class Work, class Handler, class Executor>
  struct Task final : Job {
    using R = std::invoke_result_t<Work>;
    Task(Work w, Handler h, Executor e) : work(std::move(w)), handler(std::move(h)), guard(std::move(e)) {}

    void run() override {
      // A library's exception ends here as a value: the thread outlives every job.
      try {
        finish(work());
      } catch (const std::exception& error) {
        finish(R{fail(Errc::storage, error.what())});
      }
    }
    void refuse() override { finish(R{fail(Errc::storage, "the store has too much to do, try again")}); }

    // The guard goes along: were it released here, the loop could run out of work and stop in the midst of a restart.
    void finish(R result) {
      auto executor = guard.get_executor();
      boost::asio::post(executor, [done = std::move(handler), value = std::move(result),
                                   held = std::move(guard)]() mutable { std::move(done)(std::move(value)); });
    }

    Work work;
    Handler handler;
    boost::asio::executor_work_guard<Executor> guard;
  };

  std::unique_ptr<Job> push(std::unique_ptr<Job> job) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_ || jobs_.size() >= bound) return job;
      jobs_.push_back(std::move(job));
    }
    wake_.notify_one();
    return nullptr;
  }

  void beat() { heartbeat_.store(now_().time_since_epoch().count()); }

  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      beat();
      wake_.wait_for(lock, std::chrono::seconds{1}, [this] { return stopping_ || !jobs_.empty(); });
      if (jobs_.empty()) {
        if (stopping_) return;
        continue;
      }
      auto job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job->run();
      job.reset();
      lock.lock();
    }
  }

  std::function<BootTime()> now_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::unique_ptr<Job>> jobs_;
  bool stopping_ = false;
  std::atomic<std::int64_t> heartbeat_{0};
  std::thread thread_;
};

}  // namespace inspect::agent::storage
