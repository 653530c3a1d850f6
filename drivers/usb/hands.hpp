#pragma once

#include "drivers/usb/parcel.hpp"

#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <memory>
#include <utility>

namespace inspect::drivers {

/// Opening takes an ioctl or two; a reset may take the hub several tries of half a second.
constexpr std::chrono::seconds hands_limit{10};

/// A thread for what blocks in the kernel, one piece of work after another, so that the loop never stands still.
class Hands {
 public:
  explicit Hands(boost::asio::any_io_executor loop) : loop_(std::move(loop)) {}

  /// The result comes to the loop in a parcel.
  template <class Work>
  auto run(Work work) {
    using T = decltype(work());
    auto parcel = std::make_shared<Parcel<T>>(loop_);
    boost::asio::post(pool_, [parcel, work = std::move(work)]() mutable { parcel->deliver(work()); });
    return parcel;
  }

  /// Destroys something there.
  template <class T>
  void drop(std::shared_ptr<T> thing) {
    boost::asio::post(pool_, [thing = std::move(thing)]() mutable { thing.reset(); });
  }

  /// Waits for what was given; takes nothing afterwards.
  void join() { pool_.join(); }

 private:
  boost::asio::any_io_executor loop_;
  boost::asio::thread_pool pool_{1};
};

}  // namespace inspect::drivers
