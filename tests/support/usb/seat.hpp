#pragma once

#include "drivers/simulator/usb_model.hpp"

#include <linux/usbdevice_fs.h>
#include <umockdev.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace inspect::tests {

/// usbfs behind one device node: takes the ioctls of every handle that is open on it and answers them with a model.
/// umockdev calls it in a thread of its own; one lock guards all seats.
class Seat {
 public:
  Seat();
  ~Seat();
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;

  [[nodiscard]] UMockdevIoctlBase* handler() const { return handler_; }
  void plug(std::shared_ptr<sim::UsbModel> model);
  /// Every transfer on its way ends at once, and every handle that is open is dead for good.
  void unplug();
  /// The FIFO that is drained while a transfer can be reaped.
  void signal_by(const std::string& fifo);

  /// The answer to a transfer that was left open, from any thread.
  void arrived(std::uint32_t ticket, sim::UsbAnswer answer);

  [[nodiscard]] std::size_t in_flight() const;
  [[nodiscard]] std::size_t handles() const;
  static std::recursive_mutex& mutex();

  gboolean ioctl(UMockdevIoctlClient* client);

 private:
  struct Flight {
    UMockdevIoctlData* urb = nullptr;
    bool scheduled = false;
    std::chrono::steady_clock::time_point due{};
    sim::UsbAnswer answer{};
  };
  struct Client {
    unsigned generation = 0;
    std::list<Flight> flying;
    std::deque<UMockdevIoctlData*> done;
  };
  class Clock;
  friend class Clock;

  gboolean submit(UMockdevIoctlClient* client, Client& own, UMockdevIoctlData* argument);
  void submit_control(Flight& flight, const usb::Bytes& buffer);
  void submit_other(Flight& flight, const usb::Bytes& buffer);
  gboolean reap(UMockdevIoctlClient* client, Client& own, UMockdevIoctlData* argument, bool dead);
  gboolean discard(UMockdevIoctlClient* client, Client& own, UMockdevIoctlData* argument);
  void schedule(Flight& flight, sim::UsbAnswer answer);
  void ask_waiting(Client& own);
  void land(std::chrono::steady_clock::time_point now);
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> next_due() const;
  static void tell_vanished(gpointer self, GObject* client);
  void vanished(UMockdevIoctlClient* client);
  void show_ready();

  UMockdevIoctlBase* handler_ = nullptr;
  std::shared_ptr<sim::UsbModel> model_;
  std::map<UMockdevIoctlClient*, Client> clients_;
  unsigned generation_ = 0;
  int fifo_ = -1;
  bool ready_ = true;
};

}  // namespace inspect::tests
