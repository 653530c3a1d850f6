#pragma once

#include "drivers/simulator/port.hpp"
#include "drivers/simulator/site.hpp"

#include <memory>

namespace inspect::sim {

/// One RTU line on a pseudo-terminal: a symlink at the configured path leads to the slave end. What the wire does to
/// the bytes is RtuLine's; this only hands them over.
class PtyPort : public Port {
 public:
  /// Fails when no pty can be had or the path is taken by something that is no symlink.
  static Result<std::unique_ptr<PtyPort>> open(Site& site, std::size_t line);
  ~PtyPort() override;

  void watch(std::vector<pollfd>& fds) override;
  void ready(int fd, short events, BootTime now) override;
  void advance(BootTime now) override;
  [[nodiscard]] std::optional<BootTime> next() const override;

 private:
  PtyPort(Site& site, std::size_t line);
  Result<void> plug();
  void unplug();
  void let_rival_ask(BootTime now);
  void answer(const std::optional<RtuLine::Burst>& question, BootTime now);
  void answer_twice(std::size_t device, BootTime start, std::span<const std::uint8_t> bytes,
                    std::chrono::milliseconds within);
  void disturb(std::span<std::uint8_t> bytes);
  [[nodiscard]] Line& line() const { return site_.lines()[line_]; }

  Site& site_;
  std::size_t line_;
  RtuLine wire_;
  Descriptor master_;
  Descriptor slave_;  ///< held open, so that the agent may close and open without a hang-up
  std::mt19937 noise_;
  std::optional<BootTime> rival_next_;  ///< when the other master asks again
  std::size_t rival_turn_ = 0;
};

}  // namespace inspect::sim
