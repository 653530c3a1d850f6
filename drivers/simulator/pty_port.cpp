#include "drivers/simulator/pty_port.hpp"

#include "drivers/simulator/two_voices.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace inspect::sim {

namespace {

Error trouble(const std::string& what) { return fail(Errc::bus_unavailable, what + ": " + std::strerror(errno)); }

/// A stable name for a device that comes and goes, as udev's links are.
Result<void> point_link(const std::string& link, const char* target) {
  std::array<char, 4096> old{};
  if (::readlink(link.c_str(), old.data(), old.size()) < 0 && errno != ENOENT) {
    return fail(Errc::bus_unavailable, link + " is there and is no symlink; remove it or name another path");
  }
  const auto fresh = link + ".new";
  ::unlink(fresh.c_str());
  if (::symlink(target, fresh.c_str()) != 0) return trouble("cannot make the link " + fresh);
  if (::rename(fresh.c_str(), link.c_str()) != 0) return trouble("cannot make the link " + link);
  return boost::system::in_place_value;
}

}  // namespace

PtyPort::PtyPort(Site& site, std::size_t line)
    : site_(site), line_(line), wire_(site.lines()[line].setup.format), noise_(static_cast<std::uint32_t>(line)) {}

Result<std::unique_ptr<PtyPort>> PtyPort::open(Site& site, std::size_t line) {
  std::unique_ptr<PtyPort> port(new PtyPort(site, line));
  if (auto plugged = port->plug(); !plugged) return plugged.error();
  return port;
}

PtyPort::~PtyPort() { unplug(); }

Result<void> PtyPort::plug() {
  Descriptor master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK));
  std::array<char, 128> name{};
  if (!master.open() || ::grantpt(master.get()) != 0 || ::unlockpt(master.get()) != 0 ||
      ::ptsname_r(master.get(), name.data(), name.size()) != 0) {
    return trouble("no pseudo-terminal");
  }
  Descriptor slave(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!slave.open()) return trouble(std::string("cannot open ") + name.data());
  termios settings{};
  if (::tcgetattr(slave.get(), &settings) != 0) return trouble("no terminal settings");
  ::cfmakeraw(&settings);
  if (::tcsetattr(slave.get(), TCSANOW, &settings) != 0) return trouble("no raw mode");
  if (auto linked = point_link(line().setup.pty, name.data()); !linked) return linked;
  master_ = std::move(master);
  slave_ = std::move(slave);
  return boost::system::in_place_value;
}

void PtyPort::unplug() {
  if (!master_.open()) return;
  ::unlink(line().setup.pty.c_str());
  slave_.reset();
  master_.reset();
  wire_.clear();
}

void PtyPort::watch(std::vector<pollfd>& fds) {
  if (master_.open()) fds.push_back({master_.get(), POLLIN, 0});
}

void PtyPort::ready(int fd, short /*events*/, BootTime now) {
  std::array<std::uint8_t, 1024> bytes{};
  const auto got = ::read(fd, bytes.data(), bytes.size());
  if (got <= 0 || line().state != LineState::whole) return;
  // What was due before these bytes belongs before them.
  advance(now);
  const auto written = std::span(bytes).first(static_cast<std::size_t>(got));
  disturb(written);
  wire_.echo(line().echo);
  wire_.master_wrote(now, written);
}

void PtyPort::advance(BootTime now) {
  const auto state = line().state;
  if (state == LineState::unplugged) unplug();
  if (state != LineState::unplugged && !master_.open()) {
    if (auto plugged = plug(); !plugged) {
      site_.tell({"not plugged", line().setup.name, plugged.error().message});
      line().state = LineState::unplugged;
    }
  }
  if (state != LineState::whole) {
    wire_.clear();
    return;
  }
  auto bytes = wire_.due(now);
  disturb(bytes);
  // A full terminal means that nobody reads; on a wire these bytes would be lost as well.
  if (!bytes.empty() && ::write(master_.get(), bytes.data(), bytes.size()) < 0 && errno != EAGAIN) unplug();
  line().counters.collisions = wire_.collisions();
  let_rival_ask(now);
  answer(wire_.burst(now), now);
  answer(wire_.rival_burst(now), now);
}

/// It knows nothing of our master and does not listen before it speaks; it reads one device after the other.
void PtyPort::let_rival_ask(BootTime now) {
  const auto every = line().rival;
  if (!every) return rival_next_.reset();
  if (rival_next_ && now < *rival_next_) return;
  rival_next_ = now + *every;
  std::vector<std::uint8_t> units;
  for (const auto& device : site_.devices()) {
    if (device.setup().line == line().setup.name) units.push_back(device.setup().unit);
  }
  if (units.empty()) return;
  constexpr std::array<std::uint8_t, 5> read_first_input{0x04, 0, 0, 0, 1};
  wire_.rival_asks(now, close_rtu(units[rival_turn_++ % units.size()], read_first_input));
}

void PtyPort::disturb(std::span<std::uint8_t> bytes) {
  if (line().bit_errors <= 0) return;
  std::bernoulli_distribution turns(line().bit_errors);
  for (auto& byte : bytes) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      if (turns(noise_)) byte = static_cast<std::uint8_t>(byte ^ (1U << bit));
    }
  }
}

void PtyPort::answer(const std::optional<RtuLine::Burst>& burst, BootTime now) {
  if (!burst) return;
  const auto question = open_rtu(burst->bytes);
  if (!question) {
    ++line().counters.damaged;
    return;
  }
  auto answer = site_.ask(line_, *question, now);
  if (!answer) return;
  auto bytes = close_rtu(answer->outgoing.unit, answer->outgoing.pdu);
  if (answer->outgoing.garbage) {
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(noise_());
  }
  if (answer->outgoing.truncated) bytes.resize(bytes.size() / 2);
  const auto start = burst->ended + wire_.format().silence() + answer->turnaround + answer->outgoing.delay;
  if (answer->outgoing.twin) return answer_twice(answer->device, start, bytes, *answer->outgoing.twin);
  wire_.answer(answer->device, start, bytes, answer->outgoing.gap);
}

/// The other device of this number measures something else, so its answer ends differently.
void PtyPort::answer_twice(std::size_t device, BootTime start, std::span<const std::uint8_t> bytes,
                           std::chrono::milliseconds within) {
  auto pdu = std::vector<std::uint8_t>(bytes.begin() + 1, bytes.end() - 2);
  pdu.back() = static_cast<std::uint8_t>(pdu.back() ^ 0x01U);
  const auto second = close_rtu(bytes.front(), pdu);
  std::uniform_int_distribution<std::int64_t> later(0, std::chrono::nanoseconds(within).count());
  const auto character = wire_.format().character();
  const auto behind = static_cast<std::size_t>((std::chrono::nanoseconds(later(noise_)) + character / 2) / character);
  wire_.answer(device, start, two_voices(bytes, second, behind, noise_), std::chrono::nanoseconds(0));
}

std::optional<BootTime> PtyPort::next() const {
  const auto wire = wire_.next();
  if (!rival_next_ || !line().rival) return wire;
  return wire ? std::min(*wire, *rival_next_) : rival_next_;
}

}  // namespace inspect::sim
