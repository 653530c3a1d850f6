#include "drivers/usb/host.hpp"

#include "drivers/usb/hands.hpp"
#include "drivers/usb/plug_news.hpp"
#include "drivers/usb/port_reader.hpp"
#include "drivers/usb/trouble.hpp"

#include <libusb-1.0/libusb.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

namespace inspect::drivers {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t most_in_flight = 64;
/// A cancelled transfer comes back at once; a kernel that keeps it longer has lost it, and its memory with it.
constexpr auto cancel_grace = 2s;

using DevicePtr = std::shared_ptr<libusb_device>;

/// How a transfer ended.
struct Landed {
  libusb_transfer_status status = LIBUSB_TRANSFER_ERROR;
  Bytes bytes;  ///< what came, or for an OUT transfer as many bytes as went
};

UsbTrouble trouble_of(int code) {
  switch (code) {
    case LIBUSB_ERROR_ACCESS: return UsbTrouble::forbidden;
    case LIBUSB_ERROR_BUSY: return UsbTrouble::taken;
    case LIBUSB_ERROR_NO_DEVICE:
    case LIBUSB_ERROR_NOT_FOUND: return UsbTrouble::gone;
    case LIBUSB_ERROR_TIMEOUT: return UsbTrouble::silent;
    case LIBUSB_ERROR_PIPE: return UsbTrouble::stall;
    case LIBUSB_ERROR_OVERFLOW: return UsbTrouble::babble;
    default: return UsbTrouble::damaged;
  }
}

UsbTrouble trouble_of(libusb_transfer_status status) {
  switch (status) {
    case LIBUSB_TRANSFER_TIMED_OUT:
    case LIBUSB_TRANSFER_CANCELLED: return UsbTrouble::silent;
    case LIBUSB_TRANSFER_STALL: return UsbTrouble::stall;
    case LIBUSB_TRANSFER_NO_DEVICE: return UsbTrouble::gone;
    case LIBUSB_TRANSFER_OVERFLOW: return UsbTrouble::babble;
    case LIBUSB_TRANSFER_COMPLETED:
    case LIBUSB_TRANSFER_ERROR: break;
  }
  return UsbTrouble::damaged;
}

std::string port_of(libusb_device* device) {
  std::array<std::uint8_t, 7> ports{};
  const int levels = libusb_get_port_numbers(device, ports.data(), ports.size());
  if (levels <= 0) return {};  // a root hub
  auto text = std::to_string(libusb_get_bus_number(device)) + "-" + std::to_string(ports[0]);
  for (std::size_t i = 1; i < static_cast<std::size_t>(levels); ++i) text += "." + std::to_string(ports[i]);
  return text;
}

/// What the threads and the pipes share. libusb's context ends with the last of them.
struct Engine {
  explicit Engine(const asio::any_io_executor& the_loop)
      : loop(the_loop), hands(the_loop), news(std::make_shared<PlugNews>(the_loop)) {}
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine() {
    // What the kernel never gave back still points into the context: better a leak than a crash.
    if (context != nullptr && flights == 0) libusb_exit(context);
  }

  void run_events() {
    while (!finished) {
      timeval second{1, 0};
      if (libusb_handle_events_timeout_completed(context, &second, nullptr) == LIBUSB_SUCCESS) {
        beat = boot_now().time_since_epoch().count();
      } else {
        // It fails only when poll() does; the heartbeat stands still then, and the watchdog is fed no more.
        std::unique_lock lock(mutex);
        changed.wait_for(lock, 1s);
      }
    }
  }

  void plugged_or_gone(libusb_device* raw, bool arrived) {
    auto port = port_of(raw);
    if (port.empty() || ending) return;
    DevicePtr device;
    if (arrived) device = DevicePtr(libusb_ref_device(raw), libusb_unref_device);
    news->add({std::move(port), arrived}, std::move(device));
  }

  asio::any_io_executor loop;
  libusb_context* context = nullptr;
  Hands hands;
  std::shared_ptr<PlugNews> news;
  std::thread events;
  std::atomic<bool> ending{false};
  std::atomic<bool> finished{false};
  std::atomic<BootClock::rep> beat{0};
  std::atomic<std::size_t> flights{0};
  std::mutex mutex;
  std::condition_variable changed;
};

/// An open device, closed when the last of its transfers has come back.
class Handle {
 public:
  Handle(std::shared_ptr<Engine> engine, libusb_device_handle* raw, std::uint8_t interface, std::string where)
      : port(std::move(where)), engine_(std::move(engine)), raw_(raw), interface_(interface) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    // Closing alone leaves the interface without a driver: only a release brings the kernel's back.
    libusb_release_interface(raw_, interface_);
    libusb_close(raw_);
  }

  /// Drops a reference, for the hands to close: on the loop that may block, in libusb's callbacks it waits for itself.
  static void retire(std::shared_ptr<Handle> handle) {
    const auto engine = handle->engine_;
    if (!engine->finished) engine->hands.drop(std::move(handle));
  }

  [[nodiscard]] libusb_device_handle* raw() const { return raw_; }

  int submit(libusb_transfer* transfer) {
    const std::lock_guard lock(mutex_);
    if (ended_) return LIBUSB_ERROR_NO_DEVICE;
    const int code = libusb_submit_transfer(transfer);
    if (code == LIBUSB_SUCCESS) flying_.insert(transfer);
    return code;
  }
  void landed(libusb_transfer* transfer) {
    const std::lock_guard lock(mutex_);
    flying_.erase(transfer);
  }
  /// Cancels what is on its way and takes no more.
  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    for (auto* transfer : flying_) libusb_cancel_transfer(transfer);
  }

  const std::string port;

 private:
  std::shared_ptr<Engine> engine_;
  libusb_device_handle* raw_;
  std::uint8_t interface_;
  std::mutex mutex_;
  std::set<libusb_transfer*> flying_;
  bool ended_ = false;
};

/// One transfer on its way, owning its memory until libusb gives it back.
struct Flight {
  std::shared_ptr<Engine> engine;
  std::shared_ptr<Handle> handle;
  std::shared_ptr<Parcel<Landed>> parcel;
  libusb_transfer* transfer;
  Bytes buffer;

  Flight(std::shared_ptr<Engine> the_engine, std::shared_ptr<Handle> the_handle, Bytes bytes)
      : engine(std::move(the_engine)),
        handle(std::move(the_handle)),
        parcel(std::make_shared<Parcel<Landed>>(engine->loop)),
        transfer(libusb_alloc_transfer(0)),
        buffer(std::move(bytes)) {
    ++engine->flights;
  }
  Flight(const Flight&) = delete;
  Flight& operator=(const Flight&) = delete;
  ~Flight() {
    libusb_free_transfer(transfer);
    Handle::retire(std::move(handle));
    --engine->flights;
    engine->changed.notify_all();
  }

  static void LIBUSB_CALL land(libusb_transfer* transfer) {
    const std::unique_ptr<Flight> self(static_cast<Flight*>(transfer->user_data));
    self->handle->landed(transfer);
    const bool control = transfer->type == LIBUSB_TRANSFER_TYPE_CONTROL;
    const auto head = control ? LIBUSB_CONTROL_SETUP_SIZE : std::size_t{0};
    const auto count =
        std::min(static_cast<std::size_t>(std::max(transfer->actual_length, 0)), self->buffer.size() - head);
    const auto first = self->buffer.begin() + static_cast<std::ptrdiff_t>(head);
    if (self->engine->ending) return;  // nobody waits
    self->parcel->deliver({transfer->status, Bytes(first, first + static_cast<std::ptrdiff_t>(count))});
  }
};

class Pipe final : public UsbPipe {
 public:
  Pipe(std::shared_ptr<Engine> engine, std::shared_ptr<Handle> handle)
      : engine_(std::move(engine)), handle_(std::move(handle)) {}
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() override {
    handle_->end();
    Handle::retire(std::move(handle_));
  }

  asio::awaitable<Result<Bytes>> control_in(usb::ControlRequest request, Limit limit) override {
    return transfer({LIBUSB_TRANSFER_TYPE_CONTROL, LIBUSB_ENDPOINT_IN}, setup(request, {}), limit);
  }
  asio::awaitable<Result<void>> control_out(usb::ControlRequest request, Bytes bytes, Limit limit) override {
    request.length = static_cast<std::uint16_t>(bytes.size());
    return whole({LIBUSB_TRANSFER_TYPE_CONTROL, 0}, setup(request, bytes), bytes.size(), limit);
  }
  asio::awaitable<Result<void>> out(UsbEndpoint endpoint, Bytes bytes, Limit limit) override {
    const auto size = bytes.size();
    return whole(way_of(endpoint), std::move(bytes), size, limit);
  }
  asio::awaitable<Result<Bytes>> in(UsbEndpoint endpoint, std::size_t most, Limit limit) override {
    return transfer(way_of(endpoint), Bytes(most), limit);
  }
  asio::awaitable<Result<void>> clear_halt(UsbEndpoint endpoint) override {
    return by_hand([handle = handle_, endpoint] { return libusb_clear_halt(handle->raw(), endpoint.address); });
  }
  asio::awaitable<Result<void>> reset() override {
    return by_hand([handle = handle_] { return libusb_reset_device(handle->raw()); });
  }

 private:
  struct Way {
    std::uint8_t type;
    std::uint8_t endpoint;
  };
  static Way way_of(UsbEndpoint endpoint) {
    const bool bulk = endpoint.kind == UsbEndpoint::Kind::bulk;
    return {bulk ? std::uint8_t{LIBUSB_TRANSFER_TYPE_BULK} : std::uint8_t{LIBUSB_TRANSFER_TYPE_INTERRUPT},
            endpoint.address};
  }
  static Bytes setup(const usb::ControlRequest& request, const Bytes& data) {
    Bytes bytes(LIBUSB_CONTROL_SETUP_SIZE);
    libusb_fill_control_setup(bytes.data(), request.type, request.request, request.value, request.index,
                              request.length);
    bytes.insert(bytes.end(), data.begin(), data.end());
    if (data.empty()) bytes.resize(bytes.size() + request.length);
    return bytes;
  }

  asio::awaitable<Result<Bytes>> transfer(Way way, Bytes bytes, Limit limit) {
    if (bytes.size() > longest_usb_transfer) co_return fail(Errc::invalid_argument, "a transfer of over 64 KiB");
    if (engine_->flights >= most_in_flight) co_return fail(Errc::bus_unavailable, "64 USB transfers on their way");
    auto flight = std::make_unique<Flight>(engine_, handle_, std::move(bytes));
    auto& raw = *flight->transfer;
    raw.dev_handle = handle_->raw();
    raw.endpoint = way.endpoint;
    raw.type = way.type;
    raw.timeout = static_cast<unsigned>(limit.count());
    raw.buffer = flight->buffer.data();
    raw.length = static_cast<int>(flight->buffer.size());
    raw.user_data = flight.get();
    raw.callback = &Flight::land;
    const auto parcel = flight->parcel;
    const auto handle = handle_;  // the pipe may end while we wait
    const auto code = handle->submit(&raw);
    if (code != LIBUSB_SUCCESS) co_return usb_error(trouble_of(code), handle->port);
    (void)flight.release();  // libusb has it, and `land` gets it back
    const auto landed = co_await parcel->wait(boot_now() + limit + cancel_grace);
    if (!landed) {
      handle->end();
      co_return usb_error(UsbTrouble::stuck, handle->port);
    }
    if (landed->status != LIBUSB_TRANSFER_COMPLETED) co_return usb_error(trouble_of(landed->status), handle->port);
    co_return landed->bytes;
  }

  asio::awaitable<Result<void>> whole(Way way, Bytes bytes, std::size_t size, Limit limit) {
    const auto port = handle_->port;
    const auto sent = co_await transfer(way, std::move(bytes), limit);
    if (!sent) co_return sent.error();
    if (sent->size() != size) co_return usb_error(UsbTrouble::damaged, port);
    co_return Result<void>{};
  }

  template <class Work>
  asio::awaitable<Result<void>> by_hand(Work work) {
    const auto port = handle_->port;
    const auto parcel = engine_->hands.run(std::move(work));
    const auto code = co_await parcel->wait(boot_now() + hands_limit);
    if (!code) co_return usb_error(UsbTrouble::stuck, port);
    if (*code != LIBUSB_SUCCESS) co_return usb_error(trouble_of(*code), port);
    co_return Result<void>{};
  }

  std::shared_ptr<Engine> engine_;
  std::shared_ptr<Handle> handle_;
};

int LIBUSB_CALL on_plug(libusb_context*, libusb_device* device, libusb_hotplug_event event, void* engine) {
  static_cast<Engine*>(engine)->plugged_or_gone(device, event == LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED);
  return 0;
}

/// The blocking part of opening.
Result<std::shared_ptr<Handle>> open_device(const std::shared_ptr<Engine>& engine, const DevicePtr& device,
                                            const std::string& port, std::uint8_t interface) {
  libusb_device_handle* raw = nullptr;
  if (const int code = libusb_open(device.get(), &raw); code != LIBUSB_SUCCESS)
    return usb_error(trouble_of(code), port);
  libusb_set_auto_detach_kernel_driver(raw, 1);
  if (const int code = libusb_claim_interface(raw, interface); code != LIBUSB_SUCCESS) {
    libusb_close(raw);
    return usb_error(trouble_of(code), port);
  }
  return std::make_shared<Handle>(engine, raw, interface, port);
}

class Host final : public UsbHost {
 public:
  explicit Host(std::shared_ptr<Engine> engine) : engine_(std::move(engine)) {}
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  ~Host() override { end(); }

  Result<void> begin() {
    if (const int code = libusb_init(&engine_->context); code != LIBUSB_SUCCESS) {
      return fail(Errc::unreachable, std::string("libusb does not start: ") + libusb_error_name(code));
    }
    engine_->beat = boot_now().time_since_epoch().count();
    engine_->events = std::thread([engine = engine_] { engine->run_events(); });
    constexpr int both = LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT;
    constexpr int any = LIBUSB_HOTPLUG_MATCH_ANY;
    const int code = libusb_hotplug_register_callback(engine_->context, both, LIBUSB_HOTPLUG_ENUMERATE, any, any, any,
                                                      on_plug, engine_.get(), &hotplug_);
    if (code != LIBUSB_SUCCESS) return fail(Errc::unreachable, "libusb tells nothing of plugs");
    return {};
  }

  asio::awaitable<std::vector<UsbFacts>> list() override { return list_ports(engine_->hands); }
  asio::awaitable<Result<UsbFacts>> look(std::string port) override {
    return look_at_port(engine_->hands, std::move(port));
  }

  asio::awaitable<Result<std::unique_ptr<UsbPipe>>> open(UsbFacts facts, std::uint8_t interface) override {
    const auto engine = engine_;
    auto device = std::static_pointer_cast<libusb_device>(engine->news->at(facts.port));
    if (!device || libusb_get_device_address(device.get()) != facts.address) {
      co_return usb_error(UsbTrouble::gone, facts.port);
    }
    const auto parcel = engine->hands.run([engine, device = std::move(device), port = facts.port, interface] {
      return open_device(engine, device, port, interface);
    });
    auto handle = co_await parcel->wait(boot_now() + hands_limit);
    if (!handle) co_return usb_error(UsbTrouble::stuck, facts.port);
    if (!*handle) co_return handle->error();
    co_return std::make_unique<Pipe>(engine, std::move(**handle));
  }

  void watch(const std::string& port, std::function<void(const UsbPlug&)> watcher) override {
    engine_->news->watch(port, std::move(watcher));
  }

  [[nodiscard]] BootTime heartbeat() const override { return BootTime(BootClock::duration(engine_->beat.load())); }
  [[nodiscard]] std::size_t in_flight() const override { return engine_->flights; }

 private:
  void end() {
    auto& engine = *engine_;
    engine.ending = true;
    if (hotplug_ != 0) libusb_hotplug_deregister_callback(engine.context, hotplug_);
    {
      std::unique_lock lock(engine.mutex);
      engine.changed.wait_for(lock, cancel_grace, [&] { return engine.flights == 0; });
    }
    engine.hands.join();  // the last handles are closed there
    engine.finished = true;
    if (engine.context != nullptr) libusb_interrupt_event_handler(engine.context);
    if (engine.events.joinable()) engine.events.join();
    engine.news->clear();
  }

  std::shared_ptr<Engine> engine_;
  libusb_hotplug_callback_handle hotplug_ = 0;
};

}  // namespace

Result<std::unique_ptr<UsbHost>> UsbHost::start(const asio::any_io_executor& loop) {
  auto host = std::make_unique<Host>(std::make_shared<Engine>(loop));
  if (auto begun = host->begin(); !begun) return begun.error();
  return std::unique_ptr<UsbHost>(std::move(host));
}

}  // namespace inspect::drivers
