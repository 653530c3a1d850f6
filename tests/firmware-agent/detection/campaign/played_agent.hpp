#pragma once

#include "tests/firmware-agent/detection/campaign/played_line.hpp"

#include "firmware-agent/detection/watchman.hpp"
#include "firmware-agent/polling/health.hpp"
#include "firmware-agent/polling/schedule.hpp"
#include "protocol/modbus/rtu_machine.hpp"

#include <memory>
#include <string>
#include <vector>

namespace inspect::campaign {

/// How the gateway asks one device.
struct Asked {
  std::string name;
  std::uint8_t unit = 1;
  std::vector<std::uint16_t> blocks;  ///< registers in each
  std::chrono::milliseconds period{1000};
  std::chrono::milliseconds limit{1000};
  std::string supply;
};

/// A finding that was opened, and when.
struct Named {
  std::string what;  ///< "device/kind", the kind by the title of its first analysis as it is in the end
  BootTime at{};
  std::string id;
};

/// The agent without its shell: transaction machine, schedule, health and watchman as the poller puts them together, on
/// a played line in virtual time.
class PlayedAgent {
 public:
  PlayedAgent(PlayedLine& line, std::vector<Asked> devices, std::uint32_t baud, const catalogue::Catalogue& catalogue);

  void run_until(BootTime end);
  void plug(bool in) { plugged_ = in; }
  /// The device has never answered before.
  void newcomer(std::size_t device) { man_->newcomer(DeviceIndex(device)); }

  [[nodiscard]] BootTime now() const { return now_; }
  [[nodiscard]] const std::vector<Named>& named() const { return named_; }
  [[nodiscard]] std::uint64_t questions() const { return counters_.transactions; }
  [[nodiscard]] const modbus::LineCounters& counters() const { return counters_; }

 private:
  struct Place {
    std::size_t device = 0;
    std::size_t block = 0;
  };
  void ask(const agent::Task& task);
  Result<modbus::Answer> transact(const modbus::Request& request, const modbus::Allowance& allowance);
  void step(const modbus::Step& step);
  void wait(BootTime until, bool for_bytes);
  void no_port();
  void tick();
  void conclude(const agent::Verdict& verdict);
  [[nodiscard]] std::string kind_titled(const std::string& title) const;
  [[nodiscard]] Moment moment() const;

  PlayedLine& line_;
  std::vector<Asked> asked_;
  agent::Site site_;
  const catalogue::Catalogue& catalogue_;
  std::unique_ptr<agent::Watchman> man_;
  modbus::LineCounters counters_;
  modbus::RtuMachine machine_;
  agent::Schedule schedule_;
  std::vector<agent::HealthTracker> health_;
  std::vector<Place> places_;
  std::vector<std::vector<std::size_t>> items_;
  std::vector<Named> named_;
  BootTime now_{};
  BootTime next_tick_{};
  bool plugged_ = true;
  unsigned unavailable_ = 0;
};

}  // namespace inspect::campaign
