#include "drivers/simulator/two_voices.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using inspect::sim::two_voices;
using VoiceBytes = std::vector<std::uint8_t>;

namespace {

const VoiceBytes first_voice{3, 4, 2, 10, 20};
const VoiceBytes other_voice{3, 4, 2, 11, 21};

}  // namespace

TEST_CASE("two who say the same in step are read, up to where they differ") {
  std::mt19937 chance(1);
  CHECK(two_voices(first_voice, first_voice, 0, chance) == first_voice);
  const auto heard = two_voices(first_voice, other_voice, 0, chance);
  REQUIRE(heard.size() == 5);
  CHECK(std::equal(heard.begin(), heard.begin() + 3, first_voice.begin()));
}

TEST_CASE("what differs or is out of step reads as anything, not as one of the two") {
  std::mt19937 chance(2);
  int as_said = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto heard = two_voices(first_voice, other_voice, 2, chance);
    REQUIRE(heard.size() == 7);
    CHECK((heard[0] == 3 && heard[1] == 4));
    // Said by the second alone.
    CHECK((heard[5] == 11 && heard[6] == 21));
    as_said += heard[2] == 2 || heard[2] == 3 ? 1 : 0;
  }
  CHECK(as_said < 30);
}

TEST_CASE("one behind the other's end leaves both whole") {
  std::mt19937 chance(3);
  const VoiceBytes both{3, 4, 2, 10, 20, 3, 4, 2, 11, 21};
  CHECK(two_voices(first_voice, other_voice, 5, chance) == both);
  CHECK(two_voices(first_voice, other_voice, 99, chance) == both);
}
