#include "drivers/modbus_device/modbus_device.hpp"
#include "tests/wire/loop_runner.hpp"
#include "tests/wire/virtual_wire.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <deque>
#include <map>
#include <random>

using namespace inspect;
using namespace inspect::drivers;
using namespace std::chrono_literals;
using modbus::Answer;
using modbus::Request;
using modbus::Table;
using modbus::ValueType;

namespace {

BootTime virtual_now{1h};

/// A bus that answers from a map of registers, without any wire: what is tested is what the device makes of it.
class FakeBus final : public Bus {
 public:
  boost::asio::awaitable<Result<Answer>> transact(Request request, AnswerLimits given) override {
    requests.push_back(request);
    limits = given;
    if (ill) co_return Answer{{}, *ill};
    if (!next.empty()) {
      auto result = std::move(next.front());
      next.pop_front();
      co_return result;
    }
    Answer answer;
    for (std::uint32_t i = 0; i < request.quantity; ++i) {
      const auto found = registers.find({request.function, request.address + i});
      if (found == registers.end()) co_return Answer{{}, std::uint8_t{2}};
      answer.values.push_back(found->second);
    }
    co_return answer;
  }
  [[nodiscard]] const BusCounters& counters() const override { return counters_; }
  void close() override {}

  void hold(std::uint8_t function, std::uint32_t address, std::uint16_t value) {
    registers[{function, address}] = value;
  }

  std::map<std::pair<std::uint8_t, std::uint32_t>, std::uint16_t> registers;
  std::deque<Result<Answer>> next;
  std::vector<Request> requests;
  AnswerLimits limits;
  std::optional<std::uint8_t> ill;  ///< refuses everything with this

 private:
  BusCounters counters_;
};

PointSpec point(const char* name, std::uint16_t address, ValueType type = ValueType::u16,
                Table table = Table::input_register) {
  PointSpec spec;
  spec.name = name;
  spec.map.address = address;
  spec.map.type = type;
  spec.map.table = table;
  return spec;
}

struct Bench {
  explicit Bench(std::vector<PointSpec> points) {
    profile.model = "test";
    profile.points = std::move(points);
  }
  ModbusDevice& device() {
    if (!made) made.emplace(bus, std::uint8_t{9}, profile, 0ms, [] { return virtual_now; });
    return *made;
  }
  BlockOutcome read(std::size_t block = 0) { return tests::run(loop, device().read(block)); }
  BlockOutcome again(std::vector<std::size_t> points, std::size_t block = 0) {
    return tests::run(loop, device().read_again(block, std::move(points)));
  }

  boost::asio::io_context loop;
  FakeBus bus;
  Profile profile;
  std::optional<ModbusDevice> made;
};

Answer exception(std::uint8_t code) { return {{}, code}; }

}  // namespace

TEST_CASE("a block's points become values with scale, order and raw bits") {
  Bench bench({point("voltage", 0), point("energy", 4, ValueType::u32)});
  bench.profile.points[0].map.scale = 0.01;
  bench.profile.points[1].map.order = modbus::WordOrder::low_first;
  for (std::uint32_t i = 0; i < 6; ++i) bench.bus.hold(4, i, 0);
  bench.bus.hold(4, 0, 1344);
  bench.bus.hold(4, 4, 2);
  bench.profile.limits.answer_ms = 700;
  bench.profile.limits.gap_ms = 5;
  const auto outcome = bench.read();
  CHECK_FALSE(outcome.failure.has_value());
  CHECK_FALSE(outcome.replanned);
  REQUIRE(outcome.values.size() == 2);
  CHECK(outcome.values[0].value == doctest::Approx(13.44));
  CHECK(outcome.values[0].raw == 1344);
  CHECK(outcome.values[0].quality == Quality::good);
  CHECK(outcome.values[0].reason == Reason::none);
  CHECK(outcome.values[1].value == 2);
  CHECK(bench.bus.requests == std::vector<Request>{{9, 4, 0, 6, {}}});
  CHECK(bench.bus.limits.answer == 700ms);
  CHECK(bench.bus.limits.gap == 5ms);
}

TEST_CASE("a value outside what the quantity can be is implausible, and so is a float that is no number") {
  Bench bench({point("low", 0), point("high", 1), point("just", 2), point("nan", 3, ValueType::f32)});
  for (auto& spec : bench.profile.points) {
    spec.lowest = 10;
    spec.highest = 20;
  }
  const std::uint16_t registers[] = {9, 21, 20, 0x7FC0, 0};
  for (std::uint32_t i = 0; i < 5; ++i) bench.bus.hold(4, i, registers[i]);
  const auto outcome = bench.read();
  REQUIRE(outcome.values.size() == 4);
  for (const std::size_t i : {0U, 1U, 3U}) {
    CAPTURE(i);
    CHECK(outcome.values[i].quality == Quality::bad);
    CHECK(outcome.values[i].reason == Reason::implausible);
  }
  CHECK(outcome.values[2].quality == Quality::good);
}

TEST_CASE("not answered, damaged, busy, refused and no bus are five different things in every reading") {
  const std::vector<std::tuple<Result<Answer>, Quality, Reason>> cases{
      {fail(Errc::timeout, "x"), Quality::bad, Reason::no_answer},
      {fail(Errc::corrupt_frame, "x"), Quality::bad, Reason::line},
      {fail(Errc::device_busy, "x"), Quality::uncertain, Reason::busy},
      {exception(6), Quality::uncertain, Reason::busy},
      {exception(4), Quality::bad, Reason::refused},
      {fail(Errc::bus_unavailable, "x"), Quality::bad, Reason::bus},
  };
  for (const auto& [answer, quality, reason] : cases) {
    Bench bench({point("a", 0), point("b", 1)});
    bench.bus.next.push_back(answer);
    const auto outcome = bench.read();
    REQUIRE(outcome.failure.has_value());
    REQUIRE(outcome.values.size() == 2);
    CHECK(outcome.values[1].quality == quality);
    CHECK(outcome.values[1].reason == reason);
    CHECK_FALSE(outcome.replanned);
  }
}

TEST_CASE("another master's frame leaves the readings as they were") {
  Bench bench({point("a", 0)});
  bench.bus.next.push_back(fail(Errc::foreign_frame, "x"));
  const auto outcome = bench.read();
  CHECK(outcome.failure->code == Errc::foreign_frame);
  CHECK(outcome.values.empty());
}

TEST_CASE("one refusal is not believed; the second one splits the block, and the split stays") {
  Bench bench({point("a", 0), point("b", 1), point("c", 2), point("d", 3)});
  for (const std::uint32_t known : {0U, 1U, 2U, 3U}) bench.bus.hold(4, known, 7);
  bench.bus.next.push_back(exception(2));
  auto outcome = bench.read();
  CHECK_FALSE(outcome.failure.has_value());
  CHECK(bench.device().blocks().size() == 1);

  bench.bus.registers.erase({4, 3});  // the device never had d
  outcome = bench.read();
  CHECK(outcome.failure->code == Errc::unsupported_point);
  CHECK(outcome.values.empty());
  CHECK(outcome.replanned);
  REQUIRE(bench.device().blocks().size() == 2);
  CHECK(bench.read(0).values.size() == 2);
  CHECK(bench.read(1).replanned);
  REQUIRE(bench.device().blocks().size() == 3);
  // d was read before: that it is refused now is a fault to be seen, so it is asked on and its readings say so.
  for (int i = 0; i < 3; ++i) {
    outcome = bench.read(2);
    CHECK(outcome.failure->code == Errc::unsupported_point);
    CHECK_FALSE(outcome.replanned);
    REQUIRE(outcome.values.size() == 1);
    CHECK(outcome.values[0].point == 3);
    CHECK(outcome.values[0].reason == Reason::refused);
  }
  CHECK(bench.device().blocks().size() == 3);
}

TEST_CASE("a point that the firmware never had leaves the plan once, and costs a question now and then") {
  Bench bench({point("a", 0), point("b", 1), point("c", 2), point("d", 3)});
  for (const std::uint32_t known : {0U, 1U, 2U}) bench.bus.hold(4, known, 7);
  std::vector<PointValue> left;
  unsigned replanned = 0;
  unsigned failures = 0;
  const auto round = [&] {
    for (std::size_t block = 0; block < bench.device().blocks().size(); ++block) {
      const auto outcome = bench.read(block);
      failures += outcome.failure ? 1U : 0U;
      for (const auto& value : outcome.values) {
        if (value.quality != Quality::good) left.push_back(value);
      }
      if (!outcome.replanned) continue;
      ++replanned;
      break;
    }
    virtual_now += 1s;
  };
  for (int i = 0; i < 10; ++i) round();
  CHECK(replanned == 3);
  CHECK(failures == 2);  // the two splits
  REQUIRE(left.size() == 1);
  CHECK(left[0].point == 3);
  CHECK(left[0].reason == Reason::refused);
  CHECK(bench.device().refused_points() == std::vector<std::size_t>{3});

  for (int i = 0; i < 1500; ++i) round();
  const auto before = bench.bus.requests.size();
  for (int i = 0; i < 600; ++i) round();
  CHECK(bench.bus.requests.size() - before <= 600 * bench.device().blocks().size() + 3);
  CHECK(replanned == 3);
  CHECK(left.size() == 1);

  bench.bus.hold(4, 3, 8);  // a new firmware
  for (int i = 0; i < 601; ++i) round();
  CHECK(bench.device().blocks().size() == 1);
  CHECK(bench.device().refused_points().empty());
}

TEST_CASE("a device that refuses everything keeps its plan, says so in every reading and is read on when it is well") {
  for (const auto code : std::initializer_list<std::uint8_t>{1, 2, 3, 4, 6}) {
    CAPTURE(code);
    Bench bench({point("a", 0), point("b", 1), point("c", 100)});
    for (const std::uint32_t known : {0U, 1U, 100U}) bench.bus.hold(4, known, 7);
    CHECK(bench.read(0).values.size() == 2);
    CHECK(bench.read(1).values.size() == 1);
    const auto plan = bench.device().blocks();
    bench.bus.ill = code;
    for (int i = 0; i < 1000; ++i) {
      virtual_now += 1s;
      const auto before = bench.bus.requests.size();
      const auto outcome = bench.read(static_cast<std::size_t>(i) % 2);
      REQUIRE(outcome.failure.has_value());
      REQUIRE_FALSE(outcome.replanned);
      CHECK_FALSE(outcome.values.empty());
      CHECK(bench.bus.requests.size() - before <= (i < 8 ? 6U : 2U));
    }
    CHECK(bench.device().blocks() == plan);
    bench.bus.ill.reset();
    for (const std::size_t block : {0U, 1U}) CHECK_FALSE(bench.read(block).failure.has_value());
  }
}

TEST_CASE("what is read seldom is told to be refused while the device refuses all, and not while it refuses another") {
  for (const auto code : std::initializer_list<std::uint8_t>{2, 4}) {
    CAPTURE(code);
    Bench bench({point("often", 0), point("seldom", 100)});
    bench.profile.points[1].period = 60s;
    bench.bus.hold(4, 0, 7);
    bench.bus.hold(4, 100, 7);
    REQUIRE(bench.device().blocks().size() == 2);
    bench.read(0);
    bench.read(1);
    bench.bus.ill = code;
    CHECK(bench.read(0).values.size() == 1);
    const auto second = bench.read(0);
    REQUIRE(second.values.size() == 2);
    CHECK(second.values[1].point == 1);
    CHECK(second.values[1].reason == Reason::refused);

    // Well again: everything is due at once, and only once.
    bench.bus.ill.reset();
    CHECK(bench.read(0).replanned);
    CHECK_FALSE(bench.read(0).replanned);
    bench.bus.registers.erase({4, 0});
    for (int i = 0; i < 10; ++i) CHECK(bench.read(0).values.size() == 1);
  }
}

TEST_CASE("a variant without its first points is understood before it could be taken for one that refuses all") {
  std::vector<PointSpec> points;
  for (std::uint16_t i = 0; i < 16; ++i) points.push_back(point("p", i));
  Bench bench(points);
  bench.bus.hold(4, 15, 1);
  int reads = 1;
  while (!bench.read(0).replanned) ++reads;
  CHECK(reads <= 4);
}

namespace {

/// A device of which any points are refused for any time, read once a second.
struct Patient {
  explicit Patient(std::mt19937& chance) : random(chance) {}

  /// Every register is there, or about two points of three are.
  void give(bool all) {
    for (std::uint32_t i = 0; i < 60; ++i) bench.bus.hold(4, i, 7);
    for (const auto& spec : points) {
      if (!all && random() % 3 == 0) bench.bus.registers.erase({4, spec.map.address});
    }
  }
  void seconds(std::size_t count) {
    for (; count > 0; --count) second();
  }
  [[nodiscard]] bool every_block_answers() {
    for (std::size_t block = 0; block < bench.device().blocks().size(); ++block) {
      if (bench.read(block).failure) return false;
    }
    return true;
  }

  std::mt19937& random;
  std::vector<PointSpec> points = some();
  Bench bench{points};

 private:
  std::vector<PointSpec> some() {
    std::vector<PointSpec> made;
    for (std::size_t i = 1 + random() % 12; i > 0; --i) {
      made.push_back(point("p", static_cast<std::uint16_t>(random() % 40)));
    }
    return made;
  }
  void second() {
    for (std::size_t block = 0; block < bench.device().blocks().size(); ++block) {
      if (bench.read(block).replanned) break;
    }
    REQUIRE_FALSE(bench.device().blocks().empty());
    std::size_t known = bench.device().refused_points().size();
    for (const auto& block : bench.device().blocks()) known += block.points.size();
    REQUIRE(known == points.size());
    virtual_now += 1s;
  }
};

}  // namespace

TEST_CASE("whatever was refused and for how long, all is asked again in a stated time after the device is well") {
  std::mt19937 random(11);
  for (int round = 0; round < 60; ++round) {
    CAPTURE(round);
    Patient patient(random);
    patient.give(random() % 2 == 0);
    for (std::size_t change = random() % 12; change > 0; --change) {
      patient.bench.bus.ill.reset();
      if (random() % 2 == 0) patient.bench.bus.ill = static_cast<std::uint8_t>(1 + random() % 6);
      if (random() % 3 == 0) patient.give(random() % 2 == 0);
      patient.seconds(random() % 90);
    }
    // A device that gets well after it refused everything is whole within seconds, one of which only some points were
    // refused when the longest pause is over.
    const bool from_illness = round % 2 == 0;
    if (from_illness) patient.bench.bus.ill = std::uint8_t{2};
    patient.seconds(from_illness ? 20 : 0);
    patient.bench.bus.ill.reset();
    patient.give(true);
    patient.seconds(from_illness ? 30 : 600 + 30);
    CHECK(patient.bench.device().refused_points().empty());
    CHECK(patient.every_block_answers());
  }
}

TEST_CASE("the second read has another shape, so that no answer to the first fits it") {
  Bench bench({point("a", 0), point("b", 1), point("c", 2)});
  for (std::uint32_t i = 0; i < 3; ++i) bench.bus.hold(4, i, static_cast<std::uint16_t>(i));
  auto outcome = bench.again({1});
  REQUIRE(outcome.values.size() == 1);
  CHECK(outcome.values[0].point == 1);
  CHECK(outcome.values[0].value == 1);
  CHECK(bench.bus.requests.back() == Request{9, 4, 1, 1, {}});

  // All points of the block: longer by one if the device knows the next register, and if not, as it always is.
  outcome = bench.again({0, 1, 2});
  CHECK(outcome.values.size() == 3);
  CHECK_FALSE(outcome.failure.has_value());
  CHECK(bench.bus.requests[bench.bus.requests.size() - 2] == Request{9, 4, 0, 4, {}});
  CHECK(bench.bus.requests.back() == Request{9, 4, 0, 3, {}});
  const auto before = bench.bus.requests.size();
  CHECK(bench.again({0, 1, 2}).values.size() == 3);
  CHECK(bench.bus.requests.size() == before + 1);  // remembered

  bench.bus.hold(4, 3, 3);
  Bench other({point("a", 0)});
  other.bus.hold(4, 0, 5);
  other.bus.hold(4, 1, 6);
  CHECK(other.again({0}).values[0].value == 5);
  CHECK(other.bus.requests.back() == Request{9, 4, 0, 2, {}});
}

TEST_CASE("a second read that fails says so for the points that were asked") {
  Bench bench({point("a", 0), point("b", 1)});
  bench.bus.next.push_back(fail(Errc::timeout, "no answer"));
  const auto outcome = bench.again({1});
  CHECK(outcome.failure->code == Errc::timeout);
  REQUIRE(outcome.values.size() == 1);
  CHECK(outcome.values[0].point == 1);
}

TEST_CASE("eight relays are read again as sixteen, because bits travel by the byte") {
  std::vector<PointSpec> relays;
  for (std::uint16_t i = 0; i < 8; ++i) relays.push_back(point("relay", i, ValueType::bit, Table::coil));
  Bench bench(relays);
  for (std::uint32_t i = 0; i < 16; ++i) bench.bus.hold(1, i, i % 2);
  const auto outcome = bench.again({0, 1, 2, 3, 4, 5, 6, 7});
  REQUIRE(outcome.values.size() == 8);
  CHECK(outcome.values[3].value == 1);
  CHECK(bench.bus.requests.back() == Request{9, 1, 0, 16, {}});
}

TEST_CASE("what does not exist is the caller's mistake") {
  Bench bench({point("a", 0)});
  CHECK(bench.read(1).failure->code == Errc::invalid_argument);
  CHECK(bench.again({0}, 1).failure->code == Errc::invalid_argument);
  CHECK(bench.again({7}).failure->code == Errc::invalid_argument);
  CHECK(bench.bus.requests.empty());
}

TEST_CASE("a site's period replaces those of the profile") {
  Bench bench({point("a", 0), point("b", 1)});
  bench.profile.points[1].period = 10s;
  CHECK(bench.device().blocks().size() == 2);
  const ModbusDevice same(bench.bus, 9, bench.profile, 5s);
  REQUIRE(same.blocks().size() == 1);
  CHECK(same.blocks()[0].period == 5s);
}

TEST_CASE("a device is known by its constant") {
  Bench bench({point("model", 7)});
  const auto identify = [&] { return tests::run(bench.loop, bench.device().identify()); };
  CHECK(identify()->verdict == Identity::Verdict::unknown);
  CHECK(bench.bus.requests.empty());

  bench.profile.points[0].map.scale = 0.1;
  bench.profile.identity = IdentitySpec{"model", {30.3, 1}};
  bench.bus.hold(4, 7, 303);
  CHECK(identify()->verdict == Identity::Verdict::confirmed);
  bench.bus.hold(4, 7, 304);
  const auto other = identify();
  CHECK(other->verdict == Identity::Verdict::other);
  CHECK(other->seen == doctest::Approx(30.4));
  bench.bus.registers.clear();
  CHECK(identify()->verdict == Identity::Verdict::other);  // it does not even have the register
  bench.bus.next.push_back(fail(Errc::timeout, "no answer"));
  CHECK(identify().error().code == Errc::timeout);  // nobody there is not somebody else
  bench.profile.identity->point = "serial";
  CHECK(identify().error().code == Errc::invalid_argument);
}
