#include "drivers/simulator/loop.hpp"

#include "drivers/simulator/control_port.hpp"
#include "drivers/simulator/pty_port.hpp"
#include "drivers/simulator/tcp_port.hpp"
#include "drivers/simulator/usbip_port.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace inspect::sim {

using std::chrono::nanoseconds;

BootTime boot_now() {
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return BootTime(std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec));
}

void Descriptor::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

namespace {

using Ports = std::vector<std::unique_ptr<Port>>;

Result<Descriptor> stop_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGTERM);
  ::sigaddset(&signals, SIGINT);
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
  Descriptor fd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd.open()) return fail(Errc::bus_unavailable, std::string("no signalfd: ") + std::strerror(errno));
  return fd;
}

Result<Ports> open_ports(Site& site, const LoopSetup& setup) {
  Ports ports;
  for (std::size_t i = 0; i < site.lines().size(); ++i) {
    if (site.lines()[i].setup.kind == LineKind::rtu) {
      auto port = PtyPort::open(site, i);
      if (!port) return port.error();
      ports.push_back(std::move(*port));
    } else if (site.lines()[i].setup.kind == LineKind::tcp) {
      auto port = TcpPort::open(site, i);
      if (!port) return port.error();
      ports.push_back(std::move(*port));
    }
  }
  auto usbip = UsbipPort::open(site);
  if (!usbip) return usbip.error();
  if (*usbip) ports.push_back(std::move(*usbip));
  if (setup.socket.empty()) return ports;
  auto control = ControlPort::open(site, setup.socket);
  if (!control) return control.error();
  ports.push_back(std::move(*control));
  return ports;
}

/// Until the next thing is due; a second at the most.
timespec pause(const Site& site, const Ports& ports, BootTime now) {
  auto when = now + std::chrono::seconds(1);
  if (const auto own = site.next()) when = std::min(when, *own);
  for (const auto& port : ports) {
    if (const auto own = port->next()) when = std::min(when, *own);
  }
  const auto left = std::max(when - now, nanoseconds(0));
  const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
  return {static_cast<time_t>(seconds.count()), static_cast<long>((left - seconds).count())};
}

void serve(const std::vector<pollfd>& fds, const std::vector<Port*>& owners, BootTime now) {
  for (std::size_t i = 0; i < owners.size(); ++i) {
    if (fds[i].revents != 0) owners[i]->ready(fds[i].fd, fds[i].revents, now);
  }
}

}  // namespace

Result<void> play(Site& site, const LoopSetup& setup) {
  const auto stop = stop_signals();
  if (!stop) return stop.error();
  auto ports = open_ports(site, setup);
  if (!ports) return ports.error();
  // The kernel rounds sleeps by 50 µs unless asked not to; a character at 115200 baud lasts 87 µs.
  ::prctl(PR_SET_TIMERSLACK, 1UL);
  if (setup.ready) setup.ready(site);

  std::vector<pollfd> fds;
  std::vector<Port*> owners;
  while (true) {
    const auto now = boot_now();
    site.advance(now);
    for (const auto& port : *ports) port->advance(now);
    fds.clear();
    owners.clear();
    for (const auto& port : *ports) {
      port->watch(fds);
      owners.resize(fds.size(), port.get());
    }
    fds.push_back({stop->get(), POLLIN, 0});
    const auto rest = pause(site, *ports, boot_now());
    if (::ppoll(fds.data(), fds.size(), &rest, nullptr) <= 0) continue;
    if (fds.back().revents != 0) return boost::system::in_place_value;
    serve(fds, owners, boot_now());
  }
}

}  // namespace inspect::sim
