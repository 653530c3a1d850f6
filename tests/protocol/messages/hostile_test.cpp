#include "protocol/messages/json_writer.hpp"
#include "protocol/messages/message.hpp"
#include "tests/protocol/messages/sample.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace inspect;
using namespace inspect::messages;
using namespace inspect::tests;

namespace {

/// One change that a broken or hostile sender might make.
std::string mutate(std::string text, Inventor& dice) {
  static const std::vector<std::string> splinters{"{",
                                                  "}",
                                                  "[",
                                                  "]",
                                                  "\"",
                                                  ",",
                                                  ":",
                                                  "null",
                                                  "1e999",
                                                  "-",
                                                  "\\u0000",
                                                  "\xFF",
                                                  "\xED\xA0\x80",
                                                  "[[[[[[[[[[[[[[[[[[",
                                                  "true",
                                                  "99999999999999999999"};
  const auto at = dice.below(text.size());
  switch (dice.below(6)) {
    case 0: text[at] = static_cast<char>(dice.below(256)); break;
    case 1: text.resize(at); break;
    case 2: text.insert(at, splinters[dice.below(splinters.size())]); break;
    case 3: text.erase(at, dice.below(20)); break;
    case 4: text += text.substr(at); break;
    default: text.insert(at, text.substr(dice.below(text.size()), dice.below(200))); break;
  }
  return text;
}

/// Whatever is accepted must be canonical in meaning: written and read again it is the same.
template <class Decode>
void attack(const std::string& good, Decode decode, int& accepted) {
  Inventor dice(static_cast<unsigned>(good.size()));
  for (int i = 0; i < 10'000; ++i) {
    auto text = mutate(good, dice);
    for (auto more = dice.below(3); more > 0 && !text.empty(); --more) text = mutate(text, dice);
    const auto read = decode(text);
    if (!read) {
      CHECK(read.error().code == Errc::malformed);
      CHECK(read.error().message.size() < 400);
      CHECK(tidy(read.error().message, 1000) == read.error().message);
      continue;
    }
    ++accepted;
    const auto again = encode(*read);
    CHECK(decode(again).has_value());
    CHECK(encode(*decode(again)) == again);
  }
}

}  // namespace

TEST_CASE("forty thousand mutations of good messages crash nothing, and each refusal can be logged") {
  int accepted = 0;
  attack(encode(sample_finding()), decode_finding, accepted);
  attack(encode(sample_readings()), decode_readings, accepted);
  attack(encode(sample_receipt()), decode_receipt, accepted);
  attack(encode(sample_state()), decode_state, accepted);
  // Some hit only the inside of a text. Many more would mean that checks are missing.
  CHECK(accepted > 100);
  CHECK(accepted < 8'000);
}

TEST_CASE("a good message cut at any byte is refused") {
  const auto good = encode(sample_finding());
  for (std::size_t length = 0; length < good.size(); ++length)
    CHECK(decode_finding(good.substr(0, length)).has_error());
}

TEST_CASE("a message of one kind is never taken for another") {
  CHECK(decode_readings(encode(sample_finding())).has_error());
  CHECK(decode_finding(encode(sample_readings())).has_error());
  CHECK(decode_receipt(encode(sample_state())).has_error());
  CHECK(decode_state(encode(sample_receipt())).has_error());
}
