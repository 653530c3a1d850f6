#include "protocol/modbus/frame.hpp"
#include "tests/fuzz/modbus_targets.hpp"

#include <doctest/doctest.h>

#include <random>
#include <vector>

using namespace inspect;

namespace {

/// Half of it pure noise, half of it with the small numbers that frames are made of: a fixed seed, so that what fails
/// fails again.
void feed(void (*target)(std::span<const std::uint8_t>), int rounds, std::size_t longest) {
  std::mt19937_64 random(20261124);
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::uint8_t> input(random() % longest);
    const auto bound = round % 2 == 0 ? 256U : 20U;
    for (auto& byte : input) byte = static_cast<std::uint8_t>(random() % bound);
    target(input);
  }
}

}  // namespace

TEST_CASE("no answer whatever over RTU breaks the decoder") { feed(tests::fuzz_rtu_answer, 400'000, 40); }
TEST_CASE("no answer whatever over TCP breaks the decoder") { feed(tests::fuzz_tcp_answer, 400'000, 40); }
TEST_CASE("no stream whatever breaks or hangs the RTU machine") { feed(tests::fuzz_rtu_machine, 100'000, 160); }
TEST_CASE("no stream whatever breaks or hangs the TCP machine") { feed(tests::fuzz_tcp_machine, 100'000, 160); }
TEST_CASE("no stream whatever breaks who only listens") { feed(tests::fuzz_overheard, 100'000, 160); }
