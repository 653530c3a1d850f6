// Late answers, by the million: is a value ever taken from another register?
//
//     wire_campaign [--virtual N] [--serial N] [--tcp N] [--seed S]
//
// Every register tells its unit, table and address. One answer in a hundred comes 5 ms to 10 s after its deadline, in
// whatever order; some are lost, some damaged. `--virtual` runs the pure machine in virtual time at 9600 baud;
// `--serial` and `--tcp` run the real shells over pseudo-terminals and loopback, several lines at once, with short
// limits. Ends with 1 if a single value was wrong, or if too little was late or answered for the run to mean something.
#include "drivers/bus/bus.hpp"
#include "tests/wire/scripted_peer.hpp"
#include "tests/wire/virtual_wire.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace inspect;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using modbus::Bytes;
using modbus::BytesView;
using modbus::Request;
using Random = std::mt19937_64;

namespace {

struct Tally {
  const char* name = "";
  std::uint64_t asked = 0;
  std::uint64_t right = 0;
  std::uint64_t wrong = 0;
  std::uint64_t refused = 0;
  std::uint64_t failed = 0;
  std::uint64_t made_late = 0;
  drivers::BusCounters counters;

  bool judge(double least_right) const {
    const bool meant = made_late * 1000 >= asked * 7 &&
                       static_cast<double>(right + refused) >= least_right * static_cast<double>(asked);
    std::printf(
        "%-8s %9llu asked, %llu made late, %llu right, %llu refused, %llu failed, %llu WRONG; "
        "%llu late seen, %llu made longer, %llu held back, %llu reopened%s\n",
        name, ull(asked), ull(made_late), ull(right), ull(refused), ull(failed), ull(wrong), ull(counters.late),
        ull(counters.reshaped), ull(counters.held_back), ull(counters.reopened), meant ? "" : "  (MEANS NOTHING)");
    return wrong == 0 && meant;
  }
  static unsigned long long ull(std::uint64_t n) { return n; }

  void take(const Request& request, const Result<modbus::Answer>& answer) {
    ++asked;
    if (!answer) {
      ++failed;
    } else if (answer->exception) {
      ++refused;
    } else if (tests::tells_its_address(request, *answer)) {
      ++right;
    } else {
      ++wrong;
    }
  }
};

std::uint64_t below(Random& random, std::uint64_t bound) { return random() % bound; }

/// 5 ms to 10 s, as many in each decade.
std::chrono::nanoseconds lateness(Random& random) {
  const double share = static_cast<double>(below(random, 1'000'000)) / 1e6;
  return std::chrono::nanoseconds{static_cast<std::int64_t>(5e6 * std::pow(2000.0, share))};
}

/// Few units, functions and lengths, so that as many answers as possible fit as many questions as possible.
Request any_question(Random& random) {
  const auto function = static_cast<std::uint8_t>(below(random, 4) == 0 ? 1 : 3 + below(random, 2));
  const auto quantity = function == 1 ? 8 : 1 + below(random, 2);
  return {static_cast<std::uint8_t>(1 + below(random, 3)),
          function,
          static_cast<std::uint16_t>(below(random, 1000)),
          static_cast<std::uint16_t>(quantity),
          {}};
}

/// Unit 3 knows nothing beyond the questions of `any_question`: it cannot be asked for more to tell answers apart.
bool is_beyond(BytesView question) {
  const auto quantity = question[5];
  return question[0] == 3 && quantity > (question[1] == 1 ? 8 : 2);
}

Bytes refusal(BytesView question) {
  return tests::sealed({question[0], static_cast<std::uint8_t>(question[1] | 0x80), 2});
}

Tally in_virtual_time(std::uint64_t count, std::uint64_t seed) {
  Random random(seed);
  constexpr modbus::WireTime wire{9600};
  tests::VirtualLine line(wire);
  Tally tally;
  tally.name = "virtual";
  line.peer = [&](BytesView question, BootTime at) {
    auto answer = is_beyond(question) ? refusal(question) : tests::honest_rtu(question);
    const auto asked = at + wire.characters(question.size());
    const auto on_wire = wire.characters(answer.size());
    const auto chance = below(random, 1000);
    if (chance < 10) {
      ++tally.made_late;
      const auto deadline = asked + line.machine.answer_time(question[0]).patience(1s) + on_wire * 3 / 2 + 16ms;
      line.deliver(deadline + lateness(random), answer);
    } else if (chance < 13) {
      // lost
    } else {
      if (chance < 16) answer[below(random, answer.size())] ^= static_cast<std::uint8_t>(1 + below(random, 255));
      line.deliver(asked + std::chrono::microseconds{2000 + below(random, 40'000)} + on_wire, answer);
    }
  };
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto request = any_question(random);
    tally.take(request, line.transact(request));
    if (below(random, 4) == 0) line.idle(std::chrono::milliseconds{below(random, 50)});
  }
  static_cast<modbus::LineCounters&>(tally.counters) = line.counters;
  return tally;
}

/// One line of the real thing: a bus of the product, and a peer thread that plays the devices.
class Lane {
 public:
  Lane(tests::ScriptedPeer::Kind kind, asio::io_context& loop, std::uint64_t seed)
      : kind_(kind), random_(seed), peer_random_(seed + 1), peer_(kind, [this](BytesView q) { return play(q); }) {
    // The fastest line there is: what is to be shown does not depend on the speed, and the silence is 1.75 ms anyway.
    bus_ = kind == tests::ScriptedPeer::Kind::terminal
               ? drivers::make_serial_bus(loop.get_executor(), {peer_.path(), 1'500'000, 'N', 1, false})
               : drivers::make_tcp_bus(loop.get_executor(), {"127.0.0.1", peer_.port()});
  }

  asio::awaitable<void> run(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto request = any_question(random_);
      tally_.take(request, co_await bus_->transact(request, {limit, 0ms}));
    }
    bus_->close();
  }

  void add_to(Tally& sum) const {
    sum.asked += tally_.asked;
    sum.right += tally_.right;
    sum.wrong += tally_.wrong;
    sum.refused += tally_.refused;
    sum.failed += tally_.failed;
    sum.made_late += made_late_;
    sum.counters.late += bus_->counters().late;
    sum.counters.reshaped += bus_->counters().reshaped;
    sum.counters.held_back += bus_->counters().held_back;
    sum.counters.reopened += bus_->counters().reopened;
  }

 private:
  static constexpr std::chrono::milliseconds limit{25};

  std::vector<tests::ScriptedPeer::Chunk> play(BytesView question) {
    const bool terminal = kind_ == tests::ScriptedPeer::Kind::terminal;
    auto answer = terminal ? tests::honest_rtu(question) : tests::honest_tcp(question);
    if (terminal && is_beyond(question)) answer = refusal(question);
    const auto chance = below(peer_random_, 1000);
    if (chance < 10) {
      ++made_late_;
      return {{limit + (terminal ? 17ms : 0ms) + lateness(peer_random_), answer, false}};
    }
    if (chance < 11) return {};
    return {{0ms, answer, false}};
  }

  tests::ScriptedPeer::Kind kind_;
  Random random_;
  Random peer_random_;  ///< the peer's thread only
  std::atomic<std::uint64_t> made_late_{0};
  Tally tally_;
  tests::ScriptedPeer peer_;
  std::unique_ptr<drivers::Bus> bus_;
};

Tally over_the_shell(const char* name, tests::ScriptedPeer::Kind kind, std::uint64_t count, std::uint64_t seed) {
  constexpr std::uint64_t lanes = 24;
  asio::io_context loop(1);
  std::vector<std::unique_ptr<Lane>> all;
  for (std::uint64_t i = 0; i < lanes; ++i) all.push_back(std::make_unique<Lane>(kind, loop, seed + 1000 * i));
  for (auto& lane : all) asio::co_spawn(loop, lane->run((count + lanes - 1) / lanes), asio::detached);
  loop.run();
  Tally sum;
  sum.name = name;
  for (const auto& lane : all) lane->add_to(sum);
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  std::map<std::string, std::uint64_t> wanted{{"--virtual", 0}, {"--serial", 0}, {"--tcp", 0}, {"--seed", 1}};
  for (int i = 1; i + 1 < argc; i += 2) {
    if (!wanted.contains(argv[i])) {
      std::fprintf(stderr, "unknown option %s\n", argv[i]);
      return 2;
    }
    wanted[argv[i]] = std::strtoull(argv[i + 1], nullptr, 10);
  }
  const auto seed = wanted["--seed"];
  bool good = true;
  const auto timed = [&](auto run, double least_right) {
    const auto start = std::chrono::steady_clock::now();
    good = run().judge(least_right) && good;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    std::printf("         in %.1f s\n", took.count());
    std::fflush(stdout);
  };
  if (const auto n = wanted["--virtual"]; n > 0) timed([&] { return in_virtual_time(n, seed); }, 0.9);
  using Kind = tests::ScriptedPeer::Kind;
  if (const auto n = wanted["--serial"]; n > 0)
    timed([&] { return over_the_shell("serial", Kind::terminal, n, seed); }, 0.5);
  if (const auto n = wanted["--tcp"]; n > 0) timed([&] { return over_the_shell("tcp", Kind::socket, n, seed); }, 0.9);
  return good ? 0 : 1;
}
