#include "firmware-agent/store/sqlite_store.hpp"

#include <sys/timex.h>
#include <time.h>

#include <fstream>

namespace inspect::agent {

namespace {

std::string kernel_boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id.empty() ? "unknown" : id;
}

Moment clocks() {
  timespec boot{};
  clock_gettime(CLOCK_BOOTTIME, &boot);
  timex ask{};
  const bool synchronised = adjtimex(&ask) != TIME_ERROR && (ask.status & STA_UNSYNC) == 0;
  return {BootTime{std::chrono::seconds{boot.tv_sec} + std::chrono::nanoseconds{boot.tv_nsec}},
          std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()),
          synchronised ? ClockTrust::ntp : ClockTrust::floor};
}

}  // namespace

StoreOptions default_store_options() {
  StoreOptions options;
  options.encode_finding = [](const messages::FindingMessage& message) { return messages::encode(message); };
  options.encode_readings = [](const messages::ReadingsMessage& message) { return messages::encode(message); };
  options.now = clocks;
  options.boot_id = kernel_boot_id();
  return options;
}

Result<std::unique_ptr<Store>> Store::open(const Site& site, boost::asio::any_io_executor loop) {
  return open_store(site, std::move(loop), default_store_options());
}

}  // namespace inspect::agent
