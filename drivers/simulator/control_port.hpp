#pragma once

#include "drivers/simulator/port.hpp"
#include "drivers/simulator/site.hpp"

#include <memory>
#include <string>

namespace inspect::sim {

/// The command channel: a UNIX socket that takes lines of plain words and gives one line of JSON for each. After
/// "watch" the events follow, one line each. At most 16 clients; a line holds at most 1024 bytes; who does not read
/// 64 KiB is dropped.
class ControlPort : public Port {
 public:
  /// Replaces a socket that nobody listens on; fails when somebody does.
  static Result<std::unique_ptr<ControlPort>> open(Site& site, std::string path);
  ~ControlPort() override;

  void watch(std::vector<pollfd>& fds) override;
  void ready(int fd, short events, BootTime now) override;
  void advance(BootTime now) override;
  [[nodiscard]] std::optional<BootTime> next() const override { return std::nullopt; }

 private:
  struct Client {
    Descriptor socket;
    std::string in;
    std::string out;
    bool watches = false;
    bool leaves = false;  ///< closed when everything was sent
  };

  ControlPort(Site& site, std::string path) : site_(site), path_(std::move(path)) {}
  Result<void> listen();
  void accept();
  void read(Client& client, BootTime now);
  void obey(Client& client, BootTime now);
  static void say(Client& client, const std::string& line);
  static void flush(Client& client);

  Site& site_;
  std::string path_;
  Descriptor listener_;
  std::vector<Client> clients_;
};

}  // namespace inspect::sim
