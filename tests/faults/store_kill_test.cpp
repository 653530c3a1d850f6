// kill -9 at random instants (reliability F01): nothing acknowledged is lost, nothing is numbered twice.
#include "tests/faults/child.hpp"
#include "tests/faults/store_oracle.hpp"
#include "tests/firmware-agent/store/bench_site.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <random>

using namespace inspect::tests;

TEST_CASE("a store killed two hundred times has every acknowledged finding once, and numbers without gaps") {
  const TempDir dir;
  const char* wanted = std::getenv("INSPECT_STORE_KILLS");
  const int kills = wanted == nullptr ? 200 : std::atoi(wanted);
  std::mt19937_64 random(1);
  Promises promises;
  int with_progress = 0;
  for (int i = 0; i < kills; ++i) {
    Child writer(beside("store_writer"), {dir.path(), "1000000"});
    std::string unfinished;
    const auto before = promises.acknowledged;
    // Every other life is killed somewhere in its first 60 ms, mostly while it still opens what the last one left; the
    // others once they have committed, however slow the machine is.
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (i % 2 == 1 && promises.acknowledged == before && std::chrono::steady_clock::now() < patience) {
      promises.hear(unfinished, writer.read(1));
    }
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::microseconds{random() % 60'000};
    while (std::chrono::steady_clock::now() < deadline) promises.hear(unfinished, writer.read(1));
    writer.kill_now();
    for (auto last = writer.read(1000); !last.empty(); last = writer.read(1000)) promises.hear(unfinished, last);
    with_progress += promises.acknowledged > before ? 1 : 0;
  }
  const auto verdict = judge(dir.path(), promises);
  MESSAGE(kills << " kills, " << with_progress << " with progress, " << promises.acknowledged << " findings, "
                << promises.batches.size() << " batches: " << verdict.text());
  CHECK(with_progress > kills / 4);
  CHECK(verdict.good());
}
