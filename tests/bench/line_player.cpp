// Plays the field for bus_bench.py: 247 slaves on one RS-485 line (a pseudo-terminal that keeps to the wire's timing)
// or behind one Modbus TCP port, and writes down each request.
//
//     line_player rtu --link PATH --baud B --log FILE [--turnaround-us N] [--strict] [--dead UNIT]
//     line_player tcp --port P --log FILE [--dead UNIT]
//
// SIGUSR1: the dead unit answers no more; SIGUSR2: it does again; SIGTERM: writes the log and ends.
//
// The wire: 11 bits a character. A request takes the line from the moment it was written, or from the end of what went
// before; a slave answers 3.5 characters (1.75 ms above 19 200 baud) and its turn-around later; each byte of the answer
// is handed over no sooner than its own wire time has passed. A request inside the 3.5 characters after an answer is
// marked, and with --strict it is dropped, as slaves do that tell frames apart by silence. Each holding register counts
// how often it was read, so that a value says which sample it is.
#include "protocol/modbus/frame.hpp"
#include "protocol/modbus/wire_time.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <optional>
#include <string>
#include <vector>

using namespace inspect::modbus;

namespace {

using Clock = std::chrono::system_clock;  // the driver's time stamps are of the same clock
using Time = std::chrono::time_point<Clock, std::chrono::nanoseconds>;

enum Mark : std::uint8_t { answered = 1, dead = 2, too_early = 4, corrupt = 8, collision = 16, dropped = 32 };

/// One request as bus_bench.py reads it: 32 bytes, the machine's byte order.
struct Record {
  std::int64_t asked = 0;  ///< ns since 1970
  std::int64_t done = 0;   ///< the last byte of the answer was handed over
  std::uint16_t address = 0;
  std::uint16_t count = 0;
  std::uint8_t unit = 0;
  std::uint8_t function = 0;
  std::uint8_t marks = 0;
  std::uint8_t pad = 0;
  std::uint32_t connection = 0;
  std::uint32_t first = 0;  ///< the first register's count
};
static_assert(sizeof(Record) == 32);

struct Options {
  std::string link;
  std::uint32_t baud = 9600;
  std::string log;
  std::chrono::microseconds turnaround{1000};
  bool strict = false;
  int dead_unit = -1;
  std::uint16_t port = 0;
};

volatile std::sig_atomic_t silent = 0;
volatile std::sig_atomic_t ending = 0;

void on_signal(int number) {
  if (number == SIGUSR1) silent = 1;
  if (number == SIGUSR2) silent = 0;
  if (number == SIGTERM || number == SIGINT) ending = 1;
}

std::int64_t stamp(Time time) { return time.time_since_epoch().count(); }
Time now() { return std::chrono::time_point_cast<std::chrono::nanoseconds>(Clock::now()); }

class Field {
 public:
  explicit Field(int dead_unit) : dead_unit_(dead_unit), counts_(256 * registers) { records_.reserve(1U << 20U); }

  Record& note(Time asked, BytesView pdu, std::uint8_t unit) {
    auto& record = records_.emplace_back();
    record.asked = stamp(asked);
    record.unit = unit;
    record.function = pdu[0];
    record.address = word(pdu, 1);
    record.count = word(pdu, 3);
    return record;
  }

  [[nodiscard]] bool is_dead(std::uint8_t unit) const { return silent != 0 && unit == dead_unit_; }

  /// The answer's PDU: registers to a read of some, else a refusal.
  Bytes answer(Record& record) {
    const bool known = record.function == 3 || record.function == 4;
    if (!known || record.count < 1 || record.count > 125 || record.address + record.count > registers) {
      return {static_cast<std::uint8_t>(record.function | exception_flag), static_cast<std::uint8_t>(known ? 2 : 1)};
    }
    Bytes pdu{record.function, static_cast<std::uint8_t>(2 * record.count)};
    auto* counts = &counts_[record.unit * registers + record.address];
    record.first = counts[0];
    for (int i = 0; i < record.count; ++i) {
      const auto value = counts[i]++;
      pdu.push_back(static_cast<std::uint8_t>(value >> 8));
      pdu.push_back(static_cast<std::uint8_t>(value & 0xFF));
    }
    return pdu;
  }

  [[nodiscard]] bool write(const std::string& path) const {
    auto* file = std::fopen(path.c_str(), "wb");
    if (file == nullptr) return false;
    const bool whole = std::fwrite(records_.data(), sizeof(Record), records_.size(), file) == records_.size();
    return std::fclose(file) == 0 && whole;
  }

  static std::uint16_t word(BytesView bytes, std::size_t at) {
    return static_cast<std::uint16_t>((bytes[at] << 8) | bytes[at + 1]);
  }

 private:
  static constexpr std::size_t registers = 4096;
  int dead_unit_;
  std::vector<std::uint16_t> counts_;
  std::vector<Record> records_;
};

Bytes sealed(Bytes body) {
  const auto crc = crc16(body);
  body.push_back(static_cast<std::uint8_t>(crc & 0xFF));
  body.push_back(static_cast<std::uint8_t>(crc >> 8));
  return body;
}

/// A read of one of the simple functions is eight bytes; nothing else is asked of this line.
constexpr std::size_t question_length = 8;

class Line {
 public:
  Line(const Options& options, Field& field)
      : options_(options), field_(field), wire_(options.baud), gap_(wire_.silence()) {}

  bool open() {
    master_ = ::posix_openpt(O_RDWR | O_NOCTTY);
    if (master_ < 0 || ::grantpt(master_) != 0 || ::unlockpt(master_) != 0) return false;
    const std::string name = ::ptsname(master_);
    keep_ = ::open(name.c_str(), O_RDWR | O_NOCTTY);  // the pseudo-terminal lives while nobody else has it open
    termios settings{};
    ::tcgetattr(keep_, &settings);
    ::cfmakeraw(&settings);
    ::tcsetattr(keep_, TCSANOW, &settings);
    ::unlink(options_.link.c_str());
    return ::symlink(name.c_str(), options_.link.c_str()) == 0;
  }

  void play() {
    while (ending == 0) {
      pollfd waiting{master_, POLLIN, 0};
      const auto ready = ::poll(&waiting, 1, question_.empty() ? 200 : 5);
      if (ready == 0 && !question_.empty()) spoil();  // a gap ends what is no question
      if (ready <= 0) continue;
      if (question_.empty()) begun_ = now();
      std::array<std::uint8_t, 256> bytes;
      const auto got = ::read(master_, bytes.data(), bytes.size());
      if (got > 0) question_.insert(question_.end(), bytes.begin(), bytes.begin() + got);
      if (question_.size() < question_length || question_[1] > 6) continue;
      take();
      question_.clear();
    }
    ::unlink(options_.link.c_str());
  }

 private:
  void spoil() {
    question_.resize(std::max(question_.size(), question_length));
    field_.note(begun_, BytesView(question_).subspan(1), question_[0]).marks = corrupt;
    busy_until_ = std::max(busy_until_, begun_ + wire_.characters(question_.size()));
    question_.clear();
  }

  void take() {
    auto& record = field_.note(begun_, BytesView(question_).subspan(1), question_[0]);
    if (question_.size() > question_length) record.marks |= collision;
    if (begun_ < busy_until_ + gap_) record.marks |= too_early;
    busy_until_ = std::max(begun_, busy_until_) + wire_.characters(question_length);
    const auto crc = crc16(BytesView(question_).first(question_length - 2));
    if (question_[6] != (crc & 0xFF) || question_[7] != (crc >> 8)) {
      record.marks |= corrupt;
    } else if (options_.strict && (record.marks & too_early) != 0) {
      record.marks |= dropped;
    } else if (field_.is_dead(record.unit)) {
      record.marks |= dead;
    } else {
      auto frame = field_.answer(record);
      frame.insert(frame.begin(), record.unit);
      say(sealed(std::move(frame)), record);
    }
  }

  void say(const Bytes& frame, Record& record) {
    const auto start = busy_until_ + gap_ + options_.turnaround;
    busy_until_ = start + wire_.characters(frame.size());
    for (std::size_t i = 0; i < frame.size() && ending == 0; ++i) {
      if (interrupted_before(start + wire_.characters(i + 1))) {
        record.marks |= collision;  // the master talked over the answer: both are lost
        std::array<std::uint8_t, 256> lost;
        const auto got = ::read(master_, lost.data(), lost.size());
        busy_until_ =
            std::max(busy_until_, now() + wire_.characters(static_cast<std::size_t>(std::max(got, ssize_t{0}))));
        return;
      }
      if (::write(master_, &frame[i], 1) != 1) std::perror("line_player: write");
    }
    record.done = stamp(now());
    record.marks |= answered;
  }

  bool interrupted_before(Time due) const {
    for (;;) {
      const auto left = due - now();
      if (left.count() <= 0) return false;
      const timespec wait{static_cast<time_t>(left.count() / 1'000'000'000),
                          static_cast<long>(left.count() % 1'000'000'000)};
      pollfd waiting{master_, POLLIN, 0};
      if (::ppoll(&waiting, 1, &wait, nullptr) > 0) return true;
      if (ending != 0) return false;
    }
  }

  const Options& options_;
  Field& field_;
  WireTime wire_;
  Nanoseconds gap_;
  int master_ = -1;
  int keep_ = -1;
  Bytes question_;
  Time begun_{};
  Time busy_until_{};
};

/// Questions over TCP, answered at once; one thread, as many connections as come.
class Port {
 public:
  explicit Port(Field& field) : field_(field) {}

  bool open(std::uint16_t port) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(port);
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::bind(listener_, reinterpret_cast<sockaddr*>(&place), sizeof place) == 0 && ::listen(listener_, 16) == 0;
  }

  void play() {
    while (ending == 0) {
      std::vector<pollfd> waiting{{listener_, POLLIN, 0}};
      for (const auto& [descriptor, peer] : peers_) waiting.push_back({descriptor, POLLIN, 0});
      if (::poll(waiting.data(), waiting.size(), 200) <= 0) continue;
      if (waiting[0].revents != 0) welcome();
      for (std::size_t i = 1; i < waiting.size(); ++i) {
        if (waiting[i].revents != 0 && !serve(waiting[i].fd)) {
          ::close(waiting[i].fd);
          peers_.erase(waiting[i].fd);
        }
      }
    }
  }

 private:
  struct Peer {
    std::uint32_t number = 0;
    Bytes in;
  };

  void welcome() {
    const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) return;
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    peers_[descriptor].number = ++connections_;
  }

  bool serve(int descriptor) {
    auto& peer = peers_[descriptor];
    std::array<std::uint8_t, 4096> bytes;
    const auto got = ::read(descriptor, bytes.data(), bytes.size());
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    if (got == 0) return false;
    const auto asked = now();
    peer.in.insert(peer.in.end(), bytes.begin(), bytes.begin() + got);
    while (peer.in.size() >= 12) {  // every read is as long
      if (!answer(descriptor, peer, asked)) return false;
      peer.in.erase(peer.in.begin(), peer.in.begin() + 12);
    }
    return true;
  }

  bool answer(int descriptor, const Peer& peer, Time asked) {
    if (Field::word(peer.in, 4) != 6) return false;
    auto& record = field_.note(asked, BytesView(peer.in).subspan(7), peer.in[6]);
    record.connection = peer.number;
    if (field_.is_dead(record.unit)) {
      record.marks |= dead;
      return true;
    }
    const auto pdu = field_.answer(record);
    Bytes frame(peer.in.begin(), peer.in.begin() + 7);
    frame[4] = static_cast<std::uint8_t>((pdu.size() + 1) >> 8);
    frame[5] = static_cast<std::uint8_t>((pdu.size() + 1) & 0xFF);
    frame.insert(frame.end(), pdu.begin(), pdu.end());
    if (::send(descriptor, frame.data(), frame.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(frame.size()))
      return false;
    record.done = stamp(now());
    record.marks |= answered;
    return true;
  }

  Field& field_;
  int listener_ = -1;
  std::uint32_t connections_ = 0;
  std::map<int, Peer> peers_;
};

std::optional<Options> read(int count, char** words) {
  Options options;
  for (int i = 2; i < count; ++i) {
    const std::string word = words[i];
    if (word == "--strict") {
      options.strict = true;
      continue;
    }
    if (++i == count) return std::nullopt;
    const char* value = words[i];
    if (word == "--link")
      options.link = value;
    else if (word == "--log")
      options.log = value;
    else if (word == "--baud")
      options.baud = static_cast<std::uint32_t>(std::atol(value));
    else if (word == "--turnaround-us")
      options.turnaround = std::chrono::microseconds(std::atol(value));
    else if (word == "--dead")
      options.dead_unit = std::atoi(value);
    else if (word == "--port")
      options.port = static_cast<std::uint16_t>(std::atoi(value));
    else
      return std::nullopt;
  }
  if (options.log.empty()) return std::nullopt;
  return options;
}

}  // namespace

int main(int count, char** words) {
  const std::string kind = count > 1 ? words[1] : "";
  const auto options = read(count, words);
  if (!options || (kind != "rtu" && kind != "tcp")) {
    std::fputs("line_player rtu|tcp --log FILE …: see the head of its source\n", stderr);
    return 2;
  }
  struct sigaction action {};
  action.sa_handler = on_signal;  // without SA_RESTART: a signal ends the wait
  for (const int number : {SIGUSR1, SIGUSR2, SIGTERM, SIGINT}) ::sigaction(number, &action, nullptr);
  Field field(options->dead_unit);
  if (kind == "tcp") {
    Port port(field);
    if (!port.open(options->port)) return std::perror("line_player: port"), 1;
    port.play();
  } else {
    const sched_param urgent{50};
    if (::sched_setscheduler(0, SCHED_FIFO, &urgent) != 0) std::perror("line_player: timing will be coarser");
    ::prctl(PR_SET_TIMERSLACK, 1);
    Line line(*options, field);
    if (!line.open()) return std::perror("line_player: line"), 1;
    line.play();
  }
  return field.write(options->log) ? 0 : 1;
}
