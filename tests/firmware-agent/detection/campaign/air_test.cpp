// The wires of the campaign, against a receiver written down a second time, bit by bit and draw by draw.
#include "tests/firmware-agent/detection/campaign/air.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>

using namespace inspect;
using namespace inspect::campaign;
using namespace std::chrono_literals;

namespace {

constexpr BootTime morning{1h};

Speech said(BootTime start, Bytes bytes, int speaker, Format format = {}) {
  return {start, std::move(bytes), format, speaker};
}

Bytes some_bytes(Random& random, std::size_t count) {
  Bytes bytes(count);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

/// 8N1 at one speed: each sample is turned by a draw of its own.
Bytes received_plainly(const Bytes& sent, double errors, Random& random) {
  std::vector<bool> line;
  for (const auto byte : sent) {
    line.push_back(false);
    for (int bit = 0; bit < 8; ++bit) line.push_back(((byte >> bit) & 1) != 0);
    line.push_back(true);
  }
  line.resize(line.size() + 20, true);
  const auto sample = [&](std::size_t at) { return line[at] != std::bernoulli_distribution(errors)(random); };
  Bytes bytes;
  for (std::size_t at = 0; at + 10 < line.size();) {
    if (line[at] || sample(at)) {
      ++at;
      continue;
    }
    std::uint8_t byte = 0;
    for (std::size_t bit = 0; bit < 8; ++bit) byte = static_cast<std::uint8_t>(byte | (sample(at + 1 + bit) << bit));
    bytes.push_back(byte);
    at += 9;
  }
  return bytes;
}

}  // namespace

TEST_CASE("what one speaker says alone arrives as it was said, in every format") {
  Random random(1);
  for (const auto& format : {Format{9600, 'N', 1}, Format{19200, 'N', 2}, Format{115200, 'E', 1}}) {
    Air air(format);
    const auto bytes = some_bytes(random, 300);
    air.speak(said(morning, bytes, 3, format));
    CHECK(air.next_character() == morning + format.character());
    CHECK(air.receive(morning + 299 * format.character(), random).size() == 299);
    CHECK(air.receive(morning + 301 * format.character(), random) == Bytes{bytes.back()});
    CHECK(air.next_character() == BootTime::max());
  }
}

TEST_CASE("who speaks at once pulls the line down together, from the first bit to the last") {
  Random random(2);
  const auto first = some_bytes(random, 40);
  const auto second = some_bytes(random, 40);
  Air air({});
  air.speak(said(morning, first, 1));
  air.speak(said(morning, second, 2));
  const auto got = air.receive(morning + 1s, random);
  REQUIRE(got.size() == 40);
  for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == (first[i] & second[i]));
}

TEST_CASE("an answer that begins in the midst of another spoils the rest, not what was before") {
  Random random(3);
  const Format format;
  const auto bytes = some_bytes(random, 20);
  Air air(format);
  air.speak(said(morning, bytes, 1));
  air.speak(said(morning + 10 * format.character() + 3 * format.bit(), Bytes(20, 0), 2));
  const auto got = air.receive(morning + 1s, random);
  REQUIRE(got.size() >= 20);
  CHECK(std::equal(bytes.begin(), bytes.begin() + 10, got.begin()));
  CHECK_FALSE(std::equal(bytes.begin(), bytes.end(), got.begin()));
}

TEST_CASE("a speaker set to twice the speed is heard as something else") {
  Random random(4);
  const auto bytes = some_bytes(random, 50);
  Air air({});
  air.speak(said(morning, bytes, 1, {19200, 'N', 1}));
  const auto got = air.receive(morning + 1s, random);
  CHECK_FALSE(got.empty());
  CHECK(got != bytes);
}

TEST_CASE("what the gateway says itself is heard only where there is an echo") {
  Random random(5);
  Air air({});
  air.speak(said(morning, {1, 2, 3}, Air::gateway));
  CHECK(air.receive(morning + 1s, random).empty());
  CHECK(air.disturbed(morning, morning + 1s, 1));
  air.echo = true;
  air.speak(said(morning + 2s, {1, 2, 3}, Air::gateway));
  CHECK(air.receive(morning + 3s, random) == Bytes{1, 2, 3});
}

TEST_CASE("noise turns the share of bits that it is said to, however it is asked, and far ones by chance too") {
  for (const double errors : {1e-4, 1e-3, 1e-2}) {
    Random random(6);
    BitNoise noise;
    constexpr std::uint64_t bits = 4'000'000;
    std::uint64_t turned = 0;
    std::uint64_t close = 0;  // to the one before
    std::uint64_t last = 0;
    for (std::uint64_t bit = 0; bit < bits;) {
      if (noise.spares(9, errors, random)) {
        bit += 9;
        continue;
      }
      for (int i = 0; i < 9; ++i, ++bit) {
        if (!noise.turns(errors, random)) continue;
        ++turned;
        close += static_cast<double>(bit - last) <= 1 / errors ? 1U : 0U;
        last = bit;
      }
    }
    const double expected = bits * errors;
    CHECK(std::abs(static_cast<double>(turned) - expected) < 5 * std::sqrt(expected));
    // Without memory 1 - 1/e of the gaps are shorter than the mean.
    CHECK(std::abs(static_cast<double>(close) / static_cast<double>(turned) - 0.632) < 3 / std::sqrt(expected));
  }
}

TEST_CASE("a noise that ends or changes is felt with the next bit") {
  Random random(7);
  BitNoise noise;
  CHECK_FALSE(noise.turns(0, random));
  CHECK(noise.turns(1, random));
  CHECK(noise.turns(1, random));
  CHECK_FALSE(noise.spares(1, 1, random));
  CHECK(noise.spares(1'000'000, 0, random));
}

TEST_CASE("noise spoils as many frames as with a draw for every bit") {
  constexpr int frames = 3000;
  constexpr std::size_t length = 25;
  const Format format;
  for (const double errors : {1e-4, 2e-3}) {
    Random random(8);
    int sound = 0;
    int sound_plainly = 0;
    for (int i = 0; i < frames; ++i) {
      const auto bytes = some_bytes(random, length);
      Air air(format);
      air.bit_errors = errors;
      air.speak(said(morning, bytes, 1));
      sound += air.receive(morning + 1s, random) == bytes ? 1 : 0;
      sound_plainly += received_plainly(bytes, errors, random) == bytes ? 1 : 0;
    }
    const double share = std::pow(1 - errors, 9.0 * length);
    const double spread = 5 * std::sqrt(frames * share * (1 - share));
    CHECK(std::abs(sound - frames * share) < spread);
    CHECK(std::abs(sound_plainly - frames * share) < spread);
  }
}
