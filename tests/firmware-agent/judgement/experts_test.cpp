#include "firmware-agent/judgement/experts.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace inspect::judgement;

namespace {
template <class Law>
std::vector<Daily> wear(int days, Law law) {
  std::vector<Daily> all;
  for (int i = 0; i < days; ++i)
    all.push_back({static_cast<float>(i), static_cast<float>(i), static_cast<float>(law(i))});
  return all;
}
std::size_t best(const Record& record) {
  std::size_t at = 0;
  for (std::size_t e = 1; e < expert_count; ++e) at = record.weight[e] > record.weight[at] ? e : at;
  return at;
}
}  // namespace

TEST_CASE("each expert foretells its own law exactly") {
  const auto line = wear(30, [](double t) { return 2 + 0.5 * t; });
  for (const auto e : {Expert::last_week, Expert::last_fortnight, Expert::straight}) {
    CHECK(predict(e, line, 60) == doctest::Approx(32));
  }
  const auto root = wear(30, [](double t) { return 3 * std::sqrt(t); });
  CHECK(predict(Expert::root, root, 100) == doctest::Approx(30).epsilon(0.001));
  const auto growing = wear(21, [](double t) { return std::exp(0.1 * t); });
  CHECK(predict(Expert::accelerating, growing, 30) == doctest::Approx(std::exp(3)).epsilon(0.01));
}

TEST_CASE("a falling level is foretold as a rising one, mirrored") {
  const auto up = wear(20, [](double t) { return 1 + t; });
  const auto down = wear(20, [](double t) { return -1 - t; });
  for (std::size_t e = 0; e < expert_count; ++e) {
    CHECK(predict(static_cast<Expert>(e), down, 40) == doctest::Approx(-predict(static_cast<Expert>(e), up, 40)));
  }
}

TEST_CASE("an exponential does not run off") {
  const auto growing = wear(10, [](double t) { return std::exp(t); });
  CHECK(predict(Expert::accelerating, growing, 1000) <= 31 * growing.back().level);
}

TEST_CASE("whoever was right before has the word; all weights together are one") {
  const auto root = score(wear(40, [](double t) { return 3 * std::sqrt(t); }), 7);
  CHECK(best(root) == static_cast<std::size_t>(Expert::root));
  CHECK(root.weight[best(root)] > 0.9);
  const auto growing = score(wear(40, [](double t) { return 0.1 * std::exp(0.1 * t); }), 7);
  CHECK(best(growing) == static_cast<std::size_t>(Expert::accelerating));
  double sum = 0;
  for (const auto w : growing.weight) sum += w;
  CHECK(sum == doctest::Approx(1));
  CHECK(growing.distance == doctest::Approx(7));
}

TEST_CASE("too few days tell nothing of the experts") {
  CHECK(score(wear(5, [](double t) { return t; }), 1).distance == 0);
}
