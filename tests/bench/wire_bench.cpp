// What a transaction costs: polls a device on a serial port (or TCP) as fast as the bus allows, and prints one line.
//
//     wire_bench serial PORT BAUD UNITS REGISTERS COUNT
//     wire_bench tcp HOST PORT UNITS REGISTERS COUNT
#include "drivers/bus/bus.hpp"
#include "drivers/bus/clock.hpp"
#include "protocol/modbus/wire_time.hpp"

#include <sys/resource.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>

using namespace inspect;
namespace asio = boost::asio;

namespace {

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Run {
  std::uint8_t units = 32;
  std::uint16_t registers = 10;
  int count = 1000;
};

asio::awaitable<void> poll(drivers::Bus& bus, Run run) {
  co_await bus.transact({1, 3, 0, run.registers, {}}, {});  // opens and rests
  const auto cpu = cpu_seconds();
  const auto start = drivers::boot_now();
  int failed = 0;
  for (int i = 0; i < run.count; ++i) {
    const auto unit = static_cast<std::uint8_t>(1 + i % run.units);
    if (!co_await bus.transact({unit, 3, 0, run.registers, {}}, {})) ++failed;
  }
  const std::chrono::duration<double> took = drivers::boot_now() - start;
  std::printf("%d transactions in %.3f s, %d failed, %.3f ms each, cycle of %d: %.1f ms, CPU %.4f s per 1000\n",
              run.count, took.count(), failed, 1000 * took.count() / run.count, run.units,
              1000 * took.count() / run.count * run.units, 1000 * (cpu_seconds() - cpu) / run.count);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) return 2;
  const std::string kind = argv[1];
  asio::io_context loop(1);
  const auto number = [&](int at) { return std::atoi(argv[at]); };
  const auto bus = kind == "tcp"
                       ? drivers::make_tcp_bus(loop.get_executor(), {argv[2], static_cast<std::uint16_t>(number(3))})
                       : drivers::make_serial_bus(loop.get_executor(),
                                                  {argv[2], static_cast<std::uint32_t>(number(3)), 'N', 1, false});
  asio::co_spawn(loop,
                 poll(*bus, {static_cast<std::uint8_t>(number(4)), static_cast<std::uint16_t>(number(5)), number(6)}),
                 asio::detached);
  loop.run();
  return 0;
}
