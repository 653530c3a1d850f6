#pragma once

#include "drivers/simulator/port.hpp"
#include "drivers/simulator/site.hpp"

#include <memory>

namespace inspect::sim {

/// One Modbus TCP server on 127.0.0.1. Answers leave in the order of their time, so a slow unit does not hold back the
/// others, and one device answers its questions one after the other.
class TcpPort : public Port {
 public:
  /// Writes the port that was found back to the line when 0 was asked for.
  static Result<std::unique_ptr<TcpPort>> open(Site& site, std::size_t line);

  void watch(std::vector<pollfd>& fds) override;
  void ready(int fd, short events, BootTime now) override;
  void advance(BootTime now) override;
  [[nodiscard]] std::optional<BootTime> next() const override;

 private:
  struct Piece {
    BootTime when;
    std::size_t device;
    std::vector<std::uint8_t> bytes;
  };
  struct Connection {
    Descriptor socket;
    MbapReader reader;
    std::vector<Piece> pending;  ///< in the order of `when`
  };

  TcpPort(Site& site, std::size_t line) : site_(site), line_(line), noise_(static_cast<std::uint32_t>(line)) {}
  Result<void> listen();
  void accept();
  void read(Connection& connection, BootTime now);
  void work(Connection& connection, BootTime now);
  void schedule(Connection& connection, const Question& question, const Site::Answer& answer, BootTime now);
  void send_due(Connection& connection, BootTime now) const;
  [[nodiscard]] Line& line() const { return site_.lines()[line_]; }

  Site& site_;
  std::size_t line_;
  Descriptor listener_;
  std::vector<Connection> connections_;
  std::mt19937 noise_;
};

}  // namespace inspect::sim
