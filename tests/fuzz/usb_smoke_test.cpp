#include "tests/fuzz/usb_targets.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string_view>
#include <vector>

using namespace inspect;

namespace {

/// A third of it pure noise, a third small numbers, a third the characters that responses are made of.
void feed(void (*target)(std::span<const std::uint8_t>), int rounds, std::size_t longest) {
  constexpr std::string_view letters = "0123456789+-.eEmuAVRFPTSCH:#\",; \r\nOVERN";
  std::mt19937_64 random(20261124);
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::uint8_t> input(random() % longest);
    for (auto& byte : input) {
      byte =
          static_cast<std::uint8_t>(round % 3 == 0   ? random() % 256
                                    : round % 3 == 1 ? random() % 20
                                                     : static_cast<unsigned char>(letters[random() % letters.size()]));
    }
    target(input);
  }
}

}  // namespace

TEST_CASE("no report whatever breaks the decoders of relay boards") { feed(tests::fuzz_usb_reports, 300'000, 40); }
TEST_CASE("no text whatever breaks the readers of responses") { feed(tests::fuzz_usb_text, 300'000, 60); }
TEST_CASE("no device whatever breaks or hangs the USBTMC machine") { feed(tests::fuzz_usbtmc_machine, 100'000, 400); }
TEST_CASE("no instrument whatever hangs a test or keeps its voltage on after an error") {
  feed(tests::fuzz_tester_run, 100'000, 200);
}
