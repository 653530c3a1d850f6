#include "tests/support/usb/seat.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <set>
#include <thread>

namespace inspect::tests {

namespace {

using SteadyClock = std::chrono::steady_clock;

struct Handler {
  UMockdevIoctlBase base;
  Seat* seat;
};
struct HandlerClass {
  UMockdevIoctlBaseClass base;
};

gboolean handle(UMockdevIoctlBase* base, UMockdevIoctlClient* client) {
  return reinterpret_cast<Handler*>(base)->seat->ioctl(client);
}

GType handler_type() {
  static const GType type = g_type_register_static_simple(
      UMOCKDEV_TYPE_IOCTL_BASE, "InspectUsbHandler", sizeof(HandlerClass),
      [](gpointer own, gpointer) { static_cast<UMockdevIoctlBaseClass*>(own)->handle_ioctl = handle; }, sizeof(Handler),
      nullptr, static_cast<GTypeFlags>(0));
  return type;
}

usbdevfs_urb& urb_of(UMockdevIoctlData* data) { return *reinterpret_cast<usbdevfs_urb*>(data->data); }

/// The transfer's buffer; the reference is the caller's.
UMockdevIoctlData* buffer_of(UMockdevIoctlData* urb) {
  return umockdev_ioctl_data_resolve(urb, offsetof(usbdevfs_urb, buffer), static_cast<gsize>(urb_of(urb).buffer_length),
                                     nullptr);
}

bool is_in(const usbdevfs_urb& urb, const guint8* buffer) {
  return urb.type == USBDEVFS_URB_TYPE_CONTROL ? (buffer[0] & 0x80U) != 0 : (urb.endpoint & 0x80U) != 0;
}

int status_of(sim::UsbAnswer::How how) {
  switch (how) {
    case sim::UsbAnswer::How::stall: return -EPIPE;
    case sim::UsbAnswer::How::babble: return -EOVERFLOW;
    case sim::UsbAnswer::How::damaged: return -EPROTO;
    case sim::UsbAnswer::How::ack:
    case sim::UsbAnswer::How::hang: break;
  }
  return 0;
}

void finish(UMockdevIoctlData* data, int status, const usb::Bytes& in) {
  auto& urb = urb_of(data);
  urb.status = status;
  urb.actual_length = 0;
  if (status != 0) return;
  const int head = urb.type == USBDEVFS_URB_TYPE_CONTROL ? 8 : 0;
  urb.actual_length = std::max(0, urb.buffer_length - head);
  if (urb.buffer_length == 0) return;
  auto* buffer = buffer_of(data);
  if (is_in(urb, buffer->data)) {
    urb.actual_length = std::min(urb.actual_length, static_cast<int>(in.size()));
    std::copy_n(in.begin(), urb.actual_length, buffer->data + head);
  }
  g_object_unref(buffer);
}

gboolean complete(UMockdevIoctlClient* client, glong result, int error) {
  umockdev_ioctl_client_complete(client, result, error);
  return TRUE;
}

}  // namespace

/// Lands transfers when their time on the wire is over.
class Seat::Clock {
 public:
  static Clock& only() {
    static Clock clock;
    return clock;
  }
  void add(Seat* seat) { seats_.insert(seat); }
  void remove(Seat* seat) { seats_.erase(seat); }
  void wake() { changed_.notify_all(); }

 private:
  Clock() : thread_([this](const std::stop_token& stop) { run(stop); }) {}

  void run(const std::stop_token& stop) {
    const std::stop_callback waker(stop, [this] { changed_.notify_all(); });
    std::unique_lock lock(mutex());
    while (!stop.stop_requested()) {
      const auto now = SteadyClock::now();
      auto next = now + std::chrono::seconds{1};
      for (auto* seat : seats_) {
        seat->land(now);
        if (const auto due = seat->next_due()) next = std::min(next, *due);
      }
      changed_.wait_until(lock, next);
    }
  }

  std::set<Seat*> seats_;
  std::condition_variable_any changed_;
  std::jthread thread_;
};

std::recursive_mutex& Seat::mutex() {
  static std::recursive_mutex lock;
  return lock;
}

Seat::Seat() {
  auto* own = static_cast<Handler*>(g_object_new(handler_type(), nullptr));
  own->seat = this;
  handler_ = &own->base;
  const std::lock_guard lock(mutex());
  Clock::only().add(this);
}

Seat::~Seat() {
  const std::lock_guard lock(mutex());
  Clock::only().remove(this);
  for (auto& [client, own] : clients_) {
    g_object_weak_unref(G_OBJECT(client), &Seat::tell_vanished, this);
  }
  if (fifo_ >= 0) close(fifo_);
}

void Seat::plug(std::shared_ptr<sim::UsbModel> model) {
  const std::lock_guard lock(mutex());
  model_ = std::move(model);
  ++generation_;
}

void Seat::unplug() {
  const std::lock_guard lock(mutex());
  model_.reset();
  for (auto& [client, own] : clients_) {
    for (auto& flight : own.flying) {
      finish(flight.urb, -ESHUTDOWN, {});
      own.done.push_back(flight.urb);
    }
    own.flying.clear();
  }
  show_ready();
}

void Seat::signal_by(const std::string& fifo) {
  const std::lock_guard lock(mutex());
  if (fifo_ >= 0) close(fifo_);
  fifo_ = open(fifo.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  fcntl(fifo_, F_SETPIPE_SZ, 4096);
  ready_ = true;
  show_ready();
}

void Seat::arrived(std::uint32_t ticket, sim::UsbAnswer answer) {
  const std::lock_guard lock(mutex());
  for (auto& [client, own] : clients_) {
    for (auto& flight : own.flying) {
      if (flight.answer.ticket != ticket) continue;
      schedule(flight, std::move(answer));
      Clock::only().wake();
      return;
    }
  }
}

std::size_t Seat::in_flight() const {
  const std::lock_guard lock(mutex());
  std::size_t count = 0;
  for (const auto& [client, own] : clients_) count += own.flying.size();
  return count;
}

std::size_t Seat::handles() const {
  const std::lock_guard lock(mutex());
  return clients_.size();
}

gboolean Seat::ioctl(UMockdevIoctlClient* client) {
  const std::lock_guard lock(mutex());
  const auto request = static_cast<unsigned>(umockdev_ioctl_client_get_request(client));
  auto* argument = umockdev_ioctl_client_get_arg(client);  // borrowed
  if (clients_.count(client) == 0) {
    // umockdev 0.17.16 never says that a client has closed: its object's end does.
    g_object_weak_ref(G_OBJECT(client), &Seat::tell_vanished, this);
    clients_[client].generation = generation_;
  }
  auto& own = clients_[client];
  const bool dead = !model_ || own.generation != generation_;
  if (request == USBDEVFS_REAPURBNDELAY || request == USBDEVFS_REAPURB) return reap(client, own, argument, dead);
  if (request == USBDEVFS_DISCARDURB) return discard(client, own, argument);
  if (request == USBDEVFS_GET_CAPABILITIES) {
    auto* data = umockdev_ioctl_data_resolve(argument, 0, sizeof(std::uint32_t), nullptr);
    const std::uint32_t all = USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_BULK_CONTINUATION |
                              USBDEVFS_CAP_NO_PACKET_SIZE_LIM | USBDEVFS_CAP_BULK_SCATTER_GATHER |
                              USBDEVFS_CAP_REAP_AFTER_DISCONNECT;
    std::memcpy(data->data, &all, sizeof all);
    g_object_unref(data);
    return complete(client, 0, 0);
  }
  if (dead) return complete(client, -1, ENODEV);
  switch (request) {
    case USBDEVFS_SUBMITURB: return submit(client, own, argument);
    case USBDEVFS_CLAIMINTERFACE:
    case USBDEVFS_DISCONNECT_CLAIM:
    case USBDEVFS_RELEASEINTERFACE:
    case USBDEVFS_CLEAR_HALT:
    case USBDEVFS_RESET:
    case USBDEVFS_RESETEP:
    case USBDEVFS_SETINTERFACE:
    case USBDEVFS_SETCONFIGURATION: return complete(client, 0, 0);
    case USBDEVFS_GETDRIVER:
    case USBDEVFS_IOCTL: return complete(client, -1, ENODATA);  // no driver of the kernel is bound
    default: return complete(client, -1, ENOTTY);
  }
}

gboolean Seat::reap(UMockdevIoctlClient* client, Client& own, UMockdevIoctlData* argument, bool dead) {
  if (own.done.empty()) {
    show_ready();
    return complete(client, -1, dead ? ENODEV : EAGAIN);
  }
  auto* urb = own.done.front();
  own.done.pop_front();
  auto* pointer = umockdev_ioctl_data_resolve(argument, 0, sizeof(gpointer), nullptr);
  umockdev_ioctl_data_set_ptr(pointer, 0, urb);
  g_object_unref(urb);
  g_object_unref(pointer);
  show_ready();
  return complete(client, 0, 0);
}

gboolean Seat::discard(UMockdevIoctlClient* client, Client& own, UMockdevIoctlData* argument) {
  gulong address = 0;
  std::memcpy(&address, argument->data, sizeof address);
  const auto found = std::find_if(own.flying.begin(), own.flying.end(),
                                  [&](const Flight& flight) { return flight.urb->client_addr == address; });
  if (found == own.flying.end()) return complete(client, -1, EINVAL);
  if (found->answer.ticket != 0 && model_) model_->withdraw(found->answer.ticket);
  finish(found->urb, -ENOENT, {});
  own.done.push_back(found->urb);
  own.flying.erase(found);
  show_ready();
  return complete(client, 0, 0);
}

gboolean Seat::submit(UMockdevIoctlClient* client, Client& own, UMockdevIoctlData* argument) {
  auto* data = umockdev_ioctl_data_resolve(argument, 0, sizeof(usbdevfs_urb), nullptr);
  usb::Bytes bytes;
  if (urb_of(data).buffer_length > 0) {
    auto* buffer = buffer_of(data);
    bytes.assign(buffer->data, buffer->data + urb_of(data).buffer_length);
    g_object_unref(buffer);
  }
  auto& flight = own.flying.emplace_back();
  flight.urb = data;
  if (urb_of(data).type == USBDEVFS_URB_TYPE_CONTROL) {
    submit_control(flight, bytes);
  } else {
    submit_other(flight, bytes);
  }
  complete(client, 0, 0);
  ask_waiting(own);
  Clock::only().wake();
  return TRUE;
}

void Seat::submit_control(Flight& flight, const usb::Bytes& buffer) {
  const auto two = [&](std::size_t at) { return static_cast<std::uint16_t>(buffer[at] | buffer[at + 1] << 8U); };
  const usb::ControlRequest request{buffer[0], buffer[1], two(2), two(4), two(6)};
  schedule(flight, model_->control(request, {buffer.begin() + 8, buffer.end()}));
}

void Seat::submit_other(Flight& flight, const usb::Bytes& buffer) {
  const auto& urb = urb_of(flight.urb);
  if ((urb.endpoint & 0x80U) != 0) return;  // asked below, together with those that wait
  schedule(flight, model_->out(urb.endpoint, buffer));
}

void Seat::schedule(Flight& flight, sim::UsbAnswer answer) {
  flight.scheduled = true;
  flight.due = SteadyClock::now() + answer.delay;
  if (answer.how == sim::UsbAnswer::How::hang) flight.due = SteadyClock::time_point::max();
  flight.answer = std::move(answer);
}

void Seat::ask_waiting(Client& own) {
  for (auto& flight : own.flying) {
    const auto& urb = urb_of(flight.urb);
    if (flight.scheduled || urb.type == USBDEVFS_URB_TYPE_CONTROL || (urb.endpoint & 0x80U) == 0) continue;
    if (auto answer = model_->in(urb.endpoint, static_cast<std::size_t>(urb.buffer_length))) {
      schedule(flight, std::move(*answer));
    }
  }
}

void Seat::land(SteadyClock::time_point now) {
  for (auto& [client, own] : clients_) {
    for (auto each = own.flying.begin(); each != own.flying.end();) {
      if (!each->scheduled || each->due > now) {
        ++each;
        continue;
      }
      finish(each->urb, status_of(each->answer.how), each->answer.bytes);
      own.done.push_back(each->urb);
      each = own.flying.erase(each);
    }
  }
  show_ready();
}

std::optional<SteadyClock::time_point> Seat::next_due() const {
  std::optional<SteadyClock::time_point> next;
  for (const auto& [client, own] : clients_) {
    for (const auto& flight : own.flying) {
      if (flight.scheduled && (!next || flight.due < *next)) next = flight.due;
    }
  }
  return next;
}

void Seat::tell_vanished(gpointer self, GObject* client) {
  static_cast<Seat*>(self)->vanished(reinterpret_cast<UMockdevIoctlClient*>(client));
}

void Seat::vanished(UMockdevIoctlClient* client) {
  const std::lock_guard lock(mutex());
  const auto found = clients_.find(client);
  if (found == clients_.end()) return;
  for (auto& flight : found->second.flying) g_object_unref(flight.urb);
  for (auto* urb : found->second.done) g_object_unref(urb);
  clients_.erase(found);
  show_ready();
}

void Seat::show_ready() {
  // A dead handle is always ready, so that its owner learns of it.
  const bool ready = !model_ || std::any_of(clients_.begin(), clients_.end(),
                                            [](const auto& each) { return !each.second.done.empty(); });
  if (fifo_ < 0 || ready == ready_) return;
  ready_ = ready;
  std::array<char, 512> bytes{};
  if (ready) {
    while (read(fifo_, bytes.data(), bytes.size()) > 0) {
    }
  } else {
    while (write(fifo_, bytes.data(), bytes.size()) > 0) {
    }
  }
}

}  // namespace inspect::tests
