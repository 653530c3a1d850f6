#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace inspect::tests {

using Bytes = std::vector<std::uint8_t>;
using Clock = std::chrono::steady_clock;

/// A directory of its own, removed at the end.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A child process that ends with this one, its standard output in a pipe.
class Child {
 public:
  explicit Child(const std::vector<std::string>& arguments);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// The next line of its output within ten seconds; empty when it ended or said nothing.
  std::string line();
  void signal(int number) const;
  /// Its exit code within ten seconds; −1 when a signal ended it, −2 when it still runs.
  int wait();
  [[nodiscard]] int pid() const { return pid_; }

 private:
  int pid_ = -1;
  int out_ = -1;
  std::string buffer_;
};

/// "sitesim" of this build.
std::string sitesim();

/// A running simulator.
class Played {
 public:
  /// `site` is the text of a site file; @RUN@ is the scratch directory.
  explicit Played(const std::string& site);

  /// Says one line on the command channel and gives the whole line of JSON that came back.
  std::string say(const std::string& words) const;
  /// Says it and requires that it was done.
  void must(const std::string& words) const;
  [[nodiscard]] std::string pty(const std::string& line) const { return scratch_.path() + "/" + line; }
  [[nodiscard]] std::string socket() const { return scratch_.path() + "/sim"; }
  [[nodiscard]] std::uint16_t port(const std::string& line) const { return ports_.at(line); }
  [[nodiscard]] const std::string& directory() const { return scratch_.path(); }
  Child& child() { return *child_; }

 private:
  ScratchDirectory scratch_;
  std::unique_ptr<Child> child_;
  std::map<std::string, std::uint16_t> ports_;
};

/// A descriptor with bounded waits.
class Stream {
 public:
  /// `silence` is kept before every question, as a master owes it to the line; 2 ms is enough from 19 200 baud on.
  static Stream serial(const std::string& path, std::chrono::milliseconds silence = std::chrono::milliseconds(2));
  static Stream tcp(std::uint16_t port);
  static Stream unix_socket(const std::string& path);
  Stream(Stream&& other) noexcept;
  Stream& operator=(Stream&&) = delete;
  Stream(const Stream&) = delete;
  ~Stream();

  void write(std::span<const std::uint8_t> bytes) const;
  /// Up to `count` bytes, within `limit` from now; fewer when the time is over or the other side has gone.
  Bytes read(std::size_t count, std::chrono::milliseconds limit = std::chrono::milliseconds(5000));
  /// Waits for the line's silence, writes and reads.
  Bytes ask(const Bytes& question, std::size_t count,
            std::chrono::milliseconds limit = std::chrono::milliseconds(5000));
  /// True when the other side closes within two seconds; what comes before is thrown away.
  bool closes();
  /// When the last question was written.
  [[nodiscard]] Clock::time_point asked() const { return asked_; }
  /// When each byte of the last read came.
  [[nodiscard]] const std::vector<Clock::time_point>& arrivals() const { return arrivals_; }

 private:
  explicit Stream(int fd, std::chrono::milliseconds silence = {}) : fd_(fd), silence_(silence) {}
  int fd_ = -1;
  std::chrono::milliseconds silence_{0};
  Clock::time_point asked_;
  std::vector<Clock::time_point> arrivals_;
};

/// CRC-16/Modbus by the table-free textbook way, for questions; answers are compared with captured frames.
Bytes with_crc(Bytes body);

/// True as soon as `condition` holds, asked again every few milliseconds for at most five seconds.
template <class Condition>
bool comes_true(Condition condition);

void pause_a_little(std::chrono::milliseconds time = std::chrono::milliseconds(5));

template <class Condition>
bool comes_true(Condition condition) {
  const auto end = Clock::now() + std::chrono::seconds(5);
  while (!condition()) {
    if (Clock::now() > end) return false;
    pause_a_little();
  }
  return true;
}

}  // namespace inspect::tests
