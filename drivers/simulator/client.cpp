#include "drivers/simulator/client.hpp"

#include "drivers/simulator/messages_json.hpp"
#include "drivers/simulator/unix_address.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <cstdio>

namespace inspect::sim {

namespace {

/// Lines as they come; false at the end of the stream.
class LineReader {
 public:
  explicit LineReader(int fd) : fd_(fd) {}

  bool next(std::string& line) {
    for (auto end = buffer_.find('\n');; end = buffer_.find('\n')) {
      if (end != std::string::npos) {
        line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        return true;
      }
      std::array<char, 4096> bytes{};
      const auto got = ::recv(fd_, bytes.data(), bytes.size(), 0);
      if (got <= 0) return false;
      buffer_.append(bytes.data(), static_cast<std::size_t>(got));
    }
  }

 private:
  int fd_;
  std::string buffer_;
};

}  // namespace

int run_client(const std::string& socket, const std::string& command, bool json) {
  const auto stream = connect_unix(socket);
  if (!stream) {
    fmt::print(stderr, "sitesim: no simulator at {}; start one with: sitesim --site FILE --socket {}\n",
               stream.error().message, socket);
    return exit_unreachable;
  }
  const auto line = command + "\n";
  if (::send(stream->get(), line.data(), line.size(), MSG_NOSIGNAL) != std::ssize(line)) return exit_unreachable;
  LineReader reader(stream->get());
  const bool stays = command.starts_with("watch");
  int code = exit_unreachable;
  for (std::string answer; reader.next(answer);) {
    const auto said = heard(answer);
    if (!said) {
      fmt::print(stderr, "sitesim: {} is no simulator\n", socket);
      return exit_unreachable;
    }
    code = said->ok ? exit_done : exit_refused;
    if (json) {
      fmt::print("{}\n", answer);
    } else {
      fmt::print(said->ok ? stdout : stderr, "{}{}\n", said->ok ? "" : "sitesim: ", said->text);
    }
    std::fflush(stdout);
    if (!stays || !said->ok) break;
  }
  return code;
}

}  // namespace inspect::sim
