// How fast a week's backlog drains: 10 000 findings and 600 000 readings through a real broker to a centre that gives a
// receipt for each row. The promise is 15 minutes (reference fault F27). Prints one line; ends with 1 when it is
// broken.
#include "cloud-bridge/uplink/uplink.hpp"
#include "protocol/messages/message.hpp"
#include "tests/cloud-bridge/mqtt/loop.hpp"
#include "tests/cloud-bridge/mqtt/private_broker.hpp"
#include "tests/cloud-bridge/uplink/fake_agent.hpp"
#include "tests/cloud-bridge/uplink/fake_centre.hpp"

#include <sys/resource.h>

#include <chrono>
#include <cstdio>

using namespace inspect;
using namespace inspect::tests;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t findings = 10'000;
constexpr std::uint64_t readings = 600'000;

void fill(FakeAgent& agent) {
  const std::string finding(2000, 'f');
  const std::string batch(messages::largest_batch * 125, 'r');
  for (std::uint64_t seq = 1; seq <= findings; ++seq) {
    agent.add(control::Stream::findings, seq, "00000000000000f1-" + std::to_string(seq) + ' ' + finding);
  }
  for (std::uint64_t seq = 1; seq <= readings / messages::largest_batch; ++seq) {
    agent.add(control::Stream::readings, seq, "00000000000000e2-" + std::to_string(seq) + ' ' + batch);
  }
}

}  // namespace

int main() {
  PrivateBroker broker("allow_anonymous true\nmax_queued_messages 20000\nmax_queued_bytes 67108864\n");
  broker.start();
  asio::io_context loop;
  FakeAgent agent(loop, broker.dir() / "agent.sock");
  agent.open();
  fill(agent);
  bridge::MqttOptions options;
  options.port = broker.port();
  options.client_id = "centre";
  FakeCentre centre(loop, options);
  bridge::BridgeConfig config;
  config.agent_socket = broker.dir() / "agent.sock";
  config.broker.host = "127.0.0.1";
  config.broker.port = broker.port();
  config.broker.plain = true;
  bridge::Uplink uplink(loop.get_executor(), config, "0.1.0");
  uplink.start();

  const auto began = std::chrono::steady_clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(); };
  double findings_done = 0;
  const bool drained = run_until(
      loop,
      [&] {
        if (findings_done == 0 && agent.waiting() <= readings / messages::largest_batch) findings_done = seconds();
        return agent.waiting() == 0;
      },
      15min);
  const auto total = seconds();
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  std::printf("findings %.1f s (%.0f/s), all %.1f s (%.0f readings/s), sent again %llu, peak memory %ld KiB\n",
              findings_done, static_cast<double>(findings) / findings_done, total,
              static_cast<double>(readings) / (total - findings_done),
              static_cast<unsigned long long>(uplink.counters().overdue), usage.ru_maxrss);
  return drained ? 0 : 1;
}
