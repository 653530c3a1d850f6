#include "protocol/messages/envelope.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::messages;
using namespace std::chrono_literals;

namespace {

std::string written(WallTime time) {
  JsonWriter out;
  out.begin_object();
  write_time(out, "t", time);
  out.end_object();
  return std::move(out).take();
}

}  // namespace

TEST_CASE("a date that has no year of four digits is held at the nearest that has") {
  CHECK(written(WallTime{}) == R"({"t":"1970-01-01T00:00:00.000Z"})");
  CHECK(written(WallTime{std::chrono::milliseconds(INT64_MAX / 2)}) == R"({"t":"9999-12-31T23:59:59.999Z"})");
  CHECK(written(WallTime{std::chrono::milliseconds(INT64_MIN / 2)}) == R"({"t":"0000-01-01T00:00:00.000Z"})");
}

TEST_CASE("an epoch is sixteen hex digits in lower case") {
  CHECK(is_epoch("0123456789abcdef"));
  CHECK_FALSE(is_epoch("0123456789abcdeF"));
  CHECK_FALSE(is_epoch("0123456789abcde"));
  CHECK_FALSE(is_epoch("0123456789abcdef0"));
}

TEST_CASE("an envelope comes back as it was written and leaves only the data") {
  const Envelope sent{"gw-0001", "0123456789abcdef", 9223372036854775807ULL, WallTime{1234567ms}};
  JsonWriter out;
  out.begin_object();
  write_envelope(out, "inspect.test.v1", sent);
  out.key("data").null().end_object();
  StrictJson document(std::move(out).take());
  auto root = document.root();
  const auto read = read_envelope(root, "inspect.test.v1");
  CHECK(read.gateway == sent.gateway);
  CHECK(read.epoch == sent.epoch);
  CHECK(read.seq == sent.seq);
  CHECK(read.time == sent.time);
  CHECK_FALSE(document.problem());
  root.done();
  CHECK(document.problem()->message == "data: unknown field");
}
